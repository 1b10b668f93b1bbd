public import Execution
internal import Glibc
internal import SystemPackage

extension FileChange {
    /// How the file stands.
    public enum Standing: Hashable, Sendable {
        /// As it was before, or gone where it was not there.
        case before
        /// As it is after.
        case after
        /// Somebody else wrote it.
        case other
    }

    /// The change of a small text file to a new text.
    ///
    /// - Throws: ``SysfsError`` when there is something that cannot be read.
    public init(replacing path: String, with text: String) throws(SysfsError) {
        self.init(path: path, before: try FileChange.text(of: path), after: text)
    }

    /// Looks at the file.
    public func standing() throws(SysfsError) -> Standing {
        switch try FileChange.text(of: path) {
        case before: .before
        case after: .after
        default: .other
        }
    }

    /// Writes the new text; the old one or the new one is there at any time.
    public func make() throws(SysfsError) { try AtomicFile.write(Array(after.utf8), to: FilePath(path)) }

    /// Puts the old text back, or removes the file where there was none.
    public func undo() throws(SysfsError) {
        if let before { return try AtomicFile.write(Array(before.utf8), to: FilePath(path)) }
        guard unlink(path) == 0 || errno == ENOENT else { throw .failed(.remove, path: FilePath(path), .current) }
    }

    private static func text(of path: String) throws(SysfsError) -> String? {
        do throws(SysfsError) {
            let file = try Descriptor(FilePath(path), O_RDONLY)
            guard try file.status().st_mode & S_IFMT == S_IFREG else { throw .notAFile(path: FilePath(path)) }
            return String(decoding: try file.readAll(limit: 1 << 20), as: UTF8.self)
        } catch  where error.isAbsent {
            return nil
        }
    }
}
