internal import Glibc

/// Looks at single paths of the running machine; opens nothing.
public enum PathLook {
    /// What is at a path.
    public enum Found: Hashable, Sendable {
        case missing, folder
        /// A file or a device; `real` is its path without symbolic links.
        case file(real: String)
    }

    /// What is there; nil where that cannot be seen, for want of permission or a file system that does not answer.
    public static func at(_ path: String) -> Found? {
        var status = stat()
        guard stat(path, &status) == 0 else { return [ENOENT, ENOTDIR, ELOOP].contains(errno) ? .missing : nil }
        if status.st_mode & S_IFMT == S_IFDIR { return .folder }
        guard let real = realpath(path, nil) else { return nil }
        defer { free(real) }
        return .file(real: String(cString: real))
    }

    /// Whether there is a network link of that name, and whether it is a bridge; nil where there is no sysfs.
    public static func isBridge(_ name: String) -> (exists: Bool, isBridge: Bool)? {
        guard at("/sys/class/net") == .folder, !name.contains("/") else { return nil }
        return (at("/sys/class/net/\(name)") != .missing, at("/sys/class/net/\(name)/bridge") == .folder)
    }
}
