import HostModel
import Planning

/// Asks a domain to shut down and waits.
public struct StopWrite: DomainWrite {
    var guest: String
    /// Whether it is switched off when the time has run out.
    var force: Bool

    static var verb: HostAction.Verb { .stop }

    var action: HostAction { .stop(self) }
    var subject: String { "the state of \(guest)" }
    var words: String { force ? "shut down or switch off \(guest)" : "shut down \(guest)" }

    func perform(in run: inout Run) throws(StepFailure) {
        run.report.writes += 1
        try run.host.domains.stop(guest, force: force)
    }

    func holds(in run: Run) throws(StepFailure) -> Bool { try run.host.domains.status(of: guest)?.isActive != true }

    func noteFailed(in run: inout Run) { run.stopsInDoubt.append(guest) }

    func isUndone(by inverse: [HostAction]) -> Bool { inverse == [.start(name: guest)] }

    func add(to history: inout WriteHistory, _ entry: Transaction.Entry) {
        if !entry.state.isDone { history.noteStopInDoubt(guest) }
    }
}

extension HostAction {
    /// Asks the domain to shut down and waits; with `force` it is switched off when the time has run out.
    public static func stop(name: String, force: Bool = false) -> HostAction {
        .stop(StopWrite(guest: name, force: force))
    }
}
