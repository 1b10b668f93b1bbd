internal import DomainXML

/// Gives a domain that does not run another name.
public struct RenameStep: GuestStep {
    /// The new name.
    package var guest: String
    package var from: String
    /// The domain's UUID; nil where it is not known.
    package var uuid: String?

    package init(guest: String, from: String, uuid: String?) {
        (self.guest, self.from, self.uuid) = (guest, from, uuid)
    }

    static var word: Step.Word { .rename }
    var step: Step { .rename(self) }

    var sentence: String { "renamed \(from) to \(guest)" }
    var order: String { "rename \(from) to \(guest)" }
    var isOneWay: Bool { false }

    func allows(_ other: Step.Word) -> Bool { ![.create, .release, .undefine, .stop, .pin].contains(other) }

    func problem(_ rules: GuestStepRules, _ domain: GuestPrecondition.Domain?) -> String? {
        if let wrong = PlanName.problem(of: from) { return wrong }
        if domain?.isRunning == true { return "the plan found the domain running" }
        return domain?.ownershipMark?.site == rules.rules.site ? nil : "the domain is not this site's"
    }

    func add(to preflight: inout PreflightSteps) { preflight.formerNames[guest] = from }
}

extension Step {
    /// Gives a domain that does not run another name; `uuid` is the domain's, nil where it is not known.
    public static func rename(name: String, from: String, uuid: String?) -> Step {
        .rename(RenameStep(guest: name, from: from, uuid: uuid))
    }
}
