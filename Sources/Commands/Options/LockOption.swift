internal import ArgumentParser
internal import Diagnostics
internal import LinuxHost
internal import SystemPackage

/// The lock of the host.
struct LockOption: ParsableArguments {
    @Option(
        help: ArgumentHelp("The lock file that lets only one apply run at a time.", valueName: "file"),
        completion: .file())
    var lockFile = HostLock.standardPath.string

    /// Takes the host's lock.
    ///
    /// - Throws: ``CommandFailure`` with 75 when another holds it, with 77 when the file may not be made or another user is in its way.
    func lock(timeout: Duration) throws -> HeldLock {
        do {
            let path = FilePath(lockFile)
            return HeldLock(
                try HostLock(path: path, makesFolder: path == HostLock.standardPath, timeout: timeout))
        } catch {
            switch error {
            case .busy:
                throw CommandFailure(
                    .locked,
                    [Diagnostic(.lockBusy, "\(error)", hint: "try again later, or wait longer with --lock-timeout")])
            case .foreign:
                throw CommandFailure(
                    .notPermitted,
                    [
                        Diagnostic(
                            .lockForeign, "\(error)",
                            hint: "check whose it is, remove it, and try again; or use another --lock-file")
                    ])
            case .failed(let cause):
                throw CommandFailure(
                    cause.isNotPermitted ? .notPermitted : .unexpected,
                    [
                        Diagnostic(
                            .lockBusy, "\(cause)",
                            hint: cause.isNotPermitted
                                ? "run as root" : "give --lock-file a path in an existing folder")
                    ])
            }
        }
    }
}

/// Holds the host's lock until it is released.
final class HeldLock {
    private var lock: HostLock?

    init(_ lock: consuming HostLock) { self.lock = consume lock }

    /// Gives the lock back.
    func release() { lock = nil }
}
