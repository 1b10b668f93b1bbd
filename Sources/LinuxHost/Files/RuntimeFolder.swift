internal import Glibc
internal import SystemPackage

/// The folder for what holds until the next boot, in `/run`.
enum RuntimeFolder {
    /// Makes it where it is not there: everybody may read it, whatever the process's umask, and its owner alone can change it.
    ///
    /// - Returns: Whether it is there; else `errno` tells why not.
    @discardableResult
    static func make(_ path: FilePath) -> Bool {
        if mkdir(path.string, 0o755) == 0 { return chmod(path.string, 0o755) == 0 }
        return errno == EEXIST
    }
}
