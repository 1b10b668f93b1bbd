internal import CLinux
public import Execution
internal import Glibc
internal import SystemPackage

/// The journal of one transaction, open for writing by the one process that holds it.
public final class JournalFile {
    /// The transaction.
    public let id: TransactionID
    private let file: Descriptor
    /// The longest that the file may become, in bytes: what is longer could not be read back.
    private let limit: Int
    /// The bytes of all whole lines.
    private var size: Int
    /// Bytes that what still follows may need: how each write ended, its undo, the end.
    private var promised = JournalFile.roomForEnd
    /// Why nothing can be added any more: part of a line is there and could not be cut off.
    private var broken: SysfsError?

    private static let roomForEnd = 4_096

    /// Takes an open file that holds `size` bytes of whole lines; what follows them is cut off.
    init(_ id: TransactionID, _ file: consuming Descriptor, size: Int, limit: Int) throws(SysfsError) {
        self.id = id
        self.file = file
        self.size = size
        self.limit = limit
        try self.file.lock()
        // Cutting gives back the room that was set aside: only where there is something to cut off.
        if try self.file.status().st_size != size { try self.file.truncate(to: size) }
        try self.file.seekToEnd()
    }

    /// Adds a record. One that announces something is on the disk when this returns, and room is set aside for what has to be said
    /// about it later; so a disk that runs full does so before a write, and not between a write and its undo.
    ///
    /// - Throws: ``SysfsError``; the journal is as it was then, and the room that was set aside is still its own.
    public func append(_ record: JournalRecord) throws(SysfsError) {
        if let broken { throw broken }
        let line = JournalText.line(record)
        if record.beginsSomething {
            let room = promised + JournalFile.roomAfter(line)
            guard size + line.count + room <= limit else { throw .tooLarge(path: file.path, limit: limit) }
            try file.reserve(line.count + room, from: size)
            promised = room
        }
        do throws(SysfsError) {
            try file.writeAll(line)
            if record.isAnnouncement { try file.synchronize() }
        } catch {
            cutOff()
            throw error
        }
        size += line.count
    }

    /// The bytes that may be needed to tell what became of a write: its definition as it was read back, its undo.
    static func roomAfter(_ line: [UInt8]) -> Int { 2 * line.count + 1_024 }

    /// Whether so many bytes of announced writes find room in a journal that can still be read back.
    static func holds(_ announced: Int, limit: Int) -> Bool { roomForEnd + announced <= limit }

    /// Cuts off what was written of a line, and sets the room aside again that this gives back.
    private func cutOff() {
        do throws(SysfsError) {
            try file.truncate(to: size)
        } catch {
            broken = error
            return
        }
        do throws(SysfsError) {
            try file.reserve(promised, from: size)
        } catch {
            // The room is another's now. What has to be said is still tried, and fails aloud where it finds none.
        }
    }
}

extension JournalRecord {
    /// Whether something happens after this record that must not happen without it.
    fileprivate var isAnnouncement: Bool {
        switch self {
        case .opened, .begun, .replacing, .rollingBack, .ended: true
        case .done, .failed, .undone: false
        }
    }

    /// Whether the host changes after this record in a way that must be told to its end.
    fileprivate var beginsSomething: Bool {
        switch self {
        case .opened, .begun, .replacing: true
        case .rollingBack, .ended, .done, .failed, .undone: false
        }
    }
}

extension Descriptor {
    /// Keeps other processes from taking the file for one that nobody writes.
    fileprivate func lock() throws(SysfsError) {
        guard retrying({ flock(number, LOCK_EX | LOCK_NB) }) == 0 else { throw failure(.lock) }
    }

    /// Whether a process holds the file.
    func isLocked() -> Bool {
        guard flock(number, LOCK_SH | LOCK_NB) == 0 else { return true }
        flock(number, LOCK_UN)
        return false
    }

    fileprivate func truncate(to size: Int) throws(SysfsError) {
        guard retrying({ ftruncate(number, size) }) == 0 else { throw failure(.write) }
        try seekToEnd()
    }

    fileprivate func seekToEnd() throws(SysfsError) {
        guard lseek(number, 0, SEEK_END) >= 0 else { throw failure(.write) }
    }

    /// Sets blocks aside without making the file longer. A file system that cannot do that is no reason to give up.
    fileprivate func reserve(_ count: Int, from start: Int) throws(SysfsError) {
        let keepSize: CInt = 1
        guard retrying({ fallocate(number, keepSize, start, count) }) != 0 else { return }
        guard ![EOPNOTSUPP, ENOSYS, EINVAL].contains(errno) else { return }
        throw failure(.write)
    }
}
