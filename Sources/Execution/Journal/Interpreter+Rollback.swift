internal import DomainXML
internal import HostModel
internal import Planning
internal import XMLTree

extension Interpreter {
    /// Looks at what undoing the transaction would meet, and changes nothing.
    ///
    /// Whatever a write touched must be as it was before that write or after it. Of a write that is not known to be done,
    /// anything between counts too, since the process may have ended in its middle: a pool may have got part of its pages.
    /// - Throws: ``StepFailure`` when the host cannot be asked.
    public func check(_ transaction: Transaction) throws(StepFailure) -> RollbackCheck {
        let run = Run(host: self)
        let history = WriteHistory(transaction.entries)
        var check = RollbackCheck()
        var look = RollbackLook(run: run, history: history, live: LiveDefinitions(run))
        for thing in history.things { check.obstacles += [try thing.obstacle(&look)].compactMap(\.self) }
        check.notManaged = try notManaged(transaction, run)
        for name in history.startedOrMade where try domains.status(of: name)?.isActive == true {
            check.running.append(name)
        }
        for name in history.stopsInDoubt where try domains.status(of: name)?.isActive == true {
            check.mayStillStop.append(name)
        }
        if check.running.isEmpty { check.obstacles += try history.pagesInUse(run) }
        return check
    }

    /// Undoes the transaction, last write first, each undo read back; one that fails does not keep the others from being tried.
    ///
    /// May be called again after it was killed: what is as before already is left alone.
    /// - Parameters:
    ///   - guests: What ``check(_:)`` found running. They are asked to shut down first; when one does not, nothing more is undone.
    ///   - force: Whether guests that do not shut down in time are switched off.
    public func rollBack(_ transaction: Transaction, stopping guests: [String] = [], force: Bool = false) -> RunReport {
        var run = Run(host: self)
        run.begun = transaction.entries.map(\.write)
        for guest in guests {
            run.undo(.stop(name: guest, force: force))
            guard run.report.isRolledBack else { return run.report }
        }
        run.undo()
        return run.report
    }

    private func notManaged(_ transaction: Transaction, _ run: Run) throws(StepFailure) -> [String] {
        var names: [String] = []
        for name in transaction.entries.compactMap(\.write.action.guest) where !names.contains(name) {
            let told = transaction.entries.filter { $0.write.action.guest == name }.flatMap(\.documents)
            if told.contains(where: { OwnershipMark(reading: $0) != nil }) { continue }
            if try run.definition(of: name)?.mark != nil { continue }
            let former = transaction.entries.compactMap { entry in
                if case .rename(let rename) = entry.write.action, rename.guest == name { rename.from } else { nil }
            }
            if let from = former.first, try run.definition(of: from)?.mark != nil { continue }
            names.append(name)
        }
        return names
    }
}

extension Transaction.RecordedWrite {
    /// The definitions that were read and written.
    fileprivate var documents: [XMLElement] {
        ([write.action] + write.inverse).compactMap { action in
            if case .define(let define) = action { define.document } else { nil }
        }
    }
}
