internal import Glibc

/// Looks at single paths of the running machine; opens nothing.
public enum PathLook {
    /// What is at a path.
    public enum Found: Hashable, Sendable {
        case missing, folder
        /// A file or a device; `identity` is the same for all its names.
        case file(identity: String)
    }

    /// What is there; nil where that cannot be seen, for want of permission or a file system that does not answer.
    public static func at(_ path: String) -> Found? {
        var status = stat()
        guard stat(path, &status) == 0 else { return [ENOENT, ENOTDIR, ELOOP].contains(errno) ? .missing : nil }
        if status.st_mode & S_IFMT == S_IFDIR { return .folder }
        return .file(identity: identity(of: status))
    }

    /// Block devices by their numbers, for several nodes may lead to one; files by file system and inode, for hard links do.
    private static func identity(of status: stat) -> String {
        status.st_mode & S_IFMT == S_IFBLK ? "block \(status.st_rdev)" : "file \(status.st_dev) \(status.st_ino)"
    }

    /// Whether there is a network link of that name, and whether it is a bridge; nil where there is no sysfs.
    public static func isBridge(_ name: String) -> (exists: Bool, isBridge: Bool)? {
        guard at("/sys/class/net") == .folder, !name.contains("/") else { return nil }
        return (at("/sys/class/net/\(name)") != .missing, at("/sys/class/net/\(name)/bridge") == .folder)
    }
}
