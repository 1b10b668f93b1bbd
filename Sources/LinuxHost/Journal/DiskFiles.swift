public import Execution
internal import Glibc
internal import SystemPackage

/// The small text files of this machine.
public struct DiskFiles: FileHost {
    /// Reads and writes them.
    public init() {}

    /// The change that brings a file to a text, and makes the file's folder where that is not there.
    ///
    /// - Throws: ``StepFailure`` when there is something that cannot be read.
    public func change(of path: String, to text: String) throws(StepFailure) -> FileChange {
        FileChange(
            path: path, before: try self.text(of: path), after: text, makesFolder: try !isThere(folder(of: path)))
    }

    /// The file's text, at most 1 MiB.
    public func text(of path: String) throws(StepFailure) -> String? {
        do throws(SysfsError) {
            let file = try Descriptor(path, O_RDONLY)
            guard try file.status().st_mode & S_IFMT == S_IFREG else { throw .notAFile(path: FilePath(path)) }
            return String(decoding: try file.readAll(limit: 1 << 20), as: UTF8.self)
        } catch {
            if error.isAbsent { return nil }
            throw .refused(HostRefusal(error))
        }
    }

    /// Looks at the file, and at whether its folder, or the folder in which that is made, may be written to.
    public func check(_ change: FileChange) throws(StepFailure) {
        guard try text(of: change.path) == change.before else {
            throw .refused(HostRefusal(.failed(.write, path: FilePath(change.path), .resourceBusy)))
        }
        let folder = folder(of: change.path)
        let written = change.makesFolder ? self.folder(of: folder.string) : folder
        var status = stat()
        guard stat(written.string, &status) == 0, access(written.string, W_OK | X_OK) == 0 else {
            throw .refused(HostRefusal(.failed(.write, path: written, .current)))
        }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            throw .refused(HostRefusal(.failed(.write, path: written, .notDirectory)))
        }
    }

    /// Writes the new text, or removes the file.
    public func make(_ change: FileChange) throws(StepFailure) {
        do throws(SysfsError) {
            guard let text = change.after else { return try remove(change) }
            if change.makesFolder { try makeFolder(folder(of: change.path)) }
            try AtomicFile.write(Array(text.utf8), to: FilePath(change.path))
        } catch {
            throw .refused(HostRefusal(error))
        }
    }

    private func makeFolder(_ folder: FilePath) throws(SysfsError) {
        guard mkdir(folder.string, 0o755) == 0 else {
            guard errno == EEXIST else { throw .failed(.create, path: folder, .current) }
            return
        }
        try synchronize(self.folder(of: folder.string))
    }

    private func remove(_ change: FileChange) throws(SysfsError) {
        let folder = folder(of: change.path)
        guard unlink(change.path) == 0 || errno == ENOENT else {
            throw .failed(.remove, path: FilePath(change.path), .current)
        }
        if change.makesFolder, rmdir(folder.string) == 0 { return try synchronize(self.folder(of: folder.string)) }
        // It stays where somebody has put something else into it, or has mounted a filesystem there.
        if change.makesFolder, ![ENOTEMPTY, EEXIST, ENOENT, EBUSY].contains(errno) {
            throw .failed(.remove, path: folder, .current)
        }
        do throws(SysfsError) {
            try synchronize(folder)
        } catch  where error.isAbsent {
            return
        }
    }

    private func synchronize(_ folder: FilePath) throws(SysfsError) {
        try Descriptor(folder.string, O_RDONLY | O_DIRECTORY).synchronize()
    }

    private func folder(of path: String) -> FilePath {
        let folder = FilePath(path).removingLastComponent()
        return folder.isEmpty ? "." : folder
    }

    private func isThere(_ folder: FilePath) throws(StepFailure) -> Bool {
        var status = stat()
        if stat(folder.string, &status) == 0 { return true }
        guard errno == ENOENT else { throw .refused(HostRefusal(.failed(.status, path: folder, .current))) }
        return false
    }
}
