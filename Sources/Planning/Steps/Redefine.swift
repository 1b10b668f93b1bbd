public import DomainXML

/// Puts the managed parts and the mark into the present inactive definition and defines that.
public struct RedefineStep: GuestStep {
    package var guest: String
    package var prior: PriorSettings
    package var wanted: WantedDefinition
    /// What that changes of disks, interfaces and the like; nil for nothing. It follows from the mark and the present definition, and
    /// is here to be shown and to be held against them.
    var devices: [DeviceChange]?

    static var word: Step.Word { .redefine }
    var step: Step { .redefine(self) }

    var sentence: String {
        isMarkOnly ? "marked \(guest) as managed by \(wanted.mark.site)" : "changed the definition of \(guest)"
    }
    var order: String {
        isMarkOnly ? "mark \(guest) as managed by \(wanted.mark.site)" : "change the definition of \(guest)"
    }
    var isOneWay: Bool { false }

    /// The changes of devices.
    package var deviceChanges: [DeviceChange] { devices ?? [] }

    /// Whether settings and devices stay as they are, as those of a domain that is taken over.
    private var isMarkOnly: Bool {
        deviceChanges.isEmpty && !wanted.settings.differs(from: prior.settings)
    }

    func problem(_ rules: GuestStepRules, _ domain: GuestPrecondition.Domain?) -> String? {
        let mark = domain?.ownershipMark
        let isOurs = mark?.site == wanted.mark.site
        if wanted.mark.origin != (isOurs ? mark?.origin : .adopted) {
            return "its mark does not match the one that the plan found"
        }
        return rules.problem(of: prior, domain) ?? rules.problem(of: wanted, prior: prior)
    }

    /// Only with devices that change: what the domain has already it has found, or is looked at when it starts.
    func add(to preflight: inout PreflightSteps) {
        if !deviceChanges.isEmpty { preflight.redefined[guest] = wanted.mark }
    }

    /// Where nothing else changes, our mark does.
    func parts(_ told: GuestSteps) -> [ChangedPart] {
        let stamp = ChangedPart(.metadata, now: nil, want: .text(wanted.mark.site), when: .define)
        return told.defined + deviceChanges.map { told.part(of: $0) } + (told.action == .stamp ? [stamp] : [])
    }
}

extension Step {
    /// Puts the managed parts and the mark into the present inactive definition and defines that; `devices` is what that changes of
    /// disks, interfaces and the like.
    public static func redefine(
        name: String, prior: FoundSettings, wanted: WantedSettings, mark: OwnershipMark, devices: [DeviceChange] = []
    ) -> Step {
        .redefine(
            RedefineStep(
                guest: name, prior: PriorSettings(prior), wanted: WantedDefinition(settings: wanted, mark: mark),
                devices: devices.isEmpty ? nil : devices))
    }
}
