/// The exhaustive search: finds an assignment whenever there is one, unless the limit comes first.
struct ExhaustiveSearch {
    /// Guests that are alike in everything that placement looks at.
    private struct GuestKind {
        let need: GuestCounts
        let guests: [Int]
        let pageChoices: [[Int?]]
        /// By page choice and guest cell: the index of its shape.
        let shapes: [[Int]]
    }

    /// A guest cell with its page size: what fits a host cell or not.
    private struct CellShape: Hashable {
        let need: CellCounts
        let page: Int?
    }

    private let search: PlacementSearch
    private var state: PlacementState
    private let kinds: [GuestKind]
    private let shapes: [CellShape]
    /// By cell and shape: whether the shape fits the cell as it is loaded now. Loads only grow below a node, so it only falls.
    private var fits: [Bool]
    /// By shape: the number of cells it fits.
    private var fitCount: [Int]
    /// By kind and cell: closed, because a branch beside tried that cell for a guest of the kind and failed.
    private var closed: [[Bool]]
    private var placed: [[Assignment]]
    /// By cell: cells of the same number are alike while nothing is on them.
    private let likeness: [Int]
    /// The sums of the remaining guests.
    private var sums: RemainingSums
    /// By cell: the number of the state that it is in.
    private var cellStates: [Int] = []
    private var numbers: [CellState: Int] = [:]
    /// What is known to have no solution: states of the cells, in ascending order, and guests placed of each kind.
    private var refuted: Set<[Int]> = []
    private let limit: Int
    /// Looks at sums, as fit checks.
    private var looks = 0

    /// Determines what a cell can still take.
    private struct CellState: Hashable {
        let likeness: Int
        let load: CellLoad
        let pages: [Int]
    }

    /// How many refuted states are remembered.
    private static let memory = 200_000

    /// What was done, in fit checks.
    var steps: Int { state.checksMade - search.state.checksMade + looks }

    /// - Parameter limit: How many fit checks may be made.
    init(search: PlacementSearch, limit: Int) {
        self.search = search
        self.limit = limit
        state = search.state
        var shapes: [CellShape] = []
        var kinds: [GuestKind] = []
        var indexOfShape: [CellShape: Int] = [:]
        var members: [GuestCounts: [Int]] = [:]
        for guest in search.sorted(by: .cellsFirst)
        where !search.needs[guest].cells.isEmpty && search.fixed[guest] == nil {
            members[search.needs[guest], default: []].append(guest)
        }
        for guest in search.sorted(by: .cellsFirst) {
            guard let guests = members.removeValue(forKey: search.needs[guest]) else { continue }
            let need = search.needs[guest]
            let choices = need.pageChoices(mixed: search.allowsMixedPages)
            let ids = choices.map { pages in
                zip(need.cells, pages).map { cell, page in
                    let shape = CellShape(need: cell, page: page)
                    if let index = indexOfShape[shape] { return index }
                    indexOfShape[shape] = shapes.count
                    shapes.append(shape)
                    return shapes.count - 1
                }
            }
            kinds.append(GuestKind(need: need, guests: guests, pageChoices: choices, shapes: ids))
        }
        let cellCount = search.state.grid.cells.count
        self.shapes = shapes
        self.kinds = kinds
        fits = []
        fitCount = shapes.map { _ in 0 }
        // A guest of one cell goes only where its devices are; guests of several are asked as they grow.
        closed = kinds.map { kind in
            (0..<cellCount).map { kind.need.cells.count == 1 && !kind.need.isNearAll([$0]) }
        }
        placed = kinds.map { _ in [] }
        likeness = search.likeness
        sums = RemainingSums(kinds.map(\.need), on: search.state)
        for cell in 0..<cellCount {
            for (index, shape) in shapes.enumerated() {
                let doesFit = state.lack(of: shape.need, on: cell, page: shape.page) == nil
                fits.append(doesFit)
                if doesFit { fitCount[index] += 1 }
            }
        }
        cellStates = (0..<cellCount).map { number(ofCell: $0) }
    }

    mutating func run() -> SearchResult {
        switch descend() {
        case .exhausted: return .impossible
        case .limit: return .undecided
        case .found:
            var assignments = search.needs.map { _ in Assignment(hosts: [], pages: []) }
            for (guest, assignment) in search.fixed { assignments[guest] = assignment }
            for (kind, list) in zip(kinds, placed) {
                for (guest, assignment) in zip(kind.guests, list) { assignments[guest] = assignment }
            }
            return .found(assignments)
        }
    }

    /// Places one more guest and everything after it.
    private mutating func descend() -> SearchOutcome {
        guard steps < limit else { return .limit }
        let next = nextKind()
        guard case .place(let kind) = next else {
            if case .allPlaced = next { return .found }
            return .exhausted
        }
        looks += sums.cost
        guard !sums.refutes(kinds.indices.map { kinds[$0].guests.count - placed[$0].count }) else { return .exhausted }
        let key = cellStates.sorted() + placed.map(\.count)
        guard !refuted.contains(key) else { return .exhausted }
        let outcome = branch(on: kind)
        if outcome == .exhausted, refuted.count < ExhaustiveSearch.memory { refuted.insert(key) }
        return outcome
    }

    private mutating func number(ofCell cell: Int) -> Int {
        let state = CellState(
            likeness: likeness[cell], load: state.loads[cell], pages: Array(state.pages(on: cell)))
        if let number = numbers[state] { return number }
        numbers[state] = numbers.count
        return numbers.count - 1
    }

    private enum Next {
        case allPlaced, deadEnd
        case place(Int)
    }

    /// The kind with the fewest possible cells among those with guests left; of equals the hardest.
    private func nextKind() -> Next {
        var best: (kind: Int, count: Int)?
        for (index, kind) in kinds.enumerated() where placed[index].count < kind.guests.count {
            let count = openCells(of: index)
            if count == 0 { return .deadEnd }
            if count < best?.count ?? Int.max { best = (index, count) }
        }
        return best.map { .place($0.kind) } ?? .allPlaced
    }

    /// How many cells the tightest guest cell of a kind has, over all page sizes; 0 when the guest cannot be placed at all.
    private func openCells(of kind: Int) -> Int {
        let need = kinds[kind].need
        var most = 0
        for shapeIDs in kinds[kind].shapes {
            var least = Int.max
            for (cell, shape) in shapeIDs.enumerated() {
                if let host = need.forced[cell] {
                    least = min(least, isOpen(host, shape: shape, kind: kind) ? 1 : 0)
                } else if need.cells.count == 1 {
                    let hosts = state.grid.cells.indices
                    least = min(least, hosts.count { isOpen($0, shape: shape, kind: kind) })
                } else {
                    least = min(least, fitCount[shape])
                }
            }
            most += least
        }
        return most
    }

    private func isOpen(_ host: Int, shape: Int, kind: Int) -> Bool {
        fits[host * shapes.count + shape] && !closed[kind][host]
    }

    private mutating func branch(on kind: Int) -> SearchOutcome {
        let saved = closed[kind]
        defer { closed[kind] = saved }
        for choice in kinds[kind].pageChoices.indices {
            let outcome = extend(
                Assignment(hosts: [], pages: kinds[kind].pageChoices[choice]), kind: kind, choice: choice)
            if outcome != .exhausted { return outcome }
        }
        return .exhausted
    }

    /// Chooses a host cell for the next cell of one guest, or goes on with the next guest when it has all.
    private mutating func extend(_ assignment: Assignment, kind: Int, choice: Int) -> SearchOutcome {
        let need = kinds[kind].need
        let cell = assignment.hosts.count
        guard cell < need.cells.count else {
            placed[kind].append(assignment)
            let outcome = descend()
            if outcome != .found { placed[kind].removeLast() }
            return outcome
        }
        let shape = kinds[kind].shapes[choice][cell]
        for twins in twins(among: candidates(for: cell, of: assignment, kind: kind, shape: shape)) {
            // Guest cells alike take host cells in ascending order: of host cells alike the lowest leaves the most to those to come.
            let hasLikeToCome = need.cells[(cell + 1)...].contains(need.cells[cell])
            let host = hasLikeToCome ? twins.min() ?? twins[0] : twins[0]
            guard let undo = state.put(need.cells[cell], on: host, page: assignment.pages[cell]) else { continue }
            let dropped = dropFits(on: host)
            let (room, number) = (sums.rooms[host], cellStates[host])
            sums.update(host, of: state)
            cellStates[host] = self.number(ofCell: host)
            var longer = assignment
            longer.hosts.append(host)
            let outcome = extend(longer, kind: kind, choice: choice)
            if outcome == .found { return .found }
            restore(dropped, on: host)
            state.take(back: undo)
            sums.restore(host, to: room)
            cellStates[host] = number
            if outcome == .limit { return .limit }
            // A guest of one cell and one page size that failed here fails here, and on cells like this one, for all its like.
            if need.cells.count == 1, kinds[kind].pageChoices.count == 1 {
                for twin in twins { closed[kind][twin] = true }
            }
        }
        return .exhausted
    }

    /// Host cells in groups that are alike now; trying one of a group is trying all.
    private func twins(among hosts: [Int]) -> [[Int]] {
        var groups: [[Int]] = []
        for host in hosts {
            if let index = groups.firstIndex(where: { isLike($0[0], host) }) {
                groups[index].append(host)
            } else {
                groups.append([host])
            }
        }
        return groups
    }

    /// Host cells to try: the forced one, else those that fit and are not the guest's already; nearest to its cells first, then
    /// the fullest. Guest cells that are alike take host cells in ascending order.
    private func candidates(for cell: Int, of assignment: Assignment, kind: Int, shape: Int) -> [Int] {
        let need = kinds[kind].need
        if let host = need.forced[cell] {
            let isAllowed =
                isOpen(host, shape: shape, kind: kind) && need.allows(cell, on: host, beside: assignment.hosts)
                && need.canTouchAll(assignment.hosts + [host], toCome: need.cells.count - cell - 1)
            return isAllowed ? [host] : []
        }
        var lowest = 0
        for other in 0..<cell
        where need.cells[other] == need.cells[cell] && need.forced[other] == nil
            && assignment.pages[other] == assignment.pages[cell]
        {
            lowest = max(lowest, assignment.hosts[other] + 1)
        }
        let hosts = state.grid.cells.indices.filter {
            $0 >= lowest && isOpen($0, shape: shape, kind: kind) && need.allows(cell, on: $0, beside: assignment.hosts)
                && need.canTouchAll(assignment.hosts + [$0], toCome: need.cells.count - cell - 1)
        }
        let keys = hosts.map { host in
            (
                assignment.hosts.reduce(0) { $0 + state.grid.distances[host][$1] },
                state.rests[host].ordinary - state.loads[host].reserved - state.loads[host].overcommittable, host
            )
        }
        return hosts.indices.sorted { keys[$0] < keys[$1] }.map { hosts[$0] }
    }

    /// Whether two cells are alike in what they are, hold and are closed for.
    private func isLike(_ left: Int, _ right: Int) -> Bool {
        likeness[left] == likeness[right] && state.loads[left] == state.loads[right]
            && state.pages(on: left).elementsEqual(state.pages(on: right))
            && closed.allSatisfy { $0[left] == $0[right] }
    }

    /// Asks the shapes that fitted a cell whether they still do.
    private mutating func dropFits(on host: Int) -> [Int] {
        var dropped: [Int] = []
        for (index, shape) in shapes.enumerated() where fits[host * shapes.count + index] {
            guard state.lack(of: shape.need, on: host, page: shape.page) != nil else { continue }
            fits[host * shapes.count + index] = false
            fitCount[index] -= 1
            dropped.append(index)
        }
        return dropped
    }

    private mutating func restore(_ dropped: [Int], on host: Int) {
        for index in dropped {
            fits[host * shapes.count + index] = true
            fitCount[index] += 1
        }
    }
}

extension PlacementSearch {
    /// Numbers for cells: equal where nothing but the id and the distances tells two cells apart, no guest is forced there, and the
    /// same guests have devices there. What is on them is not looked at.
    var likeness: [Int] {
        let open = needs.indices.filter { fixed[$0] == nil }
        let forced = Set(open.flatMap { needs[$0].forced.compactMap { $0 } })
        let spread = needs.flatMap(\.spread).compactMap { $0.hosts.map(Set.init) }
        let touched = Set(open.flatMap { needs[$0].mustIncludeOneOf } + spread)
        let checks = state.checks
        var numbers: [Int] = []
        for (index, check) in checks.enumerated() {
            let twin = numbers.indices.first { other in
                !forced.contains(index) && !forced.contains(other) && checks[other].isLike(check)
                    && touched.allSatisfy { $0.contains(index) == $0.contains(other) }
            }
            numbers.append(twin.map { numbers[$0] } ?? index)
        }
        return numbers
    }

    /// The same, and equal only where the same is on them.
    var likenessOfCells: [Int] {
        let likeness = likeness
        var numbers: [Int] = []
        for index in likeness.indices {
            let twin = numbers.indices.first { other in
                likeness[other] == likeness[index] && state.loads[other] == state.loads[index]
                    && state.pages(on: other).elementsEqual(state.pages(on: index))
            }
            numbers.append(twin.map { numbers[$0] } ?? index)
        }
        return numbers
    }
}

extension CellCheck {
    /// Whether two cells take the same loads.
    func isLike(_ other: CellCheck) -> Bool {
        capacity.options == other.capacity.options && capacity.sharedCPUs == other.capacity.sharedCPUs
            && cell.hasSMT == other.cell.hasSMT && cell.servesMemory == other.cell.servesMemory
            && cell.memory == other.cell.memory
            && cell.poolTotal == other.cell.poolTotal && cell.poolBase == other.cell.poolBase
            && deviceLikeness == other.deviceLikeness
            && cell.foreignShared == other.cell.foreignShared && cell.foreignMemory == other.cell.foreignMemory
    }
}
