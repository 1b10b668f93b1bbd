public import Execution
internal import Glibc
public import SystemPackage

/// The journals of a host: `txn/<transaction>/journal.jsonl` below a folder. They hold secrets, so only their owner may look.
public struct JournalStore: Sendable {
    /// The default folder of journals.
    public static let standardPath: FilePath = "/var/lib/numactl-plan"

    /// The folder.
    public let path: FilePath

    /// The longest journal that is written and read, in bytes.
    let limit: Int

    /// The journals below a folder, which need not exist yet.
    ///
    /// - Parameter limit: The longest journal that is written and read, in bytes.
    package init(_ path: FilePath, limit: Int = 256 << 20) {
        self.path = path
        self.limit = limit
    }

    /// Why a journal cannot be used.
    public enum JournalFailure: Error, Hashable, Sendable {
        /// There is no such transaction.
        case absent(TransactionID)
        /// The file cannot be read.
        case failed(SysfsError)
        /// The file was altered and cannot be trusted.
        case damaged(path: FilePath, line: Int, reason: String)
    }

    /// A journal that was read.
    public struct Stored: Sendable {
        /// The transaction's name.
        public let id: TransactionID
        /// The transaction that the journal records.
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

    /// The transactions that are unfinished or need manual work, ascending; includes running ones and those that cannot be read.
    public func open() throws(SysfsError) -> [TransactionID] {
        var open: [TransactionID] = []
        for id in try transactions() where try lastRecord(of: id)?.isSettling == false {
            // Read whole only where the end alone leaves a doubt; what cannot be read stays open.
            do throws(JournalFailure) {
                if try !read(id).transaction.isOpen { continue }
            } catch {
                if case .absent = error { continue }
            }
            open.append(id)
        }
        return open
    }

    /// The transactions that are rolled back unless confirmed, ascending, with their deadlines. Only the last line is read, so that a
    /// journal damaged before it counts as well.
    public func awaitingConfirmation() throws(SysfsError) -> [(id: TransactionID, until: UnixTime)] {
        var awaiting: [(id: TransactionID, until: UnixTime)] = []
        for id in try transactions() {
            if let until = try lastRecord(of: id)?.confirmUntil { awaiting.append((id, until)) }
        }
        return awaiting
    }

    /// Whether the last record says that the transaction was closed by hand.
    public func isClosedByHand(_ id: TransactionID) throws(SysfsError) -> Bool {
        try lastRecord(of: id)?.end?.outcome == .closed
    }

    /// Whether the last line says that the transaction has ended, so that nothing waits for it.
    public func isEnded(_ id: TransactionID) throws(SysfsError) -> Bool { try lastRecord(of: id)?.isSettling == true }

    /// The writes still recorded in a damaged journal, in order, for display: lines may be missing.
    public func legibleWrites(_ id: TransactionID) throws(JournalFailure) -> [ReversibleWrite] {
        JournalText.legible(try bytes(of: id).0).compactMap { record in
            if case .begun(_, let write) = record { write } else { nil }
        }
    }

    /// Reads one journal.
    public func read(_ id: TransactionID) throws(JournalFailure) -> Stored {
        let (bytes, isHeld) = try bytes(of: id)
        let contents = try contents(bytes, id)
        guard !contents.records.isEmpty else {
            throw .damaged(
                path: file(of: id), line: 1, reason: bytes.isEmpty ? "it is empty" : "it has no complete line")
        }
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
    /// The prefix of a folder that is not yet a transaction, or no longer one.
    static let unnamedPrefix = ".unnamed-"

    /// The folder of all journals.
    func journals() throws(SysfsError) -> StateFolder { try StateFolder(path).folder(JournalStore.folderName) }

    /// The whole lines of a journal.
    func contents(_ bytes: [UInt8], _ id: TransactionID) throws(JournalFailure) -> JournalText.Contents {
        do {
            return try JournalText.read(bytes)
        } catch {
            throw .damaged(path: file(of: id), line: error.line, reason: error.reason)
        }
    }

    private func bytes(of id: TransactionID) throws(JournalFailure) -> ([UInt8], isHeld: Bool) {
        var isThere = false
        do throws(SysfsError) {
            if let folder = try folder(of: id) {
                isThere = true
                if let file = try JournalStore.file(in: folder) {
                    return (try file.readAll(limit: limit), file.isLocked())
                }
            }
        } catch {
            throw .failed(error)
        }
        throw isThere ? .damaged(path: file(of: id), line: 1, reason: "the file is gone") : .absent(id)
    }

    /// The last record of a journal, read from its end only, since there may be many; nil if there is no such transaction. If the
    /// last line is truncated, damaged or missing, the transaction is open: no line before it can end it.
    private func lastRecord(of id: TransactionID) throws(SysfsError) -> LastRecord? {
        guard let folder = try folder(of: id) else { return nil }
        guard let file = try JournalStore.file(in: folder) else { return LastRecord(nil) }
        let bytes = try file.readEnd(limit: 8_192)
        guard bytes.last == UInt8(ascii: "\n") else { return LastRecord(nil) }
        let line = bytes.dropLast().lastIndex(of: UInt8(ascii: "\n")).map { bytes[($0 + 1)...] } ?? bytes[...]
        return LastRecord(JournalText.legible(Array(line)).last)
    }

    /// The folder of a transaction; nil when there is none.
    private func folder(of id: TransactionID) throws(SysfsError) -> StateFolder? {
        do throws(SysfsError) {
            return try journals().folder("\(id)")
        } catch  where error.errno == .noSuchFileOrDirectory {
            return nil
        }
    }

    /// The journal in a transaction's folder; nil when there is none.
    private static func file(in folder: borrowing StateFolder) throws(SysfsError) -> Descriptor? {
        do throws(SysfsError) {
            return try folder.file(JournalStore.fileName, O_RDONLY)
        } catch  where error.errno == .noSuchFileOrDirectory {
            return nil
        }
    }
}

/// The last record of a journal, or an unreadable one.
private struct LastRecord {
    let record: JournalRecord?

    init(_ record: JournalRecord?) { self.record = record }

    /// How the transaction ended, if this is its end.
    var end: JournalEnd? { if case .ended(let end)? = record { end } else { nil } }

    /// The deadline for confirming the transaction; nil if none is needed.
    var confirmUntil: UnixTime? { end?.outcome == .applied ? end?.confirmUntil : nil }

    /// Whether nothing is left to do for the transaction.
    var isSettling: Bool { end.map { $0.outcome != .incomplete && $0.confirmUntil == nil } ?? false }
}

extension JournalStore.JournalFailure: CustomStringConvertible {
    /// One phrase.
    public var description: String {
        switch self {
        case .absent(let id): "there is no transaction \(id)"
        case .failed(let error): "\(error)"
        case .damaged(let path, let line, let reason): "\(path) is damaged: line \(line): \(reason)"
        }
    }
}
