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
        [
            ("kind", .text(kind)), ("format_version", documentVersion), ("site", ["name": .text(site)]),
            ("diagnostics", .list(findings.map(diagnosticJSON))),
        ]
    }

    /// One host: its plan, or null and why there is none.
    public static func host(_ entry: FleetEntry, file: String?, plan: Plan?) -> JSONValue {
        let document = plan.map { PlanJSON($0, exit: entry.exit, factsTime: entry.facts?.time).document }
        return [
            "host": .text(entry.host),
            "facts": ["file": .optional(file), "time": .optional(entry.facts?.time?.description)],
            "diagnostics": .list(entry.failure.map(diagnosticJSON)),
            "plan": document ?? .null,
            "exit": entry.exit.json,
        ]
    }

    /// The members that stand behind the hosts.
    public static func tail(_ entries: [FleetEntry], exit: ExitReport) -> [(key: String, value: JSONValue)] {
        [("summary", FleetSummary(entries).json), ("exit", exit.json)]
    }
}
