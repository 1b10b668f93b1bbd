/// Asks a running domain to shut down and waits for it.
public struct StopStep: GuestStep {
    package var guest: String
    /// Whether it is switched off when the time has run out.
    package var force: Bool

    package init(guest: String, force: Bool) { (self.guest, self.force) = (guest, force) }

    static var word: Step.Word { .stop }
    var step: Step { .stop(self) }

    var sentence: String { "shut down \(guest)" }
    var order: String { "shut down \(guest)" }
    var isOneWay: Bool { true }

    func problem(_ rules: GuestStepRules, _ domain: GuestPrecondition.Domain?) -> String? {
        domain?.isRunning == true ? rules.ownership(domain) : "the plan found the domain shut off"
    }

    func add(to preflight: inout PreflightSteps) {
        preflight.stopped.insert(guest)
        if !force { preflight.asked.insert(guest) }
    }
}

extension Step {
    /// Asks a running domain to shut down and waits for it; with `force` it is switched off when the time has run out.
    public static func stop(name: String, force: Bool = false) -> Step { .stop(StopStep(guest: name, force: force)) }
}
