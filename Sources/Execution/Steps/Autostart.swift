import HostModel
import Planning

/// Sets whether libvirt starts a domain with the host.
public struct AutostartWrite: DomainWrite {
    var guest: String
    var on: Bool

    static var verb: HostWrite.Verb { .autostart }
    static var isReadBackAtOnce: Bool { false }

    var action: HostWrite { .setAutostart(self) }
    var place: String { "the autostart of \(guest)" }
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

    func renamed(to name: String) -> HostWrite { .setAutostart(name: name, autostart: on) }

    func isUndone(by inverse: [HostWrite]) -> Bool { inverse == [.setAutostart(name: guest, autostart: !on)] }

    /// Somebody else's setting is undone as ours is.
    func add(to history: inout WriteHistory, _ entry: Transaction.RecordedWrite) {}
}

extension HostWrite {
    /// Sets whether libvirt starts the domain with the host.
    public static func setAutostart(name: String, autostart: Bool) -> HostWrite {
        .setAutostart(AutostartWrite(guest: name, on: autostart))
    }
}

extension AutostartStep: StepExecution {
    var phase: Phase { .setting }

    func effect(in run: Run) throws(StepFailure) -> Effect? {
        guard let present = try run.host.domains.status(of: guest) else { throw .domainVanished(guest) }
        guard present.autostarts != target else { return nil }
        return Effect(
            [.setAutostart(self)], .setAutostart(name: guest, autostart: target),
            inverse: [.setAutostart(name: guest, autostart: present.autostarts)])
    }

    func precheck(_ look: Lookout) throws(StepFailure) -> Effect? {
        if try !look.isUnsettled(guest) { _ = try effect(in: look.view) }
        return nil
    }

    func mismatches(in run: Run, _ live: inout LiveDefinitions) throws(StepFailure) -> [Mismatch] {
        guard let status = try run.host.domains.status(of: guest) else { throw .domainVanished(guest) }
        return Mismatch.between(.flag(target), .flag(status.autostarts), .guest(guest), "autostart")
    }

    func brings(_ now: DomainStatus) -> (state: Bool, autostart: Bool) { (false, now.autostarts == target) }
}
