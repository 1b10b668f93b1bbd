internal import Glibc
public import SystemPackage

/// What a file holds, and whether another user may have written it.
public struct FileContents: Sendable {
    /// The whole file.
    public let bytes: [UInt8]
    /// Why it is not taken at its word, or nil.
    public let doubt: FileDoubt?

    /// What was read, and the doubt of it.
    package init(_ bytes: [UInt8], doubt: FileDoubt? = nil) {
        self.bytes = bytes
        self.doubt = doubt
    }

    /// Reads a file of at most `limit` bytes; it is judged by the descriptors that were opened on the way to it.
    ///
    /// - Throws: ``SysfsError`` with the call that failed.
    public static func read(_ path: FilePath, limit: Int) throws(SysfsError) -> FileContents {
        let opened = try TrustedFile.open(path)
        return FileContents(try opened.file.readAll(limit: limit), doubt: opened.doubt)
    }
}
