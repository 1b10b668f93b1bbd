public import Diagnostics
internal import HostModel
public import Planning

/// The plans of many hosts as the document `numactl-plan/fleet-plan`, piece by piece: the members before the hosts, one element
/// a host, the members after them.
public struct FleetJSON {
    /// What the document calls itself.
    public static let kind = "numactl-plan/fleet-plan"

    /// The members that stand before the hosts.
    public static func head(site: String, findings: [Diagnostic]) -> [(key: String, value: JSONValue)] {
        headPart.members((site, findings))
    }

    /// One host: its plan, or null and why there is none.
    public static func host(_ entry: FleetEntry, file: String?, plan: Plan?) -> JSONValue {
        hostPart.json((entry, file, plan))
    }

    /// The same as text, indented as it stands in the document.
    public static func hostText(_ entry: FleetEntry, file: String?, plan: Plan?) -> String {
        "    " + hostPart.text((entry, file, plan), depth: 2)
    }

    /// The members that stand behind the hosts.
    public static func tail(_ entries: [FleetEntry], exit: ExitReport) -> [(key: String, value: JSONValue)] {
        tailPart.members((FleetSummary(entries), exit))
    }

    /// The document as JSON Schema, draft-07.
    public static var schema: JSONValue {
        var members = headPart.required.merging(tailPart.required) { first, _ in first }
        members["hosts"] = Schema.list(of: .object(hostPart.schema))
        return Schema.document(
            "fleet-plan", "Plans for all hosts of a site", page: "numactl-plan-plan(5)", Schema.object(members),
            PlanJSON.definitions)
    }

    private static let headPart = DocumentPart<(site: String, findings: [Diagnostic])>([
        .init("kind", ["const": .text(kind)]) { _ in .text(kind) },
        .init("format_version", Schema.version) { _ in documentVersion },
        .init("site", namedSchema) { ["name": .text($0.site)] },
        .init("diagnostics", Schema.list(of: Schema.reference("diagnostic"))) { diagnosticPart.list($0.findings) },
    ])

    private static let hostPart = DocumentPart<(entry: FleetEntry, file: String?, plan: Plan?)>([
        .init("host", Schema.text) { .text($0.entry.host) },
        .init("facts", .object(factsPart.schema), factsPart) { ($0.file, $0.entry.facts) },
        .init("diagnostics", Schema.list(of: Schema.reference("diagnostic")), diagnosticPart, all: \.entry.failure),
        .init("plan", Schema.orNull(.object(PlanJSON.part.schema)), PlanJSON.part) { host in
            host.plan.map { PlanJSON($0, exit: host.entry.exit, factsTime: host.entry.facts?.time) }
        },
        .init("exit", Schema.reference("exit")) { $0.entry.exit.json },
    ])

    private static let factsPart = DocumentPart<(file: String?, origin: FactsOrigin?)>([
        .init("file", Schema.orNull(Schema.text)) { .optional($0.file) },
        .init("time", Schema.orNull(Schema.utcTime)) { .optional($0.origin?.time?.description) },
    ])

    private static let tailPart = DocumentPart<(summary: FleetSummary, exit: ExitReport)>([
        .init("summary", .object(FleetSummary.part.schema)) { FleetSummary.part.json($0.summary) },
        .init("exit", Schema.reference("exit")) { $0.exit.json },
    ])
}
