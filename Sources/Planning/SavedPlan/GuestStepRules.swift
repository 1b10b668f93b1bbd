internal import DomainXML
internal import HostModel
internal import XMLTree

/// Holds the steps of one guest against each other and against the domain that they find.
struct GuestStepRules {
    let name: String
    /// The indices of the steps in the plan, ascending.
    let places: [Int]
    let steps: [Step]
    let found: GuestPrecondition?
    let rules: SavedPlanRules

    /// What is wanted of the domain by the step that changes its definition; nil where none does.
    var wanted: WantedSettings? {
        steps.lazy.compactMap { step in
            switch step {
            case .redefine(let step): step.wanted.settings
            case .rebase(let step): step.wanted.settings
            default: nil
            }
        }.first
    }

    /// Everything that is wrong, in the order of the steps.
    var problems: [PlanProblem] {
        if let wrong = PlanName.problem(of: name) { return [problem(at: 0, wrong)] }
        guard let found else { return [problem(at: 0, "it has no precondition")] }
        if let wrong = togetherness(domain: found.domain) { return [wrong] }
        let own = steps.indices.compactMap { index in
            steps[index].kind.problem(self, found.domain).map { problem(at: index, $0) }
        }
        return own + foundProblems(found)
    }

    private func problem(at index: Int, _ message: String) -> PlanProblem {
        PlanProblem([.member("steps"), .index(places[index])], message)
    }

    // MARK: Steps together

    /// The first step that does not go with the others, or with a domain that is there, or is not.
    private func togetherness(domain: GuestPrecondition.Domain?) -> PlanProblem? {
        for index in steps.indices {
            if steps[..<index].contains(where: { $0.kind.isSame(as: steps[index]) }) {
                return problem(at: index, "'\(name)' has such a step already")
            }
            if let other = steps.first(where: { !steps[index].kind.allows($0.word) }) {
                return problem(at: index, "it cannot be combined with '\(other.word.rawValue)' of the same guest")
            }
            if needsDomain(steps[index]) != (domain != nil), !followsCreation(steps[index]) {
                return problem(
                    at: index,
                    domain == nil ? "the plan found no domain '\(name)'" : "the plan found a domain '\(name)'")
            }
        }
        return nil
    }

    private func needsDomain(_ step: Step) -> Bool { step.word != .create }

    private func followsCreation(_ step: Step) -> Bool {
        guard steps.contains(where: { !needsDomain($0) }) else { return false }
        return [.setAutostart, .start].contains(step.word)
    }

    // MARK: One step

    /// Whether the guest is shut down.
    var stops: Bool { steps.contains { $0.word == .stop } }

    /// What is wrong with what a step wants of a definition.
    func problem(of wanted: WantedDefinition, prior: PriorSettings?) -> String? {
        WantedRules(guest: name, wanted: wanted.settings, mark: wanted.mark, prior: prior?.settings, rules: rules)
            .problem
    }

    /// What is wrong with the settings that a step finds.
    func problem(of prior: PriorSettings, _ domain: GuestPrecondition.Domain?) -> String? {
        let settings = GuestPrecondition.Domain.settings(of: prior.settings, defaultHugePage: rules.defaultHugePage)
        return settings == domain?.settings ? nil : "its prior settings are not those of the precondition"
    }

    /// Nothing is done to a domain that is not this site's and does not become so.
    func ownership(_ domain: GuestPrecondition.Domain?) -> String? {
        let becomesOurs = steps.contains { [.create, .redefine].contains($0.word) }
        return becomesOurs || domain?.ownershipMark?.site == rules.site ? nil : "the domain is not this site's"
    }

    /// A whole definition says what is shown of it, and nothing that reaches further than a site file does.
    func problem(of definition: XMLElement, _ wanted: WantedDefinition) -> String? {
        guard let parts = try? FoundSettings(reading: definition) else { return "its definition cannot be read" }
        if let other = wanted.settings.differences(from: parts, defaultHugePage: rules.defaultHugePage).first {
            return "its definition has another '\(other.path)' than is shown"
        }
        if OwnershipMark(reading: definition) != wanted.mark { return "its definition has another mark" }
        guard !rules.basedGuests.contains(name), let excess = DefinitionLimits.excess(of: definition) else {
            return nil
        }
        return "its definition has \(excess), which a saved plan cannot contain"
    }

    // MARK: What was found

    /// A mark that is written otherwise than we write it was put there by somebody else.
    private func foundProblems(_ found: GuestPrecondition) -> [PlanProblem] {
        guard let line = found.domain?.mark, found.domain?.ownershipMark.map({ XMLLines($0.element).oneLine }) != line,
            let index = rules.preconditions.guests.firstIndex(of: found)
        else { return [] }
        return [
            PlanProblem(
                [.member("preconditions"), .member("guests"), .index(index)], "its mark is not one of this program")
        ]
    }
}

extension OwnershipMark {
    /// Reads a mark that stands alone, as preconditions hold it.
    init?(line: String) {
        guard let element = try? XMLReader.read(line) else { return nil }
        let metadata = XMLElement("metadata", children: [.element(element)])
        self.init(reading: XMLElement("domain", children: [.element(metadata)]))
    }
}
