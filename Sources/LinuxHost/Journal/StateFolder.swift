internal import Glibc
internal import SystemPackage

/// An open folder. What is below it is reached through it, by plain names and never over a symbolic link, so that nobody who
/// can write elsewhere leads a write astray.
struct StateFolder: ~Copyable {
    let path: FilePath
    private let folder: Descriptor

    /// Opens a folder; with `mode` it is made where it is not there.
    ///
    /// - Throws: ``SysfsError``, also where somebody else could change what is in the folder, or put another in its place.
    init(_ path: FilePath, makingWith mode: mode_t? = nil) throws(SysfsError) {
        guard let name = path.lastComponent?.string, name != ".", name != ".." else {
            try self.init(path, try StateFolder.trusted(path))
            return
        }
        let parent = try StateFolder.trusted(path.removingLastComponent())
        if let mode {
            if mkdirat(parent.number, name, mode) == 0 {
                try parent.synchronize()
            } else if errno != EEXIST {
                throw .failed(.create, path: path, .current)
            }
        }
        try self.init(path, try Descriptor(path, in: parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW))
    }

    private static func trusted(_ path: FilePath) throws(SysfsError) -> Descriptor {
        let folder = try TrustedFile.open(path.isEmpty ? "." : path, O_RDONLY | O_DIRECTORY)
        if let doubt = folder.doubt { throw .notPrivate(path: doubt.path) }
        return folder.file
    }

    private init(_ path: FilePath, _ folder: consuming Descriptor) throws(SysfsError) {
        self.path = path
        let status = try folder.status()
        guard status.st_uid == geteuid() || status.st_uid == 0, status.st_mode & (S_IWGRP | S_IWOTH) == 0 else {
            throw .notPrivate(path: path)
        }
        self.folder = folder
    }

    /// Opens a folder in this one; with `mode` it is made where it is not there.
    func folder(_ name: String, makingWith mode: mode_t? = nil) throws(SysfsError) -> StateFolder {
        if let mode, try make(name, mode) { try folder.synchronize() }
        let path = path.appending(name)
        return try StateFolder(path, try Descriptor(path, in: folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW))
    }

    /// Makes a folder in this one; false when there is something of that name.
    func make(_ name: String, _ mode: mode_t) throws(SysfsError) -> Bool {
        if mkdirat(folder.number, name, mode) == 0 { return true }
        guard errno == EEXIST else { throw .failed(.create, path: path.appending(name), .current) }
        return false
    }

    /// Opens a file in this folder that must be a regular one, readable by its owner alone where it is made.
    func file(_ name: String, _ flags: CInt) throws(SysfsError) -> Descriptor {
        let path = path.appending(name)
        let file = try Descriptor(path, in: folder, name, flags | O_NOFOLLOW, mode: 0o600)
        guard try file.status().st_mode & S_IFMT == S_IFREG else { throw .notAFile(path: path) }
        return file
    }

    /// The names in the folder, ascending.
    func names() throws(SysfsError) -> [String] {
        let copy = dup(folder.number)
        guard copy >= 0, let stream = fdopendir(copy) else { throw .failed(.list, path: path, .current) }
        defer { closedir(stream) }
        rewinddir(stream)
        var names: [String] = []
        while let entry = readdir(stream) {
            names.append(
                withUnsafePointer(to: &entry.pointee.d_name) {
                    $0.withMemoryRebound(to: CChar.self, capacity: 1) { String(cString: $0) }
                })
        }
        return names.filter { $0 != "." && $0 != ".." }.sorted()
    }

    /// Removes a file, or an empty folder, that may be gone already.
    func remove(_ name: String, isFolder: Bool = false) throws(SysfsError) {
        guard unlinkat(folder.number, name, isFolder ? AT_REMOVEDIR : 0) != 0, errno != ENOENT else { return }
        throw .failed(.remove, path: path.appending(name), .current)
    }

    /// Gives an entry of this folder another name, which nothing in it has. The caller holds the host's lock.
    func rename(_ name: String, to other: String) throws(SysfsError) {
        guard faccessat(folder.number, other, F_OK, AT_SYMLINK_NOFOLLOW) != 0 else {
            throw .failed(.rename, path: path.appending(other), .fileExists)
        }
        guard renameat(folder.number, name, folder.number, other) == 0 else {
            throw .failed(.rename, path: path.appending(other), .current)
        }
    }

    /// Waits until the folder's entries are on the disk.
    func synchronize() throws(SysfsError) { try folder.synchronize() }
}
