public import SystemPackage

/// Why a file of the host could not be read, written or locked: the one error of this edge.
public enum SysfsError: Error, Hashable, Sendable {
    /// The system call that failed.
    public enum Call: String, Hashable, Sendable {
        case resolve, open, status, read, write, list, lock, sync, rename, create, remove, start
    }

    /// A system call failed for `path`, with the system's own code.
    case failed(Call, path: FilePath, Errno)
    /// A symbolic link leads out of the root that was given.
    case outsideRoot(path: FilePath)
    /// Not a regular file: a pipe, a device, a folder.
    case notAFile(path: FilePath)
    /// Somebody else can change what is in the folder.
    case notPrivate(path: FilePath)
    /// More than `limit` bytes.
    case tooLarge(path: FilePath, limit: Int)
    /// The file does not hold what the kernel would write there; `text` is its beginning.
    case garbled(path: FilePath, text: String)
    /// No later transaction can be named: the one there has the last name that there is.
    case noLaterName(path: FilePath)

    /// The file or folder in question.
    public var path: FilePath {
        switch self {
        case .failed(_, let path, _), .outsideRoot(let path), .notAFile(let path), .notPrivate(let path),
            .tooLarge(let path, _), .garbled(let path, _), .noLaterName(let path):
            path
        }
    }

    /// The system's own code, or nil when no system call failed.
    public var errno: Errno? {
        if case .failed(_, _, let code) = self { code } else { nil }
    }

    /// Whether the caller lacks the right: no permission, or a read-only file system.
    public var isNotPermitted: Bool {
        guard let errno else { return false }
        return [.permissionDenied, .notPermitted, .readOnlyFileSystem].contains(errno)
    }

    /// Whether the file does not exist.
    public var isAbsent: Bool { errno == .noSuchFileOrDirectory || errno == .notDirectory }
}

extension SysfsError: CustomStringConvertible {
    /// One phrase with the path.
    public var description: String {
        switch self {
        case .failed(let call, let path, let code): "cannot \(call.rawValue) \(path): \(code)"
        case .outsideRoot(let path): "\(path) is a symbolic link that leads out of the root"
        case .notAFile(let path): "\(path) is not a regular file"
        case .notPrivate(let path): "\(path) is writable by others, or belongs to another user"
        case .tooLarge(let path, let limit): "\(path) is larger than \(limit) bytes"
        case .garbled(let path, let text): "\(path) holds '\(text)', which the kernel never writes there"
        case .noLaterName(let path): "\(path) has the highest possible transaction name; move it away"
        }
    }
}
