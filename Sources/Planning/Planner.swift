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
        var run = PlanRun(prepared(request, isolated))
        run.diagnostics += isolated.diagnostics
        return run.result()
    }

    /// The placement request for the guests of a plan request.
    static func question(of request: PlanRequest) -> PlacementRequest {
        PlanRun(prepared(request, IsolatedCPUs(of: request.host, policy: request.policy))).placementRequest
    }

    private static func prepared(_ request: PlanRequest, _ isolated: IsolatedCPUs) -> PlanRequest {
        var request = request.part
        request.policy = isolated.policy
        return request
    }
}

/// One run of the planner.
private struct PlanRun {
    /// The request, in which adopted guests have the settings of their domains.
    private(set) var request: PlanRequest
    var diagnostics: [Diagnostic] = []
    var records: [String: DomainRecord] = [:]
    /// Who owns the domain, by guest name.
    var ownership: [String: Ownership] = [:]
    /// The partly managed domains, by guest name.
    private var adopted: [String: AdoptedGuest] = [:]
    let pruning: Pruning

    init(_ request: PlanRequest) {
        self.request = request
        var diagnostics = HostRefusals(host: request.host, policy: request.policy).diagnostics
        let named = Set(request.guests.map(\.name.value))
        var records: [String: DomainRecord] = [:]
        for domain in request.host.domains {
            do {
                records[domain.name] = try DomainRecord(domain)
            } catch {
                // A domain that cannot be read is an error where we would write it, else only its load is unknown.
                var diagnostic = error.diagnostic
                if !named.contains(domain.name) { diagnostic.severity = .warning }
                diagnostics.append(diagnostic)
            }
        }
        self.diagnostics = diagnostics
        let renames = Renames(request, records: records)
        pruning = Pruning(request, records: records, renames: renames)
        self.diagnostics += renames.diagnostics
        records = renames.renamedRecords
        self.records = records
        for guest in request.guests {
            let decision = Ownership(
                guest, record: records[guest.name.value], refusal: renames.refusals[guest.name.value], request: request)
            ownership[guest.name.value] = decision
            switch decision {
            case .refused(let diagnostic), .leftAlone(let diagnostic): self.diagnostics.append(diagnostic)
            case .none: break
            case .ours, .adopt, .takeOver: adopt(guest)
            }
        }
        for index in self.request.guests.indices {
            guard let guest = adopted[self.request.guests[index].name.value] else { continue }
            self.request.guests[index].demand = guest.demand
        }
    }

    private mutating func adopt(_ guest: GuestSpec) {
        guard let record = records[guest.name.value],
            let domain = AdoptedGuest(
                guest, record: record, basePage: request.host.host.basePage, defaultHugePage: request.defaultHugePage)
        else { return }
        adopted[guest.name.value] = domain
        diagnostics += domain.diagnostics
    }

    func result() -> ExecutablePlan {
        var question = placementRequest
        var (placement, moves) = place(question)
        var roomless: [String] = []
        if placement.verdict == .infeasible, let (less, left) = withoutIdle(question) {
            (question, roomless) = (less, left)
            (placement, moves) = place(question)
        }
        let answer = PlacementFindings(request: request, placement: placement)
        let pins = HandPinFindings(
            host: request.host, policy: request.policy, guests: request.guests, foreign: question.foreign)
        let occupancy = occupancy(placement)
        let moving = MovingGuests(request: request, records: records, question: question, placement: placement)
        var plan = Plan(
            host: request.host.host.name ?? request.policy.name.value, site: request.site, verdict: .noChanges,
            placement: placement, moves: moves, diagnostics: diagnostics + pins.diagnostics)
        plan.before = placement.moved.compactMap { name in
            records[name].map { record in
                GuestPlacement(
                    name, asDefined: record.live ?? record.parts, load: nil, host: request.host,
                    defaultHugePage: request.defaultHugePage, overhead: request.policy.guestOverhead)
            }
        }
        plan.only = request.consent.only.map { only in
            request.guests.map(\.name.value).filter(only.contains).sorted()
        }
        var result = ExecutablePlan(plan: plan)
        var steps: [Step] = []
        let pools = PoolChanges(
            request: request, placement: placement,
            room: PoolGrowthRoom(
                request: request, occupancy: occupancy, foreign: question.foreign, overhead: placement.overhead))
        if placement.verdict == .placed {
            for (change, step) in pools.changes {
                plan.changes.append(change)
                steps.append(step)
            }
            plan.diagnostics += roomless.compactMap(noRoom)
            plan.diagnostics +=
                pools.bestEffortDiagnostics + pools.surplusDiagnostics + pools.mountDiagnostics + pools.heldDiagnostics
                + moving.diagnostics(besides: Set(moves.map(\.guest)))
                + answer.mixedPages(besides: Set(request.guests.filter(keepsPlace).map(\.name.value)))
                + MemoryInUse(
                    request: request, placement: placement,
                    running: Set(records.filter { $0.value.isRunning }.map(\.key))
                ).diagnostics
                + UnconfinedDomains(foreign: question.foreign, placement: placement).diagnostics
                + PlaceFindings(host: request.host, guests: request.guests).diagnostics(placement)
                + PlaceFindings(host: request.host, guests: request.guests)
                .floating(placement) { request.policy.reserve(of: $0) }
        }
        if placement.verdict == .placed {
            let ledger = RoomLedger(
                request, pools: pools.reachable, foreign: question.foreign, overhead: placement.overhead,
                occupancy: occupancy)
            let outlook = Outlook(
                placement: placement, occupancy: occupancy, ledger: ledger, moving: moving.names,
                rebalanced: Set(moves.map(\.guest)))
            let (outcomes, findings) = outcomes(outlook)
            for outcome in outcomes {
                if let change = outcome.change {
                    plan.changes.append(change)
                } else if !outcome.differs {
                    plan.unchanged.append(outcome.name)
                }
                if outcome.differs { plan.differing.append(outcome.name) }
                if outcome.restartPending { plan.restartPending.append(outcome.name) }
                if !outcome.pending.isEmpty { plan.pending[outcome.name] = outcome.pending }
                if let definition = outcome.definition { result.definitions.append(definition) }
                steps += outcome.steps
            }
            plan.diagnostics += findings
            plan.withoutCPUs = occupancy.withoutCPUs
            for outcome in pruning.outcomes(request) {
                plan.changes += [outcome.change].compactMap(\.self)
                plan.diagnostics += outcome.diagnostics
                steps += outcome.steps
            }
        }
        plan.diagnostics += answer.unplaced + answer.conflict
        if request.consent.only == nil { plan.diagnostics += pruning.diagnostics }
        let guests = Set(request.guests.map(\.name.value))
        plan.diagnostics += OtherSites(request, records: records).diagnostics(besides: guests)
        settle(&plan.changes, by: steps)
        plan.changes.sort { $0.address < $1.address }
        plan.unchanged.sort()
        plan.restartPending.sort()
        plan.differing.sort()
        result.definitions.sort { $0.name < $1.name }
        plan.verdict = verdict(placement, plan)
        result.plan = plan
        result.poolTargets = pools.lasting
        if plan.verdict == .changes { result.steps = steps }
        return result
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
                    defaultHugePage: request.defaultHugePage))
        }
    }

    private func verdict(_ placement: Placement, _ plan: Plan) -> Plan.PlanVerdict {
        switch placement.verdict {
        case .infeasible: .infeasible
        case .undecided: .undecided
        case .placed: plan.diagnostics.hasErrors ? .refused : plan.changes.isEmpty ? .noChanges : .changes
        }
    }

    // MARK: Placement

    /// The placement of all guests, and the moves that rebalancing proposes.
    private func place(_ question: PlacementRequest) -> (Placement, [Move]) {
        var placement = besideRunning(Placer.place(question), question)
        var moves: [Move] = []
        if request.rebalances, placement.verdict == .placed {
            let (moved, bound) = (placement.moved, placement.moveBound)
            (moves, placement) = Rebalancing(request: question).moves(from: placement)
            placement.moved = Set(moved + moves.map(\.guest)).sorted()
            placement.moveBound = bound
        }
        placement.guests = (placement.guests + asDefined).sorted { $0.name < $1.name }
        return (placement, moves)
    }

    /// Guests that keep their place and neither run nor are started by this plan: they hold nothing of the host yet. With `only`,
    /// guests outside the planned part still count.
    private var idle: Set<String> {
        let guests = request.guests.filter { guest in
            guard request.consent.only?.contains(guest.name.value) != false, keepsPlace(guest),
                let record = records[guest.name.value], !record.isRunning
            else { return false }
            let starts = guest.autostart?.value ?? record.facts.autostart
            return !starts && guest.state?.value != .running
        }
        return Set(guests.map(\.name.value))
    }

    /// The request without the idle guests that leave no room for the others, and their names; nil if leaving them out does not make
    /// it fit.
    private func withoutIdle(_ question: PlacementRequest) -> (PlacementRequest, [String])? {
        let names = idle
        let loads = question.foreign.filter { names.contains($0.name) }
        guard !loads.isEmpty else { return nil }
        var less = question
        less.explains = false
        less.foreign.removeAll { names.contains($0.name) }
        guard Placer.place(less).verdict == .placed else { return nil }
        var left: [String] = []
        for (number, load) in loads.enumerated() {
            var more = less
            more.foreign = (less.foreign + [load]).sorted { $0.name < $1.name }
            if number < PlanRun.mostIdle, Placer.place(more).verdict == .placed {
                less = more
            } else {
                left.append(load.name)
            }
        }
        less.explains = question.explains
        return (less, left)
    }

    /// The most idle guests that are tried one by one for room with the others.
    private static let mostIdle = 32

    private func noRoom(_ name: String) -> Diagnostic? {
        guard let guest = request.guests.first(where: { $0.name.value == name }) else { return nil }
        return Diagnostic(
            .shutOffWithoutRoom, "guest '\(name)' is shut off and does not fit with the others",
            at: guest.name.mark, severity: .warning,
            notes: ["its CPUs and memory are not counted in this plan"],
            hint:
                "start it after others are shut off; with 'state: running' the plan makes room for it or is refused"
        )
    }

    /// The placement with new guests where they can start now, while guests that wait for a restart still run in their old place;
    /// unchanged if there is no such room. No other guest is moved for that.
    private func besideRunning(_ placement: Placement, _ question: PlacementRequest) -> Placement {
        guard placement.verdict == .placed else { return placement }
        let occupancy = occupancy(placement)
        let places = placement.guests.keyed(by: \.name)
        for countsMemory in [true, false] {
            let loads = occupancy.loads(countsMemory: countsMemory)
            guard !loads.isEmpty else { continue }
            var next = question
            next.foreign += loads
            next.explains = false
            for index in next.guests.indices where next.guests[index].present?.cells.isEmpty == false {
                guard let place = places[next.guests[index].name] else { continue }
                next.guests[index].present = PresentPlacement(
                    place, basePage: question.host.host.basePage,
                    isRunning: next.guests[index].present?.isRunning == true)
            }
            var answer = Placer.place(next)
            guard answer.verdict == .placed, answer.moved.isEmpty else { continue }
            answer.moved = placement.moved
            answer.moveBound = placement.moveBound
            return answer
        }
        return placement
    }

    /// What of the host is held until running guests are restarted.
    private func occupancy(_ placement: Placement) -> Occupancy {
        Occupancy(
            request, records: records, placement: placement,
            ours: Set(request.guests.filter(isOurs).map(\.name.value)),
            going: Set(records.keys.filter(pruning.removes)))
    }

    /// Guests that take part in the placement: neither absent nor a domain of another owner.
    private var present: [GuestSpec] {
        request.guests.filter { guest in
            if case .refused = ownership[guest.name.value] { return false }
            return guest.state?.value != .absent && !keepsPlace(guest)
        }
    }

    /// Whether the guest's domain keeps its place: it is counted where it is and not placed.
    private func keepsPlace(_ guest: GuestSpec) -> Bool { guest.keepsPlace && adopted[guest.name.value] != nil }

    /// The placements of domains that keep their place, as they are counted.
    private var asDefined: [GuestPlacement] {
        request.guests.filter(keepsPlace).compactMap { guest in
            adopted[guest.name.value].map { domain in
                GuestPlacement(
                    guest.name.value, asDefined: domain.becoming, load: domain.load, host: request.host,
                    defaultHugePage: request.defaultHugePage, overhead: request.policy.guestOverhead)
            }
        }
    }

    /// Whether what the guest's domain uses now is the guest's own; a released domain keeps using it and counts as foreign.
    private func isOurs(_ guest: GuestSpec) -> Bool {
        switch ownership[guest.name.value] {
        case .refused, .leftAlone: false
        case .ours(.adopted): guest.state?.value != .absent
        case nil, .some(.none), .ours(.created), .adopt, .takeOver: true
        }
    }

    /// The QEMU overhead counted for domains outside the site: a fixed size applies to the site's guests only.
    private var foreignOverhead: GuestOverhead {
        request.policy.guestOverhead == .automatic ? .automatic : .none
    }

    /// What the domain uses now, or would use if it were started.
    private func load(of record: DomainRecord) -> DomainLoad? {
        try? DomainLoad(reading: record.present, parts: record.live ?? record.parts)
    }

    private func load(_ record: DomainRecord, _ load: DomainLoad, overhead: GuestOverhead) -> ForeignLoad {
        ForeignLoad(
            record, load: load, host: request.host, defaultHugePage: request.defaultHugePage, overhead: overhead)
    }

    /// The memory devices of a guest that is placed: its keys have no word for them, and they stay where the domain has them.
    private func devices(of record: DomainRecord) -> ForeignLoad? {
        guard let devices = load(of: record)?.devices else { return nil }
        var taken = load(record, devices, overhead: .none)
        taken.isGuest = true
        return taken
    }

    var placementRequest: PlacementRequest {
        var held: [PoolID: PageCount] = [:]
        var heldAnywhere: [PageSize: PageCount] = [:]
        var foreign: [ForeignLoad] = []
        let ours = Set(request.guests.filter(isOurs).map(\.name.value))
        let kept = Set(request.guests.filter(keepsPlace).map(\.name.value))
        let placed = Set(present.map(\.name.value))
        for (name, record) in records.sorted(by: { $0.key < $1.key }) {
            let isOthers = !ours.contains(name) && OtherSites.site(of: record, request) != nil
            if placed.contains(name), let devices = devices(of: record) { foreign.append(devices) }
            guard record.isRunning || record.facts.autostart || kept.contains(name) || isOthers,
                let load = load(of: record)
            else { continue }
            if kept.contains(name) {
                var taken = self.load(record, load, overhead: request.policy.guestOverhead)
                if let next = adopted[name]?.load, next != load {
                    taken.cover(self.load(record, next, overhead: request.policy.guestOverhead))
                }
                taken.isGuest = true
                foreign.append(taken)
            } else if !ours.contains(name), !pruning.removes(name) {
                let taken = self.load(record, load, overhead: foreignOverhead)
                foreign.append(request.policy.ignores(name) ? taken.withoutCPUs : taken)
            } else if record.isRunning {
                let own = placed.contains(name) ? load.withoutDevices : load
                let pages = DomainPages(own, host: request.host, defaultHugePage: request.defaultHugePage)
                held.merge(pages.bound) { $0 + $1 }
                heldAnywhere.merge(pages.unbound) { $0 + $1 }
            }
        }
        request.host.share(heldAnywhere, into: &held)
        return PlacementRequest(
            host: request.host, policy: request.policy,
            guests: present.map { guest in
                PlacementGuest(
                    name: guest.name.value, demand: guest.demand,
                    present: records[guest.name.value].map {
                        PresentPlacement(
                            $0, demand: guest.demand, host: request.host, defaultHugePage: request.defaultHugePage)
                    })
            },
            foreign: foreign, heldPages: held, allowsShrink: request.allowsShrink,
            explains: request.explains ?? (request.guests.count <= PlanRequest.explainedGuests),
            searchLimit: request.searchLimit)
    }

    // MARK: Guests

    /// What the changes of a guest depend on besides the guest itself.
    private struct Outlook {
        let placement: Placement
        let occupancy: Occupancy
        let ledger: RoomLedger
        /// Guests that leave their host cells.
        let moving: Set<String>
        let rebalanced: Set<String>
    }

    /// The outcome of every guest, ascending by name with power-cycled ones apart, and the findings.
    private func outcomes(_ outlook: Outlook) -> ([GuestOutcome], [Diagnostic]) {
        let guests = request.guests.filter { request.consent.only?.contains($0.name.value) ?? true }
            .sorted { $0.name.value < $1.name.value }
        let places = outlook.placement.guests.keyed(by: \.name)
        var wanted = WantedAtPlaces(WantedParts(host: request.host))
        let outcomes = guests.compactMap { outcome(of: $0, at: places[$0.name.value], outlook, &wanted) }
        let findings = outcomes.flatMap(\.diagnostics)
        let restarts = Restarts(
            request: request, records: records, occupancy: outlook.occupancy, ledger: outlook.ledger,
            pruned: pruning.going.map(\.facts.name).filter(pruning.removes))
        let (all, more) = restarts.added(to: outcomes)
        return (all, findings + more)
    }

    private func outcome(
        of guest: GuestSpec, at place: GuestPlacement?, _ outlook: Outlook, _ wanted: inout WantedAtPlaces
    ) -> GuestOutcome? {
        let name = guest.name.value
        guard let owner = ownership[name] else { return nil }
        if case .refused = owner { return nil }
        if guest.state?.value == .absent { return removal(guest, owner) }
        guard let place else { return nil }
        return GuestChange(
            request: request, guest: guest, placement: place, placed: wanted.wanted(guest.demand, at: place),
            record: records[name], ownership: owner,
            adopted: adopted[name], isMoved: outlook.moving.contains(name),
            isRebalanced: outlook.rebalanced.contains(name),
            occupancy: outlook.occupancy
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
