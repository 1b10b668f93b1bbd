internal import HostModel

/// Guests and host cells of a nearly full host as amounts of CPUs and memory: what ``TightFill`` and ``PatternCover`` fill cells by.
struct FillQuestion {
    /// One guest cell to be placed.
    struct Item {
        let guest: Int
        let cell: Int
        let page: Int?
        /// Where less is asked: the page sizes that it may have, when there are several. Its memory then is not in ``need``.
        let choice: [Int?]
        /// Its memory in KiB.
        let memory: Int
        let need: CellCounts
        let size: CPUsAndMemory
        /// Guest cells of one number are alike, and so are their guests.
        let shape: Int
        /// Whether it can change places with others: the only cell of a guest that may be anywhere.
        let isFree: Bool
        /// The last position in the order of cells at which it fits.
        var last = 0
    }

    let search: PlacementSearch
    /// The hardest first.
    private(set) var items: [Item] = []
    /// Host cells in the order in which they are filled.
    let order: [Int]
    /// By host cell.
    let capacity: [CPUsAndMemory]
    /// What is left over of all.
    let slack: CPUsAndMemory
    /// Whether giving up all branches proves that no placement exists: every guest has one possible page size.
    let isComplete: Bool
    /// Whether less is asked than the question.
    let isRelaxed: Bool
    /// Whether each host cell can be looked at by itself: no rule holds for the host as a whole.
    let isByCell: Bool
    /// Whether less of the memory than of the CPUs is to be left over.
    let isTighterInMemory: Bool

    /// Whether page sizes are left to be chosen.
    private(set) var hasChoices = false

    /// Whether asking less would gain nothing.
    var isExact: Bool { isComplete && isByCell }

    /// What is on the host before.
    var state: PlacementState {
        var state = search.state
        state.ignoresHostRules = isRelaxed
        return state
    }

    /// Reads what a search asks; nil when the host's sums say nothing, or there is too little to gain.
    ///
    /// - Parameter isRelaxed: Whether less is asked: of a guest with a choice of pages its least amounts count, cells of one guest may
    ///   have pages of different sizes, and no rule of the host holds.
    init?(search: PlacementSearch, byMemory: Bool, isRelaxed: Bool = false) {
        self.search = search
        self.isRelaxed = isRelaxed
        isByCell = isRelaxed || !search.state.hasHostRules
        // Sums of cells know nothing of memory that comes from several, and who asks less leaves it out; nor of guest cells that are
        // together on one.
        guard search.needs.allSatisfy({ (isRelaxed || $0.spread.isEmpty) && !$0.sharesHosts }) else { return nil }
        let open = search.needs.indices.filter { search.fixed[$0] == nil && !search.needs[$0].cells.isEmpty }
        isComplete = open.allSatisfy { search.needs[$0].pageChoices(mixed: search.allowsMixedPages).count == 1 }
        // Guests of several cells with devices are left to the exhaustive search.
        guard open.allSatisfy({ search.needs[$0].cells.count == 1 || search.needs[$0].mustIncludeOneOf.isEmpty }),
            let scale = SumScale(search: search, guests: open, isRelaxed: isRelaxed)
        else { return nil }
        let capacity = search.state.grid.cells.indices.map { scale.capacity(of: $0) }
        self.capacity = capacity
        order = search.state.grid.cells.indices.sorted { left, right in
            (capacity[left].cpus, capacity[left].memory, left) < (capacity[right].cpus, capacity[right].memory, right)
        }
        guard let items = FillQuestion.items(of: open, search, scale, isRelaxed: isRelaxed) else { return nil }
        let total = capacity.reduce(CPUsAndMemory(cpus: 0, memory: 0), +)
        let needed = items.reduce(CPUsAndMemory(cpus: 0, memory: 0)) { $0 + $1.size }
        slack = total - needed
        isTighterInMemory = slack.memory * max(1, total.cpus) < slack.cpus * max(1, total.memory)
        guard slack.cpus >= 0, slack.memory >= 0, slack.isTight(in: total) else { return nil }
        self.items = items
        hasChoices = items.contains { !$0.choice.isEmpty }
        sortItems(byMemory: byMemory)
        findLastPositions()
    }

    private static func items(
        of guests: [Int], _ search: PlacementSearch, _ scale: SumScale, isRelaxed: Bool
    ) -> [Item]? {
        var items: [Item] = []
        var shapes: [ItemKey: Int] = [:]
        var likes: [GuestCounts: Int] = [:]
        for guest in guests {
            let need = search.needs[guest]
            guard let pages = need.pageChoices(mixed: false).first else { return nil }
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
                    need: part, size: size, page: page, choice: hasChoice ? need.pages : [], memory: whole.memory,
                    forced: need.forced[cell], mustIncludeOneOf: need.mustIncludeOneOf,
                    guest: need.cells.count > 1 ? like : nil)
                let shape = shapes[key] ?? shapes.count
                shapes[key] = shape
                items.append(
                    Item(
                        guest: guest, cell: cell, page: page, choice: hasChoice ? need.pages : [],
                        memory: whole.memory, need: part, size: size, shape: shape,
                        isFree: need.cells.count == 1 && need.forced[0] == nil && need.mustIncludeOneOf.isEmpty))
            }
        }
        return items
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
        var state = state
        var known: [Int: Int] = [:]
        for index in items.indices {
            let item = items[index]
            if let last = known[item.shape] {
                items[index].last = last
                continue
            }
            let fitting = Set(state.hosts(of: item.need, page: item.page))
            items[index].last = order.lastIndex { fitting.contains($0) && isAllowed(item, on: $0) } ?? -1
            known[item.shape] = items[index].last
        }
    }

    /// Whether the site lets a guest cell be on a host cell.
    func isAllowed(_ item: Item, on host: Int) -> Bool {
        let forced = search.needs[item.guest].forced
        guard search.needs[item.guest].isNearAll([host]) else { return false }
        return (forced[item.cell] ?? host) == host && !forced.enumerated().contains { $0 != item.cell && $1 == host }
    }

    /// Whether the site has a say in where a guest cell is.
    func isForced(_ item: Item) -> Bool {
        let need = search.needs[item.guest]
        return need.forced.contains { $0 != nil } || !need.mustIncludeOneOf.isEmpty
    }

    /// Whether a set of guest cells fits a host cell beside what was there before the search; nil when page sizes for it were looked for
    /// in vain, and not all were tried.
    ///
    /// - Parameter tries: Counts how many times it was asked whether something fits.
    func fits(_ set: [Int], on host: Int, tries: inout Int) -> Bool? {
        var trial = PageTrial(self, on: host)
        return trial.fits(set, tries: &tries)
    }

    private struct ItemKey: Hashable {
        let need: CellCounts
        let size: CPUsAndMemory
        let page: Int?
        let choice: [Int?]
        let memory: Int
        let forced: Int?
        let mustIncludeOneOf: [Set<Int>]
        /// The likeness of the guest; nil for guests of one cell.
        let guest: Int?
    }
}
