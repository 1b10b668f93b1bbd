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

    /// Everything that is wrong, in the order of the steps.
    var problems: [PlanProblem] {
        if let wrong = PlanName.problem(of: name) { return [problem(at: 0, wrong)] }
        guard let found else { return [problem(at: 0, "there is no precondition for it")] }
        if let wrong = togetherness(domain: found.domain) { return [wrong] }
        let own = steps.indices.compactMap { index in
            self.wrong(steps[index], found.domain).map { problem(at: index, $0) }
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
            if steps[..<index].contains(where: { isSame($0, steps[index]) }) {
                return problem(at: index, "there is such a step for '\(name)' already")
            }
            if let other = steps.first(where: { !allows(steps[index], $0) }) {
                return problem(at: index, "it does not go with '\(other.word)' of the same guest")
            }
            if needsDomain(steps[index]) != (domain != nil), !followsCreation(steps[index]) {
                return problem(
                    at: index,
                    domain == nil ? "the plan found no domain '\(name)'" : "the plan found a domain '\(name)'")
            }
        }
        return nil
    }

    private func isSame(_ one: Step, _ other: Step) -> Bool {
        if case .pin(_, let thread, _, _) = one, case .pin(_, let second, _, _) = other { return thread == second }
        return one.word == other.word
    }

    /// Whether a guest may have both steps.
    private func allows(_ step: Step, _ other: Step) -> Bool {
        switch step {
        case .create: ["create", "set_autostart", "start"].contains(other.word)
        case .undefine: ["undefine", "stop"].contains(other.word)
        case .release: other.word == "release"
        case .rename: !["create", "release", "undefine", "stop", "pin"].contains(other.word)
        case .rebase: !["create", "redefine", "release", "undefine"].contains(other.word)
        case .setPool, .redefine, .pin, .setAutostart, .stop, .start: true
        }
    }

    private func needsDomain(_ step: Step) -> Bool { if case .create = step { false } else { true } }

    private func followsCreation(_ step: Step) -> Bool {
        guard steps.contains(where: { !needsDomain($0) }) else { return false }
        return ["set_autostart", "start"].contains(step.word)
    }

    // MARK: One step

    /// What is wrong with a step, given the domain that it finds.
    private func wrong(_ step: Step, _ domain: GuestPrecondition.Domain?) -> String? {
        let mark = domain?.ownershipMark
        switch step {
        case .setPool: return nil
        case .rename(_, let from, _):
            if let wrong = PlanName.problem(of: from) { return wrong }
            if domain?.isRunning == true { return "the plan found the domain running" }
            return mark?.site == rules.site ? nil : "the domain is not this site's"
        case .create(_, let definition, let wanted, let new):
            if new.origin != .created { return "its mark says that the domain was there before" }
            let rules = WantedRules(guest: name, wanted: wanted, mark: new, prior: nil, rules: self.rules)
            return rules.problem ?? definitionProblem(definition, wanted, new)
        case .redefine(_, let prior, let wanted, let new, _):
            let isOurs = mark?.site == new.site
            if new.origin != (isOurs ? mark?.origin : .adopted) {
                return "its mark does not go with the one that the plan found"
            }
            if settings(prior) != domain?.settings { return "its prior settings are not those of the precondition" }
            return WantedRules(guest: name, wanted: wanted, mark: new, prior: prior, rules: self.rules).problem
        case .rebase(_, let prior, let definition, let wanted, let new):
            if new.origin != .created || mark?.origin != .created || mark?.site != rules.site {
                return "this site did not create the domain"
            }
            if settings(prior) != domain?.settings { return "its prior settings are not those of the precondition" }
            let rules = WantedRules(guest: name, wanted: wanted, mark: new, prior: prior, rules: self.rules)
            return rules.problem ?? definitionProblem(definition, wanted, new)
        case .pin(_, _, _, let target):
            if domain?.isRunning != true { return "the plan found the domain shut off" }
            let online = rules.host.onlineCPUs
            return !target.isEmpty && target.isSubset(of: online)
                ? nil : "CPUs \(target) are not those of this host, \(online)"
        case .setAutostart(_, let prior, let target):
            return prior != target && prior == (domain?.autostarts ?? false)
                ? ownership(mark) : "it is so already by the precondition"
        case .stop: return domain?.isRunning == true ? ownership(mark) : "the plan found the domain shut off"
        case .start: return startProblem(domain) ?? ownership(mark)
        case .release: return mark?.site == rules.site && mark?.origin == .adopted ? nil : "the site did not adopt it"
        case .undefine: return removalProblem(domain, mark)
        }
    }

    private func startProblem(_ domain: GuestPrecondition.Domain?) -> String? {
        guard let domain else { return nil }
        if domain.hasManagedSave { return "the domain has a managed save image" }
        return domain.isRunning == stops
            ? nil : "the plan found the domain \(domain.isRunning ? "running" : "shut off")"
    }

    private func removalProblem(_ domain: GuestPrecondition.Domain?, _ mark: OwnershipMark?) -> String? {
        if mark?.site != rules.site || mark?.origin != .created { return "this site did not create the domain" }
        if domain?.hasManagedSave == true { return "the domain has a managed save image" }
        return domain?.isRunning == stops
            ? nil : "the domain is removed while it runs, or shut down while it does not run"
    }

    private var stops: Bool { steps.contains { $0.word == "stop" } }

    /// Nothing is done to a domain that is not this site's and does not become so.
    private func ownership(_ mark: OwnershipMark?) -> String? {
        let becomesOurs = steps.contains { ["create", "redefine"].contains($0.word) }
        return becomesOurs || mark?.site == rules.site ? nil : "the domain is not this site's"
    }

    /// A whole definition says what is shown of it, and nothing that reaches further than a site file does.
    private func definitionProblem(_ definition: XMLElement, _ wanted: WantedSettings, _ mark: OwnershipMark) -> String?
    {
        guard let parts = try? FoundSettings(reading: definition) else { return "its definition cannot be read" }
        if let other = wanted.differences(from: parts, defaultHugePage: rules.defaultHugePage).first {
            return "its definition has another '\(other.path)' than is shown"
        }
        if OwnershipMark(reading: definition) != mark { return "its definition has another mark" }
        guard !rules.basedGuests.contains(name), let excess = DefinitionLimits.excess(of: definition) else {
            return nil
        }
        return "\(excess) in its definition is more than a saved plan may carry"
    }

    private func settings(_ parts: FoundSettings) -> [String: ChangedPart.Value] {
        GuestPrecondition.Domain.settings(of: parts, defaultHugePage: rules.defaultHugePage)
    }

    // MARK: What was found

    /// A mark that is written otherwise than we write it was put there by somebody else.
    private func foundProblems(_ found: GuestPrecondition) -> [PlanProblem] {
        guard let line = found.domain?.mark, found.domain?.ownershipMark.map({ XMLLines($0.element).oneLine }) != line,
            let index = rules.preconditions.guests.firstIndex(of: found)
        else { return [] }
        return [
            PlanProblem(
                [.member("preconditions"), .member("guests"), .index(index)], "its mark is none of this program")
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
