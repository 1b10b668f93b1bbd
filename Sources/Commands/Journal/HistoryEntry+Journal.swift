internal import Execution
internal import HostModel
internal import LinuxHost
internal import Rendering
internal import SystemPackage

extension JournalStore {
    /// All transactions, the newest first; one whose journal is damaged is among them.
    func entries() throws -> [HistoryEntry] {
        let all: [TransactionID]
        do {
            all = try transactions()
        } catch {
            throw CommandFailure(unreadable: error)
        }
        return all.reversed().compactMap { entry($0) }
    }

    /// One transaction.
    func entry(_ name: String) throws -> HistoryEntry {
        let id = try id(of: name)
        guard let entry = entry(id) else { throw CommandFailure(.absent(id)) }
        return entry
    }

    /// nil for one that never began.
    private func entry(_ id: TransactionID) -> HistoryEntry? {
        do {
            return HistoryEntry(try read(id), path: file(of: id).string)
        } catch {
            if case .absent = error { return nil }
            // Somebody may have looked at it already.
            return HistoryEntry(
                transaction: "\(id)", state: lastWord(on: id), note: "\(error)", path: file(of: id).string)
        }
    }

    /// How a transaction stands whose journal cannot be read whole, by its last line; damaged where that tells nothing either.
    private func lastWord(on id: TransactionID) -> HistoryEntry.TransactionState {
        do {
            return try isClosedByHand(id) ? .closed : isEnded(id) ? .endedDamaged : .damaged
        } catch {
            return .damaged
        }
    }
}

extension HistoryEntry {
    /// What a journal tells.
    init(_ stored: JournalStore.Stored, path: String) {
        let transaction = stored.transaction
        let hasNothing = transaction.end == nil && !transaction.isOpen
        let state = hasNothing ? .rolledBack : TransactionState(transaction.end?.outcome)
        self.init(
            transaction: "\(stored.id)", state: stored.isHeld ? .running : state,
            site: transaction.header.site, connection: transaction.header.uri,
            process: transaction.header.process,
            writes: transaction.entries.filter { !$0.write.action.isFile }.map(Write.init), files: transaction.files,
            undone: transaction.undos.map { undo in
                RollbackSummary.UndoRow(undo.what, RollbackSummary.UndoState(undo.result), undo.detail)
            },
            note: [
                hasNothing ? "ended before its first write" : nil, transaction.rollbackReason, transaction.awaited,
                transaction.end?.note,
            ].compactMap { $0 }.filter { !$0.isEmpty }.joined(separator: "; "), path: path)
    }
}

extension Transaction {
    /// The files that were replaced, in order.
    fileprivate var files: [String] {
        entries.compactMap { entry in
            if case .replaceFile(let write) = entry.write.action { write.file.path } else { nil }
        }
    }

    /// Until when somebody must confirm it, in words.
    fileprivate var awaited: String? {
        isUnconfirmed ? end?.confirmUntil.map { "waits for confirmation until \(UTCTime($0))" } : nil
    }
}

extension HistoryEntry.TransactionState {
    fileprivate init(_ outcome: JournalEnd.TransactionOutcome?) {
        self =
            switch outcome {
            case nil: .open
            case .applied: .applied
            case .rolledBack: .rolledBack
            case .left: .left
            case .incomplete: .incomplete
            case .closed: .closed
            case .overtaken: .overtaken
            }
    }
}

extension HistoryEntry.Write {
    fileprivate init(_ entry: Transaction.RecordedWrite) {
        let what = "\(entry.write.action)"
        switch entry.state {
        case .begun: self.init(what, .inDoubt)
        case .done: self.init(what, .done)
        case .failed(let reason): self.init(what, .failed, reason)
        }
    }
}

extension RollbackSummary.UndoState {
    fileprivate init(_ word: UndoResultName) {
        self =
            switch word {
            case .restored: .restored
            case .notNeeded: .notNeeded
            case .left: .left
            case .failed: .failed
            }
    }
}

extension HostWrite {
    /// Whether it replaces a file.
    fileprivate var isFile: Bool { if case .replaceFile = self { true } else { false } }
}
