internal import HostModel

/// A host that fills up: what lies on each cell, what is left, and whether everything that floats still fits.
struct PlacementState {
    let grid: HostGrid
    let checks: [CellCheck]
    private(set) var loads: [CellLoad]
    /// Pages of guests, by cell and page size index: `cell * sizes + size`.
    private(set) var pages: [Int]
    private(set) var rests: [CellRest]
    /// Fit checks made so far.
    private(set) var checksMade = 0
    private var totals = Totals()
    private var floating = Floating()
    /// Memory of guests, placed ones and others, that may come from several host cells.
    private(set) var spread: [SpreadNeed] = []
    /// Devices of guests, placed ones and others, that may be anywhere, by lane.
    private var floatingDevices: [Int] = []
    /// Shared vCPUs of foreign domains that are each on one cell.
    private let foreignShared: Int
    /// Whether only what is asked of single cells counts: for refutations, since with more rules nothing more fits.
    var ignoresHostRules = false

    /// Sums over all cells.
    fileprivate struct Totals: Hashable {
        var sharedCPUs = 0
        var overcommittableCapacity = 0
        var ordinary = 0
        var shared = 0
        var overcommittable = 0
        var reserved = 0
    }

    /// What guests need that are bound to no cell.
    private struct Floating: Hashable {
        var shared = 0
        var sharedMost = 0
        var memory = 0
        var memoryMost = 0
        /// The same with guests that may use the reserve.
        var memoryWithReserve = 0
        var memoryMostWithReserve = 0
        var needsSharedCPU = false
    }

    /// What a removed load is restored from.
    struct Undo {
        fileprivate let cell: Int
        fileprivate let load: CellLoad
        fileprivate let rest: CellRest
        fileprivate let pageSlot: Int?
        fileprivate let pageCount: Int
        fileprivate let totals: Totals
    }

    init(_ grid: HostGrid) {
        self.grid = grid
        checks = grid.cells.indices.map { CellCheck($0, of: grid) }
        loads = grid.cells.map { _ in CellLoad() }
        pages = Array(repeating: 0, count: grid.cells.count * grid.pageSizes.count)
        let none = Array(repeating: 0, count: grid.pageSizes.count)
        rests = checks.map { check in
            switch check.rest(with: CellLoad(), pages: none[...]) {
            case .success(let rest): rest
            case .failure: CellRest(sharedCPUs: 0, overcommittableCapacity: 0, ordinary: 0)
            }
        }
        foreignShared = grid.cells.reduce(0) { $0 + $1.foreignShared }
        for rest in rests { totals.add(rest, times: 1) }
    }

    /// The pages of guests on a cell, by page size index.
    func pages(on cell: Int) -> ArraySlice<Int> {
        pages[cell * grid.pageSizes.count..<(cell + 1) * grid.pageSizes.count]
    }

    /// Adds what a guest needs of the host as a whole; whether it fits is asked with ``hostLack``.
    mutating func addFloating(_ need: GuestCounts) {
        addSpread(of: need.spread)
        floatingDevices.addAmounts(need.floatingDevices)
        let memory = need.floatingMemory + need.floatingOverhead
        floating.shared += need.floatingShared
        floating.sharedMost = max(floating.sharedMost, need.floatingShared)
        if !need.mayUseReserve {
            floating.memory += memory
            floating.memoryMost = max(floating.memoryMost, memory)
        }
        floating.memoryWithReserve += memory
        floating.memoryMostWithReserve = max(floating.memoryMostWithReserve, memory)
        floating.needsSharedCPU = floating.needsSharedCPU || need.needsSharedCPU
    }

    /// Adds memory that may come from several cells. Whose it is makes no difference to whether it fits: what may come from the same
    /// cells is one amount.
    mutating func addSpread(of needs: [SpreadNeed]) {
        for need in needs { addSpread(need) }
    }

    private mutating func addSpread(_ part: SpreadNeed) {
        let sum = part.summed
        let index = spread.firstIndex { $0.isSummed(with: sum) }
        if let index {
            spread[index].memory += part.memory
        } else {
            spread.insert(sum, at: spread.firstIndex { sum.comesBefore($0) } ?? spread.endIndex)
        }
    }

    /// Whether a guest cell fits a host cell beside what is there, and what it lacks if not.
    mutating func lack(of need: CellCounts, on cell: Int, page: Int?) -> Lack? {
        checksMade += 1
        if need.needsSMT, !grid.cells[cell].hasSMT {
            return Lack(.siblingPairs, needed: max(1, need.pairs), available: 0)
        }
        var load = loads[cell]
        load.add(need, inHugePages: page != nil)
        var slice = pages(on: cell)
        if let page { slice[slice.startIndex + page] += need.memory / grid.pageSizes[page] }
        switch checks[cell].rest(with: load, pages: slice) {
        case .success: return nil
        case .failure(let lack): return lack
        }
    }

    /// Puts a guest cell on a host cell when cell and host still hold everything; nil and unchanged when not.
    mutating func put(_ need: CellCounts, on cell: Int, page: Int?) -> Undo? {
        // Each look at memory of several cells is many looks.
        checksMade += 1 + spread.count * grid.cells.count
        guard !need.needsSMT || grid.cells[cell].hasSMT else { return nil }
        let slot = page.map { cell * grid.pageSizes.count + $0 }
        let undo = Undo(
            cell: cell, load: loads[cell], rest: rests[cell], pageSlot: slot, pageCount: slot.map { pages[$0] } ?? 0,
            totals: totals)
        var load = undo.load
        load.add(need, inHugePages: slot != nil)
        if let page, let slot { pages[slot] += need.memory / grid.pageSizes[page] }
        guard case .success(let rest) = checks[cell].rest(with: load, pages: pages(on: cell)) else {
            if let slot { pages[slot] = undo.pageCount }
            return nil
        }
        totals.add(rest, times: 1)
        totals.add(undo.rest, times: -1)
        totals.shared += need.shared
        totals.overcommittable += load.overcommittable - undo.load.overcommittable
        totals.reserved += load.reserved - undo.load.reserved
        loads[cell] = load
        rests[cell] = rest
        guard hostLack == nil else {
            take(back: undo)
            return nil
        }
        return undo
    }

    /// Takes back the latest ``put(_:on:page:)`` that was not taken back yet.
    mutating func take(back undo: Undo) {
        loads[undo.cell] = undo.load
        rests[undo.cell] = undo.rest
        if let slot = undo.pageSlot { pages[slot] = undo.pageCount }
        totals = undo.totals
    }

    /// Counts fit checks that were made on copies.
    mutating func count(checks: Int) { checksMade += checks }

    /// What has to be left of all cells together, by measure, whatever else is there: for guests that are bound to no cell, and memory
    /// of others that is.
    ///
    /// - Parameter takesMemory: Whether a guest takes ordinary memory for certain: else the others' asks for nothing.
    private func anywhere(_ measures: Measures, takesMemory: Bool) -> [Int] {
        var amounts = Array(repeating: 0, count: measures.count)
        if floating.shared > 0 {
            let shared = floating.shared + grid.foreignFloatingShared + foreignShared
            amounts[Measures.shared] = shared * SharedWeight(grid.cpuRatio).shared
        }
        if takesMemory || floating.memory > 0 {
            let weight = SharedWeight(grid.ramRatio)
            let others = grid.foreignFloatingMemory
            amounts[Measures.memory] =
                floating.memory * weight.shared
                + (weight.shared > 0 ? Int(grid.ramRatio.applied(to: UInt64(others))) * weight.shared : others)
        }
        return amounts
    }

    /// What all cells together have to have beside guests that are still to come, by measure and from which of them: the same, and memory
    /// that may come from several cells.
    ///
    /// - Parameter guests: Guests that are to come.
    func together(_ measures: Measures, with guests: some Sequence<GuestCounts>) -> [(amounts: [Int], hosts: [Int])] {
        guard !ignoresHostRules else { return [] }
        let all = Array(grid.cells.indices)
        let takesMemory =
            spread.contains { $0.page == nil && $0.openPages.isEmpty && $0.isReserved && $0.memory > 0 }
            || guests.contains { need in
                need.cells.contains { $0.overhead > 0 || need.pages == [nil] && $0.memory > 0 }
            }
        return [(anywhere(measures, takesMemory: takesMemory), all)]
            + spread.map { (measures.amounts(of: $0), $0.hosts ?? all) }
    }

    /// The page sizes that memory has, or may have, that may come from several cells.
    var spreadPages: [Int?] { spread.flatMap { $0.openPages.isEmpty ? [$0.page] : $0.openPages } }

    /// Whether anything is asked of the host as a whole, beside what is asked of each cell.
    var hasHostRules: Bool {
        floating != Floating() || !spread.isEmpty || grid.stock.isShared || grid.foreignFloatingShared > 0
            || grid.foreignFloatingMemory > 0
            || grid.promisedPages.contains { $0 > 0 }
    }

    /// What the host as a whole lacks for the guests that float over it, or nil.
    var hostLack: Lack? {
        guard !ignoresHostRules else { return nil }
        if grid.stock.isShared, let lack = deviceLack { return lack }
        if floating.needsSharedCPU, totals.sharedCPUs == 0 {
            return Lack(.sharedCPUs, needed: 1, available: 0)
        }
        if floating.sharedMost > totals.sharedCPUs {
            return Lack(.sharedCPUs, needed: floating.sharedMost, available: totals.sharedCPUs)
        }
        let floatingShared = floating.shared + grid.foreignFloatingShared
        if floatingShared > 0, totals.shared + floating.shared > 0 {
            let needed = totals.shared + foreignShared + floatingShared
            let allowed = Int(grid.cpuRatio.applied(to: UInt64(totals.sharedCPUs)))
            if needed > allowed { return Lack(.sharedVCPUs, needed: needed, available: allowed) }
        }
        var layout: MemoryLayout?
        if !spread.isEmpty {
            let found = MemoryLayout(ofSums: spread, on: self)
            if let lack = found.lack { return lack }
            layout = found
        }
        let promised: Int
        switch promisedMemory(beside: layout) {
        case .success(let memory): promised = memory
        case .failure(let lack): return lack
        }
        let spread = layout?.taken ?? 0
        return memoryLack(floating.memory, most: floating.memoryMost, reserve: 0, promised: promised, spread: spread)
            ?? memoryLack(
                floating.memoryWithReserve, most: floating.memoryMostWithReserve, reserve: grid.reserve,
                promised: promised, spread: spread)
    }

    /// What devices a guest cell lacks on a host cell, beside all others of the host.
    func deviceLack(of need: CellCounts, on cell: Int) -> Lack? {
        var next = self
        next.loads[cell].devices.addAmounts(need.devices)
        return next.deviceLack
    }

    /// The devices that all guests together lack.
    private var deviceLack: Lack? {
        let stock = grid.stock
        return stock.lack(
            loads.enumerated().flatMap { stock.draws($0.element.devices, on: $0.offset) }
                + stock.draws(floatingDevices, on: nil))
    }

    /// Ordinary memory in KiB that pages promised to foreign domains take where pools have none to spare; or the pages that
    /// guests took of those.
    private func promisedMemory(beside layout: MemoryLayout?) -> Result<Int, Lack> {
        var memory = 0
        for (size, promised) in grid.promisedPages.enumerated() where promised > 0 {
            let spare = sparePages(of: size) - (layout?.sparePages[size] ?? 0)
            let guests = grid.cells.indices.reduce(0) { $0 + pages[$1 * grid.pageSizes.count + size] }
            if !grid.managesPools, guests > 0, spare < promised {
                return .failure(
                    Lack(.pages(grid.pageSize(size)), needed: promised + guests, available: spare + guests))
            }
            if grid.managesPools { memory += max(0, promised - spare) * grid.pageSizes[size] }
        }
        return .success(memory)
    }

    /// Pages of the pools of one size that nobody is to have.
    func sparePages(of size: Int) -> Int {
        grid.cells.indices.reduce(0) { $0 + sparePages(of: size, on: $1) }
    }

    /// The same of one cell's pool.
    func sparePages(of size: Int, on cell: Int) -> Int {
        guard !(grid.managesPools && grid.allowsShrink), let total = grid.cells[cell].poolTotal[size] else { return 0 }
        return max(0, total - grid.cells[cell].poolBase[size] - pages[cell * grid.pageSizes.count + size])
    }

    /// Whether guests have pages that their pools do not have yet, so that ordinary memory goes into them.
    private var growsPools: Bool {
        guard grid.managesPools else { return false }
        let sizes = grid.pageSizes.count
        return pages.indices.contains { slot in
            let cell = grid.cells[slot / sizes]
            guard pages[slot] > 0, let total = cell.poolTotal[slot % sizes] else { return false }
            return cell.poolBase[slot % sizes] + pages[slot] > total
        }
    }

    /// What the host lacks of ordinary memory, when `reserve` of it may be used beyond what cells may give to guests.
    ///
    /// - Parameters:
    ///   - promised: What pages take that are promised to foreign domains, in KiB.
    ///   - spread: What memory takes that comes from several cells, in KiB.
    private func memoryLack(_ memory: Int, most: Int, reserve: Int, promised: Int, spread: Int) -> Lack? {
        if most > totals.ordinary + reserve {
            return Lack(.memory, needed: most, available: totals.ordinary + reserve)
        }
        let foreignMemory = Int(grid.ramRatio.applied(to: UInt64(grid.foreignFloatingMemory + promised + spread)))
        let overcommittable = totals.overcommittable + memory
        let capacity = totals.overcommittableCapacity + reserve
        let hasPages = promised > 0 && pages.contains { $0 > 0 } || foreignMemory > 0 && growsPools
        if overcommittable + totals.reserved + spread > 0 || hasPages, overcommittable + foreignMemory > capacity {
            return Lack(.memory, needed: overcommittable + foreignMemory, available: capacity)
        }
        return nil
    }
}

extension PlacementState.Totals {
    fileprivate mutating func add(_ rest: CellRest, times: Int) {
        sharedCPUs += times * rest.sharedCPUs
        overcommittableCapacity += times * rest.overcommittableCapacity
        ordinary += times * rest.ordinary
    }
}
