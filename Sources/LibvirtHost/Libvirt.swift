internal import CLibvirt
internal import Glibc

/// libvirt's library as a whole: what is set up once for the process and not for a connection.
public enum Libvirt {
    /// Why the library is not there, in the loader's words; nil when it is. It is loaded by this.
    static var missing: String? { numactl_plan_libvirt_missing().map { String(cString: $0) } }

    /// Makes the library quiet; the second call and all later ones do nothing. ``Connection`` calls this first, so nobody has to.
    ///
    /// libvirt writes every error to standard error by itself until it is told otherwise.
    public static func prepare() { _ = isQuiet }

    /// Runs libvirt's event loop in a thread of its own, for drivers that live in this process (`qemu:///embed`); only once, and
    /// before such a connection is opened.
    ///
    /// Connections to a daemon do without: there, a loop would announce answers to the daemon's keepalive messages, and a loop that
    /// is registered must run for ever, or the daemon takes an idle client for dead while pools grow.
    static func runEvents() { _ = eventLoop }

    private static let isQuiet: Void = virSetErrorFunc(nil) { _, _ in }

    /// Whether the loop runs. The thread lives as long as the process: drivers call into the loop until their very end.
    private static let eventLoop: Bool = {
        guard virEventRegisterDefaultImpl() == 0 else { return false }
        var thread = pthread_t()
        let failure = pthread_create(
            &thread, nil,
            { _ in
                while virEventRunDefaultImpl() == 0 {}; return nil
            }, nil)
        guard failure == 0 else { return false }
        return pthread_detach(thread) == 0
    }()
}
