internal import Diagnostics
internal import Execution
internal import Glibc
internal import HostModel
internal import LinuxHost
internal import Planning
internal import Rendering
internal import SystemPackage

/// Carries out steps on the real host, each recorded in a journal first.
///
/// The caller holds the host's lock, has made or checked the steps under it, and has looked for open journals.
struct ApplyRun {
    let order: WorkOrder
    let host: WritableHost
    let journals: JournalStore
    /// The boot file to write; nil leaves the one that is there.
    let bootFile: (path: String, file: BootFile)?
    /// Where the boot file is: no other file is ever written.
    let bootFilePath: String
    /// The time to confirm it; nil if no confirmation is needed.
    var confirmation: Confirmation?

    /// The result.
    struct RunResult {
        var outcome: RunOutcome
        /// The transaction; nil when nothing was written.
        var transaction: TransactionID?
        /// The deadline for its confirmation; nil if none is needed.
        var confirmUntil: UnixTime?
        /// Whether the boot file was written.
        var wroteBootFile = false
        /// What the operator should know of the journal.
        var diagnostics: [Diagnostic] = []
    }

    /// Runs the steps and writes the boot file, as one transaction; where no step writes to a guest or a pool, libvirt is not asked.
    ///
    /// - Throws: ``CommandFailure`` with 14 when a saved plan does not go with the host any more, with 69 or 77 when libvirt does
    ///   not answer, with 1 or 13 when nobody would have put back what must be confirmed, so that it was put back at once.
    func run() throws -> RunResult {
        Interruption.watch()
        let journal = Journal(journals, header: header) { () throws(StepFailure) in
            if Interruption.isPressing { throw .interrupted }
        }
        let change = try bootFileChange()
        let outcome = try order.steps.isEmpty && change == nil ? .applied(RunReport()) : carryOut(journal, change)
        var result = RunResult(outcome: outcome, transaction: journal.transaction)
        guard case .applied = outcome else {
            result.diagnostics = close(journal, outcome)
            return result
        }
        result.wroteBootFile = change != nil
        guard let confirmation, let id = journal.transaction else {
            result.diagnostics = close(journal, outcome)
            return result
        }
        result.confirmUntil = try awaitConfirmation(confirmation, id, journal)
        result.diagnostics = lapse(of: journal)
        return result
    }

    private func bootFileChange() throws -> FileChange? {
        guard let bootFile else { return nil }
        do {
            return try DiskFiles().change(of: bootFile.path, to: bootFile.file.text)
        } catch {
            throw CommandFailure(
                ExitStatus(error),
                [
                    Diagnostic(
                        .outputUnwritable, "nothing was changed: the boot file cannot be replaced: \(error)",
                        hint: "--boot-file names another file")
                ])
        }
    }

    /// Sets the timer, then records the deadline in the journal. If the process is killed between the two, the transaction is
    /// unfinished: the timer rolls it back, and the next command reports it. If either fails, everything is rolled back at once.
    private func awaitConfirmation(
        _ confirmation: Confirmation, _ id: TransactionID, _ journal: Journal
    ) throws -> UnixTime {
        let until = UnixTime.now.adding(confirmation.time.duration)
        do throws(Confirmation.Unarmed) {
            try confirmation.arm(id)
        } catch {
            journal.release()
            throw putBack(id, "the rollback timer could not be set: \(error.reason)")
        }
        do throws(SysfsError) {
            try journal.end(.applied, confirmUntil: until)
        } catch {
            journal.release()
            throw putBack(id, "the journal could not record the deadline: \(error)")
        }
        return until
    }

    /// Rolls back now, since no timer would do it later. Returns the result.
    private func putBack(_ id: TransactionID, _ cause: String) -> CommandFailure {
        func failure(_ status: ExitStatus, _ words: String, _ notes: [String] = []) -> CommandFailure {
            let hint = notes.isEmpty ? nil : "numactl-plan rollback \(id)"
            return CommandFailure(
                status, [Diagnostic(.confirmNotArmed, "\(words): \(cause)", notes: notes, hint: hint)])
        }
        do {
            let summary = try RollbackRun(
                stored: try journals.read(id), journals: journals, host: host, bootFile: bootFilePath, force: false,
                stopsGuests: false, switchesOff: false, mustBeTold: false, reason: cause
            ).run()
            guard summary.outcome == .incomplete else {
                return failure(.unexpected, "everything was rolled back", summary.diagnostics.map(\.message))
            }
            let left = summary.rows.filter { $0.result == .failed || $0.result == .left }
            return failure(
                .rollbackIncomplete, "not everything could be rolled back", left.map { "\($0.what): \($0.detail)" })
        } catch let error as CommandFailure {
            let why = error.diagnostics.flatMap { [$0.message] + $0.notes }
            return failure(error.status, "nothing was rolled back", why)
        } catch {
            return failure(.rollbackIncomplete, "nothing was rolled back", ["\(error)"])
        }
    }

    private func carryOut(_ journal: Journal, _ change: FileChange?) throws -> RunOutcome {
        guard !order.steps.isEmpty else {
            return host.withoutDomains().interpreter(journal).run([], replacing: change)
        }
        let open = try host.opened(endsEarly: true)
        guard let check = open.check(order) else {
            return host.watched(journal) { open.interpreter($0).run(order.steps, replacing: change) }
        }
        try check.demandUnmoved()
        return host.watched(PreconditionObserver(check, journal)) {
            open.interpreter($0).run(order.steps, replacing: change)
        }
    }

    private func header(_ id: TransactionID, _ time: UnixTime) -> JournalHeader {
        JournalHeader(
            transaction: "\(id)", time: time, host: order.plan.host, site: order.plan.site, uri: host.uri,
            root: host.root,
            process: Int(getpid()), program: NumactlPlan.version)
    }

    private func close(_ journal: Journal, _ outcome: RunOutcome) -> [Diagnostic] {
        var findings = lapse(of: journal)
        let waiting = outcome.report.mayStillStop.map { "\($0) was asked to shut down and may still do so" }
        do throws(SysfsError) {
            try journal.end(JournalEnd.TransactionOutcome(outcome), note: waiting.joined(separator: "; "))
        } catch {
            findings.append(
                Diagnostic(
                    .journalUnwritable, "the journal could not be closed: \(error)",
                    hint:
                        "free disk space, then: numactl-plan history \(journal.transaction.map { "\($0) " } ?? "")--close"
                ))
        }
        return findings
    }

    private func lapse(of journal: Journal) -> [Diagnostic] {
        guard let lapse = journal.firstUnrecorded else { return [] }
        return [
            Diagnostic(
                .journalUnwritable, "the journal is incomplete: \(lapse)", severity: .warning)
        ]
    }
}

extension JournalEnd.TransactionOutcome {
    /// How a journal ends after a run.
    init(_ outcome: RunOutcome) {
        switch outcome {
        case .applied: self = .applied
        case .rollbackIncomplete: self = .incomplete
        case .failed, .fileFailed, .poolsShort, .verificationFailed:
            self = outcome.report.isLeftInPart ? .left : .rolledBack
        }
    }
}

extension RunReport {
    /// Whether something was not restored because started guests need it.
    var isLeftInPart: Bool { undone.contains { if case .leftForRunning = $0.result { true } else { false } } }
}

extension ExitStatus {
    /// What apply ends with.
    init(_ outcome: RunOutcome) {
        switch outcome {
        case .applied: self = .done
        case .poolsShort: self = .poolsShort
        case .verificationFailed: self = .verificationFailed
        case .rollbackIncomplete: self = .rollbackIncomplete
        case .failed(_, .interrupted, let report), .fileFailed(_, .interrupted, let report):
            // What was not restored because of running guests is more than an interruption.
            self = report.isLeftInPart ? .rollbackIncomplete : ExitStatus(Interruption.pending)
        case .failed(_, let failure, _), .fileFailed(_, let failure, _): self = ExitStatus(failure)
        }
    }

    private init(_ signal: Interruption?) {
        switch signal {
        case .interrupt, nil: self = .interrupted
        case .terminate: self = .terminated
        }
    }

    init(_ failure: StepFailure) {
        if failure.isStale {
            self = .stalePlan
        } else if case .refused(let refusal) = failure {
            self = ExitStatus(refusal.kind)
        } else {
            self = .unexpected
        }
    }

    /// What a refusal of the host ends a command with.
    init(_ kind: HostRefusal.RefusalKind) {
        switch kind {
        case .unreachable: self = .libvirtUnreachable
        case .notPermitted: self = .notPermitted
        case .busy: self = .locked
        case .invalidDefinition, .wrongState, .other: self = .unexpected
        }
    }
}
