import Foundation
import Glibc
import Synchronization

/// Which files and folders this process has asked the system to put on the disk: the tests' own `fsync(2)` stands before glibc's.
enum SyncRecord {
    static let paths = Mutex<[String]>([])

    /// The paths below a folder that were asked for since the last call, without the folder's own path.
    static func take(below folder: String) -> [String] {
        paths.withLock { all in
            let own = all.filter { $0 == folder || $0.hasPrefix(folder + "/") }
            all.removeAll { $0 == folder || $0.hasPrefix(folder + "/") }
            return own.map { String($0.dropFirst(folder.count)) }
        }
    }
}

/// Notes the path, then puts the file on the disk.
@_cdecl("fsync")
public func recordedSync(_ file: CInt) -> CInt {
    let path = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\(file)")) ?? "?"
    SyncRecord.paths.withLock { $0.append(path) }
    return fdatasync(file)
}
