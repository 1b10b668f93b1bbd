public import Diagnostics

/// What a rollback came to.
public struct RollbackSummary: Hashable, Sendable {
    /// How it ended.
    public enum RollbackOutcome: String, Hashable, Sendable, CaseIterable {
        /// There was nothing that could be put back.
        case nothingToDo = "nothing_to_do"
        /// Nothing was changed: this is what would be put back.
        case planned
        /// Everything is as it was before the transaction.
        case rolledBack = "rolled_back"
        /// Something could not be put back.
        case incomplete
    }

    /// How putting back one thing ended.
    public enum UndoState: String, Hashable, Sendable, CaseIterable {
        /// It would be done.
        case planned
        /// Done, and read back.
        case restored
        /// It was as before already.
        case notNeeded = "not_needed"
        /// Left as it is, for guests that run.
        case left
        /// Not done.
        case failed
    }

    /// One thing that was put back, or was to be.
    public struct UndoRow: Hashable, Sendable {
        /// The undo: `redefine web01`.
        public var what: String
        /// How it ended.
        public var result: UndoState
        /// Why it failed, or for whom it was left; empty otherwise.
        public var detail: String

        package init(_ what: String, _ result: UndoState, _ detail: String = "") {
            self.what = what
            self.result = result
            self.detail = detail
        }
    }

    /// The host's name.
    public var host: String
    /// The transaction; nil when there is none.
    public var transaction: String?
    /// How the rollback ended.
    public var outcome: RollbackOutcome
    /// What was put back, in the order in which that was tried.
    public var rows: [UndoRow]
    /// Findings, in the order in which they were made.
    public var diagnostics: [Diagnostic]

    package init(
        host: String, transaction: String?, outcome: RollbackOutcome, rows: [UndoRow] = [],
        diagnostics: [Diagnostic] = []
    ) {
        self.host = host
        self.transaction = transaction
        self.outcome = outcome
        self.rows = rows
        self.diagnostics = diagnostics
    }

    /// Whether the host is different from before the rollback.
    public var changed: Bool { rows.contains { $0.result == .restored } }
}

extension RollbackSummary.UndoState {
    /// The result in words.
    var words: String {
        switch self {
        case .planned: "to restore"
        case .restored: "restored"
        case .notNeeded: "unchanged"
        case .left: "left"
        case .failed: "NOT RESTORED"
        }
    }
}
