internal import Glibc
public import SystemPackage

/// The one right to change a host: held while the value lives, given back by ``release()``, when the value goes, or when the
/// process ends in whatever way.
public struct HostLock: ~Copyable {
    /// Why the lock was not got.
    public enum Failure: Error, Hashable, Sendable {
        /// Somebody else holds it; `holder` is that process's number, when it is known.
        case busy(path: FilePath, holder: Int?)
        /// The file could not be used.
        case failed(SysfsError)
    }

    private let file: Descriptor

    /// Takes the lock on the file at `path`, which is made when it is not there and is never removed.
    ///
    /// - Parameter timeout: How long to wait for another holder; zero asks once.
    /// - Throws: ``Failure``.
    public init(path: FilePath, timeout: Duration = .zero) throws(Failure) {
        self.init(file: try HostLock.locked(path, timeout: timeout))
    }

    /// Gives the lock back.
    public consuming func release() {}

    private init(file: consuming Descriptor) { self.file = file }

    private static func locked(_ path: FilePath, timeout: Duration) throws(Failure) -> Descriptor {
        let file = try opened(path)
        let end = ContinuousClock.now + timeout
        while flock(file.number, LOCK_EX | LOCK_NB) != 0 {
            let code = Errno.current
            guard code == .wouldBlock || code == .interrupted else { throw .failed(.failed(.lock, path: path, code)) }
            guard ContinuousClock.now < end else { throw .busy(path: path, holder: holder(file)) }
            usleep(50_000)
        }
        let holder = Array("\(getpid())\n".utf8)
        // Whether the note of the holder succeeds changes nothing about holding the lock.
        if ftruncate(file.number, 0) == 0 { try? file.writeAll(holder) }
        return file
    }

    private static func opened(_ path: FilePath) throws(Failure) -> Descriptor {
        do throws(SysfsError) {
            let file = try Descriptor(path, O_RDWR | O_CREAT | O_NOFOLLOW, mode: 0o644)
            guard try file.status().st_mode & S_IFMT == S_IFREG else { throw .notAFile(path: path) }
            return file
        } catch {
            throw .failed(error)
        }
    }

    private static func holder(_ file: borrowing Descriptor) -> Int? {
        guard let bytes = try? file.readAll(limit: 64) else { return nil }
        return SysfsText.number(SysfsText.trimmed(String(decoding: bytes, as: UTF8.self))).flatMap { Int(exactly: $0) }
    }
}

extension HostLock.Failure: CustomStringConvertible {
    /// One phrase with the path.
    public var description: String {
        switch self {
        case .busy(let path, let holder): "\(path) is held by \(holder.map { "process \($0)" } ?? "another process")"
        case .failed(let error): "\(error)"
        }
    }
}
