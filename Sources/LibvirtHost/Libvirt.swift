internal import CLibvirt
internal import Glibc

/// libvirt's library as a whole: what is set up once for the process and not for a connection.
public enum Libvirt {
    /// Makes the library quiet and able to run QEMU's driver inside this process; the second call and all later ones do nothing.
    ///
    /// libvirt writes every error to standard error by itself until it is told otherwise, and an embedded driver needs the event
    /// loop before the connection is opened. ``Connection`` calls this first, so nobody has to.
    public static func prepare() { _ = prepared }

    /// Runs the event loop in a thread of its own, for drivers that live in this process (`qemu:///embed`); only once.
    static func runEvents() { _ = eventLoop }

    private static let prepared: Bool = {
        virSetErrorFunc(nil) { _, _ in }
        return virEventRegisterDefaultImpl() == 0
    }()

    /// The thread lives as long as the process: an embedded driver calls into the loop until its very end.
    private static let eventLoop: Bool = {
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
