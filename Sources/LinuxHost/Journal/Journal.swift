public import Execution
public import XMLTree

/// Writes down what a run does before it does it. The first write begins the journal, so a run without writes leaves none.
public final class Journal: StepObserver {
    private let store: JournalStore
    private let header: (TransactionID, UnixTime) -> JournalHeader
    private let mayBegin: () throws(StepFailure) -> Void
    private var file: JournalFile?
    private var writes = 0
    private var isRollingBack = false
    /// Why the run turned round, while that is not written down.
    private var unwrittenReason: String?

    /// The transaction; nil when nothing was written.
    public private(set) var transaction: TransactionID?
    /// The first thing that happened and could not be written down afterwards.
    public private(set) var firstUnrecorded: SysfsError?

    /// Writes to that store.
    ///
    /// - Parameters:
    ///   - header: Makes the header for the name and the time that the transaction gets.
    ///   - mayBegin: Asked before each write; throws to end the run there.
    public init(
        _ store: JournalStore, header: @escaping (TransactionID, UnixTime) -> JournalHeader,
        mayBegin: @escaping () throws(StepFailure) -> Void = { () throws(StepFailure) in }
    ) {
        self.store = store
        self.header = header
        self.mayBegin = mayBegin
    }

    /// Goes on with a journal that is there, to undo what it tells.
    public init(_ store: JournalStore, resuming id: TransactionID) throws(JournalStore.JournalFailure) {
        self.store = store
        let resumed = try store.resume(id)
        file = resumed
        transaction = resumed.id
        header = { _, _ in preconditionFailure("a journal that is there has its header") }
        mayBegin = { () throws(StepFailure) in throw .notRecorded(reason: "an undo begins no writes") }
    }

    /// Lets no run begin whose journal would become longer than can be read back.
    public func mayRun(_ effects: [Effect]) throws(StepFailure) {
        var announced = 0
        for (index, effect) in effects.enumerated() {
            let line = JournalText.line(.begun(index + 1, effect.write))
            announced += line.count + JournalFile.roomAfter(line)
        }
        guard !JournalFile.holds(announced, limit: store.limit) else { return }
        throw .notRecorded(
            reason: "the journal could grow to \(announced) bytes, and one larger than \(store.limit) cannot be "
                + "read to roll it back; apply fewer guests at a time")
    }

    /// Writes the write down, with what leads back.
    public func willRun(_ effect: Effect) throws(StepFailure) {
        try mayBegin()
        do throws(SysfsError) {
            let file = try begun()
            try file.append(.begun(writes + 1, effect.write))
        } catch {
            throw .notRecorded(reason: "\(error)")
        }
        writes += 1
    }

    /// Writes down that it is done.
    public func didRun(_ effect: Effect, found: XMLElement?) { note(.done(writes, found: found)) }

    /// Writes down that it failed.
    public func didFail(_ effect: Effect, _ failure: StepFailure) { note(.failed(writes, reason: "\(failure)")) }

    /// Writes down that the run turns round.
    public func willUndo(_ action: HostWrite) {
        Interruption.settle()
        rollBack(because: "the run could not be finished")
    }

    /// Writes down what became of an undo.
    public func didUndo(_ result: UndoResult) {
        noteRollback()
        // Without its turn an undo would stand out of turn, and the journal could not be read.
        guard unwrittenReason == nil else { return }
        note(.undone(what: "\(result.action)", result.result.word, detail: result.result.detail))
    }

    /// Writes down that everything from here on leads back; only the first time.
    public func rollBack(because reason: String) {
        guard file != nil, !isRollingBack else { return }
        isRollingBack = true
        unwrittenReason = reason
        noteRollback()
    }

    private func noteRollback() {
        guard let reason = unwrittenReason else { return }
        if note(.rollingBack(.now, reason: reason)) { unwrittenReason = nil }
    }

    /// Lets another have the journal, as it is: open, until that one closes it.
    public func release() { file = nil }

    /// Closes the journal; where nothing was written there is none. Old journals go.
    ///
    /// - Parameter confirmUntil: Until when somebody must confirm it, or it is rolled back; nil when nobody must.
    public func end(
        _ outcome: JournalEnd.TransactionOutcome, note: String = "", confirmUntil: UnixTime? = nil
    ) throws(SysfsError) {
        guard let file else { return }
        try file.append(.ended(JournalEnd(outcome, at: .now, note: note, confirmUntil: confirmUntil)))
        store.prune()
    }

    private func begun() throws(SysfsError) -> JournalFile {
        if let file { return file }
        let begun = try store.begin(header)
        file = begun
        transaction = begun.id
        return begun
    }

    /// What has happened has happened, whether or not that can be written down.
    @discardableResult
    private func note(_ record: JournalRecord) -> Bool {
        do {
            try file?.append(record)
            return true
        } catch {
            if firstUnrecorded == nil { firstUnrecorded = error }
            return false
        }
    }
}

extension UndoResult.UndoOutcome {
    fileprivate var word: UndoResultName {
        switch self {
        case .restored: .restored
        case .notNeeded: .notNeeded
        case .leftForRunning: .left
        case .failed: .failed
        }
    }

    fileprivate var detail: String {
        switch self {
        case .restored, .notNeeded: ""
        case .leftForRunning(let guests): guests.joined(separator: ", ")
        case .failed(let failure): "\(failure)"
        }
    }
}
