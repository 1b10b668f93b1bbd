internal import Glibc
public import SystemPackage

/// Files that are there whole or not at all.
///
/// The folder is opened once and everything is done in it, so that nobody who can rename it leads a write astray.
public enum AtomicFile {
    /// Writes `bytes` to `path`: into a new file beside it, onto the disk, then renamed over what was there.
    ///
    /// A reader, and a machine that loses power, sees the old file or the new one. A symbolic link at `path` is replaced, not
    /// followed. A device, a pipe or a socket is never replaced, nor a link to one: `/dev/null` and `/dev/stdout` belong to everybody.
    /// The folder must exist.
    /// - Parameter permissions: Who may read and write the file, whatever the process's umask; `rw-r--r--` unless said
    ///   otherwise.
    /// - Throws: ``SysfsError`` with the call that failed; nothing is left beside the file then.
    public static func write(
        _ bytes: [UInt8], to path: FilePath, permissions: FilePermissions = [.ownerReadWrite, .groupRead, .otherRead]
    ) throws(SysfsError) {
        let name = try name(of: path)
        let folder = try folder(of: path)
        guard mayBeReplaced(name, in: folder) else { throw .notAFile(path: path) }
        let unique = "\(getpid()).\(String(UInt64.random(in: 0 ... .max), radix: 36))"
        let temporary = ".\(name).\(unique).tmp"
        do throws(SysfsError) {
            try create(path, in: folder, temporary, bytes, permissions)
            guard renameat(folder.number, temporary, folder.number, name) == 0 else {
                throw .failed(.rename, path: path, .current)
            }
        } catch {
            unlinkat(folder.number, temporary, 0)
            throw error
        }
        try folder.synchronize()
    }

    /// Writes `bytes` to a new file at `path`, whole and onto the disk, and never over anything that is there.
    ///
    /// - Throws: ``SysfsError`` with the call that failed; its code is `fileExists` when something is there already.
    public static func create(
        _ bytes: [UInt8], at path: FilePath, permissions: FilePermissions = [.ownerReadWrite, .groupRead, .otherRead]
    ) throws(SysfsError) {
        let name = try name(of: path)
        let folder = try folder(of: path)
        do throws(SysfsError) {
            try create(path, in: folder, name, bytes, permissions)
        } catch {
            // What was there before is nobody's to remove.
            if error.errno != .fileExists { unlinkat(folder.number, name, 0) }
            throw error
        }
        try folder.synchronize()
    }

    /// Whether the name stands for a file, a folder, which rename refuses, or for nothing.
    private static func mayBeReplaced(_ name: String, in folder: borrowing Descriptor) -> Bool {
        var status = stat()
        guard fstatat(folder.number, name, &status, 0) == 0 else { return true }
        return [S_IFREG, S_IFDIR].contains(status.st_mode & S_IFMT)
    }

    private static func name(of path: FilePath) throws(SysfsError) -> String {
        guard let name = path.lastComponent?.string, name != ".." else { throw .notAFile(path: path) }
        return name
    }

    private static func folder(of path: FilePath) throws(SysfsError) -> Descriptor {
        let folder = path.removingLastComponent()
        return try Descriptor(folder.isEmpty ? "." : folder.string, O_RDONLY | O_DIRECTORY)
    }

    private static func create(
        _ path: FilePath, in folder: borrowing Descriptor, _ name: String, _ bytes: [UInt8],
        _ permissions: FilePermissions
    ) throws(SysfsError) {
        let file = try Descriptor(path, in: folder, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode: 0o600)
        try file.writeAll(bytes)
        guard fchmod(file.number, permissions.rawValue) == 0 else { throw .failed(.status, path: path, .current) }
        try file.synchronize()
    }
}
