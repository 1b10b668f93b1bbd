internal import Glibc
public import SystemPackage

/// Files that are there whole or not at all.
public enum AtomicFile {
    /// Writes `bytes` to `path`: into a new file beside it, onto the disk, then renamed over what was there.
    ///
    /// A reader, and a machine that loses power, sees the old file or the new one. A symbolic link at `path` is replaced, not
    /// followed. The folder must exist.
    /// - Parameter permissions: Who may read and write the file, whatever the process's umask; `rw-r--r--` unless said
    ///   otherwise.
    /// - Throws: ``SysfsError`` with the call that failed; nothing is left beside the file then.
    public static func write(
        _ bytes: [UInt8], to path: FilePath, permissions: FilePermissions = [.ownerReadWrite, .groupRead, .otherRead]
    ) throws(SysfsError) {
        guard let name = path.lastComponent else { throw .notAFile(path: path) }
        let folder = path.removingLastComponent().isEmpty ? "." : path.removingLastComponent()
        let unique = "\(getpid()).\(String(UInt64.random(in: 0 ... .max), radix: 36))"
        let temporary = folder.appending(".\(name.string).\(unique).tmp")
        do throws(SysfsError) {
            try create(temporary, bytes, permissions)
            guard rename(temporary.string, path.string) == 0 else {
                throw .failed(.rename, path: path, .current)
            }
        } catch {
            unlink(temporary.string)
            throw error
        }
        try Descriptor(folder, O_RDONLY | O_DIRECTORY).synchronize()
    }

    /// Writes `bytes` to a new file at `path`, whole and onto the disk, and never over anything that is there.
    ///
    /// - Throws: ``SysfsError`` with the call that failed; its code is `fileExists` when something is there already.
    public static func create(
        _ bytes: [UInt8], at path: FilePath, permissions: FilePermissions = [.ownerReadWrite, .groupRead, .otherRead]
    ) throws(SysfsError) {
        guard path.lastComponent != nil else { throw .notAFile(path: path) }
        do throws(SysfsError) {
            try create(path, bytes, permissions)
        } catch {
            // What was there before is nobody's to remove.
            if error.errno != .fileExists { unlink(path.string) }
            throw error
        }
        let folder = path.removingLastComponent().isEmpty ? "." : path.removingLastComponent()
        try Descriptor(folder, O_RDONLY | O_DIRECTORY).synchronize()
    }

    private static func create(
        _ path: FilePath, _ bytes: [UInt8], _ permissions: FilePermissions
    ) throws(SysfsError) {
        let file = try Descriptor(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode: 0o600)
        try file.writeAll(bytes)
        guard fchmod(file.number, permissions.rawValue) == 0 else { throw .failed(.status, path: path, .current) }
        try file.synchronize()
    }
}
