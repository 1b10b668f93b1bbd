public import Execution
internal import Glibc
public import SystemPackage

/// The journals of a host: `txn/<transaction>/journal.jsonl` below a folder. They hold secrets, so only their owner may look.
public struct JournalStore: Sendable {
    /// Where journals are unless said otherwise.
    public static let standardPath: FilePath = "/var/lib/numactl-plan"

    /// The folder.
    public let path: FilePath

    /// The journals below a folder, which need not be there yet.
    public init(_ path: FilePath) { self.path = path }

    /// Why a journal is of no use.
    public enum Failure: Error, Hashable, Sendable {
        /// There is no such transaction.
        case absent(TransactionID)
        /// The file cannot be read.
        case failed(SysfsError)
        /// The file is not as it was written: nothing that it says can be relied on.
        case damaged(path: FilePath, line: Int, reason: String)
    }

    /// A journal that was read.
    public struct Stored: Sendable {
        /// The transaction's name.
        public let id: TransactionID
        /// What the journal tells.
        public let transaction: Transaction
        /// Whether a process is writing it at this moment.
        public let isHeld: Bool
    }

    /// All transactions that began, ascending; none where there is no folder.
    public func transactions() throws(SysfsError) -> [TransactionID] {
        do throws(SysfsError) {
            let folder = try journals()
            return try folder.names().compactMap { TransactionID($0) }
        } catch  where error.errno == .noSuchFileOrDirectory {
            return []
        }
    }

    /// The transactions that broke off or need a person, ascending; one that a process is writing counts.
    public func open() throws(SysfsError) -> [TransactionID] {
        var open: [TransactionID] = []
        for id in try transactions() where try lastRecord(of: id)?.isSettling == false {
            // Read whole only where the end alone leaves a doubt; what is damaged stays open.
            if let stored = try? read(id), !stored.transaction.isOpen { continue }
            open.append(id)
        }
        return open
    }

    /// Reads one journal.
    public func read(_ id: TransactionID) throws(Failure) -> Stored {
        let (bytes, isHeld) = try bytes(of: id)
        let contents = try contents(bytes, id)
        guard !contents.records.isEmpty else { throw .absent(id) }
        do {
            return Stored(id: id, transaction: try Transaction(contents.records), isHeld: isHeld)
        } catch {
            throw .damaged(path: file(of: id), line: error.record, reason: error.reason)
        }
    }

    /// The file of a transaction.
    public func file(of id: TransactionID) -> FilePath {
        path.appending(JournalStore.folderName).appending("\(id)").appending(JournalStore.fileName)
    }

    static let folderName = "txn"
    static let fileName = "journal.jsonl"
    /// The longest journal that is read, in bytes.
    static let limit = 256 << 20

    /// The folder of all journals.
    func journals() throws(SysfsError) -> StateFolder { try StateFolder(path).folder(JournalStore.folderName) }

    /// The whole lines of a journal.
    func contents(_ bytes: [UInt8], _ id: TransactionID) throws(Failure) -> JournalText.Contents {
        do {
            return try JournalText.read(bytes)
        } catch {
            throw .damaged(path: file(of: id), line: error.line, reason: error.reason)
        }
    }

    private func bytes(of id: TransactionID) throws(Failure) -> ([UInt8], isHeld: Bool) {
        do throws(SysfsError) {
            let folder = try journals().folder("\(id)")
            let file = try folder.file(JournalStore.fileName, O_RDONLY)
            return (try file.readAll(limit: JournalStore.limit), file.isLocked())
        } catch {
            throw error.errno == .noSuchFileOrDirectory ? .absent(id) : .failed(error)
        }
    }

    /// The last record of a journal, read from its end alone, since there may be many; nil when not even its header was written, so
    /// that nothing was begun. A last line that is torn or damaged leaves the transaction open: what stands before it is no end.
    private func lastRecord(of id: TransactionID) throws(SysfsError) -> LastRecord? {
        do throws(SysfsError) {
            let folder = try journals().folder("\(id)")
            let file = try folder.file(JournalStore.fileName, O_RDONLY)
            let bytes = try file.readEnd(limit: 8_192)
            guard bytes.contains(UInt8(ascii: "\n")) || bytes.count == 8_192 else { return nil }
            let line = bytes.dropLast().lastIndex(of: UInt8(ascii: "\n")).map { bytes[($0 + 1)...] } ?? bytes[...]
            return LastRecord((try? JournalText.read(Array(line)))?.records.last)
        } catch  where error.errno == .noSuchFileOrDirectory {
            return nil
        }
    }
}

/// The last record of a journal, or something that is none.
private struct LastRecord {
    let record: JournalRecord?

    init(_ record: JournalRecord?) { self.record = record }

    /// Whether the transaction needs nobody any more.
    var isSettling: Bool {
        guard case .ended(let end)? = record else { return false }
        return end.outcome != .incomplete
    }
}

extension JournalStore.Failure: CustomStringConvertible {
    /// One phrase.
    public var description: String {
        switch self {
        case .absent(let id): "there is no transaction \(id)"
        case .failed(let error): "\(error)"
        case .damaged(let path, let line, let reason): "\(path) is damaged: line \(line): \(reason)"
        }
    }
}
