internal import HostModel

/// Starts with all guests on the host, some cells too full, and lets guest cells change places until none is.
///
/// It proves nothing: it finds an arrangement or gives up. Where many arrangements exist and each is hard to come by cell after cell,
/// as with guests of which three just fit a cell, it finds one much sooner than the searches that could also prove that there is none.
///
/// How far a host cell is over what it has is counted in ``Measures``; whether a cell that is not over really takes its guests is asked
/// of ``CellCheck``. Each step takes a guest cell of a host cell that is too full and, of all host cells that it could go to and all
/// guest cells that it could change places with, does what helps most, even where nothing helps; what was just undone is not done
/// again for a while. Chance decides between equals: a row of numbers that is the same each time.
struct SwapSearch: ResumableSearch {
    /// One guest cell.
    private struct MovableCell {
        let guest: Int
        let cell: Int
        let page: Int?
        let need: CellCounts
        let amounts: [Int]
        /// By host cell: whether it may be there at all.
        let isAllowed: [Bool]
        /// Guest cells of the same guest.
        var siblings: [Int] = []
    }

    /// What one step does.
    private struct Relocation {
        let item: Int
        let host: Int
        /// The guest cell that comes back; nil where none does.
        let other: Int?
        let excess: Int
    }

    private let search: PlacementSearch
    private let count: Int
    private var items: [MovableCell] = []
    /// By host cell and measure: what it has.
    private let rooms: [[Int]]
    /// By measure: what one host cell has of it at most, as the unit of excess.
    private let scale: [Int]
    private var hostOf: [Int] = []
    private var members: [[Int]]
    private var used: [[Int]]
    /// By host cell: how far it is over, in parts of ``whole``.
    private var excess: [Int]
    /// By item and host cell: until which step it is not to go back there.
    private var shunned: [Int]
    private var dice = Dice()
    private var turn = 0
    private var looks = 0

    private static let whole = 10_000
    /// The excess of a cell that takes its guests by all sums, and yet does not take them.
    private static let uncounted = 500
    /// How many guest cells of a full host cell are looked at in one step.
    private static let sample = 4
    /// How many steps a guest cell stays away from where it was, at least.
    private static let away = 6
    /// Looks at sums for which one fit check is counted.
    private static let looksPerCheck = 4
    private var checks = 0

    /// What was done, in fit checks.
    var steps: Int { checks + looks / SwapSearch.looksPerCheck }

    /// Prepares the search; nil for hosts and guests that it knows too little of.
    init?(search: PlacementSearch) {
        guard search.needs.allSatisfy({ $0.spread.isEmpty && !$0.sharesHosts }) else { return nil }
        let open = search.sorted(by: .cellsFirst).filter {
            search.fixed[$0] == nil && !search.needs[$0].cells.isEmpty
        }
        // Guests of several cells with devices are left to the exhaustive search.
        guard !open.isEmpty,
            open.allSatisfy({ search.needs[$0].cells.count == 1 || search.needs[$0].mustIncludeOneOf.isEmpty })
        else { return nil }
        self.search = search
        let measures = Measures(search.state, ofFirstChoices: open.map { search.needs[$0] })
        let hosts = search.state.grid.cells.indices
        count = measures.count
        let rooms = hosts.map { measures.room(on: $0, of: search.state) }
        self.rooms = rooms
        scale = (0..<measures.count).map { measure in max(1, rooms.map { $0[measure] }.max() ?? 1) }
        members = hosts.map { _ in [] }
        used = hosts.map { _ in Array(repeating: 0, count: measures.count) }
        excess = hosts.map { _ in 0 }
        shunned = []
        var state = search.state
        var known: [CellCounts: [Int?: Set<Int>]] = [:]
        for guest in open {
            let need = search.needs[guest]
            guard let pages = need.pageChoices(mixed: false).first else { return nil }
            let first = items.count
            for (cell, part) in need.cells.enumerated() {
                let page = pages[cell]
                let fitting = known[part]?[page] ?? Set(state.hosts(of: part, page: page))
                known[part, default: [:]][page] = fitting
                let isAllowed = hosts.map { host in
                    fitting.contains(host) && (need.forced[cell] ?? host) == host && need.isNearAll([host])
                        && !need.forced.enumerated().contains { $0 != cell && $1 == host }
                }
                guard isAllowed.contains(true) else { return nil }
                items.append(
                    MovableCell(
                        guest: guest, cell: cell, page: page, need: part,
                        amounts: measures.amounts(of: part, page: page), isAllowed: isAllowed))
            }
            for index in first..<items.count { items[index].siblings = (first..<items.count).filter { $0 != index } }
        }
        checks = state.checksMade - search.state.checksMade
        hostOf = items.map { _ in -1 }
        shunned = Array(repeating: 0, count: items.count * hosts.count)
        for index in items.indices {
            guard let host = bestStart(of: index) else { return nil }
            put(index, on: host)
        }
        for host in hosts { measure(host) }
    }

    /// Goes on until an arrangement is found, or `limit` fit checks are made in all; nil when it found none.
    mutating func run(limit: Int) -> SearchResult? {
        while steps < limit {
            let full = excess.indices.filter { excess[$0] > 0 }
            guard !full.isEmpty else { return result }
            turn += 1
            let host = full[dice.below(full.count)]
            // Where nothing may change the search ends by its limit, as it does everywhere.
            guard let change = bestChange(of: host) else {
                checks += 1
                continue
            }
            make(change, from: host)
        }
        return nil
    }

    /// The arrangement, if the host as a whole takes it.
    private var result: SearchResult? {
        var state = search.state
        var assignments = search.needs.map { need in
            Assignment(hosts: need.cells.map { _ in 0 }, pages: need.cells.map { _ in nil })
        }
        for (guest, assignment) in search.fixed { assignments[guest] = assignment }
        for (item, host) in zip(items, hostOf) {
            guard state.put(item.need, on: host, page: item.page) != nil else { return nil }
            assignments[item.guest].hosts[item.cell] = host
            assignments[item.guest].pages[item.cell] = item.page
        }
        return .found(assignments)
    }

    // MARK: Steps

    /// The host cell that is the least over with the item on it; of equals the one with the most room.
    private func bestStart(of index: Int) -> Int? {
        members.indices.filter { mayBe(index, on: $0, without: nil) }.min { left, right in
            func key(_ host: Int) -> (Int, Int, Int) {
                let fullness = (0..<count).reduce(0) {
                    max($0, (used[host][$1] + items[index].amounts[$1]) * 1_000 / max(1, rooms[host][$1]))
                }
                return (over(host, adding: index, removing: nil), fullness, host)
            }
            return key(left) < key(right)
        }
    }

    /// The change that leaves the least excess, for some guest cells of a host cell.
    private mutating func bestChange(of host: Int) -> Relocation? {
        var candidates = members[host]
        while candidates.count > SwapSearch.sample { candidates.remove(at: dice.below(candidates.count)) }
        let total = excess.reduce(0, +)
        var best: Relocation?
        var equals = 1
        for item in candidates {
            for other in members.indices where other != host {
                let rest = total - excess[host] - excess[other]
                // Changes that end the search are made whatever was done before.
                func consider(_ partner: Int?) {
                    looks += 1
                    let sum =
                        rest + over(host, adding: partner, removing: item)
                        + over(other, adding: item, removing: partner)
                    let isBack = isShunned(item, on: other) || partner.map { isShunned($0, on: host) } ?? false
                    guard !isBack || sum == 0, sum <= best?.excess ?? Int.max else { return }
                    equals = sum == best?.excess ? equals + 1 : 1
                    guard equals == 1 || dice.below(equals) == 0 else { return }
                    best = Relocation(item: item, host: other, other: partner, excess: sum)
                }
                if mayBe(item, on: other, without: nil) { consider(nil) }
                for partner in members[other]
                where items[partner].need != items[item].need && mayBe(item, on: other, without: partner)
                    && mayBe(partner, on: host, without: item)
                {
                    consider(partner)
                }
            }
        }
        return best
    }

    private mutating func make(_ change: Relocation, from host: Int) {
        take(change.item, off: host)
        if let other = change.other {
            take(other, off: change.host)
            put(other, on: host)
        }
        put(change.item, on: change.host)
        measure(host)
        measure(change.host)
    }

    private func isShunned(_ item: Int, on host: Int) -> Bool { shunned[item * members.count + host] > turn }

    /// Whether a guest cell may be on a host cell that `partner` leaves.
    private func mayBe(_ item: Int, on host: Int, without partner: Int?) -> Bool {
        items[item].isAllowed[host] && items[item].siblings.allSatisfy { $0 == partner || hostOf[$0] != host }
    }

    private mutating func put(_ item: Int, on host: Int) {
        hostOf[item] = host
        members[host].append(item)
        for measure in 0..<count { used[host][measure] += items[item].amounts[measure] }
    }

    private mutating func take(_ item: Int, off host: Int) {
        members[host].removeAll { $0 == item }
        for measure in 0..<count { used[host][measure] -= items[item].amounts[measure] }
        shunned[item * members.count + host] = turn + SwapSearch.away + dice.below(SwapSearch.away)
    }

    // MARK: Excess

    /// How far a host cell would be over by its sums.
    private func over(_ host: Int, adding added: Int?, removing removed: Int?) -> Int {
        var sum = 0
        for measure in 0..<count {
            var amount = used[host][measure] - rooms[host][measure]
            if let added { amount += items[added].amounts[measure] }
            if let removed { amount -= items[removed].amounts[measure] }
            if amount > 0 { sum += 1 + amount * SwapSearch.whole / scale[measure] }
        }
        return sum
    }

    /// Counts the excess of a host cell anew.
    private mutating func measure(_ host: Int) {
        excess[host] = over(host, adding: nil, removing: nil)
        guard excess[host] == 0 else { return }
        checks += 1
        var load = search.state.loads[host]
        var pages = Array(search.state.pages(on: host))
        for index in members[host] {
            let item = items[index]
            load.add(item.need, inHugePages: item.page != nil)
            if let page = item.page { pages[page] += item.need.memory / search.state.grid.pageSizes[page] }
        }
        if case .failure = search.state.checks[host].rest(with: load, pages: pages[...]) {
            excess[host] = SwapSearch.uncounted
        }
    }
}

/// A row of numbers that is the same each time.
private struct Dice {
    private var state: UInt64 = 0x9E37_79B9_7F4A_7C15

    /// A number from 0 to below `limit`.
    mutating func below(_ limit: Int) -> Int {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return Int(state % UInt64(max(1, limit)))
    }
}
