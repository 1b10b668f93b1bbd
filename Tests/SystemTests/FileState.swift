import Foundation
import Glibc

/// A file's bytes and the times of its last writes: equal states mean that nothing wrote it, not even the same bytes again.
struct FileState: Equatable {
    var bytes: Data
    var inode: UInt64
    var times: [Int]

    /// Looks at a file.
    init(_ path: String) throws {
        bytes = try Data(contentsOf: URL(filePath: path))
        var status = stat()
        guard stat(path, &status) == 0 else { throw Broken(description: "cannot look at \(path)") }
        inode = UInt64(status.st_ino)
        times = [status.st_mtim.tv_sec, status.st_mtim.tv_nsec, status.st_ctim.tv_sec, status.st_ctim.tv_nsec]
    }

    /// Looks at the definitions that libvirt keeps of domains, and at other files.
    static func all(definitionsOf domains: [String], _ others: [String] = []) throws -> [String: FileState] {
        var states: [String: FileState] = [:]
        for path in domains.map({ "/etc/libvirt/qemu/\($0).xml" }) + others { states[path] = try FileState(path) }
        return states
    }
}
