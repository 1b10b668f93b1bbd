import HostModel
import Planning
import XMLTree

extension Run {
    /// Undoes what was begun, last first, and reads each undo back; one that fails does not keep the others from being tried.
    ///
    /// Guests that were shut down start again when all else is back. A write that failed may have happened all the same, so every one
    /// that was begun is looked at.
    mutating func undo() {
        noteGuestsThatRunAfterAll()
        let inverses = begun.reversed().flatMap(\.inverse)
        for action in inverses where !action.isStart { undo(action) }
        for action in inverses where action.isStart { undo(action) }
        watchGuestsThatMayStillStop()
    }

    /// A guest that was asked to shut down and was not waited for may go down while all else is put back: then it is started again.
    private mutating func watchGuestsThatMayStillStop() {
        let again = report.undone.filter { $0.result == .restored }.map(\.action)
        for name in stopsInDoubt where !again.contains(.start(name: name)) {
            do throws(StepFailure) {
                guard try host.domains.status(of: name)?.isActive != true else {
                    report.mayStillStop.append(name)
                    continue
                }
                undo(.start(name: name))
            } catch {
                report.mayStillStop.append(name)
            }
        }
    }

    /// One undo, read back and reported.
    mutating func undo(_ action: HostAction) {
        host.observer.willUndo(action)
        let result = UndoResult(action: action, result: result(ofUndoing: action))
        report.undone.append(result)
        host.observer.didUndo(result)
    }

    private mutating func result(ofUndoing action: HostAction) -> UndoResult.Result {
        do throws(StepFailure) {
            let named = try underPresentName(action)
            if try isAsBefore(named) { return .notNeeded }
            let action = try asOfNow(named)
            let standing = guestsStanding(inTheWayOf: action)
            guard standing.isEmpty else { return .leftForRunning(standing) }
            try perform(action)
            return try holds(action) ? .restored : .failed(.notTaken(action))
        } catch {
            return .failed(error)
        }
    }

    /// Whether there is nothing to undo. For a definition that means the whole document: what a host rewrites need not be ours.
    private func isAsBefore(_ action: HostAction) throws(StepFailure) -> Bool {
        switch action {
        case .define(let name, let document, _):
            return try host.domains.definition(of: name)?.isSameDocument(as: document) == true
        case .pin(let name, let thread, _) where try isWhereItWas(thread, of: name): return true
        case .setAutostart(let name, false):
            // A domain that is gone does not start with the host.
            return try host.domains.status(of: name)?.autostarts != true
        default: return try holds(action)
        }
    }

    /// Whether the thread is back already where it was before the first of the writes that moved it.
    private func isWhereItWas(_ thread: DomainThread, of name: String) throws(StepFailure) -> Bool {
        let first = begun.first { if case .pin(name, thread, _) = $0.action { true } else { false } }
        guard case .pin(_, _, let cpus)? = first?.inverse.first else { return false }
        guard try liveDefinition(of: name)?.pin(of: thread) == cpus else { return false }
        return thread != .emulator || settableStrays(of: name, from: cpus).isEmpty
    }

    /// The same write from what is there now, which need not be what was asked for.
    private func asOfNow(_ action: HostAction) throws(StepFailure) -> HostAction {
        switch action {
        case .setPools(var changes):
            for index in changes.indices { changes[index].prior = try size(of: changes[index].pool) }
            return .setPools(changes)
        case .define(let name, let document, _):
            return .define(name: name, document: document, replacing: try host.domains.definition(of: name))
        default: return action
        }
    }

    /// The guests that this run started and that need what the undo would take away: their definition, or pages.
    private func guestsStanding(inTheWayOf action: HostAction) -> [String] {
        if case .rename(let name, let from, _) = action { return report.started.filter { $0 == name || $0 == from } }
        if let guest = action.guest { return report.started.filter { $0 == guest } }
        switch action {
        case .setPools(let changes): return changes.contains { $0.target < $0.prior } ? report.started : []
        case .replaceFile: return hasGrownPools ? report.started : []
        default: return []
        }
    }

    /// What reserves pages at boot stays with the pages that guests stand on.
    private var hasGrownPools: Bool {
        begun.contains { write in
            guard case .setPools(let changes) = write.action else { return false }
            return changes.contains { $0.target > $0.prior }
        }
    }

    /// A start that libvirt reported as failed may have left the guest running.
    private mutating func noteGuestsThatRunAfterAll() {
        for case .start(let name) in begun.map(\.action) where !report.started.contains(name) && isActive(name) {
            report.started.append(name)
        }
    }

    private func isActive(_ name: String) -> Bool { (try? host.domains.status(of: name))??.isActive == true }
}

extension HostAction {
    fileprivate var isStart: Bool { if case .start = self { true } else { false } }
}

extension XMLElement {
    /// Whether both are the same document. Blank text between elements is nobody's: it does not outlive being written and read.
    func isSameDocument(as other: XMLElement) -> Bool {
        self == other || XMLWriter.write(self) == XMLWriter.write(other)
    }
}
