internal import HostModel

/// Page sizes for guest cells that have a choice, once it is known which are together on a host cell.
///
/// Loads only add up (lemma 3), so sizes are given one after the other, and what does not fit is taken back. Not all are worth trying.
/// What a pool has to spare is memory that nobody else may have, so these sizes come first. Beyond that a page takes what it takes,
/// whatever its size: one such size stands for all, ordinary memory where it may be that, which leaves the most to others.
extension FillQuestion {
    /// How many times it is asked whether a part of the set fits.
    private static let mostTries = 200

    /// Page sizes with which a set of guest cells fits a host cell beside what was there before the search, by guest cell of the set;
    /// nil when none are found.
    private func pages(for set: [Int], on host: Int, kept: [Int: Int?], tries: inout Int) -> [Int?]? {
        var trial = PageTrial(self, on: host)
        guard trial.fits(set, kept: kept, tries: &tries) == true else { return nil }
        let chosen = Dictionary(uniqueKeysWithValues: zip(trial.open, trial.chosen))
        return set.map { index in
            let item = items[index]
            return chosen[index] ?? (item.choice.isEmpty ? item.page : kept[item.guest] ?? nil)
        }
    }

    /// Whether an item is given a size before another: those with the least choice first, of these the largest; nil of equals.
    private static func isBefore(_ a: Item, _ b: Item) -> Bool? {
        let (left, right) = ((a.choice.count, b.memory), (b.choice.count, a.memory))
        return left == right ? nil : left < right
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
            guard let pages = pages(for: set, on: host, kept: kept, tries: &tries) else { return nil }
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
    struct PageTrial {
        private let question: FillQuestion
        private let check: CellCheck
        private let unitSizes: [Int]
        /// What was on the host cell before.
        private let before: (load: CellLoad, pages: [Int])
        private var load: CellLoad
        private var pages: [Int]
        /// The items that a size is chosen for, in the order in which they are given one.
        private(set) var open: [Int] = []
        /// The sizes that these were given.
        private(set) var chosen: [Int?] = []

        init(_ question: FillQuestion, on host: Int) {
            self.question = question
            let state = question.search.state
            check = state.checks[host]
            unitSizes = state.grid.pageSizes
            before = (state.loads[host], Array(state.pages(on: host)))
            (load, pages) = before
        }

        /// Whether the host cell takes a set, alone; nil when sizes for it were looked for in vain, and not all were tried.
        ///
        /// - Parameters:
        ///   - kept: By guest: the size that its cells have to have.
        ///   - tries: Counts how many times it was asked whether something fits.
        mutating func fits(_ set: [Int], kept: [Int: Int?] = [:], tries: inout Int) -> Bool? {
            (load, pages) = before
            chosen.removeAll(keepingCapacity: true)
            open.removeAll(keepingCapacity: true)
            for index in set {
                if question.items[index].choice.isEmpty {
                    add(
                        question.items[index].need, memory: question.items[index].need.memory,
                        page: question.items[index].page)
                } else if let page = kept[question.items[index].guest] {
                    add(question.items[index].need, memory: question.items[index].memory, page: page)
                } else {
                    open.append(index)
                }
            }
            if open.count > 1 {
                let items = question.items
                open.sort { FillQuestion.isBefore(items[$0], items[$1]) ?? ($0 < $1) }
            }
            var left = FillQuestion.mostTries
            defer { tries += FillQuestion.mostTries - left }
            return choose(0, &left)
        }

        private mutating func add(_ need: CellCounts, memory: Int, page: Int?) {
            load.add(need, memory: memory, inHugePages: page != nil)
            if let page { pages[page] += memory / unitSizes[page] }
        }

        /// Gives the open items sizes from one on, the first one first; nil when not all were tried.
        private mutating func choose(_ place: Int, _ left: inout Int) -> Bool? {
            guard left > 0 else { return nil }
            left -= 1
            guard case .success = check.rest(with: load, pages: pages[...]) else { return false }
            guard place < open.count else { return true }
            let item = open[place]
            let (saved, memory) = (load, question.items[item].memory)
            var tried: UInt64 = 0
            while let index = nextSize(of: item, after: tried) {
                tried |= 1 << UInt64(index)
                let page = question.items[item].choice[index]
                add(question.items[item].need, memory: memory, page: page)
                chosen.append(page)
                let outcome = choose(place + 1, &left)
                if outcome != false { return outcome }
                chosen.removeLast()
                load = saved
                if let page { pages[page] -= memory / unitSizes[page] }
            }
            return false
        }

        /// The best of the sizes that are worth trying and were not tried, as an index of the item's choice.
        private func nextSize(of item: Int, after tried: UInt64) -> Int? {
            let choice = question.items[item].choice
            func isOpen(_ index: Int) -> Bool { tried >> UInt64(index) & 1 == 0 }
            guard check.managesPools, question.items[item].need.isReserved else {
                return choice.indices.first(where: isOpen)
            }
            var best: (index: Int, spare: Int)?
            // Beyond what pools have to spare one size stands for all.
            var growing: Int?
            for (index, page) in choice.enumerated() {
                guard let page else {
                    growing = index
                    continue
                }
                guard let total = check.cell.poolTotal[page] else { continue }
                let spare = check.allowsShrink ? 0 : (total - check.cell.poolBase[page] - pages[page]) * unitSizes[page]
                if spare <= 0 {
                    growing = growing ?? index
                } else if isOpen(index), spare > best?.spare ?? 0 {
                    best = (index, spare)
                }
            }
            return best?.index ?? growing.flatMap { isOpen($0) ? $0 : nil }
        }
    }
}
