internal import Glibc
internal import LinuxHost
internal import SystemPackage

/// Reads the operator's files: whole, regular ones, of bounded size.
public enum InputFile {
    /// Why a file was not read.
    enum InputFailure: Error {
        /// There is no such file, or it may not be read; the text is the system's.
        case unreadable(String, isAbsent: Bool)
        /// It is longer than the limit in bytes.
        case tooLarge(limit: Int)
    }

    /// Reads `path`, or standard input for `-`, with what is known of who could have written it.
    static func inspect(_ path: String, limit: Int) throws -> FileContents {
        do throws(SysfsError) {
            return try FileContents.read(FilePath(path == "-" ? "/dev/stdin" : path), limit: limit)
        } catch {
            if case .tooLarge(_, let limit) = error { throw InputFailure.tooLarge(limit: limit) }
            throw InputFailure.unreadable(error.errno.map { "\($0)" } ?? "\(error)", isAbsent: error.isAbsent)
        }
    }

    /// The names in a folder, without `.` and `..`; nil for what is no folder, or may not be read.
    public static func names(in path: String) -> [String]? {
        guard let folder = opendir(path) else { return nil }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }
}
