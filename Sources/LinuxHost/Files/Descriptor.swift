internal import Glibc
internal import SystemPackage

/// An open file with one owner; it is closed when the owner goes.
struct Descriptor: ~Copyable {
    /// The system's number of the open file.
    let number: CInt
    /// The file, as errors name it.
    let path: FilePath

    /// Opens `path`; never leaks into a child process, never waits for the other end of a pipe.
    init(_ path: FilePath, _ flags: CInt, mode: mode_t = 0) throws(SysfsError) {
        let opened = retrying { open(path.string, flags | O_CLOEXEC | O_NONBLOCK, mode) }
        guard opened >= 0 else { throw .failed(.open, path: path, .current) }
        number = opened
        self.path = path
    }

    /// Opens `name` in an open folder; `path` is what errors say.
    init(
        _ path: FilePath, in folder: borrowing Descriptor, _ name: String, _ flags: CInt, mode: mode_t = 0
    ) throws(SysfsError) {
        let parent = folder.number
        let opened = retrying { openat(parent, name, flags | O_CLOEXEC | O_NONBLOCK, mode) }
        guard opened >= 0 else { throw .failed(.open, path: path, .current) }
        number = opened
        self.path = path
    }

    deinit { close(number) }

    /// What kind of file this is, as `stat(2)` tells it.
    func status() throws(SysfsError) -> stat {
        var status = stat()
        guard fstat(number, &status) == 0 else { throw .failed(.status, path: path, .current) }
        return status
    }

    /// Where a symbolic link leads that was opened as such.
    func linkTarget() throws(SysfsError) -> String {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlinkat(number, "", &buffer, buffer.count)
        guard count >= 0 else { throw failure(.resolve) }
        return String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Lets reads wait for the other end of a pipe from now on.
    func waitForData() throws(SysfsError) {
        let flags = fcntl(number, F_GETFL)
        guard flags >= 0, fcntl(number, F_SETFL, flags & ~O_NONBLOCK) == 0 else { throw failure(.status) }
    }

    /// Everything from the present position, at most `limit` bytes.
    func readAll(limit: Int) throws(SysfsError) -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16_384)
        while true {
            let count = retrying { buffer.withUnsafeMutableBytes { read(number, $0.baseAddress, $0.count) } }
            guard count >= 0 else { throw .failed(.read, path: path, .current) }
            guard count > 0 else { return bytes }
            bytes += buffer[..<count]
            guard bytes.count <= limit else { throw .tooLarge(path: path, limit: limit) }
        }
    }

    /// Writes all bytes, in as many calls as it takes.
    func writeAll(_ bytes: [UInt8]) throws(SysfsError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = retrying { rest.withUnsafeBytes { write(number, $0.baseAddress, $0.count) } }
            guard count > 0 else { throw .failed(.write, path: path, count == 0 ? .ioError : .current) }
            rest = rest.dropFirst(count)
        }
    }

    /// The last bytes of the file, at most `limit`.
    func readEnd(limit: Int) throws(SysfsError) -> [UInt8] {
        let end = lseek(number, 0, SEEK_END)
        guard end >= 0, lseek(number, max(0, end - limit), SEEK_SET) >= 0 else { throw failure(.read) }
        return try readAll(limit: 2 * limit)
    }

    /// The error of the call that failed just now.
    func failure(_ call: SysfsError.Call) -> SysfsError { .failed(call, path: path, .current) }

    /// Waits until the file's bytes are on the disk.
    func synchronize() throws(SysfsError) {
        guard retrying({ fsync(number) }) == 0 else { throw .failed(.sync, path: path, .current) }
    }
}

extension Errno {
    /// The code that the last failed call of this thread left.
    static var current: Errno { Errno(rawValue: errno) }
}

/// Repeats a call while a signal interrupts it.
func retrying<Number: SignedInteger>(_ call: () -> Number) -> Number {
    while true {
        let result = call()
        guard result < 0, errno == EINTR else { return result }
    }
}
