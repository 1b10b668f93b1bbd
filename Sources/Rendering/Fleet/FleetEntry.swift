public import Diagnostics
internal import HostModel
internal import Placement
public import Planning

/// What one host's plan comes to, in the few numbers that stand for it among many hosts.
public struct FleetEntry: Hashable, Sendable {
    /// The host's name in the site.
    public let host: String
    /// What the plan comes to; nil when none could be made.
    public let verdict: Plan.PlanVerdict?
    /// Why no plan could be made; empty when one was.
    public let failure: [Diagnostic]
    /// How old the facts are; nil when there are none.
    public let facts: FactsOrigin?
    /// The code that a plan of this host alone would end with.
    public let exit: ExitReport
    let changes: Int
    let poolDeltas: [PoolDelta]
    let guests: [Change.Action: Int]
    let disruption: Disruption
    private let impact: String
    let waiting: [String]
    /// The codes of what keeps the plan from being carried out, ascending.
    let codes: [String]

    /// Takes the plan of a host.
    public init(host: String, plan: Plan, facts: FactsOrigin?, exit: ExitReport) {
        let summary = PlanSummary(plan)
        self.host = host
        self.facts = facts
        self.exit = exit
        verdict = plan.verdict
        failure = []
        changes = plan.changes.count
        poolDeltas = summary.poolDeltas
        guests = summary.guests
        disruption = plan.disruption
        impact = Words.impact(plan.changes)
        waiting = summary.waiting
        let errors = plan.diagnostics.filter { $0.severity == .error }.map(\.code.rawValue)
        codes = Set(plan.placement.unplaced.map(\.code.rawValue) + errors).sorted()
    }

    /// Takes why there is no plan of a host.
    public init(host: String, failure: [Diagnostic], exit: ExitReport) {
        self.host = host
        self.failure = failure
        self.exit = exit
        (verdict, facts, changes, poolDeltas, guests, disruption, impact, waiting) = (
            nil, nil, 0, [], [:], .none, "", []
        )
        codes = Set(failure.map(\.code.rawValue)).sorted()
    }

    /// Whether there is nothing to say but that nothing changes.
    var isQuiet: Bool { verdict == .noChanges && waiting.isEmpty }
}

extension FleetEntry {
    /// One row a host.
    static func table(_ entries: [FleetEntry], title: String = "") -> Table {
        Table(
            [
                .name("host"), "verdict", "guests", "impact", "facts", "pools",
            ],
            entries.map { entry in
                let age = entry.facts.map { $0.age.map(FactsOrigin.words) ?? Amount.unknown } ?? "none"
                return Table.Row(
                    cells: [
                        entry.host, entry.verdictWords, entry.guestWords, entry.impactWords, age, entry.poolWords,
                    ], isBad: entry.isFailure)
            }, title: title)
    }

    /// The verdict in words: `3 changes`, `does not fit NP304`.
    var verdictWords: String {
        switch verdict {
        case .noChanges: "no changes"
        case .changes: Amount.count(changes, "change")
        case .infeasible: (["does not fit"] + codes).joined(separator: " ")
        case .undecided: "undecided"
        case .refused: (["refused"] + codes).joined(separator: " ")
        case nil: (["no plan"] + codes).joined(separator: " ")
        }
    }

    /// Whether the verdict is bad news.
    var isFailure: Bool { ![.noChanges, .changes].contains(verdict) }

    /// The pools' changes: `+12 x 1GiB`.
    var poolWords: String { PoolDelta.words(poolDeltas) }

    /// The guests' changes: `1 create, 2 update`.
    var guestWords: String {
        Change.Action.allCases.compactMap { action in guests[action].map { "\($0) \(action.rawValue)" } }
            .joined(separator: ", ")
    }

    /// What it does to what runs, and how many wait for a restart.
    var impactWords: String {
        let impact = verdict == .changes ? [impact] : []
        let pending = waiting.isEmpty ? [] : ["\(Amount.count(waiting.count, "restart")) pending"]
        return (impact + pending).joined(separator: "; ")
    }
}
