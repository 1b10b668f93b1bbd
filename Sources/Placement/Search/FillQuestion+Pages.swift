internal import HostModel

/// Page sizes for guest cells that have a choice, once it is known which are together on a host cell.
///
/// Loads only add up (lemma 3), so sizes are given one after the other, and what does not fit is taken back. Not all are worth trying.
/// What a pool has to spare is memory that nobody else may have, so these sizes come first. Beyond that a page takes what it takes,
/// whatever its size: one such size stands for all, ordinary memory where it may be that, which leaves the most to others.
extension FillQuestion {
    /// What came of a look for page sizes.
    enum PageSearch {
        /// By guest cell of the set.
        case found([Int?])
        /// With no sizes the set fits.
        case none
        /// Too many would have to be tried.
        case undecided
    }

    /// How many times it is asked whether a part of the set fits.
    private static let mostTries = 200

    /// Looks for page sizes with which a set of guest cells fits a host cell beside what was there before the search.
    ///
    /// - Parameters:
    ///   - kept: By guest: the size that its cells have to have.
    ///   - tries: Counts how many times it was asked whether something fits.
    func pages(for set: [Int], on host: Int, kept: [Int: Int?] = [:], tries: inout Int) -> PageSearch {
        var trial = Trial(question: self, host: host)
        var pages = set.map { items[$0].page }
        var open: [Int] = []
        for (place, index) in set.enumerated() {
            let item = items[index]
            if item.choice.isEmpty {
                trial.add(item.need, memory: item.need.memory, page: item.page)
            } else if let page = kept[item.guest] {
                pages[place] = page
                trial.add(item.need, memory: item.memory, page: page)
            } else {
                open.append(place)
            }
        }
        open.sort { left, right in
            let (a, b) = (items[set[left]], items[set[right]])
            return (a.choice.count, b.memory, left) < (b.choice.count, a.memory, right)
        }
        var left = FillQuestion.mostTries
        defer { tries += FillQuestion.mostTries - left }
        guard !open.isEmpty else {
            left -= 1
            return trial.fits ? .found(pages) : .none
        }
        switch trial.choose(open.map { items[set[$0]] }[...], &left) {
        case .found(let chosen):
            for (place, page) in zip(open, chosen) { pages[place] = page }
            return .found(pages)
        case .none: return .none
        case .undecided: return .undecided
        }
    }

    /// Guests with places, as an arrangement of what the search asks; nil where it is none, or page sizes are not found.
    ///
    /// - Parameters:
    ///   - hosts: By item.
    ///   - tries: Counts how many times it was asked whether something fits.
    func arrangement(_ hosts: [Int?], tries: inout Int) -> [Assignment]? {
        var assignments = search.needs.map { need in
            Assignment(hosts: need.cells.map { _ in 0 }, pages: need.cells.map { _ in nil })
        }
        for (guest, assignment) in search.fixed { assignments[guest] = assignment }
        var state = search.state
        // Cells of one guest have pages of one size, unless a mix is allowed.
        var kept: [Int: Int?] = [:]
        for host in search.state.grid.cells.indices {
            let set = items.indices.filter { hosts[$0] == host }
            guard case .found(let pages) = pages(for: set, on: host, kept: kept, tries: &tries) else { return nil }
            for (index, page) in zip(set, pages) {
                let item = items[index]
                tries += 1
                guard state.put(search.needs[item.guest].cells[item.cell], on: host, page: page) != nil else {
                    return nil
                }
                assignments[item.guest].hosts[item.cell] = host
                assignments[item.guest].pages[item.cell] = page
                if search.needs[item.guest].isUniform || !search.allowsMixedPages { kept[item.guest] = page }
            }
        }
        return hosts.contains(nil) ? nil : assignments
    }

    /// A host cell with a part of a set on it.
    private struct Trial {
        private let check: CellCheck
        private let unitSizes: [Int]
        private var load: CellLoad
        private var pages: [Int]

        init(question: FillQuestion, host: Int) {
            let state = question.search.state
            check = state.checks[host]
            unitSizes = state.grid.pageSizes
            load = state.loads[host]
            pages = Array(state.pages(on: host))
        }

        /// Whether what is there fits.
        var fits: Bool {
            if case .success = check.rest(with: load, pages: pages[...]) { true } else { false }
        }

        mutating func add(_ need: CellCounts, memory: Int, page: Int?) {
            var need = need
            need.memory = memory
            load.add(need, inHugePages: page != nil)
            if let page { pages[page] += memory / unitSizes[page] }
        }

        /// Gives the items sizes, the first one first.
        func choose(_ items: ArraySlice<Item>, _ left: inout Int) -> PageSearch {
            guard left > 0 else { return .undecided }
            left -= 1
            guard fits else { return .none }
            guard let item = items.first else { return .found([]) }
            for page in sizes(for: item) {
                var next = self
                next.add(item.need, memory: item.memory, page: page)
                switch next.choose(items.dropFirst(), &left) {
                case .found(let pages): return .found([page] + pages)
                case .none: continue
                case .undecided: return .undecided
                }
            }
            return .none
        }

        /// The sizes that are worth trying, the best first.
        private func sizes(for item: Item) -> [Int?] {
            guard check.managesPools, item.need.isReserved else { return item.choice }
            func spare(_ page: Int?) -> Int {
                guard !check.allowsShrink, let page, let total = check.cell.poolTotal[page] else { return 0 }
                return max(0, total - check.cell.poolBase[page] - pages[page]) * unitSizes[page]
            }
            let possible = item.choice.filter { $0.map { check.cell.poolTotal[$0] != nil } ?? true }
            let ofSpare = possible.filter { spare($0) > 0 }.sorted { spare($0) > spare($1) }
            let growing = possible.filter { spare($0) == 0 }
            return ofSpare + (growing.contains(nil) ? [nil] : Array(growing.prefix(1)))
        }
    }
}
