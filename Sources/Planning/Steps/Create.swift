public import DomainXML
public import XMLTree

/// Defines a domain that does not exist yet, from a whole document.
public struct CreateStep: GuestStep {
    package var guest: String
    package var definition: XMLLines
    package var wanted: WantedDefinition

    static var word: Step.Word { .create }
    var step: Step { .create(self) }

    var sentence: String { "defined \(guest)" }
    var order: String { "define \(guest)" }
    var isOneWay: Bool { false }

    func allows(_ other: Step.Word) -> Bool { [.create, .setAutostart, .start].contains(other) }

    func problem(_ rules: GuestStepRules, _ domain: GuestPrecondition.Domain?) -> String? {
        if wanted.mark.origin != .created { return "its mark says that the domain existed before" }
        return rules.problem(of: wanted, prior: nil) ?? rules.problem(of: definition.element, wanted)
    }

    func parts(_ told: GuestSteps) -> [ChangedPart] {
        wanted.settings.settings.map {
            ChangedPart(.setting($0.key), now: nil, want: ChangedPart.PartValue($0.value), when: .define)
        }
    }

    func add(to preflight: inout PreflightSteps) { preflight.machines[guest] = definition.machine }
}

extension Step {
    /// Defines a domain that does not exist yet, from a whole document.
    static func create(_ definition: GuestDefinition, wanted: WantedSettings, mark: OwnershipMark) -> Step {
        .create(
            CreateStep(
                guest: definition.name, definition: XMLLines(definition),
                wanted: WantedDefinition(settings: wanted, mark: mark)))
    }

    /// Defines a domain that does not exist yet, from a whole document.
    public static func create(
        name: String, definition: XMLElement, wanted: WantedSettings, mark: OwnershipMark
    ) -> Step {
        .create(
            CreateStep(
                guest: name, definition: XMLLines(definition), wanted: WantedDefinition(settings: wanted, mark: mark)))
    }
}
