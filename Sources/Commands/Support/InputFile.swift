internal import Glibc

/// Reads the operator's files: whole, regular ones, of bounded size.
public enum InputFile {
    /// Why a file was not read.
    enum Failure: Error {
        /// There is no such file, or it may not be read; the text is the system's.
        case unreadable(String)
        /// It is longer than the limit in bytes.
        case tooLarge(limit: Int)
    }

    /// Reads `path`, or standard input for `-`.
    static func read(_ path: String, limit: Int) throws -> [UInt8] {
        let descriptor = path == "-" ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw Failure.unreadable(message(errno)) }
        defer { if path != "-" { close(descriptor) } }
        var status = stat()
        if fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
            throw Failure.unreadable(message(EISDIR))
        }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw Failure.unreadable(message(errno)) }
            guard count > 0 else { return bytes }
            bytes += buffer.prefix(count)
            guard bytes.count <= limit else { throw Failure.tooLarge(limit: limit) }
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

    private static func message(_ code: Int32) -> String { String(cString: strerror(code)) }
}
