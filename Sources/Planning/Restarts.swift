internal import Diagnostics
internal import DomainXML
internal import HostModel
internal import SiteFile

/// Adds the power cycles that were asked for to what becomes of the guests, and looks whether those that start find their pages.
///
/// They come one after the other, and each guest must find the pages of its new shape: those that are free after the pools have
/// grown, and those that it holds itself in the same pool. So the order is one in which that works out; where there is none, the
/// plan is refused before anything is touched.
struct Restarts {
    let request: PlanRequest
    let records: [String: DomainRecord]
    let placement: Placement
    let poolTargets: [PoolID: PageCount]

    /// Domains that are removed because the site no longer names them: they are gone before any guest starts.
    let pruned: [String]

    /// What becomes of the guests with their power cycles, in the order of these; the outcomes are ascending by name.
    func added(to outcomes: [GuestOutcome]) -> (outcomes: [GuestOutcome], diagnostics: [Diagnostic]) {
        var free = freePages
        for name in outcomes.filter(\.stops).map(\.name) + pruned {
            for (pool, count) in holds(name) { free[pool, default: 0] += count }
        }
        var (cycled, findings) = chosen(outcomes)
        findings += cycled.compactMap { busy($0, outcomes) }
        guard let order = order(cycled, &free) else {
            return (outcomes, findings + [noRoom(cycled[0], free, to: "power cycled")])
        }
        cycled = order
        for outcome in outcomes where outcome.starts {
            guard isRoom(for: outcome.name, free) else {
                findings.append(noRoom(outcome.name, free, to: "started"))
                continue
            }
            take(outcome.name, from: &free)
        }
        let inOrder = cycled.compactMap { name in outcomes.first { $0.name == name } }
        return (outcomes.filter { !cycled.contains($0.name) } + inOrder.map(powerCycled), findings)
    }

    /// Who is power cycled, ascending by name, and what is to be said of those who are not although it was asked for.
    private func chosen(_ outcomes: [GuestOutcome]) -> ([String], [Diagnostic]) {
        var findings: [Diagnostic] = []
        let names = outcomes.filter { outcome in
            let isNamed = request.consent.restarts.contains(outcome.name)
            guard isNamed || (request.consent.restartsPending && outcome.restartPending) else { return false }
            guard records[outcome.name]?.isRunning == true, !outcome.stops else {
                if isNamed { findings.append(notRunning(outcome.name)) }
                return false
            }
            return true
        }.map(\.name)
        return (names, findings)
    }

    /// What keeps libvirt from power cycling a guest for which nothing else is planned.
    private func busy(_ name: String, _ outcomes: [GuestOutcome]) -> Diagnostic? {
        guard let record = records[name], outcomes.first(where: { $0.name == name })?.steps.isEmpty == true else {
            return nil
        }
        return DomainHoldings(record, at: mark(of: name)).busy
    }

    private func notRunning(_ name: String) -> Diagnostic {
        Diagnostic(
            .restartImpossible, "guest '\(name)' is not power cycled: it does not run, or is to be shut down",
            at: mark(of: name), severity: .warning)
    }

    private func powerCycled(_ outcome: GuestOutcome) -> GuestOutcome {
        var outcome = outcome
        let name = outcome.name
        let isForced = request.consent.forcesOff
        outcome.steps += [.stop(name: name, force: isForced), .start(name: name)]
        outcome.restartPending = false
        var change =
            outcome.change
            ?? Change(
                subject: .guest(name), action: .restart, disruption: .guest, parts: outcome.pending,
                source: mark(of: name))
        let state = records[name]?.facts.state.rawValue ?? "running"
        change.parts.append(ChangedPart(path: "state", now: .text(state), want: .text("restarted"), when: .live))
        change.disruption = .guest
        outcome.change = change
        return outcome
    }

    // MARK: Order

    /// The order; nil when there is none. Afterwards `free` is what is left, and `names` begin with one that found no room.
    private func order(_ names: [String], _ free: inout [PoolID: Int]) -> [String]? {
        var waiting = names
        var order: [String] = []
        while !waiting.isEmpty {
            let fitting = waiting.filter { isRoom(for: $0, free) }
            // One that takes no more than it holds spoils nothing for the others.
            guard let next = fitting.first(where: { takesNoMore($0) }) ?? fitting.first else { return nil }
            for (pool, count) in holds(next) { free[pool, default: 0] += count }
            take(next, from: &free)
            waiting.removeAll { $0 == next }
            order.append(next)
        }
        return order
    }

    private func isRoom(for name: String, _ free: [PoolID: Int]) -> Bool {
        needs(name).allSatisfy { pages(free, holds(name), $0.key) >= $0.value }
    }

    private func take(_ name: String, from free: inout [PoolID: Int]) {
        for (pool, count) in needs(name) { free[pool, default: 0] -= count }
    }

    private func takesNoMore(_ name: String) -> Bool {
        needs(name).allSatisfy { holds(name)[$0.key, default: 0] >= $0.value }
    }

    private func pages(_ free: [PoolID: Int], _ held: [PoolID: Int], _ pool: PoolID) -> Int {
        free[pool, default: 0] + held[pool, default: 0]
    }

    /// Pages that are free once the pools have grown.
    private var freePages: [PoolID: Int] {
        var free: [PoolID: Int] = [:]
        for cell in request.host.cells {
            for pool in cell.pools {
                let id = PoolID(cell: cell.id, pageSize: pool.pageSize)
                let total = max(poolTargets[id] ?? pool.persistent, pool.persistent)
                free[id] = Int(clamping: total.count) - Int(clamping: pool.used.count)
            }
        }
        return free
    }

    /// What the running domain holds.
    private func holds(_ name: String) -> [PoolID: Int] {
        guard let record = records[name], record.isRunning, let load = try? DomainLoad(reading: record.present) else {
            return [:]
        }
        return DomainPages(load, host: request.host, defaultHugePage: request.defaultHugePage).bound
            .mapValues { Int(clamping: $0.count) }
    }

    /// What it needs where it is placed.
    private func needs(_ name: String) -> [PoolID: Int] {
        guard let guest = placement.guests.first(where: { $0.name == name }) else { return [:] }
        var needs: [PoolID: Int] = [:]
        for cell in guest.cells where cell.pageSize != request.host.host.basePage {
            let pages = cell.pageSize.pagesNeeded(for: cell.memory)
            needs[PoolID(cell: cell.hostCell, pageSize: cell.pageSize), default: 0] += Int(clamping: pages.count)
        }
        return needs
    }

    private func noRoom(_ name: String, _ free: [PoolID: Int], to what: String) -> Diagnostic {
        let missing = needs(name).sorted { $0.key < $1.key }.filter { pages(free, holds(name), $0.key) < $0.value }
        return Diagnostic(
            .restartImpossible,
            "guest '\(name)' cannot be \(what): other guests still hold the pages that it needs",
            at: mark(of: name),
            notes: missing.map { pool, count in
                "the \(pool.pageSize) pool of cell \(pool.cell): \(count) needed, \(max(0, pages(free, holds(name), pool))) free"
            }, hint: "power cycle a guest that no longer needs them, with --restart, or shut one down")
    }

    private func mark(of name: String) -> SourceMark? { request.guests.first { $0.name.value == name }?.name.mark }
}
