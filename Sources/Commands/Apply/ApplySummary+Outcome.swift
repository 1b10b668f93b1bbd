internal import Diagnostics
internal import Execution
internal import HostModel
internal import Planning
internal import Rendering

extension ApplySummary {
    /// What became of a plan, in words.
    init(_ outcome: RunOutcome, plan: Plan, targets: [PoolID: PageCount]) {
        let report = outcome.report
        var summary = ApplySummary(host: plan.host, outcome: .applied)
        summary.steps = report.done.map(\.sentence)
        summary.verified = report.verified
        let gone = Set(report.done.compactMap { if case .undefine(let step) = $0 { step.guest } else { nil } })
        summary.kept = plan.changes.flatMap { change -> [String] in
            guard case .guest(let name) = change.subject, gone.contains(name) else { return [] }
            return change.kept
        }
        summary.restartPending = plan.restartPending
        if case .applied = outcome {
        } else {
            // What the run has undone waits for nothing; what it never touched waits as it did.
            let touched = Set(plan.changedGuests)
            summary.restartPending.removeAll { touched.contains($0) }
        }
        summary.mayStillStop = report.mayStillStop
        summary.wantedPools = targets
        summary.undone = report.undone.filter { $0.result == .restored }.map { "\($0.action)" }
        summary.left = report.undone.compactMap { undo in
            guard case .leftForRunning(let guests) = undo.result else { return nil }
            return "\(undo.action.subject), for \(guests.joined(separator: ", "))"
        }
        summary.notUndone = report.undone.compactMap { undo in
            if case .failed(let failure) = undo.result { "\(undo.action): \(failure)" } else { nil }
        }
        summary.diagnostics = report.notes.map(\.finding)
        switch outcome {
        case .applied: summary.outcome = report.done.isEmpty ? .nothingToDo : .applied
        case .poolsShort(let grants, _, _): summary.addShort(grants)
        case .failed(let step, let failure, _): summary.addFailure(step.order, failure)
        case .fileFailed(let path, let failure, _): summary.addFailure("write \(path)", failure)
        case .verificationFailed(let mismatches, _): summary.addMismatches(mismatches)
        case .rollbackIncomplete(let halt, _):
            switch halt {
            case .poolsShort(let grants, _): summary.addShort(grants)
            case .failed(let step, let failure): summary.addFailure(step.order, failure)
            case .fileFailed(let path, let failure): summary.addFailure("write \(path)", failure)
            case .verificationFailed(let mismatches): summary.addMismatches(mismatches)
            }
            summary.outcome = .incomplete
        }
        self = summary
    }

    private mutating func addShort(_ grants: [PoolGrant]) {
        outcome = .rolledBack
        shortPools = grants.filter(\.isShort)
    }

    private mutating func addFailure(_ order: String, _ failure: StepFailure) {
        outcome = .rolledBack
        let code: DiagnosticCode =
            if case .refused(let refusal) = failure, refusal.kind == .invalidDefinition {
                .defineRefused
            } else { .stepFailed }
        diagnostics.append(Diagnostic(code, "could not \(order): \(failure)"))
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
private func words(_ value: ChangedPart.PartValue?) -> String {
    switch value {
    case nil: "nothing"
    case .text(let text): "'\(text)'"
    case .number(let number): "\(number)"
    case .flag(let flag): flag ? "on" : "off"
    }
}
