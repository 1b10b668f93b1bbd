import HostModel
import Planning

extension StopStep: DomainWrite {
    static var verb: HostWrite.Verb { .stop }

    var action: HostWrite { .stop(self) }
    var place: String { "the state of \(guest)" }
    var words: String { force ? "shut down or power off \(guest)" : "shut down \(guest)" }

    func perform(in run: inout Run) throws(StepFailure) {
        run.report.writes += 1
        try run.host.domains.stop(guest, force: force)
    }

    func holds(in run: Run) throws(StepFailure) -> Bool { try run.host.domains.status(of: guest)?.isActive != true }

    func noteFailed(_ failure: StepFailure, in run: inout Run) {
        // libvirt did not pass the request on: the guest was never asked.
        if case .refused(let refusal) = failure, refusal.kind == .wrongState { return }
        run.stopsInDoubt.append(guest)
    }

    func isUndone(by inverse: [HostWrite]) -> Bool { inverse == [.start(name: guest)] }

    func add(to history: inout WriteHistory, _ entry: Transaction.RecordedWrite) {
        if !entry.state.isDone { history.noteStopInDoubt(guest) }
    }
}

extension HostWrite {
    /// Asks the domain to shut down and waits; with `force` it is switched off when the time has run out.
    public static func stop(name: String, force: Bool = false) -> HostWrite {
        .stop(StopStep(guest: name, force: force))
    }
}

extension StopStep: StepExecution {
    var phase: Phase { .stop }

    func effect(in run: Run) throws(StepFailure) -> Effect? {
        guard try run.host.domains.status(of: guest)?.isActive == true else { return nil }
        return Effect([.stop(self)], .stop(name: guest, force: force), inverse: [.start(name: guest)])
    }

    func precheck(_ look: Lookout) throws(StepFailure) -> Effect? { nil }

    func mismatches(in run: Run, _ live: inout LiveDefinitions) throws(StepFailure) -> [Mismatch] { [] }

    func brings(_ now: DomainStatus) -> (state: Bool, autostart: Bool) { (!now.isActive, false) }
}
