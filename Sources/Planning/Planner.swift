internal import Diagnostics
internal import DomainXML
internal import HostModel
internal import Placement
internal import SiteFile

/// Makes a plan from the site, the host's facts and the existing domains: changes, steps and reasons.
///
/// Pure: the same request gives the same plan. First every domain is read and its ownership decided: ours, to be adopted, or off
/// limits. Then all guests are placed together on what other domains leave of the host. Last, each guest's wanted settings are
/// compared with its definition and with the running domain; only differences become changes.
public enum Planner {
    /// Answers a request.
    public static func plan(_ request: PlanRequest) -> ExecutablePlan {
        let isolated = IsolatedCPUs(of: request.host, policy: request.policy)
        let domains = SiteDomains(prepared(request, isolated))
        let refusals = HostRefusals(host: domains.request.host, policy: domains.request.policy)
        return PlanRun(domains, diagnostics: refusals.diagnostics + domains.diagnostics + isolated.diagnostics).result()
    }

    /// The placement request for the guests of a plan request.
    static func question(of request: PlanRequest) -> PlacementRequest {
        SiteDomains(prepared(request, IsolatedCPUs(of: request.host, policy: request.policy))).placementRequest
    }

    private static func prepared(_ request: PlanRequest, _ isolated: IsolatedCPUs) -> PlanRequest {
        var request = request.part
        request.policy = isolated.policy
        return request
    }
}

/// One run of the planner.
private struct PlanRun {
    private let domains: SiteDomains
    private let placing: PlanPlacement
    /// By guest name: where the guests are placed.
    private let places: [String: GuestPlacement]
    /// What is to be said before anything is placed.
    private let diagnostics: [Diagnostic]

    private var request: PlanRequest { domains.request }
    private var records: [String: DomainRecord] { domains.records }
    private var placement: Placement { placing.placement }

    init(_ domains: SiteDomains, diagnostics: [Diagnostic]) {
        self.domains = domains
        self.diagnostics = diagnostics
        var placing = PlanPlacement(domains)
        let moves = domains.request.movesLive ? PlanRun.moves(domains, placing)?.carriedOut(domains.records) : nil
        placing.settle(beside: moves)
        self.placing = placing
        places = placing.placement.guests.keyed(by: \.name)
    }

    func result() -> ExecutablePlan {
        let answer = PlacementFindings(request: request, placement: placement)
        let pins = HandPinFindings(
            host: request.host, policy: request.policy, guests: request.guests, foreign: placing.question.foreign)
        var plan = Plan(
            host: request.host.host.name ?? request.policy.name.value, site: request.site, verdict: .noChanges,
            placement: placement, moves: placing.moves, diagnostics: diagnostics + pins.diagnostics)
        plan.before = placing.before
        plan.only = request.consent.only.map { only in
            request.guests.map(\.name.value).filter(only.contains).sorted()
        }
        var result = ExecutablePlan(plan: plan)
        let occupancy = placing.occupancy
        let pools = PlanRun.pools(domains, placing, occupancy)
        if placement.verdict == .placed { addChanges(to: &result, pools: pools, occupancy: occupancy, answer: answer) }
        result.plan.diagnostics += answer.unplaced + answer.conflict
        if request.consent.only == nil { result.plan.diagnostics += domains.pruning.diagnostics }
        let guests = Set(request.guests.map(\.name.value))
        result.plan.diagnostics += OtherSites(request, records: records).diagnostics(besides: guests)
        settle(&result.plan.changes, by: result.steps)
        result.plan.changes.sort { $0.address < $1.address }
        result.plan.unchanged.sort()
        result.plan.restartPending.sort()
        result.plan.differing.sort()
        result.definitions.sort { $0.name < $1.name }
        result.plan.verdict = verdict(result.plan)
        result.poolTargets = pools.lasting
        if result.plan.verdict != .changes { result.steps = [] }
        return result
    }

    /// Adds what changes where every guest has a place: pools first, then guests, then domains that go.
    private func addChanges(
        to result: inout ExecutablePlan, pools: PoolChanges, occupancy: Occupancy, answer: PlacementFindings
    ) {
        let ledger = PlanRun.ledger(domains, placing, pools, occupancy)
        let live = LiveMoves(
            domains, placement: placement, occupancy: occupancy, ledger: ledger, heldGrowth: pools.held)
        // What comes after the moves finds the host as they leave it.
        let moves = request.movesLive ? live.guests : []
        let settled = moves.isEmpty ? occupancy : placing.occupancy(of: live.carriedOut(records))
        var pools = pools
        if !moves.isEmpty {
            pools.onTheWay = live.onTheWay
            pools.roomAfterMoves = PlanRun.growthRoom(domains, placing, settled)
        }
        let moving = MovingGuests(
            request: request, records: records, question: placing.question, placement: placement, live: live)
        for (change, step) in pools.changes {
            result.plan.changes.append(change)
            result.steps.append(step)
        }
        addIsolation(to: &result)
        addVirtualFunctions(to: &result)
        addActors(to: &result, beside: settled)
        result.plan.diagnostics += placing.roomlessDiagnostics + findings(pools, answer: answer, moving: moving)
        let outlook = Outlook(
            request: request, occupancy: settled,
            ledger: moves.isEmpty ? ledger : live.carriedOut(ledger, late: pools.late),
            moving: moving.names,
            movingLive: Set(moves.map(\.name)), rebalanced: Set(placing.moves.map(\.guest)))
        let (outcomes, findings) = outcomes(outlook)
        for outcome in outcomes { result.add(outcome) }
        if request.movesLive { result.steps.order(live.hops) }
        result.plan.diagnostics += findings
        result.plan.withoutCPUs = settled.withoutCPUs
        for outcome in domains.pruning.outcomes(request) {
            result.plan.changes += [outcome.change].compactMap(\.self)
            result.plan.diagnostics += outcome.diagnostics
            result.steps += outcome.steps
        }
    }

    /// Adds what goes to other CPUs than those of guests, and what becomes of CPUs that nobody has.
    private func addIsolation(to result: inout ExecutablePlan) {
        let isolation = PlannedIsolation(request, placement)
        let idle = IdleCPUs(request, placement, foreign: placing.question.foreign)
        let specs = request.guests.keyed(by: \.name.value)
        let partitions = Partitions(
            request.host, placement, isolated: isolation.lasting?.programsOff ?? [],
            vcpus: { specs[$0]?.demand.currentVCPUs },
            // Where the threads of an adopted guest are is not ours to say.
            runs: { name in
                guard let spec = specs[name], spec.adoption == nil else { return false }
                return records[name]?.isRunning ?? false || spec.state?.value == .running
            })
        let steps = isolation.steps + partitions.steps + idle.steps
        result.plan.changes += [PlannedIsolation.change(steps)].compactMap(\.self)
        result.steps += steps
        result.isolation = isolation.lasting
        result.plan.diagnostics += isolation.diagnostics + idle.diagnostics
    }

    /// Adds which devices are divided into virtual functions, for guests that ask for such.
    private func addVirtualFunctions(to result: inout ExecutablePlan) {
        let functions = VirtualFunctions(request.host)
        let guests = placement.guests.filter { request.consent.only?.contains($0.name) ?? true }
        let steps = functions.steps(functions.needed(for: guests))
        result.plan.changes += steps.map(VirtualFunctions.change)
        result.steps += steps.map(\.step)
        result.divided = functions.needed(for: placement.guests)
    }

    /// Adds which CPUs programs beside the guests get, where these have changed.
    private func addActors(to result: inout ExecutablePlan, beside occupancy: Occupancy) {
        let actors = ActorChanges(request, placement)
        result.plan.changes += ActorChanges.changes(actors.steps).map { change in
            var change = change
            change.source = actors.source(of: change)
            return change
        }
        result.steps += actors.steps
        result.plan.diagnostics += actors.diagnostics(beside: occupancy)
    }

    /// What becomes of the pools as long as running guests are where they are.
    private static func pools(_ domains: SiteDomains, _ placing: PlanPlacement, _ occupancy: Occupancy) -> PoolChanges {
        PoolChanges(
            request: domains.request, placement: placing.placement, room: growthRoom(domains, placing, occupancy))
    }

    private static func growthRoom(
        _ domains: SiteDomains, _ placing: PlanPlacement, _ occupancy: Occupancy
    ) -> PoolGrowthRoom {
        PoolGrowthRoom(
            request: domains.request, occupancy: occupancy, foreign: placing.question.foreign,
            overhead: placing.placement.overhead)
    }

    private static func ledger(
        _ domains: SiteDomains, _ placing: PlanPlacement, _ pools: PoolChanges, _ occupancy: Occupancy
    ) -> RoomLedger {
        RoomLedger(
            domains.request, pools: pools.reachable, foreign: placing.question.foreign,
            overhead: placing.placement.overhead, occupancy: occupancy)
    }

    /// The moves that lead to a placement; nil where there is none.
    private static func moves(_ domains: SiteDomains, _ placing: PlanPlacement) -> LiveMoves? {
        guard placing.placement.verdict == .placed else { return nil }
        let occupancy = placing.occupancy
        let pools = pools(domains, placing, occupancy)
        return LiveMoves(
            domains, placement: placing.placement, occupancy: occupancy,
            ledger: ledger(domains, placing, pools, occupancy), heldGrowth: pools.held)
    }

    /// What is to be said of a placement.
    private func findings(_ pools: PoolChanges, answer: PlacementFindings, moving: MovingGuests) -> [Diagnostic] {
        let running = Set(records.filter { $0.value.isRunning }.map(\.key))
        let places = PlaceFindings(host: request.host, guests: request.guests)
        return pools.bestEffortDiagnostics + pools.surplusDiagnostics + pools.mountDiagnostics + pools.heldDiagnostics
            + pools.wayDiagnostics
            + moving.diagnostics(besides: Set(placing.moves.map(\.guest)))
            + answer.mixedPages(besides: domains.keepingPlace)
            + MemoryInUse(request: request, placement: placement, running: running).diagnostics
            + UnconfinedDomains(foreign: placing.question.foreign, placement: placement).diagnostics
            + places.diagnostics(placement)
            + places.floating(placement) { request.policy.reserve(of: $0) }
    }

    /// Adjusts the changes of guests to what their steps do.
    private func settle(_ changes: inout [Change], by steps: [Step]) {
        let all = Dictionary(grouping: steps) { $0.guest }
        for index in changes.indices {
            guard case .guest(let name) = changes[index].subject, let own = all[name] else { continue }
            let record = records[name]
            changes[index].settle(
                by: GuestSteps(
                    steps: own, mark: record?.mark, isRunning: record?.isRunning ?? false,
                    defaultHugePage: request.host.defaultHugePage))
        }
    }

    private func verdict(_ plan: Plan) -> Plan.PlanVerdict {
        switch placement.verdict {
        case .infeasible: .infeasible
        case .undecided: .undecided
        case .placed: plan.diagnostics.hasErrors ? .refused : plan.changes.isEmpty ? .noChanges : .changes
        }
    }

    // MARK: Guests

    /// The outcome of every guest, ascending by name with power-cycled ones apart, and the findings.
    private func outcomes(_ outlook: Outlook) -> ([GuestOutcome], [Diagnostic]) {
        let guests = request.guests.filter { request.consent.only?.contains($0.name.value) ?? true }
            .sorted { $0.name.value < $1.name.value }
        var wanted = WantedAtPlaces(WantedParts(host: request.host))
        let outcomes = guests.compactMap { outcome(of: $0, outlook, &wanted) }
        let findings = outcomes.flatMap(\.diagnostics)
        let restarts = Restarts(
            request: request, records: records, occupancy: outlook.occupancy, ledger: outlook.ledger,
            pruned: domains.pruning.going.map(\.facts.name).filter(domains.pruning.removes))
        let (all, more) = restarts.added(to: outcomes)
        return (all, findings + more)
    }

    private func outcome(
        of guest: GuestSpec, _ outlook: Outlook, _ wanted: inout WantedAtPlaces
    ) -> GuestOutcome? {
        let name = guest.name.value
        guard let owner = domains.ownership[name] else { return nil }
        if case .refused = owner { return nil }
        if guest.state?.value == .absent { return removal(guest, owner) }
        guard let place = places[name] else { return nil }
        var guest = guest
        if !guest.demand.deviceWishes.isEmpty { guest.demand = guest.demand.having(place.devices) }
        return GuestChange(
            outlook: outlook, guest: guest, placement: place, placed: wanted.wanted(guest.demand, at: place),
            record: records[name], ownership: owner, adopted: domains.adopted[name]
        ).outcome()
    }

    /// A guest with `state: absent`.
    private func removal(_ guest: GuestSpec, _ owner: Ownership) -> GuestOutcome? {
        guard let record = records[guest.name.value], case .ours(let origin) = owner else { return nil }
        var outcome = Removal(request: request, record: record, origin: origin, source: guest.name.mark).outcome
        outcome.name = guest.name.value
        return outcome
    }
}

extension ExecutablePlan {
    /// Adds what becomes of a guest.
    fileprivate mutating func add(_ outcome: GuestOutcome) {
        if let change = outcome.change {
            plan.changes.append(change)
        } else if !outcome.differs {
            plan.unchanged.append(outcome.name)
        }
        if outcome.differs { plan.differing.append(outcome.name) }
        if outcome.restartPending { plan.restartPending.append(outcome.name) }
        if !outcome.pending.isEmpty { plan.pending[outcome.name] = outcome.pending }
        if let definition = outcome.definition { definitions.append(definition) }
        steps += outcome.steps
    }
}

extension [Step] {
    /// Puts the moves of memory last and in their order, one step for each that a guest cell makes; all others stay in theirs.
    fileprivate mutating func order(_ hops: [LiveMoves.Hop]) {
        let moves = compactMap { step in if case .moveMemory(let move) = step { move } else { nil } }
        removeAll { $0.word == .moveMemory }
        self += hops.flatMap { hop in
            moves.filter { $0.guest == hop.guest && $0.guestCell == hop.cell }.map { move in
                .moveMemory(
                    name: hop.guest, cell: hop.cell, prior: hop.from, target: hop.to, memory: move.memory)
            }
        }
    }
}
