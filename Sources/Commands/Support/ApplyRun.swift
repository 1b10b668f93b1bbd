internal import Diagnostics
internal import Execution
internal import HostModel
internal import LibvirtHost
internal import LinuxHost
internal import Planning
internal import Rendering
internal import SystemPackage

/// Carries a plan out on the real host.
struct ApplyRun {
    let order: WorkOrder
    let root: FilePath
    let shutdownLimit: Duration
    let growLimit: Duration

    /// Runs the plan's steps; without any, nothing is connected to and nothing written.
    ///
    /// - Throws: ``CommandFailure`` with 14 when a saved plan does not go with the host any more, with 69 or 77 when libvirt does
    ///   not answer.
    func run() throws -> Outcome {
        guard !order.steps.isEmpty else { return .applied(Report()) }
        let domains = LibvirtDomains(try connection(), shutdownLimit: shutdownLimit)
        let pools = KernelPools(root: root, limit: growLimit)
        var observer: any StepObserver = SilentObserver()
        if let check = check(domains, pools) {
            try demandUnmoved(check)
            observer = PreconditionObserver(check, observer)
        }
        return Interpreter(
            domains: domains, pools: pools, observer: observer, defaultHugePage: order.facts.defaultHugePage
        ).run(order.steps)
    }

    /// Says whether a saved plan still goes with the host, and changes nothing.
    ///
    /// - Throws: ``CommandFailure`` like ``run()``.
    func demandUnmoved() throws {
        guard !order.steps.isEmpty else { return }
        let domains = LibvirtDomains(try connection(), shutdownLimit: shutdownLimit)
        if let check = check(domains, KernelPools(root: root, limit: growLimit)) { try demandUnmoved(check) }
    }

    private func check(_ domains: LibvirtDomains, _ pools: KernelPools) -> PreconditionCheck? {
        order.preconditions.map {
            PreconditionCheck(
                $0, of: order.steps, domains: domains, pools: pools, defaultHugePage: order.facts.defaultHugePage)
        }
    }

    private func connection() throws -> Connection {
        do {
            return try Connection(uri: order.uri)
        } catch {
            throw CommandFailure(
                error.kind == .notPermitted ? .notPermitted : .libvirtUnreachable,
                [Diagnostic(.libvirtUnreachable, "libvirt does not answer", notes: ["libvirt said: \(error.message)"])])
        }
    }

    private func demandUnmoved(_ check: PreconditionCheck) throws {
        do {
            let moved = try check.moved()
            guard moved.isEmpty else { throw CommandFailure.stale(moved) }
        } catch let failure as StepFailure {
            throw CommandFailure(ExitStatus(failure), [Diagnostic(.stepFailed, "cannot check the plan: \(failure)")])
        }
    }
}

/// The kernel's pools as the interpreter wants them.
struct KernelPools: PoolHost {
    private let pools: SysfsPools
    private let limit: Duration

    init(root: FilePath, limit: Duration) {
        pools = SysfsPools(root: root)
        self.limit = limit
    }

    func persistentSizes(of ids: [PoolID]) throws(StepFailure) -> [PoolID: PageCount] {
        var sizes: [PoolID: PageCount] = [:]
        for id in ids {
            do {
                sizes[id] = try pools.read(id).persistent
            } catch {
                throw .refused(HostRefusal(error))
            }
        }
        return sizes
    }

    func counts(of ids: [PoolID]) throws(StepFailure) -> [PoolID: HugepagePool] {
        var counts: [PoolID: HugepagePool] = [:]
        for id in ids {
            do {
                counts[id] = try pools.read(id)
            } catch {
                throw .refused(HostRefusal(error))
            }
        }
        return counts
    }

    func setPools(_ changes: [PoolChange]) throws(StepFailure) -> PoolOutcome {
        let growth = PoolGrowth(pools, limits: .within(limit))
        for change in changes where change.target < change.prior {
            try shrink(change, growth)
        }
        let targets = changes.filter { $0.target > $0.prior }.map { PoolTarget($0.pool, pages: $0.target) }
        guard !targets.isEmpty, case .short(let shortage) = growth.grow(targets, by: growth.inParallel) else {
            return .granted
        }
        if let failure = shortage.grants.compactMap(\.failure).first { throw .refused(HostRefusal(failure)) }
        let answers = shortage.grants.map { PoolAnswer(pool: $0.pool, asked: $0.asked, granted: $0.granted) }
        return .short(answers, kernelArguments: shortage.kernelArguments)
    }
}

extension KernelPools {
    private func shrink(_ change: PoolChange, _ growth: PoolGrowth<SysfsPools>) throws(StepFailure) {
        switch growth.shrink(PoolTarget(change.pool, pages: change.target)) {
        case .done: return
        case .failed(let error): throw .refused(HostRefusal(error))
        case .refused(_, let spare): throw .poolInUse(change.pool, spare: spare)
        case .undone: throw .poolInUse(change.pool, spare: .zero)
        }
    }
}

extension HostRefusal {
    init(_ error: SysfsError) {
        self.init(
            call: error.path.string, kind: error.isNotPermitted ? .notPermitted : .other,
            code: Int(error.errno?.rawValue ?? 0), message: "\(error)")
    }
}

extension ExitStatus {
    /// What apply ends with.
    init(_ outcome: Outcome) {
        switch outcome {
        case .applied: self = .done
        case .poolsShort: self = .poolsShort
        case .verificationFailed: self = .verificationFailed
        case .rollbackIncomplete: self = .rollbackIncomplete
        case .failed(_, let failure, _): self = ExitStatus(failure)
        }
    }

    init(_ failure: StepFailure) {
        if failure.isStale {
            self = .stalePlan
        } else if case .refused(let refusal) = failure {
            switch refusal.kind {
            case .unreachable: self = .libvirtUnreachable
            case .notPermitted: self = .notPermitted
            case .busy: self = .locked
            case .invalidDefinition, .other: self = .unexpected
            }
        } else {
            self = .unexpected
        }
    }
}

extension ApplySummary {
    /// What became of a plan, in words.
    init(_ outcome: Execution.Outcome, plan: Plan, targets: [PoolID: PageCount]) {
        let report = outcome.report
        var summary = ApplySummary(host: plan.host, outcome: .applied)
        summary.steps = report.done.map(\.sentence)
        summary.verified = report.verified
        let gone = Set(report.done.compactMap { if case .undefine(let name) = $0 { name } else { nil } })
        summary.kept = plan.changes.flatMap { change -> [String] in
            guard case .guest(let name) = change.subject, gone.contains(name) else { return [] }
            return change.kept
        }
        summary.restartPending = plan.restartPending
        summary.wantedPools = targets
        summary.undone = report.undone.filter { $0.result == .restored }.map { "\($0.action)" }
        summary.left = report.undone.compactMap { undo in
            guard case .leftForRunning(let guests) = undo.result else { return nil }
            return "\(undo.action.subject), for \(guests.joined(separator: ", "))"
        }
        summary.notUndone = report.undone.compactMap { undo in
            if case .failed(let failure) = undo.result { "\(undo.action): \(failure)" } else { nil }
        }
        summary.diagnostics = report.notes.map { note in
            Diagnostic(.libvirtRewrote, "\(note.guest): \(note.message)", severity: .note)
        }
        switch outcome {
        case .applied: summary.outcome = report.done.isEmpty ? .nothingToDo : .applied
        case .poolsShort(let grants, _, _): summary.addShort(grants)
        case .failed(let step, let failure, _): summary.addFailure(step, failure)
        case .verificationFailed(let mismatches, _): summary.addMismatches(mismatches)
        case .rollbackIncomplete(let halt, _):
            switch halt {
            case .poolsShort(let grants, _): summary.addShort(grants)
            case .failed(let step, let failure): summary.addFailure(step, failure)
            case .verificationFailed(let mismatches): summary.addMismatches(mismatches)
            }
            summary.outcome = .incomplete
        }
        self = summary
    }

    private mutating func addShort(_ grants: [PoolAnswer]) {
        outcome = .rolledBack
        shortPools = grants.filter { $0.granted < $0.asked }.map {
            ShortPool(pool: $0.pool, asked: $0.asked, granted: $0.granted)
        }
    }

    private mutating func addFailure(_ step: Step, _ failure: StepFailure) {
        outcome = .rolledBack
        let code: DiagnosticCode =
            if case .refused(let refusal) = failure, refusal.kind == .invalidDefinition {
                .defineRefused
            } else { .stepFailed }
        diagnostics.append(Diagnostic(code, "could not \(step.order): \(failure)"))
    }

    private mutating func addMismatches(_ mismatches: [Mismatch]) {
        outcome = .rolledBack
        diagnostics += mismatches.map { mismatch in
            Diagnostic(
                .verifyFailed,
                "\(mismatch.subject.address) \(mismatch.path): wanted \(words(mismatch.wanted)), "
                    + "is \(words(mismatch.found))")
        }
    }
}

/// A setting's value as a message says it.
private func words(_ value: ChangedPart.Value?) -> String {
    switch value {
    case nil: "nothing"
    case .text(let text): "'\(text)'"
    case .number(let number): "\(number)"
    case .flag(let flag): flag ? "on" : "off"
    }
}
