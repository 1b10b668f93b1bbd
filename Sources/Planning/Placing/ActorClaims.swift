internal import Diagnostics
internal import HostModel
internal import Placement
internal import SiteFile

/// What actors ask of the placement: those whose CPUs are chosen as guests of one cell each, all others as what is taken already.
///
/// With a part of the site alone, actors are as apply recorded them.
struct ActorClaims {
    /// Actors to be placed, ascending by name.
    private(set) var guests: [PlacementGuest] = []
    /// Actors on CPUs by the operator's hand that can be had, and those of other sites, ascending by name.
    private(set) var settled: [ActorPlacement] = []
    /// Actors of this site that cannot have the CPUs of the operator's hand, ascending by name.
    private(set) var unplaced: [UnplacedGuest] = []
    /// The huge pages of actors to be placed whose cells are known beforehand.
    private(set) var pages: [PoolID: PageCount] = [:]

    private let request: PlanRequest
    private let foreign: [ForeignLoad]

    /// - Parameter foreign: What domains take that are not placed.
    init(_ request: PlanRequest, beside foreign: [ForeignLoad]) {
        self.request = request
        self.foreign = foreign
        let records = request.host.actors
        for actor in request.plannedActors {
            if let demand = actor.demand {
                place(actor, demand, records.first { $0.site == request.site && $0.name == actor.name.value })
            } else if let cpus = actor.listedCPUs {
                settle(actor, on: cpus)
            }
        }
        for record in records where record.site != request.site {
            var other = ActorPlacement(record.name, on: record.cpus, of: request.host, policy: .prefer)
            other.pages = record.pages
            settled.append(other)
        }
        settled.sort { $0.name < $1.name }
    }

    /// The actors whose places are settled, as what they take.
    var loads: [ForeignLoad] { settled.map(\.load) }

    // MARK: CPUs that are chosen

    private mutating func place(_ actor: ActorSpec, _ demand: GuestDemand, _ record: ActorRecord?) {
        let now = record.flatMap { record in request.host.cells.first { record.cpus.isSubset(of: $0.cpus) } }
        var guest = PlacementGuest(name: actor.name.value, demand: demand)
        guest.isActor = true
        if let record, let now {
            let pins = zip(demand.cells[0].vcpus, record.cpus).map { ($0, CPUSet([$1])) }
            guest.present = PresentPlacement(
                cells: [0: .init(hostCell: now.id, hugePage: actor.pages?.value.size)],
                pins: Dictionary(uniqueKeysWithValues: pins), isRunning: true)
        }
        guests.append(guest)
        let known = now?.id ?? actor.cell?.value ?? actor.device.flatMap { request.host.device($0.value)?.cell }
        if let known, let own = actor.pages?.value {
            pages[PoolID(cell: known, pageSize: own.size), default: .zero] += own.count
        }
    }

    // MARK: CPUs by hand

    private mutating func settle(_ actor: ActorSpec, on cpus: CPUSet) {
        // With a part of the site alone they are not asked for, they are there.
        if request.consent.only == nil, let reason = obstacle(actor, cpus) {
            unplaced.append(reason)
            return
        }
        var placed = ActorPlacement(actor.name.value, on: cpus, of: request.host, policy: actor.threadPolicy)
        placed.pages = actor.pages?.value
        placed.memory = actor.memory
        settled.append(placed)
    }

    /// Why an actor cannot have its CPUs; nil when it can.
    private func obstacle(_ actor: ActorSpec, _ cpus: CPUSet) -> UnplacedGuest? {
        let online = cpus.intersection(request.host.onlineCPUs)
        if online != cpus { return refusal(of: actor, .actorCPUsOffline, cpus, free: online, heldBy: []) }
        let wanted = actor.threadPolicy == .isolate ? request.host.withSiblings(cpus) : cpus
        let claims = foreign.map { load in
            (load.name, load.sharedVCPUs.compactMap(\.cpus).reduce(into: load.takenCPUs) { $0.formUnion($1) })
        }
        let pins = request.guests.map { guest in
            let own = guest.demand.cells.flatMap { guest.demand.ownPins(of: $0).values }
            return (guest.name.value, guest.demand.sharedPins.union(CPUSet(own)))
        }
        let others = request.host.actors.filter { $0.site != request.site }.map { ($0.name, $0.cpus) }
        let holders = (claims + pins + others).filter { !$0.1.isDisjoint(with: wanted) }
        guard !holders.isEmpty else { return nil }
        let held = holders.reduce(into: CPUSet()) { $0.formUnion($1.1) }
        return refusal(
            of: actor, .actorCPUsTaken, cpus, free: cpus.subtracting(held), heldBy: holders.map(\.0).sorted())
    }

    private func refusal(
        of actor: ActorSpec, _ code: DiagnosticCode, _ cpus: CPUSet, free: CPUSet, heldBy: [String]
    ) -> UnplacedGuest {
        let homes = request.host.cells.filter { !$0.cpus.isDisjoint(with: cpus) }.map(\.id)
        var unplaced = UnplacedGuest(
            name: actor.name.value, code: code,
            reasons: [
                Shortage(
                    hostCell: homes.count == 1 ? homes.first : nil, resource: .dedicatedCPUs,
                    needed: UInt64(cpus.count), free: UInt64(free.count), heldBy: heldBy)
            ])
        unplaced.isActor = true
        return unplaced
    }
}

extension PlanRequest {
    /// The site's actors on this host that the plan is about, ascending by name. Where it is about some guests alone, actors stay as they
    /// are recorded.
    var plannedActors: [ActorSpec] {
        guard consent.only != nil else { return policy.actors }
        let specs = policy.actors.keyed(by: \.name.value)
        return host.actors.filter { $0.site == site }.map { record in
            let mark = specs[record.name]?.name.mark ?? policy.name.mark
            return ActorSpec(
                name: Located(record.name, at: mark), cpus: Located(.list(record.cpus), at: mark),
                pages: record.pages.map { Located($0, at: mark) })
        }
    }
}
