public import DomainXML
public import XMLTree

/// Defines a guest that exists anew from a whole document, which has its UUID and what else identifies it.
public struct RebaseStep: GuestStep {
    package var guest: String
    package var prior: PriorSettings
    package var definition: XMLLines
    package var wanted: WantedDefinition

    static var word: Step.Word { .rebase }
    var step: Step { .rebase(self) }

    var sentence: String { "redefined \(guest)" }
    var order: String { "redefine \(guest)" }
    var isOneWay: Bool { false }

    func allows(_ other: Step.Word) -> Bool { ![.create, .redefine, .release, .undefine].contains(other) }

    func problem(_ rules: GuestStepRules, _ domain: GuestPrecondition.Domain?) -> String? {
        let mark = domain?.ownershipMark
        if wanted.mark.origin != .created || mark?.origin != .created || mark?.site != rules.rules.site {
            return "this site did not create the domain"
        }
        return rules.problem(of: prior, domain) ?? rules.problem(of: wanted, prior: prior)
            ?? rules.problem(of: definition.element, wanted)
    }

    /// What a definition made anew changes of the settings, and of the base and the devices.
    func parts(_ told: GuestSteps) -> [ChangedPart] {
        let pairs = told.present.compactMap { path, value in MachineKey(path: path).map { ($0, value) } }
        var now = Dictionary(pairs) { first, _ in first }
        now[.base] = told.mark?.machine?.base.map(ChangedPart.PartValue.text)
        let want = DeviceChange.settings(of: definition.element, wanted.mark.machine)
        return told.defined
            + DeviceChange.between(now, want).map { $0.part(when: told.isRunning ? .nextStart : .define) }
    }

    func add(to preflight: inout PreflightSteps) { preflight.machines[guest] = definition.machine }
}

extension Step {
    /// Defines a guest that exists anew from a whole document.
    public static func rebase(
        name: String, prior: FoundSettings, definition: XMLElement, wanted: WantedSettings, mark: OwnershipMark
    ) -> Step {
        .rebase(
            RebaseStep(
                guest: name, prior: PriorSettings(prior), definition: XMLLines(definition),
                wanted: WantedDefinition(settings: wanted, mark: mark)))
    }
}
