internal import Diagnostics
internal import DomainXML
internal import HostModel
internal import Placement
internal import SiteFile

extension SiteDomains {
    /// What is asked of the placement: the guests to be placed, actors among them, what other domains leave of the host, and the pages
    /// that our own running domains hold already.
    var placementRequest: PlacementRequest { placementRequest(making: nil) }

    /// The same with guests on the host cells to which moves lead.
    func placementRequest(making room: RoomForGuest?) -> PlacementRequest {
        let claims = DomainClaims(self)
        let actors = ActorClaims(request, beside: claims.foreign)
        var question = PlacementRequest(
            host: knownDevices, policy: request.policy,
            guests: placed.map { guest in
                PlacementGuest(
                    name: guest.name.value, demand: guest.demand(making: room),
                    present: records[guest.name.value].map {
                        PresentPlacement(
                            $0, demand: guest.demand, host: request.host)
                    })
            } + actors.guests,
            foreign: (claims.foreign + actors.loads).sorted { $0.name < $1.name }, heldPages: claims.held,
            allowsShrink: request.allowsShrink,
            explains: request.explains ?? (request.guests.count <= PlanRequest.explainedGuests),
            searchLimit: request.searchLimit)
        question.actorPages = actors.pages
        return question
    }

    /// The actors whose places are known before anything is placed, and those that cannot have the CPUs of the operator's hand.
    var listedActors: (placed: [ActorPlacement], unplaced: [UnplacedGuest]) {
        guard !(request.policy.actors.isEmpty && request.host.actors.isEmpty) else { return ([], []) }
        let claims = ActorClaims(request, beside: DomainClaims(self).foreign)
        return (claims.settled, claims.unplaced)
    }
}

extension GuestSpec {
    /// What it needs if moves make room: guests that move go where these lead, the one that needs the room where it then fits.
    fileprivate func demand(making room: RoomForGuest?) -> GuestDemand {
        var demand = demand
        guard let room else { return demand }
        func put(_ cell: GuestCellID, on host: CellID) { demand.forcedCells[cell] = Located(host, at: name.mark) }
        if room.guest == name.value {
            for (cell, host) in zip(demand.cells.map(\.id), room.hostCells) { put(cell, on: host) }
        }
        for move in room.moves where move.guest == name.value { put(move.guestCell, on: move.to) }
        return demand
    }
}

/// What the host's domains claim of it before any guest is placed.
private struct DomainClaims {
    /// What domains take that are not placed, ascending by name.
    private(set) var foreign: [ForeignLoad] = []
    /// The pages of each pool that our running domains hold; placing them takes these and no free ones.
    private(set) var held: [PoolID: PageCount] = [:]

    private let domains: SiteDomains
    /// Guests whose memory can grow.
    private let growing: Set<String>
    private var request: PlanRequest { domains.request }

    init(_ domains: SiteDomains) {
        self.domains = domains
        let (ours, kept) = (domains.ours, domains.keepingPlace)
        let placed = Set(domains.placed.map(\.name.value))
        growing = Set(domains.placed.filter { $0.demand.growth != nil }.map(\.name.value))
        var heldAnywhere: [PageSize: PageCount] = [:]
        for (name, record) in domains.records.sorted(by: { $0.key < $1.key }) {
            let isOthers = !ours.contains(name) && OtherSites.site(of: record, request) != nil
            if placed.contains(name), let devices = devices(of: record) { foreign.append(devices) }
            guard record.isRunning || record.facts.autostart || kept.contains(name) || isOthers,
                let load = load(of: record)
            else { continue }
            if kept.contains(name) {
                foreign.append(keptLoad(of: record, name: name, load: load))
            } else if !ours.contains(name), !domains.pruning.removes(name) {
                let taken = foreignLoad(record, load, overhead: overheadOfOthers)
                foreign.append(request.policy.ignores(name) ? taken.withoutCPUs : taken)
            } else if record.isRunning {
                let own = placed.contains(name) ? load.withoutDevices : load
                let pages = DomainPages(own, host: request.host)
                held.merge(pages.bound) { $0 + $1 }
                // Of memory on its way some pages are on the other cell already, which are nobody else's.
                if !record.moving.cells.isEmpty, let next = record.with(record.moving).live {
                    held.merge(ownPages(next, of: record, besides: pages)) { $0 + $1 }
                }
                heldAnywhere.merge(pages.unbound) { $0 + $1 }
            }
        }
        request.host.share(heldAnywhere, into: &held)
    }

    /// The QEMU overhead counted for domains outside the site: a fixed size applies to the site's guests only.
    private var overheadOfOthers: GuestOverhead { request.policy.guestOverhead == .automatic ? .automatic : .none }

    /// What the domain uses now, or would use if it were started.
    private func load(of record: DomainRecord) -> DomainLoad? {
        load(of: record, parts: record.live ?? record.parts)
    }

    private func load(of record: DomainRecord, parts: FoundSettings) -> DomainLoad? {
        let load = try? DomainLoad(reading: record.present, parts: parts)
        return growing.contains(record.facts.name) ? load?.pluggedIn : load
    }

    private func foreignLoad(_ record: DomainRecord, _ load: DomainLoad, overhead: GuestOverhead) -> ForeignLoad {
        ForeignLoad(
            record, load: load, host: request.host, overhead: overhead)
    }

    /// What a guest takes that keeps its place: what it has now, and what it has after its next start.
    private func keptLoad(of record: DomainRecord, name: String, load: DomainLoad) -> ForeignLoad {
        var taken = foreignLoad(record, load, overhead: request.policy.guestOverhead)
        if let next = domains.adopted[name]?.load, next != load {
            taken.cover(foreignLoad(record, next, overhead: request.policy.guestOverhead))
        }
        taken.isGuest = true
        return taken
    }

    /// The pages of a guest once its memory is where it is moving to, without those of pools that it holds pages of anyhow.
    private func ownPages(_ next: FoundSettings, of record: DomainRecord, besides now: DomainPages) -> [PoolID:
        PageCount]
    {
        guard let load = load(of: record, parts: next) else { return [:] }
        let pages = DomainPages(load.withoutDevices, host: request.host)
        return pages.bound.filter { now.bound[$0.key] == nil }
    }

    /// The memory devices of a guest that is placed: its keys have no word for them, and they stay where the domain has them.
    private func devices(of record: DomainRecord) -> ForeignLoad? {
        guard let devices = load(of: record)?.devices else { return nil }
        var taken = foreignLoad(record, devices, overhead: .none)
        taken.isGuest = true
        return taken
    }
}
