internal import HostModel

/// Fills one host cell after the other, each as full as it must be: the search for hosts that are nearly full.
///
/// Where the guests need almost all there is, little may be wasted: the room left over on finished cells can never exceed what the
/// host has more than the guests need (`slack`). So a cell is finished only by sets of guest cells that fill it up to the slack.
/// Which sums of CPUs and memory the guest cells still to come can reach is tabulated (``SumTable``), and branches that cannot come
/// near enough to full are never entered. Cells that are alike are taken in order, each with the hardest guest cell still left.
///
/// CPUs are counted as threads, with a whole core's threads for each isolated vCPU where all cores are alike; memory counts where
/// pools grow out of ordinary memory, so that all of it is of one kind. Both only prune: whether a set really fits is asked of
/// the state, as everywhere.
struct TightFill {
    /// One guest cell to be placed.
    private struct Item {
        let guest: Int
        let cell: Int
        let page: Int
        let need: CellCounts
        let size: CPUsAndMemory
        /// Items of the same number can stand for each other.
        let kind: Int
    }

    private enum Outcome { case found, exhausted, limit }

    private let search: PlacementSearch
    private let limit: Int
    private var state: PlacementState
    private var items: [Item] = []
    private var hosts: [Int?] = []
    /// Host cells in the order in which they are filled.
    private var order: [Int] = []
    private var capacity: [CPUsAndMemory] = []
    /// Decisions made so far.
    private var steps = 0
    /// What the host may still waste.
    private var slack = CPUsAndMemory(cpus: 0, memory: 0)
    /// Whether giving up all branches proves that no placement exists: every guest has one possible page size.
    private let isComplete: Bool

    /// Prepares the search; nil when the host's sums say nothing, or there is too little to gain.
    init?(search: PlacementSearch, limit: Int, byMemory: Bool) {
        self.search = search
        self.limit = limit
        state = search.state
        // Sums of cells know nothing of memory that comes from several, nor of guest cells that are together on one.
        guard search.needs.allSatisfy({ $0.spread.isEmpty && !$0.sharesHosts }) else { return nil }
        let open = search.needs.indices.filter { search.fixed[$0] == nil && !search.needs[$0].cells.isEmpty }
        isComplete = open.allSatisfy { search.needs[$0].pageChoices(mixed: search.allowsMixedPages).count == 1 }
        // Guests of several cells with devices are left to the exhaustive search.
        guard open.allSatisfy({ search.needs[$0].cells.count == 1 || search.needs[$0].mustIncludeOneOf.isEmpty }) else {
            return nil
        }
        guard let scale = SumScale(search: search, guests: open) else { return nil }
        var kindOf: [ItemKey: Int] = [:]
        for guest in open {
            let need = search.needs[guest]
            guard let pages = need.pageChoices(mixed: false).first else { return nil }
            for (cell, part) in need.cells.enumerated() {
                // Cells of guests that have several stand only for themselves: their partners differ.
                let key = ItemKey(
                    need: part, page: pages[cell], forced: need.forced[cell], mustIncludeOneOf: need.mustIncludeOneOf,
                    guest: need.cells.count > 1 ? guest : -1)
                let kind = kindOf[key] ?? kindOf.count
                kindOf[key] = kind
                items.append(
                    Item(
                        guest: guest, cell: cell, page: pages[cell], need: part, size: scale.size(of: part), kind: kind)
                )
            }
        }
        items.sort { left, right in
            let (a, b) = (left.size, right.size)
            let keys = byMemory ? [(a.memory, b.memory), (a.cpus, b.cpus)] : [(a.cpus, b.cpus), (a.memory, b.memory)]
            for (x, y) in keys where x != y { return x > y }
            return (left.kind, left.guest, left.cell) < (right.kind, right.guest, right.cell)
        }
        hosts = items.map { _ in nil }
        capacity = search.state.grid.cells.indices.map { scale.capacity(of: $0) }
        order = search.state.grid.cells.indices.sorted { left, right in
            (capacity[left].cpus, capacity[left].memory, left) < (capacity[right].cpus, capacity[right].memory, right)
        }
        let total = capacity.reduce(CPUsAndMemory(cpus: 0, memory: 0), +)
        let needed = items.reduce(CPUsAndMemory(cpus: 0, memory: 0)) { $0 + $1.size }
        slack = total - needed
        guard slack.cpus >= 0, slack.memory >= 0, slack.isTight(in: total) else { return nil }
    }

    /// What the search came to; nil when it says nothing, so that another has to go on.
    mutating func run() -> SearchResult? {
        switch fill(0) {
        case .exhausted: return isComplete ? .impossible : nil
        case .limit: return nil
        case .found:
            var assignments = search.needs.map { need in
                Assignment(hosts: need.cells.map { _ in 0 }, pages: need.cells.map { _ in -1 })
            }
            for (guest, assignment) in search.fixed { assignments[guest] = assignment }
            for (item, host) in zip(items, hosts) {
                guard let host else { return nil }
                assignments[item.guest].hosts[item.cell] = host
                assignments[item.guest].pages[item.cell] = item.page
            }
            return .found(assignments)
        }
    }

    // MARK: Cells

    private mutating func fill(_ position: Int) -> Outcome {
        let open = items.indices.filter { hosts[$0] == nil }
        guard !open.isEmpty else { return .found }
        guard position < order.count else { return .exhausted }
        let table = SumTable(open.map { items[$0].size }, limit: capacity[order[position]])
        // Where all cells to come are alike, the hardest item left may as well go to this one.
        let mustTakeFirst = isLikeAllAfter(position)
        return complete(
            position, open: open, from: 0, used: CPUsAndMemory(cpus: 0, memory: 0), table: table,
            mustTakeFirst: mustTakeFirst)
    }

    private func isLikeAllAfter(_ position: Int) -> Bool {
        let first = order[position]
        guard items.indices.allSatisfy({ hosts[$0] != nil || !isForced(items[$0]) }) else { return false }
        return order[(position + 1)...].allSatisfy { other in
            state.checks[first].isLike(state.checks[other]) && state.loads[first] == state.loads[other]
                && state.pages(on: first).elementsEqual(state.pages(on: other))
        }
    }

    // MARK: One cell

    /// Decides for each open item from `first` on whether it goes to this cell, and closes the cell when it is full enough.
    ///
    /// Only taking an item recurs, and leaving one out goes round: the stack is as deep as there are items, not as there are
    /// items times cells.
    private mutating func complete(
        _ position: Int, open: [Int], from first: Int, used: CPUsAndMemory, table: SumTable, mustTakeFirst: Bool
    ) -> Outcome {
        let host = order[position]
        let room = capacity[host] - used
        var from = first
        while true {
            steps += 1
            guard steps < limit else { return .limit }
            guard from < open.count else { return close(position, waste: room) }
            guard table.reaches(from: from, between: room - slack, and: room) else { return .exhausted }
            let item = items[open[from]]
            let canTake =
                !table.isTooLarge(item.size, for: room) && !isBesideItsGuest(item, on: host)
                && isAllowed(item, on: host)
            if canTake, let undo = state.put(item.need, on: host, page: item.page) {
                hosts[open[from]] = host
                let outcome = complete(
                    position, open: open, from: from + 1, used: used + item.size, table: table, mustTakeFirst: false)
                if outcome != .exhausted { return outcome }
                hosts[open[from]] = nil
                state.take(back: undo)
            }
            if mustTakeFirst { return .exhausted }
            // Leaving one out is leaving its like out.
            let kind = item.kind
            while from < open.count, items[open[from]].kind == kind { from += 1 }
        }
    }

    private mutating func close(_ position: Int, waste: CPUsAndMemory) -> Outcome {
        guard waste.cpus <= slack.cpus, waste.memory <= slack.memory else { return .exhausted }
        slack = slack - waste
        let outcome = fill(position + 1)
        if outcome != .found { slack = slack + waste }
        return outcome
    }

    private func isBesideItsGuest(_ item: Item, on host: Int) -> Bool {
        guard search.needs[item.guest].cells.count > 1 else { return false }
        return items.indices.contains { items[$0].guest == item.guest && hosts[$0] == host }
    }

    private func isForced(_ item: Item) -> Bool {
        let need = search.needs[item.guest]
        return need.forced.contains { $0 != nil } || !need.mustIncludeOneOf.isEmpty
    }

    private func isAllowed(_ item: Item, on host: Int) -> Bool {
        let forced = search.needs[item.guest].forced
        guard search.needs[item.guest].isNearAll([host]) else { return false }
        return (forced[item.cell] ?? host) == host && !forced.enumerated().contains { $0 != item.cell && $1 == host }
    }

    private struct ItemKey: Hashable {
        let need: CellCounts
        let page: Int
        let forced: Int?
        let mustIncludeOneOf: [Set<Int>]
        let guest: Int
    }
}

/// An amount of CPUs and of memory, in the units of a ``SumScale``.
struct CPUsAndMemory: Hashable {
    var cpus: Int
    var memory: Int

    static func + (left: CPUsAndMemory, right: CPUsAndMemory) -> CPUsAndMemory {
        CPUsAndMemory(cpus: left.cpus + right.cpus, memory: left.memory + right.memory)
    }
    /// Whether, as what is left over, it is so little of CPUs or of memory that it tells which sets of guest cells fill a cell.
    func isTight(in total: CPUsAndMemory) -> Bool {
        (total.cpus > 0 && cpus * 8 <= total.cpus) || (total.memory > 0 && memory * 8 <= total.memory)
    }

    static func - (left: CPUsAndMemory, right: CPUsAndMemory) -> CPUsAndMemory {
        CPUsAndMemory(cpus: left.cpus - right.cpus, memory: left.memory - right.memory)
    }
}

/// What counts as CPU and memory, and in which unit, so that sums of guest cells can be held against cells.
struct SumScale {
    private let threadsPerCore: Int
    /// KiB of one unit of memory; 0 when memory does not count.
    private let unit: Int
    private let search: PlacementSearch

    /// The largest table of sums that is worth it, in words of 64 sums: 16 MiB, and there is one for each cell being filled.
    private static let maximumWords = 2_097_152

    init?(search: PlacementSearch, guests: [Int]) {
        self.search = search
        let grid = search.state.grid
        let needs = guests.flatMap { search.needs[$0].cells }
        let threads = Set(grid.cells.flatMap { $0.cores.filter(\.isWhole).map(\.dedicated.count) }.filter { $0 > 0 })
        threadsPerCore = threads.count == 1 ? threads.first ?? 1 : 1
        let isOneKind =
            grid.managesPools && grid.ramRatio.thousandths == 1_000
            && grid.cells.allSatisfy { cell in
                zip(cell.poolTotal, cell.poolBase).allSatisfy { ($0 ?? 0) <= $1 }
            }
        let amounts = needs.map(\.memory).filter { $0 > 0 }
        let most = grid.cells.map(\.memory).max() ?? 0
        let common = amounts.reduce(0, greatestCommonDivisor)
        let cpus = grid.cells.map { $0.cores.reduce(0) { $0 + $1.dedicated.count } }.max() ?? 0
        let rows = (needs.count + 1) * (cpus + 1)
        let isWorthIt = common > 0 && (most / common / 64 + 1) <= SumScale.maximumWords / max(1, rows)
        unit = isOneKind && isWorthIt ? common : 0
        guard unit > 0 || needs.contains(where: { $0.dedicated > 0 }) else { return nil }
    }

    /// What a guest cell takes.
    func size(of need: CellCounts) -> CPUsAndMemory {
        CPUsAndMemory(
            cpus: need.wholeCores * threadsPerCore + need.paired + need.singles,
            memory: unit == 0 ? 0 : need.memory / unit)
    }

    /// What a cell has beside the guests that stay where they are.
    func capacity(of cell: Int) -> CPUsAndMemory {
        let (grid, state) = (search.state.grid, search.state)
        let load = state.loads[cell]
        let threads = state.checks[cell].capacity.options[0].map(\.threads).max() ?? 0
        let used = load.wholeCores * threadsPerCore + load.paired + load.singles
        guard unit > 0 else { return CPUsAndMemory(cpus: threads - used, memory: 0) }
        let inPools = grid.pageSizes.indices.reduce(0) { sum, size in
            sum + (grid.cells[cell].poolBase[size] + state.pages(on: cell)[cell * grid.pageSizes.count + size])
                * grid.pageSizes[size]
        }
        let free =
            grid.cells[cell].memory - inPools - load.reserved - load.overcommittable - grid.cells[cell].foreignMemory
        return CPUsAndMemory(cpus: threads - used, memory: max(0, free) / unit)
    }
}

private func greatestCommonDivisor(_ a: Int, _ b: Int) -> Int { b == 0 ? a : greatestCommonDivisor(b, a % b) }

/// Which sums of CPUs and memory the items from some place on can reach together.
struct SumTable {
    private let limit: CPUsAndMemory
    private let words: Int
    /// By first item: for each number of CPUs, the reachable amounts of memory as bits.
    private var reachable: [[UInt64]]

    /// Tabulates sums up to `limit`.
    init(_ sizes: [CPUsAndMemory], limit: CPUsAndMemory) {
        self.limit = CPUsAndMemory(cpus: max(0, limit.cpus), memory: max(0, limit.memory))
        words = self.limit.memory / 64 + 1
        var row = [UInt64](repeating: 0, count: (self.limit.cpus + 1) * words)
        row[0] = 1
        reachable = Array(repeating: [], count: sizes.count + 1)
        reachable[sizes.count] = row
        for index in sizes.indices.reversed() {
            let size = sizes[index]
            if size.cpus <= self.limit.cpus, size.memory <= self.limit.memory { add(size, to: &row) }
            reachable[index] = row
        }
    }

    private func add(_ size: CPUsAndMemory, to row: inout [UInt64]) {
        let (shift, bits) = size.memory.quotientAndRemainder(dividingBy: 64)
        let old = row
        for cpus in 0...(limit.cpus - size.cpus) {
            for word in 0..<(words - shift) {
                var moved = old[cpus * words + word] << UInt64(bits)
                if bits > 0, word > 0 { moved |= old[cpus * words + word - 1] >> UInt64(64 - bits) }
                row[(cpus + size.cpus) * words + word + shift] |= moved
            }
        }
    }

    /// Whether items from `first` on reach some sum within bounds, in both measures at once.
    func reaches(from first: Int, between low: CPUsAndMemory, and high: CPUsAndMemory) -> Bool {
        guard high.cpus >= 0, high.memory >= 0 else { return false }
        let row = reachable[first]
        let (from, to) = (max(0, low.memory), min(high.memory, limit.memory))
        guard from <= to, max(0, low.cpus) <= min(high.cpus, limit.cpus) else { return false }
        for cpus in max(0, low.cpus)...min(high.cpus, limit.cpus) {
            for word in from / 64...to / 64 {
                var bits = row[cpus * words + word]
                if word == from / 64 { bits &= ~0 << UInt64(from % 64) }
                if word == to / 64, to % 64 < 63 { bits &= (1 << UInt64(to % 64 + 1)) - 1 }
                if bits != 0 { return true }
            }
        }
        return false
    }

    /// Whether an item is beyond what is left.
    func isTooLarge(_ size: CPUsAndMemory, for room: CPUsAndMemory) -> Bool {
        size.cpus > room.cpus || size.memory > room.memory
    }
}
