internal import DomainXML
internal import HostModel
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
        let sizes = try pools.persistentSizes(of: history.pools.map(\.0))
        for (pool, states) in history.pools {
            guard let found = sizes[pool] else {
                check.obstacles.append(.poolGone(pool))
                continue
            }
            if !states.allow(found) { check.obstacles.append(.pool(pool, found: found, known: states.known)) }
        }
        for renaming in history.renamings where try !run.isEither(renaming) {
            check.obstacles.append(.name(renaming.name, from: renaming.from))
        }
        for (name, states) in history.definitions where try !states.allow(run.definition(of: name)) {
            // What has its old name back is no longer found under the new one, and was put back before that.
            let isRenamed = history.renamings.contains { $0.name == name }
            if isRenamed, try run.definition(of: name) == nil { continue }
            check.obstacles.append(.definition(name, isGone: try run.definition(of: name) == nil))
        }
        check.notManaged = try notManaged(transaction, run)
        var live = LiveDefinitions(run)
        for (pin, known) in history.pins {
            guard let cpus = try live.definition(of: pin.name)?.pin(of: pin.thread), !known.contains(cpus) else {
                continue
            }
            check.obstacles.append(.pin(pin.name, thread: pin.thread.label, found: cpus))
        }
        for (path, texts) in history.files where !texts.contains(try files.text(of: path)) {
            check.obstacles.append(.file(path))
        }
        for name in history.startedOrMade where try domains.status(of: name)?.isActive == true {
            check.running.append(name)
        }
        for name in history.stopsInDoubt where try domains.status(of: name)?.isActive == true {
            check.mayStillStop.append(name)
        }
        if check.running.isEmpty { check.obstacles += try pagesInUse(history, run) }
        return check
    }

    /// Undoes the transaction, last write first, each undo read back; one that fails does not keep the others from being tried.
    ///
    /// May be called again after it was killed: what is as before already is left alone.
    /// - Parameters:
    ///   - guests: What ``check(_:)`` found running. They are asked to shut down first; when one does not, nothing more is undone.
    ///   - force: Whether guests that do not shut down in time are switched off.
    public func rollBack(_ transaction: Transaction, stopping guests: [String] = [], force: Bool = false) -> Report {
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
                if case .rename(name, let from, _) = entry.write.action { from } else { nil }
            }
            if let from = former.first, try run.definition(of: from)?.mark != nil { continue }
            names.append(name)
        }
        return names
    }

    private func pagesInUse(_ history: WriteHistory, _ run: Run) throws(StepFailure) -> [RollbackCheck.Obstacle] {
        var obstacles: [RollbackCheck.Obstacle] = []
        for (pool, states) in history.pools {
            let (found, before) = (try run.size(of: pool), states.before)
            guard found > before else { continue }
            let (spare, excess) = (try pools.sparePages(of: pool), found.subtractingDownToZero(before))
            if spare < excess { obstacles.append(.poolInUse(pool, spare: spare, excess: excess)) }
        }
        return obstacles
    }
}

extension Run {
    /// Whether a domain has the name that it had before a transaction, or the one that the transaction gave it, and nothing has the
    /// other.
    fileprivate func isEither(_ renaming: WriteHistory.Renaming) throws(StepFailure) -> Bool {
        if try isRenamed(renaming.from, to: renaming.name, renaming.uuid) { return true }
        return try isRenamed(renaming.name, to: renaming.from, renaming.uuid)
    }
}

extension Transaction.Entry {
    /// The definitions that were read and written.
    fileprivate var documents: [XMLElement] {
        ([write.action] + write.inverse).compactMap { action in
            if case .define(_, let document, _) = action { document } else { nil }
        }
    }
}
