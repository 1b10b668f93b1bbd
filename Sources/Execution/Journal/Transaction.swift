public import XMLTree

/// What a journal tells: what was written, what became of it, how it ended.
public struct Transaction: Hashable, Sendable {
    /// One write and what is known of it.
    public struct RecordedWrite: Hashable, Sendable {
        /// The write with what leads back.
        public var write: ReversibleWrite
        /// What is known of it.
        public var state: EntryState

        package init(_ write: ReversibleWrite, _ state: EntryState) {
            self.write = write
            self.state = state
        }
    }

    /// One undo that was tried.
    public struct TriedUndo: Hashable, Sendable {
        /// What it was, in words.
        public var what: String
        /// How it ended.
        public var result: UndoResultName
        /// Why it failed, or for whom it was left.
        public var detail: String
    }

    /// Who wrote what, where and when.
    public let header: JournalHeader
    /// The writes, in order.
    public private(set) var entries: [RecordedWrite] = []
    /// The undos of the last time that it turned round.
    public private(set) var undos: [TriedUndo] = []
    /// Why it turned round the last time; nil when it never did.
    public private(set) var rollbackReason: String?
    /// How it ended; nil when it broke off.
    public private(set) var end: JournalEnd?

    /// Whether the host may be partly changed, and nobody has settled it. A run that ended before its first write has
    /// left nothing to settle.
    public var isOpen: Bool { hasBegun && (end == nil || end?.outcome == .incomplete) }

    private var hasBegun: Bool { !entries.isEmpty }

    /// Whether something is there that could be undone.
    public var isStanding: Bool {
        switch end?.outcome {
        case nil, .applied, .left, .incomplete: hasBegun
        case .rolledBack, .closed, .overtaken: false
        }
    }

    /// Reads a journal from its records.
    ///
    /// - Throws: ``JournalFlaw`` at the first record that does not follow from those before it.
    public init(_ records: [JournalRecord]) throws(JournalFlaw) {
        guard case .opened(let header)? = records.first else { throw JournalFlaw(record: 1, "it has no header") }
        self.header = header
        for (index, record) in records.enumerated().dropFirst() {
            do throws(Wrong) {
                try add(record)
            } catch {
                throw JournalFlaw(record: index + 1, error.what)
            }
        }
    }

    private mutating func add(_ record: JournalRecord) throws(Wrong) {
        switch record {
        case .opened: throw Wrong(what: "a second header")
        case .begun(let number, let write):
            guard number == entries.count + 1, rollbackReason == nil, end == nil else {
                throw Wrong(what: "write \(number) is out of order")
            }
            if let flaw = write.flaw { throw Wrong(what: "write \(number): \(flaw)") }
            entries.append(RecordedWrite(write, .begun))
        case .done(let number, let found): try settle(number, .done(found: found))
        case .failed(let number, let reason): try settle(number, .failed(reason: reason))
        case .replacing(let change):
            guard rollbackReason == nil, end == nil else { throw Wrong(what: "a file record is out of order") }
            entries.append(
                RecordedWrite(ReversibleWrite(.replaceFile(change), inverse: [.replaceFile(change.inverse)]), .begun))
        case .rollingBack(_, let reason):
            (rollbackReason, undos, end) = (reason, [], nil)
        case .undone(let what, let result, let detail):
            guard rollbackReason != nil, end == nil else { throw Wrong(what: "an undo record is out of order") }
            undos.append(TriedUndo(what: what, result: result, detail: detail))
        case .ended(let end): self.end = end
        }
    }

    private mutating func settle(_ number: Int, _ state: EntryState) throws(Wrong) {
        guard number == entries.count, entries.last?.state == .begun else {
            throw Wrong(what: "a result for write \(number), which was not begun")
        }
        entries[number - 1].state = state
    }
}

/// What is known of a write that a journal announces.
public enum EntryState: Hashable, Sendable {
    /// It was about to be made, and may have been.
    case begun
    /// It was made; `found` is the definition as it was read back, where the write was one.
    case done(found: XMLElement?)
    /// It failed; it may have been made all the same.
    case failed(reason: String)
}

/// Why the records of a journal make no sense together.
public struct JournalFlaw: Error, Hashable, Sendable {
    /// The record, from 1.
    public var record: Int
    /// What is wrong with it.
    public var reason: String

    /// Points at a record.
    package init(record: Int, _ reason: String) {
        self.record = record
        self.reason = reason
    }
}

private struct Wrong: Error { var what: String }
