internal import Diagnostics
internal import HostModel
internal import Placement
internal import Planning

/// A plan in numbers, and the one line that every rendering for people ends with.
struct PlanSummary {
    let plan: Plan

    /// How many guests have a change of each kind; kinds that no guest has are left out.
    let guests: [Change.Action: Int]

    init(_ plan: Plan) {
        self.plan = plan
        guests = plan.changes.reduce(into: [:]) { guests, change in
            if change.isGuest { guests[change.action, default: 0] += 1 }
        }
    }

    func guests(_ action: Change.Action) -> Int { guests[action] ?? 0 }

    /// By how many pages the pools of each size change, ascending by size; sizes that stay are left out.
    var poolDeltas: [PoolDelta] {
        var deltas: [PageSize: Int64] = [:]
        for change in plan.changes {
            guard case .pool(let pool) = change.subject else { continue }
            deltas[pool.pageSize, default: 0] += PlanSummary.pagesAdded(by: change)
        }
        return deltas.filter { $0.value != 0 }.sorted { $0.key < $1.key }
            .map { PoolDelta(size: $0.key, pages: $0.value) }
    }

    /// One line without a line break: what changes and what that does to what runs, or that nothing changes, or why not.
    var line: String {
        switch plan.verdict {
        case .noChanges: noChanges
        case .changes: changes
        case .infeasible: "Plan: does not fit: \(unplaced); nothing would be changed."
        case .undecided: "Plan: undecided, the search limit was reached: \(unplaced); nothing would be changed."
        case .refused: "Plan: refused, \(errors); nothing would be changed."
        }
    }

    /// What the plan comes to, in a few words for a heading.
    var verdict: String {
        switch plan.verdict {
        case .noChanges: "no changes"
        case .changes: "\(Amount.count(plan.changes.count, "change")), impact: \(Words.impact(plan.changes))"
        case .infeasible: "does not fit"
        case .undecided: "undecided, the search limit was reached"
        case .refused: "refused"
        }
    }

    /// Guests that wait for a restart now, or will after apply; ascending.
    var waiting: [String] {
        let changed = plan.changes.compactMap { change -> String? in
            guard case .guest(let name) = change.subject else { return nil }
            return change.waits ? name : nil
        }
        return Set(plan.restartPending + changed).sorted()
    }

    private var noChanges: String {
        let waiting = waiting
        let pending = waiting.isEmpty ? "" : "; \(Amount.count(waiting.count, "restart")) pending"
        let differing =
            plan.differing.isEmpty ? "" : ", \(plan.differing.count) different from the site (see the findings)"
        return "No changes: \(Amount.count(plan.unchanged.count, "guest")) in sync\(differing)\(pending)."
    }

    private var changes: String {
        var counts = ["\(guests(.create)) to create", "\(guests(.update)) to update"]
        for action in [Change.Action.adopt, .rename, .stamp, .start, .stop, .restart, .release] where guests(action) > 0
        {
            counts.append("\(guests(action)) to \(action.rawValue)")
        }
        counts += ["\(guests(.remove)) to remove", "\(plan.unchanged.count) unchanged"]
        var line = "Plan: \(counts.joined(separator: ", "))"
        let actors = plan.changes.count { $0.isActor }
        if actors > 0 { line += "; \(Amount.count(actors, "actor")) to change" }
        let pools = PoolDelta.words(poolDeltas)
        if !pools.isEmpty { line += "; pools \(pools)" }
        let waiting = waiting
        if !waiting.isEmpty { line += "; \(Amount.count(waiting.count, "restart")) pending after apply" }
        return line + "; impact: \(Words.impact(plan.changes))."
    }

    private var unplaced: String { "\(PlanSummary.count(plan.placement.unplaced)) not placed" }

    /// `2 guests`, `1 actor`, `2 guests and 1 actor`.
    static func count(_ unplaced: [UnplacedGuest]) -> String {
        let actors = unplaced.count { $0.isActor }
        let guests = unplaced.count - actors
        let parts = [
            guests > 0 || actors == 0 ? Amount.count(guests, "guest") : nil,
            actors > 0 ? Amount.count(actors, "actor") : nil,
        ]
        return parts.compactMap(\.self).joined(separator: " and ")
    }

    private var errors: String {
        Amount.count(plan.diagnostics.count { $0.severity == .error }, "error")
    }

    /// The memory that a change adds to its pool: `+8 GiB`, `-1 GiB`; "" for a change of no pool.
    static func memory(of change: Change) -> String {
        guard case .pool(let pool) = change.subject else { return "" }
        let pages = pagesAdded(by: change)
        let amount = Amount.memory(of: PageCount(UInt64(pages.magnitude)), pool.pageSize)
        return (pages < 0 ? "-" : "+") + Amount.text(amount)
    }

    private static func pagesAdded(by change: Change) -> Int64 {
        func pages(_ value: ChangedPart.PartValue?) -> Int64 {
            guard case .number(let number) = value else { return 0 }
            return Int64(clamping: min(number, 1 << 48))
        }
        return change.parts.reduce(0) { $0 + pages($1.want) - pages($1.now) }
    }
}
