/// One transaction of a host.
public struct HistoryEntry: Hashable, Sendable {
    /// One write of a transaction.
    public struct Write: Hashable, Sendable {
        /// What is known of a write.
        public enum WriteState: String, Hashable, Sendable, CaseIterable {
            /// It was done.
            case done
            /// It failed; it may have happened all the same.
            case failed
            /// The process ended before it could say: it happened or it did not.
            case inDoubt = "in_doubt"
        }

        /// The write: `define web01`.
        public var what: String
        /// What is known of it.
        public var state: WriteState
        /// Why it failed; empty otherwise.
        public var detail: String

        package init(_ what: String, _ state: WriteState, _ detail: String = "") {
            self.what = what
            self.state = state
            self.detail = detail
        }
    }

    /// How a transaction stands.
    public enum TransactionState: String, Hashable, Sendable, CaseIterable {
        /// A process is at it.
        case running
        /// It is unfinished: the host may be partly changed.
        case open
        case applied
        case rolledBack = "rolled_back"
        case left = "rolled_back_in_part"
        case incomplete
        case closed
        case overtaken
        /// The journal cannot be relied on.
        case damaged
        /// It ended, and its journal was damaged: it cannot be rolled back.
        case endedDamaged = "ended_damaged"
    }

    /// The transaction's name, which is its time.
    public var transaction: String
    /// How it stands.
    public var state: TransactionState
    /// The site's name; nil when it is not known.
    public var site: String?
    /// How libvirt was reached; nil when the journal does not say.
    public var connection: String?
    /// The process that ran it; nil when it is not known.
    public var process: Int?
    /// The writes, in order.
    public var writes: [Write]
    /// Files that were replaced.
    public var files: [String]
    /// What was put back the last time that it turned round.
    public var undone: [RollbackSummary.UndoRow]
    /// Why it turned round, what whoever closed it said, or what is wrong with the journal; empty when there is nothing to say.
    public var note: String
    /// Where the journal is.
    public var path: String

    package init(
        transaction: String, state: TransactionState, site: String? = nil, connection: String? = nil,
        process: Int? = nil,
        writes: [Write] = [],
        files: [String] = [], undone: [RollbackSummary.UndoRow] = [], note: String = "", path: String
    ) {
        self.transaction = transaction
        self.state = state
        self.site = site
        self.connection = connection
        self.process = process
        self.writes = writes
        self.files = files
        self.undone = undone
        self.note = note
        self.path = path
    }
}

extension HistoryEntry.TransactionState {
    /// The state in words.
    var words: String {
        switch self {
        case .running: "running"
        case .open: "OPEN: unfinished"
        case .applied: "applied"
        case .rolledBack: "rolled back"
        case .left: "rolled back in part"
        case .incomplete: "OPEN: rollback incomplete"
        case .closed: "closed by hand"
        case .overtaken: "overtaken"
        case .damaged: "OPEN: journal damaged"
        case .endedDamaged: "ended; journal damaged"
        }
    }
}
