internal import HostModel
internal import Placement

/// The host on which memory moves.
struct MoveRoom {
    /// Once the pools have grown, with everybody where they run now.
    let ledger: RoomLedger
    /// Host cells with memory.
    let cells: [CellID]
    /// By host cell, in KiB: ordinary memory that nobody has once the plan is carried out; no pool grows into it further than that.
    let spare: [CellID: Int]

    /// - Parameters:
    ///   - heldGrowth: What pools grow by once memory has moved.
    ///   - growsPools: Whether pools may have more pages than the plan needs, while memory is on its way.
    init(
        _ ledger: RoomLedger, _ host: HostFacts, _ occupancy: Occupancy, heldGrowth: [PoolID: PageCount],
        growsPools: Bool
    ) {
        self.ledger = ledger
        cells = host.cells.filter { ($0.memory ?? .zero) > .zero }.map(\.id).sorted()
        var last = ledger
        for guest in occupancy.running.values { last.leave(guest.live, planned: guest.planned) }
        for planned in occupancy.planned.values { last.enter(planned) }
        for (pool, more) in heldGrowth { last.grow(pool, by: Int(clamping: more.count)) }
        spare = growsPools ? Dictionary(uniqueKeysWithValues: cells.map { ($0, last.free(on: $0)) }) : [:]
    }
}

/// Finds the order in which pieces of guests' memory go to their host cells, each of them finding room, some by way of others.
///
/// What can go straight goes first. For those left, arrangements are searched by what it takes to come to them and what is left to be
/// moved at least (A*, with the costs of ``RoomSearch``): so they take the least memory moved. Unlike there everybody has a target and
/// threads move last, so that memory alone is counted; and only what moves anyhow goes anywhere. First without, then with pools that
/// grow for the way. These grow before anything moves, so there must have been memory for them at all times before. Pages of 1 GiB
/// and more are made at boot only.
struct MoveOrder {
    /// What the search came to.
    enum Answer {
        /// The moves, and what pools must have beyond the plan.
        case order([LiveMoves.Hop], onTheWay: [PoolID: PageCount])
        /// No order exists; these guests are in each other's way.
        case none(stuck: Set<String>)
        /// The search gave up; the same.
        case undecided(stuck: Set<String>)
    }

    private struct Key: Hashable {
        let homes: [CellID]
        let grown: [PoolID: Int]
    }

    /// Where all pieces are after some moves.
    private struct Arrangement {
        var homes: [CellID]
        var ledger: RoomLedger
        /// By host cell: the least ordinary memory that was free on the way here.
        var least: [CellID: Int]
        var grown: [PoolID: Int] = [:]
        var paid = MoveCost.none
        var hops: [LiveMoves.Hop] = []

        var key: Key { Key(homes: homes, grown: grown) }
    }

    private struct Turn {
        let arrangement: Arrangement
        let bound: MoveCost
        let number: Int
    }

    private let pieces: [LiveMoves.MovedPiece]
    private let room: MoveRoom

    /// How many arrangements are looked at before the search gives up.
    private static let limit = 3_000

    init(_ pieces: [LiveMoves.MovedPiece], in room: MoveRoom) {
        (self.pieces, self.room) = (pieces, room)
    }

    /// The order, or which guests are in each other's way.
    func answer() -> Answer {
        var start = Arrangement(
            homes: pieces.map(\.from), ledger: room.ledger,
            least: Dictionary(uniqueKeysWithValues: room.cells.map { ($0, room.ledger.free(on: $0)) }))
        while let index = pieces.indices.first(where: { canGoStraight($0, start) }) {
            start = moved(index, to: pieces[index].to, start)
        }
        var (stuck, isDecided) = (stuck(start), true)
        guard !stuck.isEmpty else { return .order(start.hops, onTheWay: [:]) }
        for growsPools in room.spare.isEmpty ? [false] : [false, true] {
            let finding = search(from: start, growsPools: growsPools)
            if finding.best.homes == pieces.map(\.to) {
                let grown = finding.best.grown.mapValues { PageCount(UInt64($0)) }
                return .order(finding.best.hops, onTheWay: grown)
            }
            stuck = self.stuck(finding.best)
            isDecided = isDecided && finding.isDecided
        }
        return isDecided ? .none(stuck: stuck) : .undecided(stuck: stuck)
    }

    private func canGoStraight(_ index: Int, _ arrangement: Arrangement) -> Bool {
        let piece = pieces[index]
        return arrangement.homes[index] != piece.to
            && arrangement.ledger.lacks(arriving(index, at: piece.to, arrangement)).isEmpty
    }

    /// Guests that are not where they go.
    private func stuck(_ arrangement: Arrangement) -> Set<String> {
        Set(zip(pieces, arrangement.homes).filter { $0.to != $1 }.map(\.0.guest))
    }

    // MARK: The search

    /// The arrangement that is the target, or else the nearest to it, and whether all were looked at.
    private func search(from start: Arrangement, growsPools: Bool) -> (best: Arrangement, isDecided: Bool) {
        var queue = CostQueue<Turn> { left, right in
            if left.bound != right.bound { return left.bound < right.bound }
            let (a, b) = (left.arrangement.paid, right.arrangement.paid)
            return a != b ? a > b : left.number < right.number
        }
        var (number, turns, seen) = (0, 0, Set<Key>())
        var nearest = (arrangement: start, rest: rest(of: start))
        queue.add(Turn(arrangement: start, bound: nearest.rest, number: 0))
        while let turn = queue.takeFirst() {
            let now = turn.arrangement
            guard seen.insert(now.key).inserted else { continue }
            let rest = rest(of: now)
            if rest < nearest.rest { nearest = (now, rest) }
            if rest == .none { return (now, true) }
            turns += 1
            guard turns < MoveOrder.limit else { return (nearest.arrangement, false) }
            for next in following(now, growsPools: growsPools) where !seen.contains(next.key) {
                number += 1
                queue.add(Turn(arrangement: next, bound: next.paid + self.rest(of: next), number: number))
            }
        }
        return (nearest.arrangement, true)
    }

    private func rest(of arrangement: Arrangement) -> MoveCost {
        zip(pieces, arrangement.homes).reduce(.none) { rest, pair in
            pair.0.to == pair.1 ? rest : rest + MoveCost(moving: pair.0.memory)
        }
    }

    /// Every arrangement that is one move away. No piece comes back to where it was: so it can be told how far it is on its way.
    private func following(_ now: Arrangement, growsPools: Bool) -> [Arrangement] {
        pieces.indices.flatMap { index in
            room.cells.compactMap { cell -> Arrangement? in
                guard cell != now.homes[index], !hasBeen(index, on: cell, now) else { return nil }
                let share = arriving(index, at: cell, now)
                if now.ledger.lacks(share, isPlanned: cell == pieces[index].to).isEmpty {
                    return moved(index, to: cell, now)
                }
                guard growsPools, let wider = grown(for: share, now) else { return nil }
                return moved(index, to: cell, wider)
            }
        }
    }

    private func hasBeen(_ index: Int, on cell: CellID, _ now: Arrangement) -> Bool {
        now.hops.contains { $0.guest == pieces[index].guest && $0.cell == pieces[index].cell && $0.from == cell }
    }

    /// What must be free when a piece comes, while all of it is still where it was. The pages of a cell that a move which was broken
    /// off has taken some of it to are there.
    private func arriving(_ index: Int, at cell: CellID, _ now: Arrangement) -> Tenancy {
        let piece = pieces[index]
        return piece.begun == cell && now.homes[index] == piece.from ? Tenancy() : piece.share(of: cell)
    }

    private func moved(_ index: Int, to cell: CellID, _ now: Arrangement) -> Arrangement {
        let piece = pieces[index]
        let from = now.homes[index]
        var next = now
        next.homes[index] = cell
        next.ledger.move(piece.share(of: from), to: piece.share(of: cell), last: piece.share(of: piece.to))
        for cell in [from, cell] {
            next.least[cell] = min(next.least[cell, default: 0], next.ledger.free(on: cell))
        }
        next.paid = now.paid + MoveCost(moving: piece.memory)
        next.hops.append(.init(guest: piece.guest, cell: piece.cell, from: from, to: cell))
        return next
    }

    /// The same with a pool that has grown for what comes; nil where there is no memory for that.
    private func grown(for share: Tenancy, _ now: Arrangement) -> Arrangement? {
        guard let missing = now.ledger.lacks(share).first, case .pages(let pool) = missing.resource,
            pool.pageSize < KernelArguments.bootPageSize
        else { return nil }
        let more = missing.needed - missing.free
        var next = now
        next.ledger.grow(pool, by: more)
        next.grown[pool, default: 0] += more
        let taken = more * Int(clamping: pool.pageSize.size.count)
        next.least[pool.cell, default: 0] -= taken
        let all = next.grown.filter { $0.key.cell == pool.cell }.reduce(0) {
            $0 + $1.value * Int(clamping: $1.key.pageSize.size.count)
        }
        guard next.least[pool.cell, default: 0] >= 0, all <= room.spare[pool.cell, default: 0] else { return nil }
        return next
    }
}
