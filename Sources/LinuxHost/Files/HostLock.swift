internal import Glibc
public import SystemPackage

/// The one right to change a host: held while the value lives, given back by ``release()``, when the value goes, or when the
/// process ends in whatever way.
public struct HostLock: ~Copyable {
    /// Why the lock was not got.
    public enum LockFailure: Error, Hashable, Sendable {
        /// Somebody else holds it; `holder` is that process's number, when it is known.
        case busy(path: FilePath, holder: Int?)
        /// Something is in the way that another user made, or can make or hold; `what` is one phrase with its path.
        case foreign(path: FilePath, what: String)
        /// The file could not be used.
        case failed(SysfsError)
    }

    private let file: Descriptor

    /// The lock of a machine: in a folder of root's alone, since whoever can open a lock file can hold it.
    public static let standardPath: FilePath = "/run/numactl-plan/lock"

    /// Takes the lock on the file at `path`, which is made when it is not there and is never removed. Nobody but its owner may
    /// open it.
    ///
    /// - Parameters:
    ///   - makesFolder: Whether the file's folder is made, for its owner alone, when it is not there.
    ///   - timeout: How long to wait for another holder; zero asks once.
    /// - Throws: ``LockFailure``.
    public init(path: FilePath, makesFolder: Bool = false, timeout: Duration = .zero) throws(LockFailure) {
        self.init(file: try HostLock.locked(path, makesFolder: makesFolder, timeout: timeout))
    }

    /// Gives the lock back.
    public consuming func release() {}

    private init(file: consuming Descriptor) { self.file = file }

    private static func locked(
        _ path: FilePath, makesFolder: Bool, timeout: Duration
    ) throws(LockFailure) -> Descriptor {
        let end = ContinuousClock.now + timeout
        while true {
            let file = try LockFile.opened(path, makesFolder: makesFolder)
            try wait(for: file, path, until: end)
            // A file that was removed while it was waited for locks nobody out.
            guard try LockFile.isStillThere(file, path) else { continue }
            let holder = Array("\(getpid())\n".utf8)
            // Whether the note of the holder succeeds changes nothing about holding the lock.
            if ftruncate(file.number, 0) == 0, lseek(file.number, 0, SEEK_SET) == 0 { try? file.writeAll(holder) }
            return file
        }
    }

    private static func wait(
        for file: borrowing Descriptor, _ path: FilePath, until end: ContinuousClock.Instant
    ) throws(LockFailure) {
        while flock(file.number, LOCK_EX | LOCK_NB) != 0 {
            let code = Errno.current
            guard code == .wouldBlock || code == .interrupted else { throw .failed(.failed(.lock, path: path, code)) }
            guard ContinuousClock.now < end else { throw .busy(path: path, holder: LockFile.holder(file)) }
            usleep(50_000)
        }
    }
}

extension HostLock.LockFailure: CustomStringConvertible {
    /// One phrase with the path.
    public var description: String {
        switch self {
        case .busy(let path, let holder): "\(path) is held by \(holder.map { "process \($0)" } ?? "another process")"
        case .foreign(_, let what): what
        case .failed(let error): "\(error)"
        }
    }
}
