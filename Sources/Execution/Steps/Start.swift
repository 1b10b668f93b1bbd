import HostModel
import Planning

/// Starts a domain from its definition.
public struct StartWrite: DomainWrite {
    var guest: String

    static var verb: HostAction.Verb { .start }

    var action: HostAction { .start(self) }
    var subject: String { "the state of \(guest)" }
    var words: String { "start \(guest)" }

    func perform(in run: inout Run) throws(StepFailure) {
        try run.host.domains.start(guest)
        run.report.writes += 1
    }

    func holds(in run: Run) throws(StepFailure) -> Bool { try run.host.domains.status(of: guest)?.isActive == true }

    var notHeld: StepFailure { .notRunning(guest) }

    func noteDone(in run: inout Run) { run.report.started.append(guest) }

    func isUndone(by inverse: [HostAction]) -> Bool { inverse.isEmpty }

    func add(to history: inout WriteHistory, _ entry: Transaction.Entry) { history.noteStartedOrMade(guest) }
}

extension HostAction {
    /// Starts the domain.
    public static func start(name: String) -> HostAction { .start(StartWrite(guest: name)) }

    var isStart: Bool { if case .start = self { true } else { false } }
}
