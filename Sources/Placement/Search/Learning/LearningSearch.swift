import HostModel

/// Decides by learning: where each guest cell is, and with which pages, are questions with the answers yes and no (``ClauseSolver``).
///
/// What must hold of the answers are *clauses* and *sums*, each true of every arrangement, up to the order of what is alike:
/// - Each guest cell is on one host cell with pages of one size, cells of one guest on different ones, near the devices that they must
///   be near to. A guest whose pages are of one size has one.
/// - In each of the ``Measures``, and in whole multiples of some amounts (lemma 6), no host cell takes more than it has; and as the
///   others take no more than they have, it takes at least what is left for it (lemma 5).
/// - Pages of pools that nobody has are no more than what is left over of all memory.
/// - Twins are in ascending order of host cells, and host cells that are alike come into use in ascending order (lemma 4): of all
///   ways to name what is alike, the first by the host cells of all guest cells in turn keeps both rules.
///
/// Sums are necessary, not sufficient. So every answer "is there" is put to ``PlacementState`` as well, and what that refuses is
/// learned: loads only add up (lemma 3), so guest cells that do not fit a host cell together never do. Of such a set no member is
/// kept without which it does not fit still. Whatever is learned holds for good. So a contradiction without a decision is a proof
/// that nothing fits, and answers to all questions are an arrangement.
struct LearningSearch: ResumableSearch {
    /// A guest cell on a host cell with pages of one size.
    private struct Place {
        let item: Int
        let host: Int
        let page: Int?
    }

    private struct Item {
        let guest: Int
        let cell: Int
        let need: CellCounts
        /// Its questions.
        var places: [Int] = []
    }

    private let search: PlacementSearch
    private var state: PlacementState
    private var solver: ClauseSolver
    private var items: [Item] = []
    /// By question: nil for those that are not about a place.
    private var places: [Place?] = []
    /// What is on the host now, and how many literals held when it was put there.
    private var stack: [(place: Int, depth: Int, undo: PlacementState.Undo)] = []
    /// Up to which literal the state follows the solver.
    private var head = 0

    /// Looks at literals for which one fit check is counted.
    private static let workPerCheck = 32
    /// How many multiples of amounts are counted in each measure, and how many of these amounts a host cell has at most.
    private static let (units, most) = (3, 8)

    /// What was done, in fit checks.
    var steps: Int { state.checksMade - search.state.checksMade + solver.work / LearningSearch.workPerCheck }

    /// Prepares the search; nil for guests that it knows too little of.
    init?(search: PlacementSearch) {
        guard search.needs.allSatisfy({ !$0.sharesHosts }) else { return nil }
        self.search = search
        state = search.state
        let guests = search.sorted(by: .cellsFirst).filter {
            search.fixed[$0] == nil && !search.needs[$0].cells.isEmpty
        }
        // Twins stand beside each other.
        var firsts: [GuestCounts: Int] = [:]
        for guest in guests where firsts[search.needs[guest]] == nil { firsts[search.needs[guest]] = firsts.count }
        let sorted = guests.enumerated().sorted { left, right in
            (firsts[search.needs[left.element]] ?? 0, left.offset)
                < (firsts[search.needs[right.element]] ?? 0, right.offset)
        }.map(\.element)
        solver = ClauseSolver(questions: 0)
        guard !guests.isEmpty else { return nil }
        var pageQuestions: [[Int?: Int]] = []
        for guest in sorted { pageQuestions.append(addPlaces(of: guest)) }
        solver = ClauseSolver(questions: places.count)
        var rank = places.count
        for question in places.indices where places[question] != nil {
            solver.prefer(question, by: rank)
            rank -= 1
        }
        for (guest, pages) in zip(sorted, pageQuestions) { addShape(of: guest, pages: pages) }
        addOrder(sorted)
        addSums(sorted)
    }

    // MARK: Questions

    /// Adds the questions where the guest's cells are; and which pages it has, where that is a choice for all cells together.
    private mutating func addPlaces(of guest: Int) -> [Int?: Int] {
        let need = search.needs[guest]
        for (cell, part) in need.cells.enumerated() {
            var item = Item(guest: guest, cell: cell, need: part)
            for page in need.keptPages.map({ [$0[cell]] }) ?? need.pages {
                for host in state.grid.cells.indices {
                    let isAllowed = (need.forced[cell] ?? host) == host && need.allows(cell, on: host, beside: [])
                    guard isAllowed, state.lack(of: part, on: host, page: page) == nil else { continue }
                    item.places.append(places.count)
                    places.append(Place(item: items.count, host: host, page: page))
                }
            }
            items.append(item)
        }
        guard need.cells.count > 1, need.pages.count > 1, need.keptPages == nil, !mixesPages(need) else { return [:] }
        var questions: [Int?: Int] = [:]
        for page in need.pages {
            questions[page] = places.count
            places.append(nil)
        }
        return questions
    }

    /// Whether cells of the guest may have pages of different sizes.
    private func mixesPages(_ need: GuestCounts) -> Bool {
        need.pageChoices(mixed: search.allowsMixedPages).count > need.pages.count
    }

    private func items(of guest: Int) -> [Int] { items.indices.filter { items[$0].guest == guest } }

    private func questions(of item: Int, on isWanted: (Int) -> Bool) -> [Int] {
        items[item].places.filter { places[$0].map { isWanted($0.host) } ?? false }
    }

    // MARK: Rules

    private mutating func addShape(of guest: Int, pages: [Int?: Int]) {
        let (need, own) = (search.needs[guest], items(of: guest))
        for item in own {
            solver.add(items[item].places.map { 2 * $0 })
            solver.add(items[item].places.map { (2 * $0, 1) }, atMost: 1)
        }
        if own.count > 1 {
            for host in state.grid.cells.indices {
                solver.add(own.flatMap { questions(of: $0) { $0 == host } }.map { (2 * $0, 1) }, atMost: 1)
            }
            for near in need.mustIncludeOneOf {
                solver.add(own.flatMap { questions(of: $0, on: near.contains) }.map { 2 * $0 })
            }
        } else if let only = own.first, !need.mustIncludeOneOf.isEmpty {
            for question in questions(of: only, on: { !need.isNearAll([$0]) }) { solver.add([2 * question + 1]) }
        }
        guard !pages.isEmpty else { return }
        solver.add(pages.values.sorted().map { (2 * $0, 1) }, atMost: 1)
        for item in own {
            for question in items[item].places {
                guard let place = places[question], let choice = pages[place.page] else { continue }
                solver.add([2 * question + 1, 2 * choice])
            }
        }
    }

    /// Orders what is alike.
    private mutating func addOrder(_ guests: [Int]) {
        let hosts = Array(state.grid.cells.indices)
        for guest in guests {
            let (need, own) = (search.needs[guest], items(of: guest))
            for (later, cell) in need.cells.enumerated() {
                let like = (0..<later).last { other in
                    need.cells[other] == cell && need.forced[other] == nil && need.forced[later] == nil
                        && need.keptPages.map { $0[other] == $0[later] } ?? true
                }
                guard let like else { continue }
                for host in hosts { addOrder(own[like], own[later], host) { $0 < host } }
            }
        }
        for (first, second) in zip(guests, guests.dropFirst()) where search.needs[first] == search.needs[second] {
            guard let one = items(of: first).first, let other = items(of: second).first else { continue }
            for host in hosts { addOrder(one, other, host) { $0 <= host } }
        }
        let likeness = search.likenessOfCells
        for (index, host) in hosts.enumerated() {
            guard let like = hosts[..<index].last(where: { likeness[$0] == likeness[host] }) else { continue }
            var before: [Int] = []
            for item in items.indices {
                for question in questions(of: item, on: { $0 == host }) { solver.add([2 * question + 1] + before) }
                before += questions(of: item) { $0 == like }.map { 2 * $0 }
            }
        }
    }

    /// Where the second guest cell is on the host cell, the first is on one of some.
    private mutating func addOrder(_ first: Int, _ second: Int, _ host: Int, isBefore: (Int) -> Bool) {
        let allowed = questions(of: first, on: isBefore).map { 2 * $0 }
        for question in questions(of: second, on: { $0 == host }) { solver.add([2 * question + 1] + allowed) }
    }

    /// Adds sums of all measures, over each host cell.
    private mutating func addSums(_ guests: [Int]) {
        let needs = guests.map { search.needs[$0] }
        let measures = Measures(search.state, for: needs, at: search.state.spreadPages)
        let rooms = state.grid.cells.indices.map { measures.room(on: $0, of: search.state) }
        let amounts = places.map { place in
            place.map { measures.amounts(of: items[$0.item].need, page: $0.page) } ?? []
        }
        for measure in 0..<measures.count {
            // By guest cell: the least that it takes.
            let least = items.map { item in item.places.map { amounts[$0][measure] }.min() ?? 0 }
            for unit in units(least, rooms.map { $0[measure] }) {
                let wanted = least.reduce(0) { $0 + $1 / unit }
                let there = rooms.reduce(0) { $0 + $1[measure] / unit }
                for host in rooms.indices {
                    let room = rooms[host][measure] / unit
                    let terms = places.indices.filter { places[$0]?.host == host }
                        .map { (literal: 2 * $0, weight: amounts[$0][measure] / unit) }
                    solver.add(terms, atMost: room)
                    let rest = wanted - (there - room)
                    guard rest > 0 else { continue }
                    let sum = terms.reduce(0) { $0 + $1.weight }
                    solver.add(terms.map { ($0.literal ^ 1, $0.weight) }, atMost: sum - rest)
                }
            }
            if measure == Measures.memory {
                let together = search.state.together(measures, with: needs).reduce(0) { $0 + $1.amounts[measure] }
                let left = rooms.reduce(0) { $0 + $1[measure] } - least.reduce(0, +) - together
                limitSparePages(to: left / SharedWeight(state.grid.ramRatio).alone)
            }
        }
    }

    /// Limits how much memory may be in pages of pools that nobody has: it is missing elsewhere.
    private mutating func limitSparePages(to left: Int) {
        guard left >= 0 else { return solver.add([]) }
        // What is in pages that none of the guests may have was not counted as room.
        for (size, unit) in state.grid.pageSizes.enumerated() where places.contains(where: { $0?.page == size }) {
            let spare = state.grid.cells.indices.map { search.state.sparePages(of: size, on: $0) }
            let spread = search.state.spread.filter { $0.page == size || $0.openPages.contains(size) }
                .reduce(0) { $0 + $1.memory / unit }
            let hosts = spare.indices.filter { spare[$0] > 0 && state.grid.cells[$0].servesMemory }
            for set in [hosts] + (hosts.count > 1 ? hosts.map { [$0] } : []) {
                let wanted = set.reduce(0) { $0 + spare[$1] } - left / unit - spread
                guard wanted > 0 else { continue }
                let terms = places.indices.compactMap { index -> (literal: Int, weight: Int)? in
                    guard let place = places[index], place.page == size, set.contains(place.host) else { return nil }
                    return (2 * index + 1, items[place.item].need.memory / unit)
                }
                solver.add(terms, atMost: terms.reduce(0) { $0 + $1.weight } - wanted)
            }
        }
    }

    /// In which multiples amounts are counted: by themselves, and in those of which the least share of the rooms is left over.
    private func units(_ amounts: [Int], _ rooms: [Int]) -> [Int] {
        let largest = rooms.max() ?? 0
        let coarse = Set(amounts).filter { $0 > 1 && largest / $0 < LearningSearch.most }.map { unit in
            let all = rooms.reduce(0) { $0 + $1 / unit }
            let left = all - amounts.reduce(0) { $0 + $1 / unit }
            return (share: left * 1_000 / max(1, all), unit: unit)
        }
        return [1]
            + coarse.sorted { ($0.share, $0.unit) < ($1.share, $1.unit) }.prefix(LearningSearch.units).map(\.unit)
    }

    // MARK: Search

    /// Goes on until all is decided, or `limit` fit checks are made in all; nil when it was not.
    mutating func run(limit: Int) -> SearchResult? {
        while steps < limit {
            if let conflict = solver.propagate() ?? refusal() {
                guard solver.learn(from: conflict) else { return .impossible }
                takeBack()
            } else if let decision = solver.nextDecision() {
                solver.decide(decision)
            } else {
                return .found(assignments)
            }
        }
        return nil
    }

    private var assignments: [Assignment] {
        var assignments = search.needs.map { need in
            Assignment(hosts: need.cells.map { _ in 0 }, pages: need.cells.map { _ in nil })
        }
        for (guest, assignment) in search.fixed { assignments[guest] = assignment }
        for entry in stack {
            guard let place = places[entry.place] else { continue }
            let item = items[place.item]
            assignments[item.guest].hosts[item.cell] = place.host
            assignments[item.guest].pages[item.cell] = place.page
        }
        return assignments
    }

    /// Takes off the host what does not hold any more.
    private mutating func takeBack() {
        let unchanged = solver.unchanged()
        while let last = stack.last, last.depth >= unchanged {
            state.take(back: last.undo)
            stack.removeLast()
        }
        head = min(head, unchanged)
    }

    /// Puts on the host what holds newly; a clause that says why it does not fit, none of whose literals holds.
    private mutating func refusal() -> [Int]? {
        while head < solver.trail.count {
            let literal = solver.trail[head]
            if literal % 2 == 0, let place = places[literal / 2] {
                guard let undo = state.put(items[place.item].need, on: place.host, page: place.page) else {
                    return reasons(beside: literal / 2, place)
                }
                stack.append((literal / 2, head, undo))
            }
            head += 1
        }
        return nil
    }

    /// A set of places that does not fit together, with no member without which it does not fit still.
    private mutating func reasons(beside question: Int, _ place: Place) -> [Int] {
        var members = stack.map(\.place).filter { places[$0]?.host == place.host } + [question]
        let isOfCell = !fit(members)
        if !isOfCell { members = stack.map(\.place) + [question] }
        for member in members where member != question {
            let less = members.filter { $0 != member }
            if !fit(less) { members = less }
        }
        return members.map { 2 * $0 + 1 }
    }

    /// Whether guest cells fit together beside what stays.
    private mutating func fit(_ members: [Int]) -> Bool {
        var trial = search.state
        let before = trial.checksMade
        defer { state.count(checks: trial.checksMade - before) }
        return members.allSatisfy { member in
            guard let place = places[member] else { return true }
            return trial.put(items[place.item].need, on: place.host, page: place.page) != nil
        }
    }
}
