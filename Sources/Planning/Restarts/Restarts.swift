internal import Diagnostics
internal import DomainXML
internal import HostModel
internal import SiteFile

/// Adds the power cycles that were asked for to what becomes of the guests, and looks whether those that start find their room.
///
/// They come one after the other, and each guest must find the pages and the memory of its new shape: what is free after the pools
/// have grown, and what it holds itself. So the order is one in which that works out (``RestartOrder``); where there is none, the
/// plan is refused before anything is touched. So it is where a guest is to be started into room that another one has until its own
/// restart, or onto CPUs that it has.
struct Restarts {
    let request: PlanRequest
    let records: [String: DomainRecord]
    let occupancy: Occupancy
    /// The host once the pools have grown, with everybody on it who runs now.
    let ledger: RoomLedger

    /// Domains that are removed because the site no longer names them: they are gone before any guest starts.
    let pruned: [String]

    /// What becomes of the guests with their power cycles, in the order of these; the outcomes are ascending by name.
    func added(to outcomes: [GuestOutcome]) -> (outcomes: [GuestOutcome], diagnostics: [Diagnostic]) {
        var ledger = ledger
        for name in outcomes.filter(\.stops).map(\.name) + pruned {
            if let guest = occupancy.running[name] { ledger.leave(guest.live, planned: guest.planned) }
        }
        let (cycled, remarks) = chosen(outcomes)
        var findings = remarks
        findings += cycled.compactMap { busy($0, outcomes) }
        var search = RestartOrder(inOrderOfCPUs(cycled).compactMap(cycle), in: ledger)
        let order: [String]
        switch search.search() {
        case .order(let names, let rest): (order, ledger) = (names, rest)
        case .none(let stuck, let rest): return (outcomes, findings + [noOrder(stuck, rest)])
        case .undecided(let stuck, let rest): return (outcomes, findings + [undecided(stuck, rest)])
        }
        findings += order.compactMap { blocked($0, to: "power cycled") }
        for outcome in outcomes where outcome.starts {
            guard let planned = occupancy.planned[outcome.name] else { continue }
            if let finding = noRoom(outcome.name, ledger.lacks(planned)) ?? blocked(outcome.name, to: "started") {
                findings.append(finding)
            } else {
                ledger.enter(planned)
            }
        }
        findings += waiting(outcomes, ledger)
        guard !order.isEmpty else { return (outcomes, findings) }
        let byName = outcomes.keyed(by: \.name)
        let inOrder = order.compactMap { byName[$0] }
        return (outcomes.filter { !order.contains($0.name) } + inOrder.map(powerCycled), findings)
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

    /// The names so that a guest which has CPUs for itself comes before the one that is given them, as far as that goes; where they
    /// wait for each other all of them are down before the first starts.
    private func inOrderOfCPUs(_ names: [String]) -> [String] {
        let held = Dictionary(
            names.map { name in
                let pins = records[name]?.live?.vcpuPins.values.filter { $0.count == 1 } ?? []
                return (name, pins.reduce(into: CPUSet()) { $0.formUnion($1) })
            }, uniquingKeysWith: { first, _ in first })
        var (left, order) = (names, [String]())
        while !left.isEmpty {
            let next = left.firstIndex { name in
                let own = occupancy.planned[name]?.own ?? []
                return !left.contains { $0 != name && !own.isDisjoint(with: held[$0] ?? []) }
            }
            order.append(left.remove(at: next ?? 0))
        }
        return order
    }

    private func cycle(_ name: String) -> RestartOrder.WaitingGuest? {
        guard let guest = occupancy.running[name], let planned = guest.planned else { return nil }
        return RestartOrder.WaitingGuest(name: name, live: guest.live, planned: planned)
    }

    private func notRunning(_ name: String) -> Diagnostic {
        Diagnostic(
            .restartImpossible, "guest '\(name)' is not power cycled: it does not run, or will be shut down",
            at: mark(of: name), severity: .warning)
    }

    private func powerCycled(_ outcome: GuestOutcome) -> GuestOutcome {
        var outcome = outcome
        let name = outcome.name
        let isForced = request.consent.forcesOff
        // What the running domain was to get at once it gets with its start.
        outcome.steps.removeAll { $0.word == .setDevice || $0.word == .setVCPUs }
        outcome.steps += [.stop(name: name, force: isForced), .start(name: name)]
        outcome.restartPending = false
        var change =
            outcome.change
            ?? Change(
                subject: .guest(name), action: .restart, disruption: .guest, parts: outcome.pending,
                source: mark(of: name))
        let state = records[name]?.facts.state.rawValue ?? "running"
        for index in change.parts.indices where change.parts[index].when == .live {
            switch change.parts[index].key {
            case .machine, .setting(SetVCPUsStep.setting): change.parts[index].when = .nextStart
            default: break
            }
        }
        change.parts.append(ChangedPart(.state, now: .text(state), want: .text("restarted"), when: .live))
        change.disruption = .guest
        outcome.change = change
        return outcome
    }

    // MARK: Findings

    func mark(of name: String) -> SourceMark? { request.guests.first { $0.name.value == name }?.name.mark }
}
