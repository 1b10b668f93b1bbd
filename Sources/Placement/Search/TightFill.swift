internal import HostModel

/// The search for nearly full hosts: fills one host cell after the other, each as full as necessary.
///
/// The room left on finished cells cannot exceed what the host has beyond the guests' needs (`slack`). So a cell is finished only by
/// sets of guest cells that fill it up to the slack. ``SumTable`` holds the sums of CPUs and memory that the remaining guest cells
/// can reach; branches that cannot get near enough to full are never entered. Identical cells are taken in order, each with the
/// hardest remaining guest cell.
///
/// CPUs and memory are counted as ``SumScale`` does. They only prune: whether a set really fits is decided by ``PlacementState``.
///
/// Where guests have a choice of page sizes, or rules hold for the host as a whole, filling does not tell that nothing fits, or
/// remembers nothing. Then less is asked as well (`isRelaxed`): of a guest with a choice the least memory that it takes counts, in sums
/// only, and no rule of the host. Any arrangement is one of that question too, so where it has none there is none; what it finds says
/// nothing.
///
/// Three more rules close branches:
/// - *A set that a larger one can stand for is left out.* If a guest cell that is not on this cell would fit there beside the set, or
///   in the place of a member that needs no more than it in any respect, then of any arrangement with the set there is one with the
///   other set: the two change places, and the smaller one fits wherever the larger one did. Only guests of one cell that may be
///   anywhere change places.
/// - *What is left has to have somewhere to go.* A cell is not finished while a guest cell is left that fits none of the cells to
///   come, or a guest with more cells left than there are cells to come.
/// - *What is known to fail is not tried again.* Whether the cells to come take what is left depends on nothing else, so it is
///   remembered: by the cells that are finished, and by how many guest cells of each kind are left. Guests that are alike and have
///   the same cells left are one kind.
struct TightFill {
    /// One guest cell to be placed.
    private struct Item {
        let guest: Int
        let cell: Int
        let page: Int?
        let need: CellCounts
        let size: CPUsAndMemory
        /// Guest cells of one number are alike, and so are their guests.
        let shape: Int
        /// Whether it can change places with others: the only cell of a guest that may be anywhere.
        let isFree: Bool
        /// The last position in the order of cells at which it fits.
        var last = 0
    }

    /// What is open when a cell begins to be filled.
    private struct Opening {
        /// Items, the hardest first; those of one kind stand together.
        let items: [Int]
        /// By open item: what it can stand for.
        let kinds: [Int]
        let table: SumTable
        /// Whether the first item has to be on this cell.
        let mustTakeFirst: Bool
    }

    private let search: PlacementSearch
    private let limit: Int
    private var state: PlacementState
    private var items: [Item] = []
    private var hosts: [Int?] = []
    /// By guest: how many of its cells are not placed yet.
    private var left: [Int]
    /// Host cells in the order in which they are filled.
    private var order: [Int] = []
    private var capacity: [CPUsAndMemory] = []
    /// Decisions made so far.
    private var decisions = 0
    /// The slack that is left.
    private var slack = CPUsAndMemory(cpus: 0, memory: 0)
    /// Whether giving up all branches proves that no placement exists: every guest has one possible page size.
    private let isComplete: Bool
    /// Whether less is asked than the question.
    private let isRelaxed: Bool
    /// Whether each host cell can be looked at by itself: no rule holds for the host as a whole.
    private let isByCell: Bool
    private var numbers: [[Int]: Int] = [:]
    private var refuted: Set<[Int]> = []

    /// How many refuted states are remembered.
    private static let memory = 200_000

    /// Whether an arrangement was found, of what is asked here.
    private(set) var hasFound = false

    /// Whether less of the memory than of the CPUs is to be left over.
    private(set) var isTighterInMemory = false

    /// Whether asking less would gain nothing.
    var isExact: Bool { isComplete && isByCell }

    /// What was done, in fit checks.
    var steps: Int { decisions + state.checksMade - search.state.checksMade }

    /// Prepares the search; nil when the host's sums say nothing, or there is too little to gain.
    init?(search: PlacementSearch, limit: Int, byMemory: Bool, isRelaxed: Bool = false) {
        self.search = search
        self.limit = limit
        self.isRelaxed = isRelaxed
        state = search.state
        state.ignoresHostRules = isRelaxed
        isByCell = isRelaxed || !search.state.hasHostRules
        left = search.needs.map { _ in 0 }
        // Sums of cells know nothing of memory that comes from several, nor of guest cells that are together on one.
        guard search.needs.allSatisfy({ $0.spread.isEmpty && !$0.sharesHosts }) else { return nil }
        let open = search.needs.indices.filter { search.fixed[$0] == nil && !search.needs[$0].cells.isEmpty }
        isComplete = open.allSatisfy { search.needs[$0].pageChoices(mixed: search.allowsMixedPages).count == 1 }
        // Guests of several cells with devices are left to the exhaustive search.
        guard open.allSatisfy({ search.needs[$0].cells.count == 1 || search.needs[$0].mustIncludeOneOf.isEmpty }),
            let scale = SumScale(search: search, guests: open, isRelaxed: isRelaxed)
        else { return nil }
        for guest in open { left[guest] = search.needs[guest].cells.count }
        guard addItems(of: open, scale) else { return nil }
        sortItems(byMemory: byMemory)
        hosts = items.map { _ in nil }
        capacity = search.state.grid.cells.indices.map { scale.capacity(of: $0) }
        order = search.state.grid.cells.indices.sorted { left, right in
            (capacity[left].cpus, capacity[left].memory, left) < (capacity[right].cpus, capacity[right].memory, right)
        }
        let total = capacity.reduce(CPUsAndMemory(cpus: 0, memory: 0), +)
        let needed = items.reduce(CPUsAndMemory(cpus: 0, memory: 0)) { $0 + $1.size }
        slack = total - needed
        isTighterInMemory = slack.memory * max(1, total.cpus) < slack.cpus * max(1, total.memory)
        guard slack.cpus >= 0, slack.memory >= 0, slack.isTight(in: total) else { return nil }
        findLastPositions()
    }

    private mutating func addItems(of guests: [Int], _ scale: SumScale) -> Bool {
        var shapes: [ItemKey: Int] = [:]
        var likes: [GuestCounts: Int] = [:]
        for guest in guests {
            let need = search.needs[guest]
            guard let pages = need.pageChoices(mixed: false).first else { return false }
            let like = likes[need] ?? likes.count
            likes[need] = like
            let hasChoice = isRelaxed && need.keptPages == nil && need.pages.count > 1
            for (cell, whole) in need.cells.enumerated() {
                var part = whole
                if hasChoice { part.memory = 0 }
                let page = hasChoice ? nil : pages[cell]
                let size = hasChoice ? scale.least(of: cell, in: need) : scale.size(of: part, page: page)
                // Cells of guests that have several stand for those of guests like theirs only.
                let key = ItemKey(
                    need: part, size: size, page: page, forced: need.forced[cell],
                    mustIncludeOneOf: need.mustIncludeOneOf, guest: need.cells.count > 1 ? like : nil)
                let shape = shapes[key] ?? shapes.count
                shapes[key] = shape
                items.append(
                    Item(
                        guest: guest, cell: cell, page: page, need: part, size: size, shape: shape,
                        isFree: need.cells.count == 1 && need.forced[0] == nil && need.mustIncludeOneOf.isEmpty))
            }
        }
        return true
    }

    private mutating func sortItems(byMemory: Bool) {
        items.sort { left, right in
            let (a, b) = (left.size, right.size)
            let keys = byMemory ? [(a.memory, b.memory), (a.cpus, b.cpus)] : [(a.cpus, b.cpus), (a.memory, b.memory)]
            for (x, y) in keys where x != y { return x > y }
            return (left.shape, left.guest, left.cell) < (right.shape, right.guest, right.cell)
        }
    }

    private mutating func findLastPositions() {
        var known: [Int: Int] = [:]
        for index in items.indices {
            let item = items[index]
            if let last = known[item.shape] {
                items[index].last = last
                continue
            }
            let fitting = Set(state.hosts(of: item.need, page: item.page))
            items[index].last =
                order.lastIndex { fitting.contains($0) && isAllowed(item, on: $0) } ?? -1
            known[item.shape] = items[index].last
        }
    }

    /// The result; nil if this search is inconclusive and another has to go on.
    mutating func run() -> SearchResult? {
        switch fill(0) {
        case .exhausted: return isComplete || isRelaxed ? .impossible : nil
        case .limit: return nil
        case .found:
            hasFound = true
            guard !isRelaxed else { return nil }
            var assignments = search.needs.map { need in
                Assignment(hosts: need.cells.map { _ in 0 }, pages: need.cells.map { _ in nil })
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

    private mutating func fill(_ position: Int) -> SearchOutcome {
        let open = openItems()
        guard !open.isEmpty else { return .found }
        guard position < order.count else { return .exhausted }
        let key = [position] + open.map(\.kind)
        guard !isByCell || !refuted.contains(key) else { return .exhausted }
        let table = SumTable(open.map { items[$0.item].size }, limit: capacity[order[position]])
        decisions += table.cost
        let opening = Opening(
            items: open.map(\.item), kinds: open.map(\.kind), table: table,
            // Where all cells to come are alike, the hardest item left may as well go to this one.
            mustTakeFirst: isLikeAllAfter(position))
        let outcome = complete(position, opening, from: 0, used: CPUsAndMemory(cpus: 0, memory: 0))
        if outcome == .exhausted, isByCell, refuted.count < TightFill.memory { refuted.insert(key) }
        return outcome
    }

    /// The items that are not placed, with what each can stand for now: those of a guest of several cells for the same cell of
    /// guests that are alike and have the same cells left.
    private mutating func openItems() -> [(item: Int, kind: Int)] {
        var parts: [Int: [Int]] = [:]
        let open = items.indices.filter { hosts[$0] == nil }
        for item in open where search.needs[items[item].guest].cells.count > 1 {
            parts[items[item].guest, default: []].append(items[item].shape)
        }
        var kinds: [(item: Int, kind: Int)] = []
        for item in open {
            let key = [items[item].shape] + (parts[items[item].guest] ?? []).sorted()
            let kind = numbers[key] ?? numbers.count
            numbers[key] = kind
            kinds.append((item, kind))
        }
        // Items of one size stand together already; among these, those of one kind shall.
        var start = 0
        while start < kinds.count {
            let size = items[kinds[start].item].size
            let end = kinds[start...].firstIndex { items[$0.item].size != size } ?? kinds.count
            kinds[start..<end].sort { ($0.kind, $0.item) < ($1.kind, $1.item) }
            start = end
        }
        return kinds
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

    /// Decides for each open item from `first` on whether it goes to this cell, and closes the cell once it is full enough.
    ///
    /// Taking an item recurses, leaving one out loops: the stack is as deep as the number of items, not items times cells.
    private mutating func complete(_ position: Int, _ opening: Opening, from first: Int, used: CPUsAndMemory)
        -> SearchOutcome
    {
        let host = order[position]
        let room = capacity[host] - used
        var from = first
        while true {
            decisions += 1
            guard steps < limit else { return .limit }
            guard from < opening.items.count else { return close(position, opening, waste: room) }
            guard opening.table.reaches(from: from, between: room - slack, and: room) else { return .exhausted }
            let index = opening.items[from]
            let item = items[index]
            let isBeside = isBesideItsGuest(item, on: host)
            let canTake = !isBeside && item.size.isAtMost(room) && isAllowed(item, on: host)
            if canTake, let undo = state.put(item.need, on: host, page: item.page) {
                hosts[index] = host
                left[item.guest] -= 1
                let outcome = complete(position, opening, from: from + 1, used: used + item.size)
                if outcome != .exhausted { return outcome }
                left[item.guest] += 1
                hosts[index] = nil
                state.take(back: undo)
            }
            if opening.mustTakeFirst, from == 0 { return .exhausted }
            // Leaving one out leaves out all of its kind, unless only its own guest is the obstacle.
            let kind = opening.kinds[from]
            from += 1
            while !isBeside, from < opening.items.count, opening.kinds[from] == kind { from += 1 }
        }
    }

    private mutating func close(_ position: Int, _ opening: Opening, waste: CPUsAndMemory) -> SearchOutcome {
        guard waste.cpus <= slack.cpus, waste.memory <= slack.memory, canGoOn(after: position, opening),
            !isCovered(position, opening, waste: waste)
        else { return .exhausted }
        slack = slack - waste
        let outcome = fill(position + 1)
        if outcome != .found { slack = slack + waste }
        return outcome
    }

    /// Whether every remaining item fits on some later cell.
    private func canGoOn(after position: Int, _ opening: Opening) -> Bool {
        let toCome = order.count - position - 1
        return opening.items.allSatisfy { index in
            hosts[index] != nil || (items[index].last > position && left[items[index].guest] <= toCome)
        }
    }

    /// Whether a larger set can stand for the one on this cell.
    private mutating func isCovered(_ position: Int, _ opening: Opening, waste: CPUsAndMemory) -> Bool {
        guard isByCell else { return false }
        let host = order[position]
        let members = opening.items.filter { hosts[$0] == host }
        let others = opening.items.filter { hosts[$0] == nil && items[$0].isFree }
        for other in others where items[other].size.isAtMost(waste) {
            if state.lack(of: items[other].need, on: host, page: items[other].page) == nil { return true }
        }
        for member in members where items[member].isFree && !(opening.mustTakeFirst && member == opening.items[0]) {
            for other in others where isAbove(other, member, by: waste) {
                if fits(members.map { $0 == member ? other : $0 }, on: host) { return true }
            }
        }
        return false
    }

    private func isAbove(_ other: Int, _ member: Int, by waste: CPUsAndMemory) -> Bool {
        let (larger, smaller) = (items[other], items[member])
        return (larger.size - smaller.size).isAtMost(waste) && larger.page == smaller.page
            && (larger.need != smaller.need || larger.size != smaller.size)
            && smaller.need.isAtMost(larger.need) && smaller.size.isAtMost(larger.size)
    }

    /// Whether a set of items fits a host cell beside what was there before the search.
    private mutating func fits(_ set: [Int], on host: Int) -> Bool {
        decisions += 1
        var load = search.state.loads[host]
        var pages = Array(search.state.pages(on: host))
        for index in set {
            let item = items[index]
            load.add(item.need, inHugePages: item.page != nil)
            if let page = item.page { pages[page] += item.need.memory / state.grid.pageSizes[page] }
        }
        if case .success = state.checks[host].rest(with: load, pages: pages[...]) { return true }
        return false
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
        let size: CPUsAndMemory
        let page: Int?
        let forced: Int?
        let mustIncludeOneOf: [Set<Int>]
        /// The likeness of the guest; nil for guests of one cell.
        let guest: Int?
    }
}

extension CellCounts {
    /// Whether a host cell that takes `other` takes this in its place.
    fileprivate func isAtMost(_ other: CellCounts) -> Bool {
        wholeCores <= other.wholeCores && paired == other.paired && singles <= other.singles && shared <= other.shared
            && memory <= other.memory && overhead <= other.overhead && isReserved == other.isReserved
            && needsSMT == other.needsSMT
    }
}
