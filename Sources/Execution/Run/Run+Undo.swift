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
    mutating func undo(_ action: HostWrite) {
        host.observer.willUndo(action)
        let result = UndoResult(action: action, result: result(ofUndoing: action))
        report.undone.append(result)
        host.observer.didUndo(result)
    }

    private mutating func result(ofUndoing action: HostWrite) -> UndoResult.UndoOutcome {
        do throws(StepFailure) {
            let named = try underPresentName(action).write
            if try named.isAsBefore(in: self) { return .notNeeded }
            let action = try named.asOfNow(in: self)
            let standing = action.write.guestsStanding(in: self)
            guard standing.isEmpty else { return .leftForRunning(standing) }
            try action.write.perform(in: &self)
            return try action.write.holds(in: self) ? .restored : .failed(action.write.notHeld)
        } catch {
            return .failed(error)
        }
    }

    /// A start that libvirt reported as failed may have left the guest running.
    private mutating func noteGuestsThatRunAfterAll() {
        for case .start(let start) in begun.map(\.action)
        where !report.started.contains(start.guest) && isActive(start.guest) {
            report.started.append(start.guest)
        }
    }

    private func isActive(_ name: String) -> Bool { (try? host.domains.status(of: name))??.isActive == true }
}
