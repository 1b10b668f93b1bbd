internal import Glibc
internal import Synchronization

/// A wish to end that came as a signal while the process must not end at once: it is remembered, and looked at between steps.
///
/// Calls that a signal would cut short are restarted by the system, so a step is done whole or not at all.
public enum Interruption: Hashable, Sendable {
    /// SIGINT: somebody at a terminal.
    case interrupt
    /// SIGTERM, or SIGHUP: the terminal or the session is gone.
    case terminate

    /// The first signal that came since ``watch()``; nil when none did.
    public static var pending: Interruption? {
        switch first.load(ordering: .acquiring) {
        case 0: nil
        case SIGINT: .interrupt
        default: .terminate
        }
    }

    /// Whether the work at hand should end early for it: from the first signal on, unless ``settle()`` was called.
    public static var isPressing: Bool { pending != nil && !isSettled.load(ordering: .acquiring) }

    /// What is done from now on is not to be ended early: the way back.
    public static func settle() { isSettled.store(true, ordering: .releasing) }

    /// From now on SIGINT, SIGTERM and SIGHUP are remembered and do nothing else, however often they come; and a reader of the output
    /// that goes away, or a limit on the size of files, ends nothing: the write fails.
    public static func watch() {
        // Makes the cell now: a handler must not.
        _ = pending
        var action = sigaction()
        action.sa_flags = SA_RESTART
        action.__sigaction_handler.sa_handler = { signal in
            _ = Interruption.first.compareExchange(expected: 0, desired: signal, ordering: .acquiringAndReleasing)
        }
        // Who started this may have had them blocked, and a process inherits that.
        var wanted = sigset_t()
        sigemptyset(&wanted)
        for signal in [SIGINT, SIGTERM, SIGHUP] {
            sigaction(signal, &action, nil)
            sigaddset(&wanted, signal)
        }
        pthread_sigmask(SIG_UNBLOCK, &wanted, nil)
        for signal in [SIGPIPE, SIGXFSZ] { Glibc.signal(signal, SIG_IGN) }
    }

    private static let first = Atomic<CInt>(0)
    private static let isSettled = Atomic<Bool>(false)
}
