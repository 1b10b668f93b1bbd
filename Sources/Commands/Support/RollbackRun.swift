internal import Diagnostics
internal import Execution
internal import LinuxHost
internal import Rendering

/// Undoes one transaction on the real host. The caller holds the host's lock.
struct RollbackRun {
    /// The transaction.
    let stored: JournalStore.Stored
    let journals: JournalStore
    let host: WritableHost
    /// Whether what others changed since is undone too.
    let force: Bool
    /// Whether guests that the transaction started or made, and that run, are shut down first.
    let stopsGuests: Bool
    /// Whether those that do not shut down in time are switched off.
    let switchesOff: Bool
    /// Why it is rolled back, for the journal.
    let reason: String

    /// Looks at what there is in the way, then undoes everything, last write first.
    ///
    /// - Throws: ``CommandFailure`` with 14 when something is no longer as the transaction left it, with 15 when guests run that would
    ///   have to be shut down, with 69 or 77 when the host does not answer; nothing was changed then.
    func run() throws -> RollbackSummary {
        let transaction = stored.transaction
        let journal = try resumed()
        let interpreter = try host.opened().interpreter(journal)
        let check = try looking { () throws(StepFailure) in try interpreter.check(transaction) }
        let file = try standingOfFile()
        try refuse(check, file)
        Interruption.watch()
        Interruption.settle()
        journal.turn(because: reason)
        var summary = RollbackSummary(
            host: transaction.header.host, transaction: "\(stored.id)", outcome: .rolledBack)
        if let row = putBackFile(file, journal) { summary.rows.append(row) }
        let report = interpreter.rollBack(
            transaction, stopping: stopsGuests ? check.running : [], force: switchesOff)
        summary.rows += report.undone.map { RollbackSummary.Row($0) }
        if summary.rows.contains(where: { $0.result == .failed || $0.result == .left }) {
            summary.outcome = .incomplete
        }
        summary.diagnostics += remarks(check, report)
        summary.diagnostics += close(journal, summary.outcome)
        return summary
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
                status, [Diagnostic(.stepFailed, "the host could not be looked at, so nothing was put back: \(error)")])
        }
    }

    private func standingOfFile() throws -> FileChange.Standing? {
        do {
            return try stored.transaction.file?.standing()
        } catch {
            throw CommandFailure(unreadable: error)
        }
    }

    private func refuse(_ check: RollbackCheck, _ file: FileChange.Standing?) throws {
        var obstacles = check.obstacles.map(\.description)
        if file == .other, let path = stored.transaction.file?.path {
            obstacles.append("\(path) is neither what it was before nor what the transaction made of it")
        }
        if !obstacles.isEmpty, !force {
            throw CommandFailure(
                .stalePlan,
                [
                    Diagnostic(
                        .rollbackStale, "nothing was put back: the host has changed since transaction \(stored.id)",
                        notes: obstacles, hint: "numactl-plan rollback \(stored.id) --force undoes that as well")
                ])
        }
        if !check.running.isEmpty, !stopsGuests {
            throw CommandFailure(
                .needsConsent,
                [
                    Diagnostic(
                        .rollbackNeedsStop,
                        "nothing was put back: guests run that transaction \(stored.id) started or made",
                        notes: check.running,
                        hint: "numactl-plan rollback \(stored.id) --stop-started shuts them down first; "
                            + "numactl-plan apply --continue goes on instead")
                ])
        }
    }

    private func putBackFile(_ standing: FileChange.Standing?, _ journal: Journal) -> RollbackSummary.Row? {
        guard let standing, let file = stored.transaction.file else { return nil }
        let what = "put back \(file.path)"
        do {
            if standing != .before { try file.undo() }
            journal.didPutBack(file.path, standing == .before ? .notNeeded : .restored)
            return RollbackSummary.Row(what, standing == .before ? .notNeeded : .restored)
        } catch {
            journal.didPutBack(file.path, .failed, detail: "\(error)")
            return RollbackSummary.Row(what, .failed, "\(error)")
        }
    }

    private func remarks(_ check: RollbackCheck, _ report: Report) -> [Diagnostic] {
        check.mayStillStop.map { guest in
            Diagnostic(
                .interrupted, "\(guest) was asked to shut down when the transaction broke off, and may still do so",
                severity: .warning)
        }
            + report.notes.map { note in
                Diagnostic(.libvirtRewrote, "\(note.guest): \(note.message)", severity: .note)
            }
    }

    private func close(_ journal: Journal, _ outcome: RollbackSummary.Outcome) -> [Diagnostic] {
        do throws(SysfsError) {
            try journal.end(outcome == .incomplete ? .incomplete : .rolledBack)
            return []
        } catch {
            return [
                Diagnostic(
                    .journalUnwritable, "the journal could not be closed: \(error)", severity: .warning,
                    hint: "make room, then: numactl-plan history \(stored.id) --close")
            ]
        }
    }
}

extension RollbackSummary.Row {
    /// What became of an undo.
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
    /// A journal is of no use.
    init(_ error: JournalStore.Failure) {
        switch error {
        case .absent(let id):
            self.init(
                .inputMissing,
                [
                    Diagnostic(
                        .unknownTransaction, "there is no transaction \(id)", hint: "numactl-plan history lists them")
                ])
        case .failed(let cause): self.init(unreadable: cause)
        case .damaged:
            self.init(
                .rollbackIncomplete,
                [
                    Diagnostic(
                        .journalDamaged, "\(error)", notes: ["nothing was changed: what it says cannot be relied on"],
                        hint: "numactl-plan history shows which one; look at the host, then close it with --close")
                ])
        }
    }
}
