internal import Glibc
internal import SystemPackage

/// The file that a host's lock is on.
///
/// A lock of `flock(2)` can be held by everybody who can open its file, for reading too. So the file is its owner's alone, and so
/// is the way to it: nobody else can hold it, or be there first with a file, a pipe, a folder or a link of that name.
enum LockFile {
    /// Opens the file, which is made when it is not there.
    ///
    /// - Throws: ``HostLock/LockFailure``; it is `foreign` for what another user made or can change.
    static func opened(_ path: FilePath, makesFolder: Bool) throws(HostLock.LockFailure) -> Descriptor {
        guard let name = path.lastComponent?.string else { throw .failed(.notAFile(path: path)) }
        let folder = try folder(of: path, makes: makesFolder)
        if let doubt = folder.doubt { throw .foreign(path: path, what: "\(doubt), so a lock there is not safe") }
        // Between the two calls somebody may make it, or remove it.
        for _ in 0..<100 {
            if let file = try present(path, in: folder.file, name) {
                guard try claim(file) else {
                    throw .foreign(path: path, what: "\(path) is a file with contents")
                }
                return file
            }
            if let file = try created(path, in: folder.file, name) { return file }
        }
        throw .failed(.failed(.create, path: path, .fileExists))
    }

    /// Whether `path` still names the open file.
    static func isStillThere(_ file: borrowing Descriptor, _ path: FilePath) throws(HostLock.LockFailure) -> Bool {
        var named = stat()
        guard lstat(path.string, &named) == 0 else { return false }
        do throws(SysfsError) {
            let held = try file.status()
            return held.st_dev == named.st_dev && held.st_ino == named.st_ino
        } catch {
            throw .failed(error)
        }
    }

    private static func folder(of path: FilePath, makes: Bool) throws(HostLock.LockFailure) -> TrustedFile {
        let parent = path.removingLastComponent().isEmpty ? "." : path.removingLastComponent()
        do throws(SysfsError) {
            if makes, !RuntimeFolder.make(parent) {
                throw .failed(.create, path: parent, .current)
            }
            return try TrustedFile.open(parent, O_RDONLY | O_DIRECTORY)
        } catch {
            throw .failed(error)
        }
    }

    /// The file that is there, or nil.
    private static func present(
        _ path: FilePath, in folder: borrowing Descriptor, _ name: String
    ) throws(HostLock.LockFailure) -> Descriptor? {
        do throws(SysfsError) {
            let file = try Descriptor(path, in: folder, name, O_RDWR | O_NOFOLLOW)
            guard stranger(try file.status()) == nil else { throw .notAFile(path: path) }
            return file
        } catch {
            if error.errno == .noSuchFileOrDirectory { return nil }
            if let what = inTheWay(folder, name) { throw .foreign(path: path, what: "\(path) is \(what)") }
            throw .failed(error)
        }
    }

    /// Makes a file that is there its owner's alone; false, and nothing done, for one that holds anything but the number of a process:
    /// the lock would overwrite it.
    private static func claim(_ file: borrowing Descriptor) throws(HostLock.LockFailure) -> Bool {
        do throws(SysfsError) {
            let bytes = try file.readEnd(limit: mostBytes)
            guard bytes.isEmpty || holder(in: bytes) != nil else { return false }
            if try file.status().st_uid == geteuid(), fchmod(file.number, 0o600) != 0 { throw file.failure(.status) }
            return true
        } catch {
            throw .failed(error)
        }
    }

    /// The process that holds the lock, as its file says; nil when that says none.
    static func holder(_ file: borrowing Descriptor) -> Int? {
        guard let bytes = try? file.readEnd(limit: mostBytes) else { return nil }
        return holder(in: bytes)
    }

    private static func holder(in bytes: [UInt8]) -> Int? {
        SysfsText.number(SysfsText.trimmed(String(decoding: bytes, as: UTF8.self))).flatMap { Int(exactly: $0) }
    }

    /// More than the number of any process takes.
    private static let mostBytes = 64

    /// A new file, or nil when one is there by now.
    private static func created(
        _ path: FilePath, in folder: borrowing Descriptor, _ name: String
    ) throws(HostLock.LockFailure) -> Descriptor? {
        do throws(SysfsError) {
            return try Descriptor(path, in: folder, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, mode: 0o600)
        } catch {
            if error.errno == .fileExists { return nil }
            throw .failed(error)
        }
    }

    /// What is in the place of the lock and is no file of root's or of this process's user; nil when there is no such thing.
    private static func inTheWay(_ folder: borrowing Descriptor, _ name: String) -> String? {
        var status = stat()
        guard fstatat(folder.number, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else { return nil }
        return stranger(status)
    }

    /// What a file is called that can be no lock of ours; nil for one that can.
    private static func stranger(_ status: stat) -> String? {
        let isOurs = status.st_uid == 0 || status.st_uid == geteuid()
        if isOurs, status.st_mode & S_IFMT == S_IFREG { return nil }
        return "\(kind(status)) of \(status.st_uid == 0 ? "root" : "user \(status.st_uid)")"
    }

    private static func kind(_ status: stat) -> String {
        switch status.st_mode & S_IFMT {
        case S_IFREG: "a file"
        case S_IFDIR: "a folder"
        case S_IFLNK: "a symbolic link"
        case S_IFIFO: "a pipe"
        case S_IFSOCK: "a socket"
        default: "a device"
        }
    }
}
