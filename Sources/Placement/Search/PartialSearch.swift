/// Asks about the CPUs alone, or the memory alone, of a question.
///
/// What does not fit with fewer rules does not fit. And with fewer rules more is alike: host cells whose pools differ have the same
/// CPUs, guests of different memory take the same. Of all that is alike one order is tried, so this may refute at once where the whole
/// question is one of many orders. What it finds proves nothing.
struct PartialSearch: ResumableSearch {
    /// What is asked about.
    enum Resource { case cpus, memory }

    private var learning: LearningSearch
    /// Whether it fits, so that there is nothing to refute.
    private var fits = false

    var steps: Int { learning.steps }

    /// Prepares the search; nil where nothing is alike that is not in the whole question, or ``LearningSearch`` knows too little.
    init?(_ search: PlacementSearch, of resource: Resource) {
        guard let part = search.asking(of: resource), let learning = LearningSearch(search: part) else { return nil }
        self.learning = learning
    }

    mutating func run(limit: Int) -> SearchResult? {
        guard !fits else { return nil }
        switch learning.run(limit: limit) {
        case .impossible: return .impossible
        case .found: fits = true
        case .undecided, nil: break
        }
        return nil
    }
}

extension PlacementSearch {
    /// The question without all that is not of the resource; nil where no more host cells or guests are alike then.
    fileprivate func asking(of resource: PartialSearch.Resource) -> PlacementSearch? {
        var grid = state.grid
        grid.keep(resource)
        var part = PlacementSearch(
            grid: grid, needs: needs.map { $0.keeping(resource) }, allowsMixedPages: allowsMixedPages,
            prefersPack: prefersPack, limit: limit)
        for (guest, assignment) in fixed.sorted(by: { $0.key < $1.key }) {
            var kept = assignment
            if resource == .cpus { kept.pages = kept.pages.map { _ in nil } }
            guard part.fix(guest, kept) else { return nil }
        }
        for need in part.needs { part.state.addFloating(need) }
        let isMoreAlike = Set(part.likenessOfCells).count < Set(likenessOfCells).count
        return isMoreAlike || Set(part.needs).count < Set(needs).count ? part : nil
    }
}

extension HostGrid {
    fileprivate mutating func keep(_ resource: PartialSearch.Resource) {
        stock = DeviceStock()
        for index in cells.indices { cells[index].keep(resource) }
        switch resource {
        case .cpus:
            foreignFloatingMemory = 0
            promisedPages = promisedPages.map { _ in 0 }
        case .memory:
            foreignFloatingShared = 0
        }
    }
}

extension GridCell {
    fileprivate mutating func keep(_ resource: PartialSearch.Resource) {
        switch resource {
        case .cpus:
            (memory, foreignMemory, foreignOverhead, servesMemory) = (0, 0, 0, true)
            poolTotal = poolTotal.map { _ in nil }
            poolBase = poolBase.map { _ in 0 }
        case .memory:
            (cores, hasSMT, foreignShared) = ([], false, 0)
        }
    }
}

extension GuestCounts {
    fileprivate func keeping(_ resource: PartialSearch.Resource) -> GuestCounts {
        var part = self
        (part.devices, part.floatingDevices, part.shouldTouch) = ([], [], [])
        switch resource {
        case .cpus:
            (part.pages, part.keptPages, part.isUniform, part.spread) = ([nil], nil, false, [])
            (part.floatingMemory, part.floatingOverhead, part.mayUseReserve) = (0, 0, false)
        case .memory:
            (part.floatingShared, part.needsSharedCPU) = (0, false)
        }
        for index in cells.indices {
            let whole = cells[index]
            var cell = CellCounts()
            switch resource {
            case .cpus:
                (cell.wholeCores, cell.paired, cell.singles) = (whole.wholeCores, whole.paired, whole.singles)
                (cell.shared, cell.needsSMT) = (whole.shared, whole.needsSMT)
            case .memory:
                (cell.memory, cell.overhead, cell.isReserved) = (whole.memory, whole.overhead, whole.isReserved)
            }
            part.cells[index] = cell
        }
        return part
    }
}
