internal import DomainXML

/// Removes the definition of a domain that does not run; disks, NVRAM and TPM state are kept.
public struct UndefineStep: GuestStep {
    package var guest: String

    package init(guest: String) { self.guest = guest }

    static var word: Step.Word { .undefine }
    var step: Step { .undefine(self) }

    var sentence: String { "removed the definition of \(guest)" }
    var order: String { "remove the definition of \(guest)" }
    var isOneWay: Bool { false }

    func allows(_ other: Step.Word) -> Bool { [.undefine, .stop].contains(other) }

    func problem(_ rules: GuestStepRules, _ domain: GuestPrecondition.Domain?) -> String? {
        let mark = domain?.ownershipMark
        if mark?.site != rules.rules.site || mark?.origin != .created { return "this site did not create the domain" }
        if domain?.hasManagedSave == true { return "the domain has a managed save image" }
        return domain?.isRunning == rules.stops
            ? nil : "the domain is removed while it runs, or shut down while it does not run"
    }

    func add(to preflight: inout PreflightSteps) { preflight.removed.insert(guest) }
}

extension Step {
    /// Removes the definition of a domain that does not run.
    public static func undefine(name: String) -> Step { .undefine(UndefineStep(guest: name)) }
}
