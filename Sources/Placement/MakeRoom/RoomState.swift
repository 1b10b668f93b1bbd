/// Where everybody is after some moves, and how large pools have become.
struct RoomState {
    /// By guest cell that may move: its host cell.
    private(set) var homes: [Int]
    /// By host cell: the guest cells that may move, by kind and index.
    private(set) var residents: [[Int]]
    /// By host cell and page size: what the pool holds once it has grown; as many as there are where it has not.
    private(set) var pools: [[Int]]
    /// The same: pages that guests have.
    private(set) var used: [[Int]]

    /// Everybody where they are now.
    init(_ host: MovingHost) {
        let grid = host.run.grid
        homes = host.movable.map(\.home)
        pools = grid.cells.map { $0.poolTotal.map { $0 ?? 0 } }
        used = grid.cells.indices.map { Array(host.base.pages(on: $0)) }
        residents = grid.cells.map { _ in [] }
        let order = host.movable.indices.sorted { (host.movable[$0].kind, $0) < (host.movable[$1].kind, $1) }
        for index in order {
            let cell = host.movable[index]
            residents[cell.home].append(index)
            if let page = cell.page { used[cell.home][page] += cell.need.memory / grid.pageSizes[page] }
        }
    }

    /// Moves a guest cell.
    ///
    /// - Returns: How many pages the pool of the host cell it goes to had to grow by.
    @discardableResult
    mutating func move(_ index: Int, to target: Int, of host: MovingHost) -> Int {
        let cell = host.movable[index]
        let source = homes[index]
        homes[index] = target
        residents[source].removeAll { $0 == index }
        let place = residents[target].firstIndex { (host.movable[$0].kind, $0) > (cell.kind, index) }
        residents[target].insert(index, at: place ?? residents[target].count)
        guard let page = cell.page else { return 0 }
        let count = cell.need.memory / host.run.grid.pageSizes[page]
        used[source][page] -= count
        used[target][page] += count
        let wanted = host.run.grid.cells[target].poolBase[page] + used[target][page]
        let more = max(0, wanted - pools[target][page])
        pools[target][page] += more
        return more
    }

    /// Pools of a host cell that hold more than anybody wants, because they have grown.
    func excess(on cell: Int, of host: MovingHost) -> [ExcessPool] {
        guard host.keepsPools else { return [] }
        let grid = host.run.grid.cells[cell]
        return pools[cell].indices.compactMap { size in
            let total = pools[cell][size]
            guard let before = grid.poolTotal[size], total > max(before, grid.poolBase[size] + used[cell][size]) else {
                return nil
            }
            return ExcessPool(host: cell, size: size, total: total)
        }
    }

    /// What decides what may still be done: the same for arrangements that differ only in the names of guests, or of host cells, that
    /// are alike.
    func key(_ host: MovingHost) -> [Int] {
        var byClass: [Int: [[Int]]] = [:]
        for cell in residents.indices {
            let kinds = residents[cell].map { host.movable[$0].kind }
            let more = excess(on: cell, of: host).flatMap { [-2, $0.size, $0.total] }
            byClass[host.classes[cell], default: []].append(kinds + more)
        }
        return byClass.sorted { $0.key < $1.key }.flatMap { _, contents in
            contents.sorted { $0.lexicographicallyPrecedes($1) }.flatMap { $0 + [-1] }
        }
    }

    /// The host with everybody on it.
    func placement(on host: MovingHost) -> PlacementState {
        let excess = residents.indices.flatMap { self.excess(on: $0, of: host) }
        var state = host.base(with: excess)
        for (index, cell) in host.movable.enumerated() { _ = state.put(cell.need, on: homes[index], page: cell.page) }
        return state
    }
}
