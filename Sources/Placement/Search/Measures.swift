internal import HostModel

/// What guest cells take and host cells have, in amounts that only add up.
///
/// Each measure is a necessary condition: the guest cells on a host cell never take more of it than that cell has, whatever else
/// ``CellCheck`` asks. So what does not add up in one of them fits no way.
/// - *Threads*: each `isolate` vCPU takes at least the usable threads of the host's poorest whole core.
/// - *Threads of rich cores*, where whole cores are not alike: each `isolate` vCPU takes as many as the richest has, and every whole
///   core is counted as if it had so many. What a core is counted for beyond its threads it has on both sides, or only as room.
/// - *Whole cores* of `isolate` vCPUs.
/// - *CPUs in shared use*: with a ratio of r, s shared and d dedicated vCPUs on C CPUs satisfy s + r d <= r C.
/// - *Ordinary memory*: with a ratio of r, s KiB that may be overcommitted and h that may not satisfy s + r h <= r M.
/// - *All memory*, whatever the pages: pools grow out of it. A pool of pages that no guest may have takes what it takes.
/// - *Pages* of each size: those of the pool, or as many as the cell's memory makes beside the pools of other sizes.
struct Measures {
    static let (threads, cores, shared, ordinary, memory) = (0, 1, 2, 3, 4)
    /// The measure of the first page size.
    static let pages = 5

    /// How many measures there are.
    let count: Int
    private let pageSizes: [Int]
    private let cpuRatio: SharedWeight
    private let ramRatio: SharedWeight
    private let setsOverlap: Bool
    /// The fewest usable threads, and the fewest CPUs in shared use, of any whole core.
    private let threadsOfCore: Int
    private let sharedOfCore: Int
    /// The measure of the threads of rich cores, and how many threads these have; nil where it says no more than that of threads.
    let rich: (measure: Int, threads: Int)?
    /// By host cell: its threads, where each whole core counts as if it had those of the richest.
    private let richThreads: [Int]
    /// By page size: whether a guest that is to be placed may have such pages.
    private let isUsable: [Bool]

    /// - Parameters:
    ///   - guests: Guests that are not placed in the state; what is measured holds for them and no others.
    ///   - places: Page sizes that are in use where guests are measured that the state does not hold.
    init(_ state: PlacementState, for guests: some Sequence<GuestCounts>, at places: some Sequence<Int?> = [Int?]()) {
        self.init(
            state, sizes: guests.flatMap { $0.keptPages ?? $0.pages } + Array(places),
            hasWholeCores: guests.contains { need in need.cells.contains { $0.wholeCores > 0 } })
    }

    /// - Parameters:
    ///   - sizes: Indices of the page sizes that guests may have.
    ///   - hasWholeCores: Whether some guest takes whole cores.
    init(_ state: PlacementState, sizes: some Sequence<Int?>, hasWholeCores: Bool) {
        let grid = state.grid
        pageSizes = grid.pageSizes
        var isUsable = pageSizes.map { _ in false }
        for case let size? in sizes { isUsable[size] = true }
        self.isUsable = isUsable
        cpuRatio = SharedWeight(grid.cpuRatio)
        ramRatio = SharedWeight(grid.ramRatio)
        setsOverlap = grid.setsOverlap
        let kinds = state.checks.flatMap(\.capacity.kinds)
        threadsOfCore = kinds.map(\.threads).min() ?? 1
        let most = kinds.map(\.threads).max() ?? 1
        let first = Measures.pages + grid.pageSizes.count
        rich = hasWholeCores && most > threadsOfCore ? (first, most) : nil
        count = first + (rich == nil ? 0 : 1)
        richThreads = grid.cells.map { cell in
            cell.cores.reduce(0) { $0 + (CoreKind($1) == nil ? $1.dedicated.count : max($1.dedicated.count, most)) }
        }
        sharedOfCore = kinds.map(\.shared).min() ?? 0
    }

    /// What a guest cell takes, by measure.
    func amounts(of need: CellCounts, page: Int?) -> [Int] {
        var amounts = Array(repeating: 0, count: count)
        amounts[Measures.threads] = need.wholeCores * threadsOfCore + need.paired + need.singles
        amounts[Measures.cores] = need.wholeCores
        amounts[Measures.shared] = sharedUse(
            cores: need.wholeCores, threads: need.paired + need.singles, shared: need.shared)
        let ordinary = need.overhead + (page == nil ? need.memory : 0)
        amounts[Measures.ordinary] = ordinary * (need.isReserved ? ramRatio.alone : ramRatio.shared)
        amounts[Measures.memory] = amounts[Measures.ordinary]
        if let rich { amounts[rich.measure] = need.wholeCores * rich.threads + need.paired + need.singles }
        if let page {
            amounts[Measures.memory] += need.memory * ramRatio.alone
            amounts[Measures.pages + page] = need.memory / pageSizes[page]
        }
        return amounts
    }

    /// The least that a guest cell takes, by measure, with any of its page sizes.
    func amounts(of cell: Int, in need: GuestCounts) -> [Int] {
        let pages = need.keptPages.map { [$0[cell]] } ?? need.pages
        let choices = pages.map { amounts(of: need.cells[cell], page: $0) }
        guard let first = choices.first else { return amounts(of: need.cells[cell], page: nil) }
        return choices.dropFirst().reduce(first) { zip($0, $1).map(min) }
    }

    /// What memory that may come from several host cells takes of these together, by measure.
    func amounts(of need: SpreadNeed) -> [Int] {
        var amounts = Array(repeating: 0, count: count)
        if !need.openPages.isEmpty {
            amounts[Measures.memory] = need.memory * (need.isReserved ? ramRatio.alone : 0)
        } else if let page = need.page {
            amounts[Measures.pages + page] = need.memory / pageSizes[page]
            amounts[Measures.memory] = amounts[Measures.pages + page] * pageSizes[page] * ramRatio.alone
        } else {
            // Of overcommitted memory the part that must be there, rounded down.
            let there = need.isReserved ? need.memory : need.memory * ramRatio.shared / max(1, ramRatio.alone)
            amounts[Measures.ordinary] = there * ramRatio.alone
            amounts[Measures.memory] = amounts[Measures.ordinary]
        }
        return amounts
    }

    /// What a host cell has left, by measure.
    func room(on cell: Int, of state: PlacementState) -> [Int] {
        var room = Array(repeating: 0, count: count)
        let (load, capacity) = (state.loads[cell], state.checks[cell].capacity)
        let threads = load.paired + load.singles
        room[Measures.threads] =
            (capacity.options[0].map(\.threads).max() ?? 0) - threads - load.wholeCores * threadsOfCore
        if let rich {
            room[rich.measure] = richThreads[cell] - threads - load.wholeCores * rich.threads
        }
        room[Measures.cores] = capacity.options.count - 1 - load.wholeCores
        room[Measures.shared] =
            capacity.sharedCPUs * cpuRatio.alone
            - sharedUse(cores: load.wholeCores, threads: threads, shared: load.shared)
        if state.grid.cells[cell].servesMemory { measureMemory(of: cell, state, &room) }
        return room.map { max(0, $0) }
    }

    private func sharedUse(cores: Int, threads: Int, shared: Int) -> Int {
        (cores * sharedOfCore + (setsOverlap ? threads : 0)) * cpuRatio.alone + shared * cpuRatio.shared
    }

    private func measureMemory(of cell: Int, _ state: PlacementState, _ room: inout [Int]) {
        let (grid, host, load) = (state.grid, state.grid.cells[cell], state.loads[cell])
        let used = Array(state.pages(on: cell))
        let taken = load.reserved * ramRatio.alone + load.overcommittable * ramRatio.shared
        // Pools of pages that guests may have, as they are without these guests, and pools as large as they are now at least.
        var (base, spare, inUse, unusable, inPools) = (0, 0, 0, 0, 0)
        var amounts = pageSizes.map { _ in 0 }
        for (size, unit) in pageSizes.enumerated() {
            guard let total = host.poolTotal[size] else { continue }
            let wanted = host.poolBase[size] + used[size]
            amounts[size] = (!grid.managesPools ? total : grid.allowsShrink ? wanted : max(wanted, total)) * unit
            inPools += amounts[size]
            guard isUsable[size] else {
                unusable += amounts[size]
                continue
            }
            base += (grid.managesPools ? host.poolBase[size] : min(total, host.poolBase[size])) * unit
            spare += max(0, total - host.poolBase[size]) * unit
            inUse += used[size] * unit
        }
        let free = host.memory - host.foreignMemory
        room[Measures.ordinary] = (free - inPools) * ramRatio.alone - taken
        // Pages of a pool that is there already are to be had even where the cell's memory counts less than its pools.
        room[Measures.memory] = (max(free - unusable - base, spare) - inUse) * ramRatio.alone - taken
        for (size, unit) in pageSizes.enumerated() {
            guard let total = host.poolTotal[size] else { continue }
            let there = total - host.poolBase[size]
            let others = inPools - amounts[size] + host.poolBase[size] * unit
            let most = grid.managesPools ? max(there, (free - others) / unit) : there
            room[Measures.pages + size] = most - used[size]
        }
    }
}

/// How much what may be overcommitted weighs, and what may not: as one to the ratio.
struct SharedWeight {
    let shared: Int
    let alone: Int

    /// A ratio beyond this is taken for no limit at all, so that no sum overflows.
    private static let highest: UInt64 = 16_000

    init(_ ratio: Ratio) {
        let isLimit = ratio.thousandths <= SharedWeight.highest
        shared = isLimit ? 1_000 : 0
        alone = isLimit ? Int(ratio.thousandths) : 1
    }
}
