internal import Glibc

/// A line on the terminal at standard error that is redrawn in place while something lasts.
public enum UnfinishedLine {
    /// What moves the cursor to the beginning of an empty line.
    public static let wipe = "\r\u{1B}[K"

    /// From now on SIGINT, SIGTERM and SIGHUP wipe the line before they end the process. A signal that is ignored, or that the process
    /// itself handles, is left alone.
    public static func wipeWhenEnded() {
        for signal in [SIGINT, SIGTERM, SIGHUP] {
            var present = sigaction()
            guard sigaction(signal, nil, &present) == 0, present.__sigaction_handler.sa_handler == nil else { continue }
            var action = sigaction()
            // Once, and not blocked in the handler: raised there again, the signal ends the process at once.
            action.sa_flags = CInt(bitPattern: UInt32(SA_RESETHAND)) | CInt(SA_NODEFER)
            action.__sigaction_handler.sa_handler = { signal in
                let wipe: StaticString = "\r\u{1B}[K"
                _ = write(STDERR_FILENO, wipe.utf8Start, wipe.utf8CodeUnitCount)
                raise(signal)
            }
            sigaction(signal, &action, nil)
        }
    }
}
