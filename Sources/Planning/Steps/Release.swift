internal import DomainXML

/// Takes our mark out of the definition of a domain that we adopted; its settings stay.
public struct ReleaseStep: GuestStep {
    package var guest: String

    static var word: Step.Word { .release }
    var step: Step { .release(self) }

    var sentence: String { "released \(guest)" }
    var order: String { "release \(guest)" }
    var isOneWay: Bool { false }

    func allows(_ other: Step.Word) -> Bool { other == .release }

    func problem(_ rules: GuestStepRules, _ domain: GuestPrecondition.Domain?) -> String? {
        let mark = domain?.ownershipMark
        return mark?.site == rules.rules.site && mark?.origin == .adopted ? nil : "the site did not adopt it"
    }

    func parts(_ told: GuestSteps) -> [ChangedPart] {
        [ChangedPart(.metadata, now: told.mark.map { .text($0.site) }, want: nil, when: .define)]
    }
}

extension Step {
    /// Takes our mark out of the definition of a domain that we adopted.
    public static func release(name: String) -> Step { .release(ReleaseStep(guest: name)) }
}
