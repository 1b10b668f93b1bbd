internal import Diagnostics
internal import Execution
internal import LinuxHost
internal import Rendering
internal import SystemPackage

/// Undoes one transaction on the real host. The caller holds the host's lock.
struct RollbackRun {
    /// The transaction.
    let stored: JournalStore.Stored
    let journals: JournalStore
    let host: WritableHost
    /// The boot file, the only file that is restored.
    let bootFile: String
    /// Whether changes that others made since are undone too.
    let force: Bool
    /// Whether guests that the transaction started or made, and that run, are shut down first.
    let stopsGuests: Bool
    /// Whether those that do not shut down in time are switched off.
    let switchesOff: Bool
    /// Whether nothing is undone if the journal cannot be written first. An unconfirmed transaction is rolled back all the same.
    var mustBeTold = true
    /// Why it is rolled back, for the journal.
    let reason: String

    /// Checks for obstacles, then undoes everything, last write first.
    ///
    /// - Throws: ``CommandFailure`` with 14 when something is no longer as the transaction left it, with 15 when guests run that would
    ///   have to be shut down, with 69 or 77 when the host does not answer; nothing was changed then.
    func run() throws -> RollbackSummary {
        let transaction = stored.transaction
        try refuseOtherFiles(transaction)
        let journal = try resumed()
        let touchesGuests = transaction.entries.contains { $0.write.action.guest != nil }
        let open = try touchesGuests ? host.opened() : host.withoutDomains()
        let interpreter = open.interpreter(journal)
        let check = try looking { () throws(StepFailure) in try interpreter.check(transaction) }
        try refuse(check)
        Interruption.watch()
        Interruption.settle()
        try beginRollback(journal)
        var summary = RollbackSummary(
            host: transaction.header.host, transaction: "\(stored.id)", outcome: .rolledBack)
        let report = host.watched(journal) { observer in
            open.interpreter(observer).rollBack(
                transaction, stopping: stopsGuests ? check.running : [], force: switchesOff)
        }
        summary.rows += report.undone.map { RollbackSummary.UndoRow($0) }
        if summary.rows.contains(where: { $0.result == .failed || $0.result == .left }) {
            summary.outcome = .incomplete
        }
        summary.diagnostics += remarks(check, report)
        summary.diagnostics += close(journal, summary.outcome)
        return summary
    }

    /// What a rollback would do, after the same check for obstacles; nothing is changed or recorded.
    func plan() throws -> RollbackSummary {
        let transaction = stored.transaction
        try refuseOtherFiles(transaction)
        let touchesGuests = transaction.entries.contains { $0.write.action.guest != nil }
        let interpreter = try (touchesGuests ? host.opened() : host.withoutDomains()).interpreter(SilentObserver())
        let check = try looking { () throws(StepFailure) in try interpreter.check(transaction) }
        try refuse(check)
        let stops = check.running.map { RollbackSummary.UndoRow("shut down \($0)", .planned) }
        let undos = transaction.entries.reversed().flatMap(\.write.inverse)
        return RollbackSummary(
            host: transaction.header.host, transaction: "\(stored.id)", outcome: .planned,
            rows: stops + undos.map { RollbackSummary.UndoRow("\($0)", .planned) },
            diagnostics: remarks(check, RunReport())
        )
    }

    private func resumed() throws -> Journal {
        do {
            return try Journal(journals, resuming: stored.id)
        } catch {
            throw CommandFailure(error)
        }
    }

    private func looking<Answer>(_ look: () throws(StepFailure) -> Answer) throws -> Answer {
        do {
            return try look()
        } catch {
            var status = ExitStatus.unexpected
            if case .refused(let refusal) = error { status = ExitStatus(refusal.kind) }
            throw CommandFailure(
                status,
                [Diagnostic(.stepFailed, "nothing was rolled back: the host could not be read: \(error)")])
        }
    }

    /// Whatever a journal says, no file but the boot file is written.
    private func refuseOtherFiles(_ transaction: Transaction) throws {
        for case .replaceFile(let write) in transaction.entries.map(\.write.action)
        where absolutePath(write.file.path) != bootFile {
            throw CommandFailure(
                .needsConsent,
                [
                    Diagnostic(
                        .rollbackOtherFile,
                        "nothing was rolled back: transaction \(stored.id) wrote \(write.file.path), and the boot file is "
                            + bootFile,
                        hint: "numactl-plan rollback \(stored.id) --boot-file \(write.file.path)")
                ])
        }
    }

    /// Records that a rollback has begun. If the process is killed after that, the transaction is open and shown as such.
    private func beginRollback(_ journal: Journal) throws {
        journal.rollBack(because: reason)
        guard mustBeTold, !stored.transaction.isOpen, let lapse = journal.firstUnrecorded else { return }
        throw CommandFailure(
            .unexpected,
            [
                Diagnostic(
                    .journalUnwritable, "nothing was rolled back: the journal cannot be written: \(lapse)",
                    hint: "free disk space, then roll back again")
            ])
    }

    private func refuse(_ check: RollbackCheck) throws {
        guard check.notManaged.isEmpty else {
            throw CommandFailure(
                .needsConsent,
                [
                    Diagnostic(
                        .rollbackNotManaged,
                        "nothing was rolled back: transaction \(stored.id) records writes to domains that are not managed",
                        notes: check.notManaged,
                        hint: "check the host, then: numactl-plan history \(stored.id) --close")
                ])
        }
        let obstacles = check.obstacles.map(\.description)
        if !obstacles.isEmpty, !force {
            throw CommandFailure(
                .stalePlan,
                [
                    Diagnostic(
                        .rollbackStale, "nothing was rolled back: the host has changed since transaction \(stored.id)",
                        notes: obstacles, hint: "numactl-plan rollback \(stored.id) --force overwrites these changes")
                ])
        }
        if !check.running.isEmpty, !stopsGuests {
            throw CommandFailure(
                .needsConsent,
                [
                    Diagnostic(
                        .rollbackNeedsStop,
                        "nothing was rolled back: guests that transaction \(stored.id) started or created are running",
                        notes: check.running,
                        hint: "numactl-plan rollback \(stored.id) --stop-started shuts them down first"
                            + (stored.transaction.isOpen ? "; or complete it: numactl-plan apply --continue" : ""))
                ])
        }
    }

    private func remarks(_ check: RollbackCheck, _ report: RunReport) -> [Diagnostic] {
        check.mayStillStop.map { guest in
            Diagnostic(
                .interrupted,
                "\(guest) was asked to shut down before the transaction was interrupted, and may still do so",
                severity: .warning)
        }
            + report.notes.map(\.finding)
    }

    private func close(_ journal: Journal, _ outcome: RollbackSummary.RollbackOutcome) -> [Diagnostic] {
        do throws(SysfsError) {
            try journal.end(outcome == .incomplete ? .incomplete : .rolledBack)
            return []
        } catch {
            return [
                Diagnostic(
                    .journalUnwritable, "the journal could not be closed: \(error)",
                    hint: "free disk space, then: numactl-plan history \(stored.id) --close")
            ]
        }
    }
}

extension RollbackSummary.UndoRow {
    /// The outcome of an undo.
    init(_ undo: UndoResult) {
        switch undo.result {
        case .restored: self.init("\(undo.action)", .restored)
        case .notNeeded: self.init("\(undo.action)", .notNeeded)
        case .leftForRunning(let guests): self.init("\(undo.action)", .left, "for \(guests.joined(separator: ", "))")
        case .failed(let failure): self.init("\(undo.action)", .failed, "\(failure)")
        }
    }
}

extension CommandFailure {
    /// A journal cannot be used.
    ///
    /// - Parameter store: Where it is, to list the intact records of a damaged one.
    init(_ error: JournalStore.JournalFailure, in store: JournalStore? = nil) {
        switch error {
        case .absent(let id):
            self.init(
                .inputMissing,
                [
                    Diagnostic(
                        .unknownTransaction, "there is no transaction \(id)", hint: "numactl-plan history lists them")
                ])
        case .failed(let cause): self.init(unreadable: cause)
        case .damaged(let path, _, _):
            self.init(
                .rollbackIncomplete,
                [
                    Diagnostic(
                        .journalDamaged, "\(error)",
                        notes: ["nothing was changed: the journal cannot be trusted"]
                            + (store?.legibleNotes(path) ?? []),
                        hint: "numactl-plan history shows which one; check the host, then close it with --close")
                ])
        }
    }
}

extension JournalStore {
    /// The writes still recorded in a damaged journal, for whoever repairs the host.
    fileprivate func legibleNotes(_ path: FilePath) -> [String] {
        guard let name = path.removingLastComponent().lastComponent, let id = TransactionID(name.string) else {
            return []
        }
        do {
            return try legibleWrites(id).map { "still recorded: \($0.action)" }
        } catch {
            return ["its records cannot be read: \(error)"]
        }
    }
}
