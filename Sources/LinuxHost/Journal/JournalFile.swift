internal import CLinux
public import Execution
internal import Glibc
internal import SystemPackage

/// The journal of one transaction, open for writing by the one process that holds it.
public final class JournalFile {
    /// The transaction.
    public let id: TransactionID
    private let file: Descriptor
    /// The bytes of all whole lines.
    private var size: Int
    /// Bytes that what still follows may need: how each write ended, its undo, the end.
    private var promised = 4_096

    /// Takes an open file that holds `size` bytes of whole lines; what follows them is cut off.
    init(_ id: TransactionID, _ file: consuming Descriptor, size: Int) throws(SysfsError) {
        self.id = id
        self.file = file
        self.size = size
        try self.file.lock()
        try self.file.truncate(to: size)
    }

    /// Adds a record. One that announces something is on the disk when this returns, and room is set aside for what has to be said
    /// about it later; so a disk that runs full does so before a write, and not between a write and its undo.
    ///
    /// - Throws: ``SysfsError``; the journal is as it was then.
    public func append(_ record: JournalRecord) throws(SysfsError) {
        let line = JournalText.line(record)
        if case .begun = record { promised += 2 * line.count + 1_024 }
        do throws(SysfsError) {
            if record.isAnnouncement { try file.reserve(line.count + promised, from: size) }
            try file.writeAll(line)
            if record.isAnnouncement { try file.synchronize() }
        } catch {
            try? file.truncate(to: size)
            throw error
        }
        size += line.count
    }
}

extension JournalRecord {
    /// Whether something happens after this record that must not happen without it.
    fileprivate var isAnnouncement: Bool {
        switch self {
        case .opened, .begun, .replacing, .turned, .ended: true
        case .done, .failed, .undone: false
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
        guard retrying({ ftruncate(number, size) }) == 0, lseek(number, 0, SEEK_END) >= 0 else { throw failure(.write) }
    }

    /// Sets blocks aside without making the file longer. A file system that cannot do that is no reason to give up.
    fileprivate func reserve(_ count: Int, from start: Int) throws(SysfsError) {
        let keepSize: CInt = 1
        guard retrying({ fallocate(number, keepSize, start, count) }) != 0 else { return }
        guard ![EOPNOTSUPP, ENOSYS, EINVAL].contains(errno) else { return }
        throw failure(.write)
    }
}
