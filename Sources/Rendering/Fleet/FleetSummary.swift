internal import HostModel
internal import Planning

/// What the plans of many hosts come to together.
public struct FleetSummary: Hashable, Sendable {
    private let entries: [FleetEntry]

    /// Takes the hosts.
    package init(_ entries: [FleetEntry]) { self.entries = entries }

    private func count(_ verdict: Plan.PlanVerdict?) -> Int { entries.count { $0.verdict == verdict } }

    private var changing: [FleetEntry] { entries.filter { $0.verdict == .changes } }

    private var changes: Int { changing.reduce(0) { $0 + $1.changes } }

    private var disruption: Disruption { changing.map(\.disruption).max() ?? .none }

    private var waiting: Int { entries.reduce(0) { $0 + $1.waiting.count } }

    private var poolDeltas: [PoolDelta] {
        var pages: [PageSize: Int64] = [:]
        for delta in changing.flatMap(\.poolDeltas) {
            let (sum, overflow) = pages[delta.size, default: 0].addingReportingOverflow(delta.pages)
            pages[delta.size] = overflow ? .max : sum
        }
        return pages.filter { $0.value != 0 }.sorted { $0.key < $1.key }
            .map { PoolDelta(size: $0.key, pages: $0.value) }
    }

    /// The verdict for a heading: `3 changes on 1 of 4 hosts, impact: live, 1 restart pending`.
    var verdict: String {
        let hosts = Amount.count(entries.count, "host")
        let main =
            changing.isEmpty
            ? "no changes on \(hosts)"
            : "\(Amount.count(changes, "change")) on \(changing.count) of \(hosts), impact: \(Words.impact(disruption))"
        return ([main] + problems + pending).joined(separator: ", ")
    }

    private var problems: [String] {
        let counts = [
            (count(.infeasible), "does not fit", "do not fit"), (count(.undecided), "is undecided", "are undecided"),
            (count(.refused), "is refused", "are refused"), (count(nil), "has no plan", "have no plan"),
        ]
        return counts.filter { $0.0 > 0 }.map { "\($0.0) \($0.0 == 1 ? $0.1 : $0.2)" }
    }

    private var pending: [String] { waiting == 0 ? [] : ["\(Amount.count(waiting, "restart")) pending"] }

    /// One line that sums up.
    var line: String {
        let pools = PoolDelta.words(poolDeltas)
        return "Plan: \(([verdict] + (pools.isEmpty ? [] : ["pools \(pools)"])).joined(separator: "; "))."
    }

    /// How old the facts are: of each of a few hosts, else of the oldest.
    func factsLine(quote: (String) -> String) -> String {
        let known = entries.compactMap { entry in entry.facts.map { (host: entry.host, facts: $0) } }
        let dated = known.filter { $0.facts.time != nil }
        let oldest = dated.max { ($0.facts.age ?? 0, $1.host) < ($1.facts.age ?? 0, $0.host) }
        guard let oldest else { return "" }
        func words(_ item: (host: String, facts: FactsOrigin)) -> String {
            "\(quote(item.host)) \(item.facts.words ?? "")"
        }
        let rest = known.count - dated.count
        let unknown = rest == 0 ? "" : "; \(rest) of unknown age"
        return dated.count <= 4
            ? dated.map(words).joined(separator: ", ") + unknown : "the oldest \(words(oldest))\(unknown)"
    }

    /// The numbers for programs.
    static let part = DocumentPart<FleetSummary>([
        .init("hosts", Schema.count) { .number($0.entries.count) },
        .init("changed", Schema.count) { .number($0.changing.count) },
        .init("in_sync", Schema.count) { .number($0.count(.noChanges)) },
        .init("infeasible", Schema.count) { .number($0.count(.infeasible)) },
        .init("undecided", Schema.count) { .number($0.count(.undecided)) },
        .init("refused", Schema.count) { .number($0.count(.refused)) },
        .init("without_plan", Schema.count) { .number($0.count(nil)) },
        .init("changes", Schema.count) { .number($0.changes) },
        .init("restart_pending", Schema.count) { .number($0.waiting) },
        .init("disruption", Schema.word(of: Disruption.self)) { .text($0.disruption.rawValue) },
        .init("pools", Schema.list(of: .object(PoolDelta.part.schema))) { PoolDelta.part.list($0.poolDeltas) },
    ])
}
