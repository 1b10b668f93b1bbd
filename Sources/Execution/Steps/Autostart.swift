import HostModel
import Planning

/// Sets whether libvirt starts a domain with the host.
public struct AutostartWrite: DomainWrite {
    var guest: String
    var on: Bool

    static var verb: HostAction.Verb { .autostart }
    static var isReadBackAtOnce: Bool { false }

    var action: HostAction { .setAutostart(self) }
    var subject: String { "the autostart of \(guest)" }
    var words: String { "\(on ? "autostart" : "do not autostart") \(guest)" }

    func perform(in run: inout Run) throws(StepFailure) {
        try run.host.domains.setAutostart(guest, on)
        run.report.writes += 1
    }

    func holds(in run: Run) throws(StepFailure) -> Bool { try run.host.domains.status(of: guest)?.autostarts == on }

    /// A domain that is gone does not start with the host.
    func isAsBefore(in run: Run) throws(StepFailure) -> Bool {
        (try run.host.domains.status(of: guest)?.autostarts ?? false) == on
    }

    func renamed(to name: String) -> HostAction { .setAutostart(name: name, autostart: on) }

    func isUndone(by inverse: [HostAction]) -> Bool { inverse == [.setAutostart(name: guest, autostart: !on)] }

    /// Somebody else's setting is undone as ours is.
    func add(to history: inout WriteHistory, _ entry: Transaction.Entry) {}
}

extension HostAction {
    /// Sets whether libvirt starts the domain with the host.
    public static func setAutostart(name: String, autostart: Bool) -> HostAction {
        .setAutostart(AutostartWrite(guest: name, on: autostart))
    }
}
