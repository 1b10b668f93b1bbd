internal import HostModel
internal import SiteFile

/// Lays memory that may come from several host cells out over what these have left.
///
/// Huge pages come first, the largest size first, then ordinary memory; a pool's spare pages are used before it grows. Within one
/// size each need takes what it can from its cells in turn; if a later one finds them full, earlier ones are moved to other cells. So
/// a layout is found whenever one exists.
struct MemoryLayout {
    /// By need: how much of it, in KiB, each host cell has.
    private(set) var amounts: [[Int: Int]]
    /// What does not fit, or nil.
    private(set) var lack: Lack?
    /// Ordinary memory of the host that is taken, in KiB; of overcommitted memory the part that must be there.
    private(set) var taken = 0
    /// By page size: spare pages of pools that are used.
    private(set) var sparePages: [Int]

    private let needs: [SpreadNeed]
    /// By need: its host cells, the best first.
    private let orders: [[Int]]
    private let grid: HostGrid
    /// Whether spare pages on any cell come before pools that grow.
    private let sparesFirst: Bool
    /// By host cell: ordinary memory that is left, in KiB.
    private var room: [Int]

    /// - Parameter homes: By need: the host cell of its guest cell's CPUs; nil where that is not known yet.
    init(_ needs: [SpreadNeed], on state: PlacementState, homes: [Int?] = []) {
        self.init(needs, on: state, homes: homes, sparesFirst: false)
    }

    /// A layout of sums, wherever homes are: cell after cell, or where that leaves ordinary memory short, with spare pages first.
    init(ofSums needs: [SpreadNeed], on state: PlacementState) {
        self.init(needs, on: state, homes: [], sparesFirst: false)
        guard lack != nil, needs.contains(where: { $0.page != nil }) else { return }
        self.init(needs, on: state, homes: [], sparesFirst: true)
    }

    private init(_ needs: [SpreadNeed], on state: PlacementState, homes: [Int?], sparesFirst: Bool) {
        self.sparesFirst = sparesFirst
        grid = state.grid
        self.needs = needs
        amounts = needs.map { _ in [:] }
        sparePages = state.grid.pageSizes.map { _ in 0 }
        let ratio = Int(clamping: max(1, state.grid.ramRatio.thousandths))
        room = state.grid.cells.indices.map { host in
            guard state.grid.cells[host].servesMemory else { return 0 }
            let overcommittable = max(0, state.rests[host].overcommittableCapacity - state.loads[host].overcommittable)
            let (product, overflow) = overcommittable.multipliedReportingOverflow(by: 1_000)
            return overflow ? overcommittable : product / ratio
        }
        let distances = state.grid.distances
        let all = Array(state.grid.cells.indices)
        orders = needs.enumerated().map { index, need in
            let home = homes.indices.contains(index) ? homes[index] : nil
            let from = home ?? need.first.first
            return (need.hosts ?? all).sorted { left, right in
                func key(_ host: Int) -> (Int, Int, Int, Int) {
                    (
                        need.first.contains(host) ? 0 : 1, host == home ? 0 : 1, from.map { distances[$0][host] } ?? 0,
                        host
                    )
                }
                return key(left) < key(right)
            }
        }
        // Large pages first, ordinary memory last.
        for page in grid.pageSizes.indices.reversed() + [nil]
        where lack == nil && needs.contains(where: { $0.page == page && $0.openPages.isEmpty }) {
            lay(page, state, ratio: ratio)
        }
    }

    /// Lays out all memory in pages of one size.
    private mutating func lay(_ page: Int?, _ state: PlacementState, ratio: Int) {
        let members = needs.indices.filter { needs[$0].page == page && needs[$0].openPages.isEmpty }
        let unit = page.map { grid.pageSizes[$0] } ?? 1
        let spare = grid.cells.indices.map { cell in
            grid.cells[cell].servesMemory ? page.map { state.sparePages(of: $0, on: cell) } ?? 0 : 0
        }
        let limits = grid.cells.indices.map { host -> Int in
            guard let page else { return room[host] }
            let mayGrow = grid.managesPools && grid.cells[host].servesMemory && grid.cells[host].poolTotal[page] != nil
            return spare[host] + (mayGrow ? room[host] / unit : 0)
        }
        let wanted = members.map { index -> Int in
            let need = needs[index]
            if page != nil { return need.memory / unit }
            return need.isReserved ? need.memory : scaled(need.memory, by: ratio)
        }
        var flow = AmountFlow(limits: sparesFirst ? spare : limits, orders: members.map { orders[$0] })
        var lacking = members.enumerated().map { index, member in
            flow.add(index, wanted[index], isEven: needs[member].isEven, takesAll: needs[member].hosts != nil)
        }
        if sparesFirst {
            flow.raise(by: zip(limits, spare).map { $0 - $1 })
            for index in members.indices { lacking[index] = flow.give(index, lacking[index]) }
        }
        for (index, missing) in lacking.enumerated() where missing > 0 {
            let all = wanted.prefix(index + 1).reduce(0, +)
            lack = Lack(page.map { .pages(grid.pageSize($0)) } ?? .memory, needed: all, available: all - missing)
            return
        }
        for (index, member) in members.enumerated() {
            amounts[member] = shares(flow.given[index], of: needs[member], wanted: wanted[index], unit: unit)
        }
        for host in grid.cells.indices {
            let used = flow.given.reduce(0) { $0 + $1[host] }
            let ofSpare = min(used, spare[host])
            if let page { sparePages[page] += ofSpare }
            room[host] -= (used - ofSpare) * unit
            taken += (used - ofSpare) * unit
        }
    }

    /// The host memory used by overcommitted memory, rounded down: parts never use more than the whole.
    private func scaled(_ memory: Int, by ratio: Int) -> Int {
        let (product, overflow) = memory.multipliedReportingOverflow(by: 1_000)
        return overflow ? memory : product / ratio
    }

    /// Amounts in KiB that add up to the need.
    private func shares(_ given: [Int], of need: SpreadNeed, wanted: Int, unit: Int) -> [Int: Int] {
        var shares: [Int: Int] = [:]
        var left = need.memory
        for (host, count) in given.enumerated() where count > 0 {
            let share = wanted * unit == need.memory ? count * unit : need.memory / max(1, wanted) * count
            shares[host] = min(left, share)
            left -= min(left, share)
        }
        // What rounding left over is nearest to the first.
        if left > 0, let first = shares.keys.min() { shares[first, default: 0] += left }
        return shares.filter { $0.value > 0 }
    }
}

/// Distributes amounts over host cells with limits, each taker restricted to its own set of cells.
struct AmountFlow {
    /// By taker and host cell.
    private(set) var given: [[Int]] = []
    private var free: [Int]
    private let orders: [[Int]]

    init(limits: [Int], orders: [[Int]]) {
        free = limits
        self.orders = orders
    }

    /// Gives to the next taker.
    ///
    /// - Returns: How much it lacks.
    mutating func add(_ taker: Int, _ amount: Int, isEven: Bool, takesAll: Bool) -> Int {
        given.append(free.map { _ in 0 })
        return give(taker, isEven ? amount - giveEvenly(to: taker, amount, takesAll: takesAll) : amount)
    }

    /// Has cells give more in all.
    mutating func raise(by amounts: [Int]) { free = zip(free, amounts).map { $0 + $1 } }

    /// Gives more to a taker.
    ///
    /// - Returns: How much it lacks.
    mutating func give(_ taker: Int, _ amount: Int) -> Int {
        var left = amount
        for host in orders[taker] {
            let share = min(left, free[host])
            give(share, of: host, to: taker)
            left -= share
        }
        while left > 0, let moved = makeRoom(for: taker, atMost: left) { left -= moved }
        return left
    }

    private mutating func give(_ amount: Int, of host: Int, to taker: Int) {
        free[host] -= amount
        given[taker][host] += amount
    }

    /// The fewest of the taker's cells that have it all together, or all of them, each as much as the others.
    private mutating func giveEvenly(to taker: Int, _ amount: Int, takesAll: Bool) -> Int {
        var hosts: [Int] = []
        var sum = 0
        for host in orders[taker] where takesAll || sum < amount {
            if free[host] > 0 { hosts.append(host) }
            sum += free[host]
        }
        var left = min(amount, sum)
        let all = left
        // The fullest cell first: what it does not have, the others share.
        hosts.sort { (free[$0], $0) < (free[$1], $1) }
        for (index, host) in hosts.enumerated() {
            let share = min(free[host], left / (hosts.count - index))
            give(share, of: host, to: taker)
            left -= share
        }
        return all - left
    }

    /// Moves what others have of the taker's cells to other cells of theirs.
    ///
    /// - Returns: How much the taker got; nil when nothing can be moved.
    private mutating func makeRoom(for taker: Int, atMost: Int) -> Int? {
        // By host cell: who has to leave which cell for it.
        var way: [Int: (taker: Int, from: Int?)] = [:]
        var queue: [Int] = []
        for host in orders[taker] where way[host] == nil {
            way[host] = (taker, nil)
            queue.append(host)
        }
        var next = 0
        while next < queue.count {
            let host = queue[next]
            next += 1
            if free[host] > 0 { return move(along: way, to: host, atMost: atMost) }
            for other in given.indices where other != taker && given[other][host] > 0 {
                for target in orders[other] where way[target] == nil {
                    way[target] = (other, host)
                    queue.append(target)
                }
            }
        }
        return nil
    }

    private mutating func move(along way: [Int: (taker: Int, from: Int?)], to end: Int, atMost: Int) -> Int {
        var amount = min(atMost, free[end])
        var host = end
        while let step = way[host], let from = step.from {
            amount = min(amount, given[step.taker][from])
            host = from
        }
        host = end
        while let step = way[host] {
            give(amount, of: host, to: step.taker)
            guard let from = step.from else { break }
            give(-amount, of: from, to: step.taker)
            host = from
        }
        return amount
    }
}
