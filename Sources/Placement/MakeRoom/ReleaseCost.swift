/// What it takes at least that guest cells leave a host cell, so that another fits there.
///
/// Of those that may move, sets are tried from the cheapest on: the first without which the load fits is the answer. Whether they have
/// somewhere to go, and what the host as a whole lacks, is not asked; so no order of moves takes less.
struct ReleaseCost {
    private struct Key: Hashable {
        let host: Int
        let query: Int
        /// The kinds of those on the host cell, ascending.
        let kinds: [Int]
        let excess: [ExcessPool]
    }

    private struct CheckKey: Hashable {
        let host: Int
        let excess: [ExcessPool]
    }

    /// Those on a host cell that make no difference.
    private struct Group {
        let cell: MovableCell
        var count: Int
    }

    /// One more of a group has left than in another choice.
    private struct Choice {
        /// That choice's number; -1 for none.
        let before: Int
        let group: Int
        let cost: MoveCost
        /// What those that left need at least to find a place.
        let toll: MoveCost
    }

    /// A choice whose turn has not come.
    private struct Turn {
        let choice: Int
        let bound: MoveCost
    }

    let host: MovingHost
    private var checks: [CheckKey: CellCheck] = [:]
    private var known: [Key: MoveCost] = [:]
    /// Fit checks made so far.
    private(set) var checksMade = 0

    /// How many sets are tried before the cheapest that is left has to do as the answer.
    private static let most = 2_000

    init(_ host: MovingHost) { self.host = host }

    /// The least that must leave.
    ///
    /// - Parameters:
    ///   - residents: Indices of the movable guest cells on the host cell, those of one kind beside each other.
    ///   - excess: Pools of that host cell that are larger than they need be.
    mutating func cost(_ query: Int, on cell: Int, residents: [Int], excess: [ExcessPool]) -> MoveCost {
        let key = Key(host: cell, query: query, kinds: residents.map { host.movable[$0].kind }, excess: excess)
        checksMade += 1
        if let cost = known[key] { return cost }
        let cost = search(query, on: cell, residents, excess) { _, _ in .none }
        known[key] = cost
        return cost
    }

    /// The same with what those that leave need to find a place.
    ///
    /// - Parameter toll: What a guest cell needs for that at least; endless where it cannot leave.
    mutating func cost(
        _ query: Int, on cell: Int, residents: [Int], excess: [ExcessPool],
        toll: (inout ReleaseCost, MovableCell) -> MoveCost
    ) -> MoveCost {
        search(query, on: cell, residents, excess, toll: toll)
    }

    private mutating func search(
        _ query: Int, on cell: Int, _ residents: [Int], _ excess: [ExcessPool],
        toll: (inout ReleaseCost, MovableCell) -> MoveCost
    ) -> MoveCost {
        var groups: [Group] = []
        for index in residents {
            let resident = host.movable[index]
            if groups.last?.cell.kind == resident.kind {
                groups[groups.count - 1].count += 1
            } else {
                groups.append(Group(cell: resident, count: 1))
            }
        }
        groups.sort { $0.cell.cost < $1.cell.cost }
        let check = check(cell, excess)
        let wanted = host.queries[query]
        guard !wanted.need.needsSMT || host.run.grid.cells[cell].hasSMT else { return .endless }
        guard fits(wanted, on: cell, groups, check, left: groups.map(\.count)) else { return .endless }
        var choices = [Choice(before: -1, group: 0, cost: .none, toll: .none)]
        var queue = CostQueue<Turn> { $0.bound != $1.bound ? $0.bound < $1.bound : $0.choice < $1.choice }
        queue.add(Turn(choice: 0, bound: .none))
        var tolls: [MoveCost?] = groups.map { _ in nil }
        var left = groups.map { _ in 0 }
        var tried = 0
        while let turn = queue.takeFirst() {
            tried += 1
            for index in left.indices { left[index] = 0 }
            var at = turn.choice
            while at > 0 {
                left[choices[at].group] += 1
                at = choices[at].before
            }
            if tried > ReleaseCost.most || fits(wanted, on: cell, groups, check, left: left) { return turn.bound }
            let choice = choices[turn.choice]
            checksMade += (groups.count - choice.group) / 2
            for index in choice.group..<groups.count where left[index] < groups[index].count {
                let extra = tolls[index] ?? toll(&self, groups[index].cell)
                tolls[index] = extra
                guard !extra.isEndless else { continue }
                let next = Choice(
                    before: turn.choice, group: index, cost: choice.cost + groups[index].cell.cost,
                    toll: max(choice.toll, extra))
                choices.append(next)
                queue.add(Turn(choice: choices.count - 1, bound: next.cost + next.toll))
            }
        }
        return .endless
    }

    private mutating func fits(
        _ wanted: RoomQuery, on cell: Int, _ groups: [Group], _ check: CellCheck, left: [Int]
    ) -> Bool {
        checksMade += 1
        var load = host.base.loads[cell]
        var pages = Array(host.base.pages(on: cell))
        func add(_ need: CellCounts, _ page: Int?) {
            load.add(need, inHugePages: page != nil)
            if let page { pages[page] += need.memory / host.run.grid.pageSizes[page] }
        }
        for (group, gone) in zip(groups, left) {
            for _ in gone..<group.count { add(group.cell.need, group.cell.page) }
        }
        add(wanted.need, wanted.page)
        guard case .success = check.rest(with: load, pages: pages[...]) else { return false }
        return true
    }

    private mutating func check(_ cell: Int, _ excess: [ExcessPool]) -> CellCheck {
        guard !excess.isEmpty else { return host.base.checks[cell] }
        let key = CheckKey(host: cell, excess: excess)
        if let check = checks[key] { return check }
        var check = host.base.checks[cell]
        for pool in excess { check.cell.poolTotal[pool.size] = pool.total }
        checks[key] = check
        return check
    }
}
