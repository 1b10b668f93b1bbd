internal import DomainXML
internal import HostModel
internal import Placement
internal import SiteFile

/// The running guests that can go to their new host cells while they run, in an order in which each finds room.
///
/// While a guest cell moves it is on both host cells, so its new place must be free beside everybody who has not moved yet: its pages
/// in pools that have grown, its memory on cells that others will only leave, its CPUs unless one has them who moves as well. Where
/// some are in each other's way, one goes by way of another host cell; its threads do not, they are pinned when all memory has moved
/// (``MoveOrder``).
struct LiveMoves {
    /// One guest's move.
    struct LiveMove {
        /// The guest.
        let name: String
        /// Where its memory is afterwards.
        let moved: MovedMemory
        /// How much is moved.
        let memory: KiB
        /// Its pieces.
        let pieces: [MovedPiece]
    }

    /// One guest cell's move.
    struct MovedPiece: Hashable {
        let guest: String
        /// The guest cell; nil for all memory of a guest without cells.
        let cell: GuestCellID?
        /// The host cell that it leaves.
        let from: CellID
        /// Where it goes.
        let to: CellID
        /// The host cell that a move which was broken off has taken some of it to.
        let begun: CellID?
        let memory: KiB
        /// The size of its pages; nil for ordinary memory.
        let hugePage: PageSize?
        /// Whether its ordinary memory is never overcommitted.
        let isReserved: Bool

        /// What it has of a host cell when it is there.
        func share(of cell: CellID) -> Tenancy {
            var share = Tenancy()
            share.isReserved = isReserved
            if let hugePage {
                share.pages[PoolID(cell: cell, pageSize: hugePage)] = Int(
                    clamping: hugePage.pagesNeeded(for: memory).count)
            } else {
                share.memory[cell] = Int(clamping: memory.count)
            }
            return share
        }
    }

    /// A piece that goes from one host cell to another, its last or not.
    struct Hop: Hashable {
        let guest: String
        let cell: GuestCellID?
        let from: CellID
        let to: CellID
    }

    /// The guests that move, ascending by name.
    private(set) var guests: [LiveMove] = []
    /// What moves, in order.
    private(set) var hops: [Hop] = []
    /// Pages that pools must have beyond what the plan needs for good, for what is on its way.
    private(set) var onTheWay: [PoolID: PageCount] = [:]
    /// By guest: why it cannot move while it runs.
    private(set) var obstacles: [String: MoveObstacle] = [:]

    /// Looks at all guests that run elsewhere than the plan has them.
    ///
    /// - Parameters:
    ///   - occupancy: What guests use now, and after the plan.
    ///   - ledger: The host once the pools have grown, with everybody where he runs now.
    ///   - heldGrowth: What pools are to grow by, and cannot before memory has moved.
    init(
        _ domains: SiteDomains, placement: Placement, occupancy: Occupancy, ledger: RoomLedger,
        heldGrowth: [PoolID: PageCount]
    ) {
        let kept = domains.keepingPlace
        let places = placement.guests.keyed(by: \.name)
        var left: [LiveMove] = []
        for (name, guest) in occupancy.running.sorted(by: { $0.key < $1.key }) where guest.stays && !guest.leaves {
            guard !kept.contains(name), domains.request.consent.only?.contains(name) != false,
                let record = domains.records[name], let place = places[name]
            else { continue }
            switch Result(catching: { () throws(MoveObstacle) in
                try MoveObstacle.move(
                    of: name, record, to: place, isReserved: guest.live.isReserved, host: domains.request.host)
            }) {
            case .success(let move): left.append(move)
            case .failure(let obstacle): obstacles[name] = obstacle
            }
        }
        let request = domains.request
        let room = MoveRoom(
            ledger, request.host, occupancy, heldGrowth: heldGrowth, growsPools: request.policy.managesPools)
        settle(&left, occupancy, room)
    }

    /// Puts the moves in order; those that find none wait.
    private mutating func settle(_ left: inout [LiveMove], _ occupancy: Occupancy, _ room: MoveRoom) {
        repeat {
            let yielding = occupancy.yielding(beside: Set(left.map(\.name)))
            let blocked = left.compactMap { move -> (String, [String])? in
                let holders = occupancy.holders(of: move.name).filter { !yielding.contains($0) }
                return holders.isEmpty ? nil : (move.name, holders)
            }
            for (name, holders) in blocked { obstacles[name] = .cpus(holders) }
            left.removeAll { obstacles[$0.name] != nil }
            switch MoveOrder(left.flatMap(\.pieces), in: room).answer() {
            case .order(let hops, let more): (self.hops, onTheWay, guests) = (hops, more, left)
            case .none(let stuck): for name in stuck { obstacles[name] = .room }
            case .undecided(let stuck): for name in stuck { obstacles[name] = .undecided }
            }
        } while left.contains { obstacles[$0.name] != nil }
    }

    /// The host cells by way of which a guest's memory goes, in order.
    func stops(of name: String) -> [CellID] {
        let targets = guests.first { $0.name == name }?.pieces ?? []
        return hops.filter { hop in
            hop.guest == name && !targets.contains { $0.cell == hop.cell && $0.to == hop.to }
        }.map(\.to)
    }

    /// The host's room once all of this is done.
    ///
    /// - Parameter late: What pools have grown by since.
    func carriedOut(_ ledger: RoomLedger, late: [PoolID: PageCount]) -> RoomLedger {
        var ledger = ledger
        for (pool, more) in onTheWay { ledger.grow(pool, by: Int(clamping: more.count)) }
        for piece in guests.flatMap(\.pieces) {
            let last = piece.share(of: piece.to)
            ledger.move(piece.share(of: piece.from), to: last, last: last)
        }
        for (pool, more) in late { ledger.grow(pool, by: Int(clamping: more.count)) }
        return ledger
    }

    /// The domains once all of this is done.
    func carriedOut(_ records: [String: DomainRecord]) -> [String: DomainRecord] {
        var records = records
        for move in guests { records[move.name] = records[move.name]?.with(move.moved) }
        return records
    }
}
