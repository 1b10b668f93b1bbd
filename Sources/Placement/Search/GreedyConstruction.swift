internal import HostModel

/// Places guests one after the other, each on its best cells, without backtracking.
struct GreedyConstruction {
    /// Which guests come first.
    enum Order: CaseIterable { case cellsFirst, cpusFirst, memoryFirst, sharedFirst }

    /// Which cells come first for a guest that suits several.
    enum CellOrder {
        /// The cell with the most room.
        case emptiest
        /// The cell with the least room.
        case fullest
        /// The cell whose free CPUs and memory are most of what the guest needs most of: both run out together.
        case balanced

        static func inTurn(prefersPack: Bool) -> [CellOrder] {
            prefersPack ? [.fullest, .emptiest, .balanced] : [.emptiest, .fullest, .balanced]
        }
    }

    private let search: PlacementSearch
    private let order: Order
    private let preference: CellOrder
    var state: PlacementState

    init(search: PlacementSearch, order: Order, preference: CellOrder) {
        self.search = search
        self.order = order
        self.preference = preference
        state = search.state
    }

    /// Places every guest, or nil when one is left over.
    mutating func placeAll() -> [Assignment]? {
        var assignments: [Assignment?] = search.needs.map { $0.cells.isEmpty ? Assignment(hosts: [], pages: []) : nil }
        for (guest, assignment) in search.fixed { assignments[guest] = assignment }
        for guest in search.sorted(by: order) where assignments[guest] == nil {
            guard let assignment = place(search.needs[guest]) else { return nil }
            assignments[guest] = assignment
        }
        return assignments.compactMap { $0 }
    }

    /// Adds a guest that is bound to no cell; false and unchanged when the host does not hold it.
    mutating func placeFloating(_ need: GuestCounts) -> Bool {
        var next = state
        next.addFloating(need)
        guard next.hostLack == nil else { return false }
        state = next
        return true
    }

    /// Places one guest at its best cells, or nil when it has none; the state then is as before.
    mutating func place(_ need: GuestCounts) -> Assignment? {
        let ranking = ranking(for: need)
        for pages in need.pageChoices(mixed: search.allowsMixedPages) {
            guard let hosts = bestHosts(for: need, pages: pages, ranking: ranking) else { continue }
            var undone: [PlacementState.Undo] = []
            for (index, host) in hosts.enumerated() {
                guard let undo = state.put(need.cells[index], on: host, page: pages[index]) else { break }
                undone.append(undo)
            }
            if undone.count == hosts.count { return Assignment(hosts: hosts, pages: pages) }
            for undo in undone.reversed() { state.take(back: undo) }
        }
        return nil
    }

    /// All host cells, the best for this guest first: most (or least) free dedicated CPUs for guests that want such, fewest
    /// (or most) shared vCPUs for others, then most (or least) free memory, then lowest id.
    private func ranking(for need: GuestCounts) -> [Int] {
        if preference == .balanced { return balancedRanking(for: need) }
        let wantsDedicated = need.cells.contains { $0.dedicated > 0 }
        let keys = state.grid.cells.indices.map { index in
            let load = state.loads[index]
            let freeThreads =
                state.checks[index].capacity.options[0][0].threads - load.paired - load.singles - load.wholeCores
            let cpus = wantsDedicated ? freeThreads : -(load.shared + state.grid.cells[index].foreignShared)
            return (cpus, state.rests[index].ordinary - load.reserved - load.overcommittable)
        }
        let isDescending = preference == .emptiest
        return keys.indices.sorted { left, right in
            guard keys[left] != keys[right] else { return left < right }
            return isDescending ? keys[left] > keys[right] : keys[left] < keys[right]
        }
    }

    /// All host cells by the sum of their free shares of CPUs and memory, each weighed by the guest's own share; largest first.
    private func balancedRanking(for need: GuestCounts) -> [Int] {
        let (threads, memory) = need.cells.reduce((0, 0)) { ($0.0 + $1.dedicated, $0.1 + $1.memory) }
        let scores = state.grid.cells.indices.map { index in
            let load = state.loads[index]
            let allThreads = max(1, state.checks[index].capacity.options[0][0].threads)
            let freeThreads = allThreads - load.paired - load.singles - load.wholeCores
            let allMemory = max(1, state.grid.cells[index].memory)
            let freeMemory = max(0, state.rests[index].ordinary - load.reserved - load.overcommittable)
            return threads * 1_000_000 / allThreads * freeThreads / allThreads
                + Int(UInt64(memory) * 1_000_000 / UInt64(allMemory)) * (freeMemory * 1_000 / allMemory) / 1_000
        }
        return state.grid.cells.indices.sorted { (scores[$1], $0) < (scores[$0], $1) }
    }

    /// The host cells that lie nearest to each other, and of equally near ones those that rank first.
    ///
    /// From each host cell outwards, the nearest cells are added until guest cells and host cells can be matched. Before them come
    /// cells that the guest's devices are on; near devices that it should be near to counts more than near cells.
    private mutating func bestHosts(for need: GuestCounts, pages: [Int?], ranking: [Int]) -> [Int]? {
        let fits = need.cells.indices.map { cell in
            state.grid.cells.indices.map { host in
                (need.forced[cell] ?? host) == host
                    && state.lack(of: need.cells[cell], on: host, page: pages[cell]) == nil
            }
        }
        if need.cells.count == 1 {
            let hosts = ranking.filter { fits[0][$0] && need.isNearAll([$0]) }
            return hosts.min { remoteness($0, need) < remoteness($1, need) }.map { [$0] }
        }
        // Each way to match guest cells with host cells is many looks.
        state.count(checks: ranking.count * ranking.count * need.cells.count / 2)
        var best: (remoteness: Int, distance: Int, hosts: [Int])?
        for seed in ranking {
            let near = nearest(to: seed, ranking: ranking)
            let first = need.mustIncludeOneOf + need.shouldTouch
            guard let hosts = need.match(fits, columns: near, oneOfEach: first), need.isNearAll(hosts)
            else { continue }
            let (remoteness, distance) = (need.remoteness(of: hosts, state.grid.distances), total(of: hosts))
            if best.map({ (remoteness, distance) < ($0.remoteness, $0.distance) }) ?? true {
                best = (remoteness, distance, hosts)
            }
        }
        return best?.hosts
    }

    private func remoteness(_ host: Int, _ need: GuestCounts) -> Int {
        need.remoteness(of: [host], state.grid.distances)
    }

    private func nearest(to seed: Int, ranking: [Int]) -> [Int] {
        let distances = state.grid.distances[seed]
        let ranked = ranking.enumerated().sorted { left, right in
            (distances[left.element], left.offset) < (distances[right.element], right.offset)
        }
        return [seed] + ranked.map(\.element).filter { $0 != seed }
    }

    private func total(of hosts: [Int]) -> Int {
        hosts.reduce(0) { sum, from in sum + hosts.reduce(0) { $0 + state.grid.distances[from][$1] } }
    }
}

extension GuestCounts {
    /// Page sizes by guest cell, in the order of preference: one size for all, and only then mixtures.
    func pageChoices(mixed: Bool) -> [[Int?]] {
        if let keptPages { return [keptPages] }
        let uniform = pages.map { page in cells.map { _ in page } }
        guard mixed, !isUniform, cells.count > 1, pages.count > 1, cells.count <= 8 else { return uniform }
        var mixtures: [[Int?]] = [[]]
        for _ in cells { mixtures = mixtures.flatMap { start in pages.map { start + [$0] } } }
        return uniform + mixtures.filter { Set($0).count > 1 }
    }
}

/// Pairs rows with columns, each column at most once.
enum Matching {
    /// The first pairing found while columns are offered one by one: rows keep the earliest column that works out.
    ///
    /// - Parameters:
    ///   - rows: By row and column, whether they may be paired.
    ///   - columns: The columns in the order of preference.
    ///   - groups: Sets of columns of which one each is offered before all others; a column that was paired stays so.
    /// - Returns: By row its column, or nil when some row stays without.
    static func first(rows: [[Bool]], columns: [Int], oneOfEach groups: [Set<Int>] = []) -> [Int]? {
        var columnOf: [Int?] = rows.map { _ in nil }
        var rowOf: [Int: Int] = [:]
        var matched = 0
        for group in groups where matched < rows.count {
            let isPaired = columns.contains { column in
                guard group.contains(column), rowOf[column] == nil else { return false }
                var seen = Set<Int>()
                return augment(column, rows: rows, columnOf: &columnOf, rowOf: &rowOf, seen: &seen)
            }
            if isPaired { matched += 1 }
        }
        for column in columns where rowOf[column] == nil && matched < rows.count {
            var seen = Set<Int>()
            if augment(column, rows: rows, columnOf: &columnOf, rowOf: &rowOf, seen: &seen) { matched += 1 }
        }
        guard matched == rows.count else { return nil }
        return columnOf.compactMap { $0 }
    }

    /// Gives `column` to a row that is free, or whose present column can be given to another.
    private static func augment(
        _ column: Int, rows: [[Bool]], columnOf: inout [Int?], rowOf: inout [Int: Int], seen: inout Set<Int>
    ) -> Bool {
        for row in rows.indices where rows[row][column] && columnOf[row] == nil {
            columnOf[row] = column
            rowOf[column] = row
            return true
        }
        for row in rows.indices where rows[row][column] && !seen.contains(row) {
            seen.insert(row)
            guard let previous = columnOf[row] else { continue }
            if augment(previous, rows: rows, columnOf: &columnOf, rowOf: &rowOf, seen: &seen) {
                columnOf[row] = column
                rowOf[column] = row
                return true
            }
        }
        return false
    }
}
