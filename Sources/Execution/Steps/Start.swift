import HostModel
import Planning

extension StartStep: DomainWrite {
    static var verb: HostWrite.Verb { .start }

    var action: HostWrite { .start(self) }
    var place: String { "the state of \(guest)" }
    var words: String { "start \(guest)" }

    func perform(in run: inout Run) throws(StepFailure) {
        try run.host.domains.start(guest)
        run.report.writes += 1
    }

    func holds(in run: Run) throws(StepFailure) -> Bool { try run.host.domains.status(of: guest)?.isActive == true }

    var notHeld: StepFailure { .notRunning(guest) }

    func noteDone(in run: inout Run) { run.report.started.append(guest) }

    func isUndone(by inverse: [HostWrite]) -> Bool { inverse.isEmpty }

    func add(to history: inout WriteHistory, _ entry: Transaction.RecordedWrite) { history.noteStartedOrMade(guest) }
}

extension HostWrite {
    /// Starts the domain.
    public static func start(name: String) -> HostWrite { .start(StartStep(guest: name)) }

    var isStart: Bool { if case .start = self { true } else { false } }
}

extension StartStep: StepExecution {
    var phase: Phase { .start }

    func effect(in run: Run) throws(StepFailure) -> Effect? {
        guard let status = try run.host.domains.status(of: guest) else { throw .domainVanished(guest) }
        guard !status.isActive else { return nil }
        guard !status.hasManagedSave else { throw .managedSave(guest) }
        return Effect([.start(self)], .start(name: guest), inverse: [])
    }

    func precheck(_ look: Lookout) throws(StepFailure) -> Effect? {
        if try !look.isUnsettled(guest) { _ = try effect(in: look.view) }
        return nil
    }

    func mismatches(in run: Run, _ live: inout LiveDefinitions) throws(StepFailure) -> [Mismatch] { [] }

    func brings(_ now: DomainStatus) -> (state: Bool, autostart: Bool) { (now.isActive, false) }
}
