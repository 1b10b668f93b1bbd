internal import Diagnostics
internal import DomainXML
internal import HostModel
internal import Planning
internal import Rendering
internal import SiteFile
internal import XMLTree

extension PlanningSession {
    /// The plan as the document for programs.
    func json(_ status: ExitStatus) throws -> String { try JSONText.of(document(status)) }

    /// The document for programs as a value.
    func document(_ status: ExitStatus) -> JSONValue {
        PlanJSON(result.plan, exit: status.report, factsTime: origin?.time).document
    }

    /// Shows the findings beside a text or a picture; documents have them inside.
    func warnOfFindings(beside format: PlanFormat, _ world: World) {
        guard !format.hasFindings else { return }
        world.tell(result.plan.diagnostics, sources: sources)
    }

    /// Says which of the definitions are not whole, since they were made from facts without secrets.
    func warnOfRedaction(_ world: World) {
        let made = Set(result.definitions.map(\.name))
        let parts = facts.domains.filter { made.contains($0.name) && $0.leftOut != nil }
        guard !parts.isEmpty else { return }
        let finding = Diagnostic(
            .factsRedacted, "the facts omit parts of definitions, so the output lacks them too",
            severity: .warning, notes: parts.map { "\($0.name): \(($0.leftOut ?? []).joined(separator: ", "))" },
            hint: "run render on the host for complete definitions")
        world.tell([finding])
    }

    /// The host with its guests where the plan has them.
    var picture: HostPicture { HostPicture(facts, plan: result.plan, policy: policy, specs: guests) }

    /// The plan with the age of its facts and, where asked for, its definitions.
    func review(_ options: ReviewOptions) -> PlanReview {
        PlanReview(
            result.plan, facts: origin, definitions: options.xml ? definitionDiffs : [],
            details: options.details.choice)
    }

    /// How the managed part of each changed guest's definition changes, ascending by guest.
    private var definitionDiffs: [DefinitionDiff] {
        let present = facts.domains.keyed(by: \.name)
        let wanted = Dictionary(
            result.definitions.map { ($0.name, $0.document) }, uniquingKeysWith: { first, _ in first })
        return result.plan.changes.compactMap { change in
            guard case .guest(let name) = change.subject else { return nil }
            let now = try? present[name]?.definition.read()
            let want = change.action == .release ? now.map(DomainPatch.release) : wanted[name]
            return DefinitionDiff(guest: name, now: now.flatMap(projection), want: want.flatMap(projection))
        }
    }

    private func projection(_ definition: XMLElement) -> XMLElement? {
        try? ManagedProjection.of(definition, defaultHugePage: facts.defaultHugePage)
    }
}

extension FactsOrigin {
    /// What to say of facts that are older than they may be, or do not tell; nil when they are young enough.
    func finding(of host: String, limit: DurationText) -> Diagnostic? {
        guard let time, let age else {
            return Diagnostic(
                .factsOld, "the facts of \(displayable(host)) have no time", severity: .warning,
                hint: "numactl-plan facts --format json records the time")
        }
        guard .seconds(age) > limit.duration else { return nil }
        return Diagnostic(
            .factsOld, "the facts of \(displayable(host)) were captured at \(time), more than \(limit) ago",
            severity: .warning,
            hint: "capture them again on the host: numactl-plan facts --format json")
    }
}
