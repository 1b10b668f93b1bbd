internal import HostModel
internal import SiteFile

/// A guest cell that may go to another host cell, with the pages that it has.
struct MovableCell {
    let guest: Int
    let cell: Int
    let need: CellCounts
    let page: Int?
    let cost: MoveCost
    /// Where it is at first.
    let home: Int
    /// The same number for guest cells that make no difference: alike, each its guest's only one.
    let kind: Int
    /// What it asks of a host cell, as an index of ``MovingHost/queries``.
    let query: Int
}

/// What a guest cell asks of a host cell.
struct RoomQuery: Hashable {
    let need: CellCounts
    let page: Int?
}

/// Pages of a pool that the host cell keeps although nobody has them: it grew for a guest that has left since.
struct ExcessPool: Hashable {
    let host: Int
    let size: Int
    /// What the pool holds.
    let total: Int
}

/// A host of which some guests move: who may, what the others have, and what room there is.
///
/// Room is what the placement counts (``CellCheck``): guests on one host cell can be given other CPUs of it without any move. While a
/// guest cell moves it is counted on both host cells. A pool that grew stays as it is unless pools may shrink.
struct MovingHost {
    let run: PlacementRun
    /// Guest cells that may move, by guest and cell.
    private(set) var movable: [MovableCell] = []
    /// By guest cell that may move: all of its guest.
    private(set) var ofGuest: [[Int]] = []
    private(set) var queries: [RoomQuery] = []
    private(set) var fixed: [Int: RoomForGuest.Obstacle] = [:]
    /// Guests whose place nobody knows, and that do not run: they are not counted.
    private(set) var uncounted: [Int] = []
    /// Guests that do not fit where they are.
    private(set) var misfits: [Int] = []
    /// What guests have that do not move, and what belongs to no host cell.
    private var loads: [(need: CellCounts, host: Int, page: Int?)] = []
    private var floating: [GuestCounts] = []
    /// The host with those that do not move.
    private(set) var base: PlacementState
    /// By host cell: alike while nothing that moves is on them.
    private(set) var classes: [Int] = []

    /// - Parameters:
    ///   - wanted: The guest that needs room; it has no place.
    ///   - held: By name: guests that something else than the site keeps from moving.
    init(_ run: PlacementRun, wanted: Int, held: [String: RoomForGuest.Obstacle]) {
        self.run = run
        base = PlacementState(run.grid)
        var kinds: [MovableKind: Int] = [:]
        for guest in run.request.guests.indices where guest != wanted {
            guard let place = settle(guest, held: held[run.request.guests[guest].name]), fixed[guest] == nil,
                let need = run.needs[guest]
            else { continue }
            add(guest, need, place, &kinds)
        }
        classes = base.classes(for: run.needs[wanted])
        // Everybody together, where they are.
        guard misfits.isEmpty else { return }
        var state = base
        for cell in movable where state.put(cell.need, on: cell.home, page: cell.page) == nil {
            misfits.append(cell.guest)
        }
    }

    /// Takes a guest in; its place where it is bound.
    private mutating func settle(_ guest: Int, held obstacle: RoomForGuest.Obstacle?) -> Assignment? {
        let (entry, demand) = (run.request.guests[guest], run.request.guests[guest].demand)
        if let need = run.needs[guest], need.cells.isEmpty {
            float(need)
            return nil
        }
        guard let need = run.needs[guest], let place = run.kept[guest]?.assignment ?? run.whereabouts(of: guest) else {
            misplace(entry, guest)
            return nil
        }
        if !demand.devices.isEmpty || !demand.deviceWishes.isEmpty || obstacle == .held {
            fixed[guest] = .held
        } else if !demand.pins.isEmpty || !demand.forcedCells.isEmpty || obstacle != nil {
            fixed[guest] = .pinned
        } else if !need.spread.isEmpty {
            fixed[guest] = .spread
        } else if run.kept[guest] == nil {
            fixed[guest] = .misplaced
        }
        float(need)
        guard fixed[guest] != nil else { return place }
        for (cell, host) in place.hosts.enumerated() {
            let load = (need: need.cells[cell], host: host, page: place.pages[cell])
            loads.append(load)
            if base.put(load.need, on: host, page: load.page) == nil, misfits.last != guest { misfits.append(guest) }
        }
        return place
    }

    /// A guest that has no place: if it runs, it has something somewhere.
    private mutating func misplace(_ entry: PlacementGuest, _ guest: Int) {
        guard entry.present?.isRunning == true else {
            uncounted.append(guest)
            return
        }
        fixed[guest] = .misplaced
        var need = GuestCounts(cells: [], forced: [], pages: [nil])
        need.floatingMemory = Int(entry.demand.memory.count)
        need.floatingShared = entry.demand.vcpus
        float(need)
    }

    private mutating func float(_ need: GuestCounts) {
        floating.append(need)
        base.addFloating(need)
    }

    private struct MovableKind: Hashable {
        let query: RoomQuery
        let cost: MoveCost
    }

    private mutating func add(_ guest: Int, _ need: GuestCounts, _ place: Assignment, _ kinds: inout [MovableKind: Int])
    {
        let runs = run.kept[guest]?.isRunning == true
        let all = need.cells.indices.map { movable.count + $0 }
        for (cell, counts) in need.cells.enumerated() {
            let query = RoomQuery(need: counts, page: place.pages[cell])
            let cost = MoveCost(memory: runs ? counts.memory : 0, steps: 1, running: runs ? 1 : 0)
            let isAlone = need.cells.count == 1
            let kind =
                isAlone
                ? kinds[MovableKind(query: query, cost: cost), default: kinds.count]
                : run.request.guests.count + movable.count
            if isAlone { kinds[MovableKind(query: query, cost: cost)] = kind }
            movable.append(
                MovableCell(
                    guest: guest, cell: cell, need: counts, page: place.pages[cell], cost: cost,
                    home: place.hosts[cell], kind: kind, query: index(of: query)))
            ofGuest.append(all)
        }
    }

    /// The index of a query, a new one if it was not asked before.
    mutating func index(of query: RoomQuery) -> Int {
        if let known = queries.firstIndex(of: query) { return known }
        queries.append(query)
        return queries.count - 1
    }

    /// Whether pools stay as large as they grew.
    var keepsPools: Bool { run.grid.managesPools && !run.grid.allowsShrink }

    /// The host with those that do not move, some pools of which have grown.
    func base(with excess: [ExcessPool]) -> PlacementState {
        guard !excess.isEmpty else { return base }
        var grid = run.grid
        for pool in excess { grid.cells[pool.host].poolTotal[pool.size] = pool.total }
        var state = PlacementState(grid)
        for need in floating { state.addFloating(need) }
        for load in loads { _ = state.put(load.need, on: load.host, page: load.page) }
        return state
    }
}

extension PlacementRun {
    /// Where a guest is that may not stay there by the site, if that is known of all its cells.
    fileprivate func whereabouts(of guest: Int) -> Assignment? {
        guard let present = request.guests[guest].present, let need = needs[guest] else { return nil }
        var place = Assignment(hosts: [], pages: [])
        for cell in request.guests[guest].demand.cells {
            guard let bound = present.cells[cell.id], let host = grid.indexOfCell[bound.hostCell] else { return nil }
            let page = bound.hugePage.flatMap { grid.sizeIndex($0) }
            guard (page == nil) == (bound.hugePage == nil) else { return nil }
            place.hosts.append(host)
            place.pages.append(page)
        }
        return place.hosts.count == need.cells.count ? place : nil
    }
}

extension PlacementState {
    /// By host cell the first one that offers the same: to guests that may be anywhere, and to one guest.
    fileprivate func classes(for need: GuestCounts?) -> [Int] {
        var first: [CellOffer: Int] = [:]
        return grid.cells.indices.map { index in
            let cell = grid.cells[index]
            let cores = cell.cores.map { core in
                [
                    core.threads.count, core.dedicated.count, core.shared.count, core.isWhole ? 1 : 0,
                    core.shared.intersection(core.dedicated).count,
                ]
            }
            let offer = CellOffer(
                cores: cores.sorted { $0.lexicographicallyPrecedes($1) },
                numbers: [cell.memory, cell.foreignShared, cell.foreignMemory, cell.servesMemory ? 1 : 0]
                    + cell.poolBase + pages(on: index),
                pools: cell.poolTotal, load: loads[index], hasSMT: cell.hasSMT,
                wishes: (need?.forced ?? []).map { $0 == index }
                    + (need?.mustIncludeOneOf ?? []).map { $0.contains(index) })
            let known = first[offer, default: index]
            first[offer] = known
            return known
        }
    }
}

/// What a host cell offers.
private struct CellOffer: Hashable {
    let cores: [[Int]]
    let numbers: [Int]
    let pools: [Int?]
    let load: CellLoad
    let hasSMT: Bool
    let wishes: [Bool]
}
