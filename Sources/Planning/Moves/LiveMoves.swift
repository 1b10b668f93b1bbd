internal import DomainXML
internal import HostModel
internal import Placement
internal import SiteFile

/// The running guests that can go to their new host cells while they run, in an order in which each finds room.
///
/// While a guest moves it is on both cells, so its new place must be free beside everybody who has not moved yet: its pages in pools
/// that have grown, its memory on cells that others will only leave, its CPUs unless one has them who moves as well. Pools never grow
/// beyond what the plan needs for good, so guests that would have to change places through a third one wait for a restart.
struct LiveMoves {
    /// One guest's move.
    struct LiveMove {
        /// The guest.
        let name: String
        /// Where its memory is afterwards.
        let moved: MovedMemory
        /// How much is moved.
        let memory: KiB
        /// Its pieces, in an order in which each finds room.
        var pieces: [MovedPiece]
    }

    /// One guest cell's move.
    struct MovedPiece {
        /// The guest cell; nil for all memory of a guest without cells.
        let cell: GuestCellID?
        /// What it leaves.
        let leaving: Tenancy
        /// What must be free when it comes, while all of it is still where it was. The pages of a cell that a move which was broken off
        /// has taken some of it to are there.
        let arriving: Tenancy
    }

    /// The moves, in order.
    private(set) var order: [LiveMove] = []
    /// By guest: why it cannot move while it runs.
    private(set) var obstacles: [String: MoveObstacle] = [:]

    /// Looks at all guests that run elsewhere than the plan has them.
    ///
    /// - Parameters:
    ///   - occupancy: What guests use now, and after the plan.
    ///   - ledger: The host once the pools have grown, with everybody where he runs now.
    init(_ domains: SiteDomains, placement: Placement, occupancy: Occupancy, ledger: RoomLedger) {
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
        settle(&left, occupancy, ledger)
    }

    /// Puts the moves in order; those that find none wait.
    private mutating func settle(_ left: inout [LiveMove], _ occupancy: Occupancy, _ ledger: RoomLedger) {
        repeat {
            let waiting = Set(left.map(\.name))
            let blocked = left.compactMap { move -> (String, [String])? in
                let planned = occupancy.planned[move.name]
                let holders = occupancy.holders(
                    own: planned?.own ?? [], shared: planned?.shared ?? [], besides: move.name
                ).filter { !waiting.contains($0) }
                return holders.isEmpty ? nil : (move.name, holders)
            }
            for (name, holders) in blocked { obstacles[name] = .cpus(holders) }
            left.removeAll { obstacles[$0.name] != nil }
            order = inOrder(left, occupancy, ledger)
            let moved = Set(order.map(\.name))
            for move in left where !moved.contains(move.name) { obstacles[move.name] = .room }
        } while left.contains { obstacles[$0.name] != nil }
    }

    private func inOrder(_ moves: [LiveMove], _ occupancy: Occupancy, _ ledger: RoomLedger) -> [LiveMove] {
        var (left, order, ledger) = (moves, [LiveMove](), ledger)
        func tenancies(_ move: LiveMove) -> (live: Tenancy, planned: Tenancy) {
            (occupancy.running[move.name]?.live ?? Tenancy(), occupancy.planned[move.name] ?? Tenancy())
        }
        func next() -> (index: Int, pieces: [MovedPiece])? {
            for index in left.indices {
                if let pieces = LiveMoves.inOrder(left[index].pieces, ledger) { return (index, pieces) }
            }
            return nil
        }
        while let (index, pieces) = next() {
            var move = left.remove(at: index)
            move.pieces = pieces
            let (live, planned) = tenancies(move)
            ledger.leave(live, planned: planned)
            ledger.enter(planned)
            order.append(move)
        }
        return order
    }

    /// The pieces of one guest so that each finds room; nil where there is no such order.
    private static func inOrder(_ pieces: [MovedPiece], _ ledger: RoomLedger) -> [MovedPiece]? {
        var (left, order, ledger) = (pieces, [MovedPiece](), ledger)
        while let next = left.firstIndex(where: { ledger.lacks($0.arriving).isEmpty }) {
            let piece = left.remove(at: next)
            ledger.enter(piece.arriving)
            ledger.leave(piece.leaving, planned: piece.leaving)
            order.append(piece)
        }
        return left.isEmpty ? order : nil
    }

    /// The domains once all of this is done.
    func carriedOut(_ records: [String: DomainRecord]) -> [String: DomainRecord] {
        var records = records
        for move in order { records[move.name] = records[move.name]?.with(move.moved) }
        return records
    }
}
