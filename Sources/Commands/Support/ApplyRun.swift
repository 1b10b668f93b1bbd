internal import Diagnostics
internal import Execution
internal import Glibc
internal import HostModel
internal import LinuxHost
internal import Planning
internal import Rendering
internal import SystemPackage

/// Carries steps out on the real host, written down in a journal beforehand.
///
/// The caller holds the host's lock, has made or checked the steps under it, and has looked for open journals.
struct ApplyRun {
    let order: WorkOrder
    let host: WritableHost
    let journals: JournalStore
    /// The boot file to write once all steps are done; nil leaves the one that is there.
    let bootFile: (path: String, file: BootFile)?
    /// How long somebody has to confirm it; nil when nobody must.
    var confirmation: Confirmation?

    /// What came of it.
    struct Result {
        var outcome: Outcome
        /// The transaction; nil when nothing was written.
        var transaction: TransactionID?
        /// Until when it must be confirmed; nil when nobody must.
        var confirmUntil: UnixTime?
        /// Whether the boot file was written.
        var wroteBootFile = false
        /// What the operator should know of the journal.
        var diagnostics: [Diagnostic] = []
    }

    /// Runs the steps; without any, nothing is connected to and nothing but the boot file is written.
    ///
    /// - Throws: ``CommandFailure`` with 14 when a saved plan does not go with the host any more, with 69 or 77 when libvirt does
    ///   not answer, with 1 or 77 when all was done but the boot file could not be written.
    func run() throws -> Result {
        Interruption.watch()
        let journal = Journal(journals, header: header) { () throws(StepFailure) in
            if Interruption.isPressing { throw .interrupted }
        }
        let outcome = try order.steps.isEmpty ? .applied(Report()) : carryOut(journal)
        var result = Result(outcome: outcome)
        var failure: CommandFailure?
        var unarmed: Confirmation.Unarmed?
        if case .applied = outcome, let bootFile {
            do throws(SysfsError) {
                let change = try FileChange(replacing: bootFile.path, with: bootFile.file.text)
                try journal.willReplace(change)
                try change.make()
                result.wroteBootFile = true
            } catch {
                failure = unwritten(bootFile.path, error)
            }
        }
        result.transaction = journal.transaction
        // Armed before the journal says that all is well: killed between, the run has broken off and the next command says so.
        if case .applied = outcome, let confirmation, let id = journal.transaction, failure == nil {
            result.confirmUntil = UnixTime.now.adding(confirmation.time.duration)
            do throws(Confirmation.Unarmed) {
                try confirmation.arm(id)
            } catch {
                unarmed = error
            }
        }
        if let unarmed, let id = result.transaction {
            // It stays open until all is back: killed between, the next command says so.
            journal.release()
            throw putBack(id, unarmed)
        }
        result.diagnostics = close(journal, outcome, confirmUntil: result.confirmUntil)
        if let failure { throw failure }
        return result
    }

    /// Nobody would put it back later, so it is done now. What is returned says what came of that.
    private func putBack(_ id: TransactionID, _ unarmed: Confirmation.Unarmed) -> CommandFailure {
        let cause = "the timer for its confirmation could not be set: \(unarmed.reason)"
        func failure(_ status: ExitStatus, _ words: String, _ notes: [String] = []) -> CommandFailure {
            let hint = notes.isEmpty ? nil : "numactl-plan rollback \(id)"
            return CommandFailure(
                status, [Diagnostic(.confirmNotArmed, "\(words): \(cause)", notes: notes, hint: hint)])
        }
        do {
            let summary = try RollbackRun(
                stored: try journals.read(id), journals: journals, host: host, force: false, stopsGuests: false,
                switchesOff: false, reason: cause
            ).run()
            guard summary.outcome == .incomplete else { return failure(.unexpected, "everything was put back") }
            let left = summary.rows.filter { $0.result == .failed || $0.result == .left }
            return failure(
                .rollbackIncomplete, "not everything could be put back", left.map { "\($0.what): \($0.detail)" })
        } catch let error as CommandFailure {
            let why = error.diagnostics.flatMap { [$0.message] + $0.notes }
            return failure(error.status, "nothing was put back", why)
        } catch {
            return failure(.rollbackIncomplete, "nothing was put back", ["\(error)"])
        }
    }

    private func carryOut(_ journal: Journal) throws -> Outcome {
        let host = try host.opened(endsEarly: true)
        guard let check = host.check(order) else { return host.interpreter(journal).run(order.steps) }
        try check.demandUnmoved()
        return host.interpreter(PreconditionObserver(check, journal)).run(order.steps)
    }

    private func header(_ id: TransactionID, _ time: UnixTime) -> JournalHeader {
        JournalHeader(
            transaction: "\(id)", time: time, host: order.plan.host, site: order.plan.site, uri: host.uri,
            root: host.root,
            process: Int(getpid()), program: NumactlPlan.version)
    }

    private func close(_ journal: Journal, _ outcome: Outcome, confirmUntil: UnixTime?) -> [Diagnostic] {
        var findings: [Diagnostic] = []
        if let lapse = journal.lapse {
            findings.append(
                Diagnostic(
                    .journalUnwritable, "not all that was done could be written down: \(lapse)", severity: .warning))
        }
        do throws(SysfsError) {
            try journal.end(JournalEnd.Outcome(outcome), confirmUntil: confirmUntil)
        } catch {
            findings.append(
                Diagnostic(
                    .journalUnwritable, "the journal could not be closed: \(error)", severity: .warning,
                    hint: "make room, then: numactl-plan history \(journal.transaction.map { "\($0) " } ?? "")--close"))
        }
        return findings
    }

    private func unwritten(_ path: String, _ error: SysfsError) -> CommandFailure {
        CommandFailure(
            error.isNotPermitted ? .notPermitted : .unexpected,
            [
                Diagnostic(
                    .outputUnwritable, "the host is as wanted, but the boot file was not written: \(error)",
                    hint: "make the folder of \(path), and apply again")
            ])
    }
}

extension JournalEnd.Outcome {
    /// How a journal ends after a run.
    init(_ outcome: Outcome) {
        switch outcome {
        case .applied: self = .applied
        case .rollbackIncomplete: self = .incomplete
        case .failed, .poolsShort, .verificationFailed: self = outcome.report.isLeftInPart ? .left : .rolledBack
        }
    }
}

extension Report {
    /// Whether something was not put back since guests that were started stand on it.
    var isLeftInPart: Bool { undone.contains { if case .leftForRunning = $0.result { true } else { false } } }
}

extension ExitStatus {
    /// What apply ends with.
    init(_ outcome: Outcome) {
        switch outcome {
        case .applied: self = .done
        case .poolsShort: self = .poolsShort
        case .verificationFailed: self = .verificationFailed
        case .rollbackIncomplete: self = .rollbackIncomplete
        case .failed(_, .interrupted, let report):
            // What was not put back for running guests is more than an interruption.
            self = report.isLeftInPart ? .rollbackIncomplete : ExitStatus(Interruption.pending)
        case .failed(_, let failure, _): self = ExitStatus(failure)
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
    init(_ kind: HostRefusal.Kind) {
        switch kind {
        case .unreachable: self = .libvirtUnreachable
        case .notPermitted: self = .notPermitted
        case .busy: self = .locked
        case .invalidDefinition, .other: self = .unexpected
        }
    }
}
