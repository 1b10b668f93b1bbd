/// Starts a domain from its definition.
public struct StartStep: GuestStep {
    package var guest: String

    package init(guest: String) { self.guest = guest }

    static var word: Step.Word { .start }
    var step: Step { .start(self) }

    var sentence: String { "started \(guest)" }
    var order: String { "start \(guest)" }
    var isOneWay: Bool { true }

    func problem(_ rules: GuestStepRules, _ domain: GuestPrecondition.Domain?) -> String? {
        guard let domain else { return rules.ownership(nil) }
        if domain.hasManagedSave { return "the domain has a managed save image" }
        return domain.isRunning == rules.stops
            ? rules.ownership(domain) : "the plan found the domain \(domain.isRunning ? "running" : "shut off")"
    }

    func add(to preflight: inout PreflightSteps) { preflight.started.insert(guest) }
}

extension Step {
    /// Starts a domain from its definition.
    public static func start(name: String) -> Step { .start(StartStep(guest: name)) }
}
