/// Sets whether libvirt starts the domain with the host.
public struct AutostartStep: GuestStep {
    package var guest: String
    package var prior: Bool
    package var target: Bool

    static var word: Step.Word { .setAutostart }
    var step: Step { .setAutostart(self) }

    var sentence: String { "\(target ? "enabled" : "disabled") autostart of \(guest)" }
    var order: String { "\(target ? "enable" : "disable") autostart of \(guest)" }
    var isOneWay: Bool { false }

    func problem(_ rules: GuestStepRules, _ domain: GuestPrecondition.Domain?) -> String? {
        prior != target && prior == (domain?.autostarts ?? false)
            ? rules.ownership(domain) : "by its precondition it is set so already"
    }

    func parts(_ told: GuestSteps) -> [ChangedPart] {
        [ChangedPart(.autostart, now: told.creates ? nil : .flag(prior), want: .flag(target), when: .define)]
    }
}

extension Step {
    /// Sets whether libvirt starts the domain with the host.
    public static func setAutostart(name: String, prior: Bool, target: Bool) -> Step {
        .setAutostart(AutostartStep(guest: name, prior: prior, target: target))
    }
}
