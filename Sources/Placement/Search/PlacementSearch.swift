internal import HostModel
internal import SiteFile

/// Host cells and page sizes of one guest: by guest cell, as indices of the grid.
struct Assignment: Hashable {
    var hosts: [Int]
    /// Indices of page sizes; nil is ordinary pages.
    var pages: [Int?]
}

/// How one descent of a search ended: all are placed, nobody can be, or the limit was reached.
enum SearchOutcome { case found, exhausted, limit }

/// What a search for all guests together found.
enum SearchResult {
    case found([Assignment])
    case impossible
    case undecided
}

/// Finds host cells for all guests together, or proves that there are none.
///
/// The search works on counts (``CellLoad``) and never on single CPUs: whether a load fits a cell is arithmetic. It goes in
/// these steps, each only when the one before gave no answer:
/// 1. **Sum.** The whole host is taken for one large cell. What does not fit there fits nowhere: the usual "one CPU short" is
///    answered at once, however many guests there are.
/// 2. **Construction.** The hardest guests first, each to its best cells (``GreedyConstruction``). Several orders and preferences
///    are tried; on a host that is not nearly full the first one succeeds, and its answer is the one that the site's preferences ask for.
/// 3. **Refutation.** A guest that has no place even alone ends the search (``LoneRefutation``), and so do guests that do not add
///    up over the cells that each of them fits (``SumRefutation``): one sum for the whole host does not see that a guest needs
///    more than any one cell has, nor that of large guests only so many go on each.
/// 4. **Filling.** On a host that is nearly full, cells are each as full as they must be, since what is wasted on one is missing
///    elsewhere. All sets of guests that can fill one are listed (``PatternCover``) and put together, with prices that tell which of
///    them can be in no arrangement (``ExactCover``); where there are too many, cells are filled one after the other
///    (``TightFill``). Where guests have a choice of page sizes or are bound to no cell, less is asked: whether each cell has sizes
///    for all on it, and nothing of the host as a whole. That refutes, and what it finds is tried.
/// 5. **Exhaustive search.** At every step the guest with the fewest possible cells is placed next; after every step each
///    cell is asked which guests still fit it, and a guest without a cell ends the branch, as do guests that no longer add up
///    (``RemainingSums``). Guests that are alike, cells that are alike, and cells of one guest that are alike are tried once, not
///    in every order. A cell that failed for a guest is closed for its like in the branches beside, and what has failed once is
///    remembered.
/// 6. **Changing places.** All guests are put on the host, some cells too full, and change places until none is
///    (``SwapSearch``): that finds arrangements of which there are many, and proves nothing.
/// 7. **Learning.** Where each guest is, with which pages, is put as questions with the answers yes and no; from every dead end the
///    reason is learned, and keeps the search from all others that have it (``LearningSearch``). The same is asked of the CPUs alone
///    and of the memory alone where more is alike then (``asking(of:)``).
/// 8. These four have turns (``SearchTurns``), with little of the limit at first. The search stops undecided after a number of fit
///    checks, never after a time: the same input has the same answer.
struct PlacementSearch {
    let needs: [GuestCounts]
    /// Whether cells of one guest may have pages of different sizes.
    let allowsMixedPages: Bool
    let prefersPack: Bool
    let limit: Int
    /// Fit checks made so far.
    private(set) var steps = 0
    /// Guests that stay where they are.
    private(set) var fixed: [Int: Assignment] = [:]
    var state: PlacementState

    init(grid: HostGrid, needs: [GuestCounts], allowsMixedPages: Bool, prefersPack: Bool, limit: Int) {
        self.needs = needs
        self.allowsMixedPages = allowsMixedPages
        self.prefersPack = prefersPack
        self.limit = limit
        state = PlacementState(grid)
    }

    /// Leaves a guest where it is; false and unchanged when it does not fit there beside those already fixed.
    mutating func fix(_ guest: Int, _ assignment: Assignment) -> Bool {
        var undone: [PlacementState.Undo] = []
        for (cell, host) in assignment.hosts.enumerated() {
            guard let undo = state.put(needs[guest].cells[cell], on: host, page: assignment.pages[cell]) else { break }
            undone.append(undo)
        }
        if undone.count == assignment.hosts.count {
            fixed[guest] = assignment
            return true
        }
        for undo in undone.reversed() { state.take(back: undo) }
        return false
    }

    /// Places every guest, or says that it is impossible or undecided.
    mutating func run() -> SearchResult {
        steps += needs.count
        guard fitsInSum(), hasDevices else { return .impossible }
        for need in needs { state.addFloating(need) }
        guard state.hostLack == nil else { return .impossible }
        let open = needs.indices.filter { fixed[$0] == nil && !needs[$0].cells.isEmpty }.map { needs[$0] }
        // Memory whose pages are left open is in the sums alone.
        if state.spread.contains(where: { !$0.openPages.isEmpty }), SumRefutation(open, on: state).refutes {
            return .impossible
        }
        for order in GreedyConstruction.Order.allCases {
            for preference in GreedyConstruction.CellOrder.inTurn(prefersPack: prefersPack) {
                var construction = GreedyConstruction(search: self, order: order, preference: preference)
                defer { steps += construction.state.checksMade - state.checksMade }
                if let assignments = construction.placeAll() { return .found(assignments) }
            }
        }
        // Guests that float are in the state already.
        var alone = LoneRefutation(state, allowsMixedPages: allowsMixedPages)
        let isRefutedAlone = alone.refutes(anyOf: open)
        steps += alone.state.checksMade - state.checksMade
        guard !isRefutedAlone else { return .impossible }
        let sums = SumRefutation(open, on: state)
        steps += sums.cost
        guard !sums.refutes else { return .impossible }
        var turns = SearchTurns(self)
        defer { steps += turns.steps }
        return turns.run()
    }

    /// Guests in the order in which they are placed: hardest first, then as given.
    func sorted(by order: GreedyConstruction.Order) -> [Int] {
        let keys = needs.map { $0.hardness(order, on: state.grid) }
        return needs.indices.sorted { keys[$0] == keys[$1] ? $0 < $1 : keys[$1].lexicographicallyPrecedes(keys[$0]) }
    }

    /// Whether there are devices for all guests, wherever these are.
    private var hasDevices: Bool {
        let stock = state.grid.stock
        guard !stock.isEmpty else { return true }
        var amounts: [Int] = []
        for need in needs {
            for part in need.cells { amounts.addAmounts(part.devices) }
            amounts.addAmounts(need.floatingDevices)
        }
        return stock.lack(stock.draws(amounts, on: nil)) == nil
    }

    /// Whether all guests fit a single cell that is the sum of all cells: true of every host that has a placement.
    private func fitsInSum() -> Bool {
        let merged = state.grid.merged
        let check = CellCheck(0, of: merged)
        var load = CellLoad()
        var pages = Array(repeating: 0, count: merged.pageSizes.count)
        for need in needs {
            // Only a single possible page size is sure to be used; a choice counts as no memory at all.
            let isSure = need.pages.count == 1
            let page = isSure ? need.pages[0] : nil
            for cell in need.cells {
                var cell = cell
                if !isSure { cell.memory = 0 }
                load.add(cell, inHugePages: page != nil)
                if let page { pages[page] += cell.memory / merged.pageSizes[page] }
            }
        }
        // Guests that are bound to no cell share what is left on all cells together, as ``PlacementState/hostLack`` counts it.
        let floating = needs.reduce(0) { $0 + $1.floatingShared } + state.grid.foreignFloatingShared
        if floating > 0, load.shared > 0 || needs.contains(where: { $0.floatingShared > 0 }) {
            load.shared += floating + state.grid.cells.reduce(0) { $0 + $1.foreignShared }
        }
        for need in needs where !need.mayUseReserve {
            load.overcommittable += need.floatingMemory + need.floatingOverhead
        }
        load.sharedMost = 0
        load.softMost = 0
        guard case .success = check.rest(with: load, pages: pages[...]) else { return false }
        return true
    }
}

extension HostGrid {
    /// The host as one cell that has everything of all cells.
    ///
    /// What is already too much on one cell (pools above its memory, pages promised beyond a pool that cannot grow, foreign load) stays
    /// that cell's affair: it takes nothing from the others. Cells whose memory is not for guests give their CPUs alone.
    fileprivate var merged: HostGrid {
        var parts = cells.map { cell in
            var part = cell
            if !cell.servesMemory {
                (part.memory, part.foreignMemory, part.foreignShared) = (0, 0, 0)
                part.poolTotal = pageSizes.map { _ in nil }
                part.poolBase = pageSizes.map { _ in 0 }
                return part
            }
            let inPools = pageSizes.indices.reduce(0) { sum, size in
                let total = cell.poolTotal[size] ?? 0
                let pages = !managesPools ? total : allowsShrink ? cell.poolBase[size] : max(total, cell.poolBase[size])
                return sum + pages * pageSizes[size]
            }
            part.memory = max(cell.memory, inPools)
            part.foreignMemory = min(cell.foreignMemory, part.memory - inPools)
            part.foreignShared = 0
            if !managesPools {
                for size in pageSizes.indices {
                    part.poolBase[size] = min(cell.poolBase[size], cell.poolTotal[size] ?? 0)
                }
            }
            return part
        }
        guard var sum = parts.popLast() else { return self }
        for part in parts { sum.merge(part) }
        var host = self
        host.cells = [sum]
        host.stock = DeviceStock()
        return host
    }
}

extension GridCell {
    fileprivate mutating func merge(_ other: GridCell) {
        cores += other.cores
        servesMemory = servesMemory || other.servesMemory
        memory += other.memory
        foreignMemory += other.foreignMemory
        for size in poolTotal.indices {
            if let total = other.poolTotal[size] { poolTotal[size] = (poolTotal[size] ?? 0) + total }
            poolBase[size] += other.poolBase[size]
        }
    }
}

extension GuestCounts {
    /// How hard the guest is to place: compared element by element, larger is harder.
    func hardness(_ order: GreedyConstruction.Order, on grid: HostGrid) -> [Int] {
        let cores = cells.map { $0.wholeCores * 2 + $0.paired + $0.singles }.reduce(0, +)
        let pairs = cells.map { $0.wholeCores + $0.pairs }.reduce(0, +)
        let memory = cells.reduce(0) { $0 + $1.memory }
        let hasDevices = !mustIncludeOneOf.isEmpty || cells.contains { !$0.devices.isEmpty }
        let forced = forced.contains { $0 != nil } || hasDevices ? 1 : 0
        switch order {
        case .cellsFirst: return [forced, cells.count, cores, pairs, memory]
        case .cpusFirst: return [forced, cells.map { $0.wholeCores * 2 + $0.paired + $0.singles }.max() ?? 0, memory]
        case .sharedFirst: return [forced, cells.contains { $0.shared > 0 } ? 1 : 0, cells.count, cores, pairs, memory]
        case .memoryFirst: return [forced, cells.map(\.memory).max() ?? 0, cores]
        }
    }
}
