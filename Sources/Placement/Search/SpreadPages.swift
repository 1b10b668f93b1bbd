internal import HostModel

/// Which of several possible page sizes memory has that may come from several host cells.
enum SpreadPages: Hashable {
    /// The one of that number, or the last, for all guests.
    case same(Int)
    /// By guest, as an index of the request, and guest cell: indices of sizes. The first of its sizes for others.
    case each([Int: [Int?]])
    /// Any: only the memory of all cells together has to suffice. What does not fit then fits with no sizes.
    case open

    /// The choice for one guest.
    func choice(of guest: Int) -> SpreadChoice.Pages {
        switch self {
        case .same(let round): .round(round)
        case .each(let sizes): sizes[guest].map { .each($0) } ?? .round(0)
        case .open: .open
        }
    }
}

/// The ways to give guests page sizes whose memory may come from several host cells: those first in which all guests have the same,
/// then those in which each has one size for all its cells, then all others.
///
/// Memory that may come from the same cells is one amount, whosever it is (``PlacementState/addSpread(of:)``). So ways in which it comes
/// to the same amounts of each size are one way, and of guests that are alike only their number counts. Three kinds of ways are left
/// out, since they fit only if another one does, or not at all:
/// - more pages of a size than there can be of it on the host cells in question, were these empty;
/// - a size for memory that may come from anywhere, where more such memory than all pools have to spare of it has that size
///   already, and ordinary pages are possible: a pool would have to grow by all of it, and what it grows by is ordinary memory, of
///   which the other takes the same amount, on any cell and undivided into pages;
/// - a way that was there before.
struct SpreadWays {
    /// Memory of one guest cell.
    private struct Part {
        let guest: Int
        let cell: Int
        let memory: Int
        /// Whose memory is one amount with it, as an index of ``groups``.
        let group: Int
    }

    /// Memory that has pages of one size.
    private struct Unit {
        let parts: [Part]
        let sizes: [Int?]
    }

    /// Host cells that memory may come from.
    private struct Group {
        /// nil for any.
        let hosts: [Int]?
        /// Whether it is that of one guest cell, on its own host cell.
        let isLocal: Bool
    }

    private let grid: HostGrid
    private let cellCounts: [Int: Int]
    private let groups: [Group]
    /// Units of guest cells, where these are not walked over yet.
    private var byCell: [Unit]?
    /// By size and host cell: how many pages there can be, in KiB.
    private let most: [[Int]]
    /// By size: what pools have to spare, in KiB.
    private let spare: [Int]

    private var walk: Walk
    /// Amounts of ways that were there.
    private var known: Set<[Int]> = []

    /// Where the walk over the ways of some units stands.
    private struct Walk {
        let units: [Unit]
        /// By unit, as far as it came: which of its sizes it has.
        var chosen: [Int] = []
        /// The size to try next.
        var next = 0
        /// By group and size: the amount, in KiB; the last of a group is ordinary memory.
        var amounts: [Int]
        var visited: Set<[Int]> = []

        /// The unit that has no size yet: the last one first, so that the first one's changes most often.
        var unit: Unit { units[units.count - 1 - chosen.count] }
    }

    /// How many places in a walk are remembered.
    private static let memory = 200_000
    /// What a step of a walk costs, in fit checks.
    private static let cost = 4

    /// The ways in which all guests have the same.
    let same: [SpreadPages]
    /// Whether there may be others.
    let hasOthers: Bool

    /// - Parameter run: One in which the sizes are left open.
    init(_ run: PlacementRun) {
        let grid = run.grid
        self.grid = grid
        var groupOf: [[Int]?: Int] = [:]
        var groups: [Group] = []
        var cellCounts: [Int: Int] = [:]
        // Of whole guests, and of guest cells.
        var (byGuest, byCell): ([Unit], [Unit]) = ([], [])
        for (guest, need) in run.needs.enumerated() {
            guard let need, need.spread.contains(where: { !$0.openPages.isEmpty }) else { continue }
            cellCounts[guest] = need.cells.count
            var parts: [Part] = []
            for (cell, counts) in need.cells.enumerated() where counts.memory > 0 {
                parts.append(Part(guest: guest, cell: cell, memory: counts.memory, group: groups.count))
                groups.append(Group(hosts: need.forced[cell].map { [$0] }, isLocal: true))
            }
            for spread in need.spread where !spread.openPages.isEmpty {
                let group = groupOf[spread.hosts] ?? groups.count
                if group == groups.count { groups.append(Group(hosts: spread.hosts, isLocal: false)) }
                groupOf[spread.hosts] = group
                parts.append(Part(guest: guest, cell: spread.cell, memory: spread.memory, group: group))
            }
            byGuest.append(Unit(parts: parts, sizes: need.pages))
            byCell += need.isUniform ? byGuest.suffix(1) : parts.map { Unit(parts: [$0], sizes: need.pages) }
        }
        self.groups = groups
        self.cellCounts = cellCounts
        self.byCell = byCell.count > byGuest.count ? byCell : nil
        hasOthers = byCell.count > 1
        same = (0..<(byGuest.map(\.sizes.count).max() ?? 1)).map { SpreadPages.same($0) }
        let none = Array(repeating: 0, count: groups.count * (grid.pageSizes.count + 1))
        walk = Walk(units: byGuest, amounts: none)
        let state = PlacementState(grid)
        let measures = Measures(state, for: run.needs.compactMap(\.self))
        let rooms = grid.cells.indices.map { measures.room(on: $0, of: state) }
        most = grid.pageSizes.indices.map { size in
            rooms.map { $0[Measures.pages + size] * grid.pageSizes[size] }
        }
        spare = grid.pageSizes.indices.map { state.sparePages(of: $0) * grid.pageSizes[$0] }
        for round in same.indices {
            var amounts = none
            for unit in byGuest {
                change(&amounts, by: unit, unit.sizes[min(round, unit.sizes.count - 1)], times: 1)
            }
            known.insert(amounts)
        }
    }

    private func place(_ group: Int, _ size: Int?) -> Int {
        group * (grid.pageSizes.count + 1) + (size ?? grid.pageSizes.count)
    }

    // MARK: Walk

    /// What asking for the next way came to.
    enum Next {
        case way(SpreadPages)
        /// There is none.
        case end
        /// The budget is used up.
        case limit
    }

    /// The next way that is not one of ``same``.
    mutating func next(_ budget: SearchBudget) -> Next {
        while true {
            guard budget.left > 0 else { return .limit }
            budget.spend(SpreadWays.cost)
            if walk.chosen.count == walk.units.count {
                let way = known.insert(walk.amounts).inserted ? sizes : nil
                goBack()
                if let way { return .way(way) }
            } else if walk.next < walk.unit.sizes.count {
                goOn()
            } else if !walk.chosen.isEmpty {
                goBack()
            } else if let units = byCell {
                byCell = nil
                walk = Walk(units: units, amounts: walk.amounts)
            } else {
                return .end
            }
        }
    }

    private mutating func goOn() {
        let (unit, choice) = (walk.unit, walk.next)
        walk.next += 1
        guard isWorthTrying(unit, unit.sizes[choice], walk.amounts) else { return }
        change(&walk.amounts, by: unit, unit.sizes[choice], times: 1)
        let key = [walk.chosen.count] + walk.amounts
        guard holds(walk.amounts, unit.sizes[choice]), !walk.visited.contains(key) else {
            change(&walk.amounts, by: unit, unit.sizes[choice], times: -1)
            return
        }
        if walk.visited.count < SpreadWays.memory { walk.visited.insert(key) }
        walk.chosen.append(choice)
        walk.next = 0
    }

    private mutating func goBack() {
        guard let choice = walk.chosen.popLast() else { return }
        let unit = walk.unit
        change(&walk.amounts, by: unit, unit.sizes[choice], times: -1)
        walk.next = choice + 1
    }

    private func change(_ amounts: inout [Int], by unit: Unit, _ size: Int?, times: Int) {
        for part in unit.parts { amounts[place(part.group, size)] += times * part.memory }
    }

    /// Whether there can be so many pages of a size.
    private func holds(_ amounts: [Int], _ size: Int?) -> Bool {
        guard let size else { return true }
        var all = 0
        for (group, kind) in groups.enumerated() {
            let amount = amounts[place(group, size)]
            all += amount
            if let hosts = kind.hosts, amount > hosts.reduce(0, { $0 + most[size][$1] }) { return false }
        }
        return all <= most[size].reduce(0, +)
    }

    /// Whether ordinary pages would not do in place of pages of a size.
    private func isWorthTrying(_ unit: Unit, _ size: Int?, _ amounts: [Int]) -> Bool {
        guard let size, grid.managesPools, unit.sizes.contains(nil),
            unit.parts.allSatisfy({ !groups[$0.group].isLocal && groups[$0.group].hosts == nil }),
            let group = unit.parts.first?.group
        else { return true }
        return amounts[place(group, size)] < spare[size]
    }

    /// The sizes by guest and guest cell; those that have no memory have what the guest's first memory has.
    private var sizes: SpreadPages {
        var sizes: [Int: [Int?]] = [:]
        for (unit, choice) in zip(walk.units.reversed(), walk.chosen).reversed() {
            for part in unit.parts {
                let none = Array(repeating: unit.sizes[choice], count: cellCounts[part.guest] ?? 0)
                sizes[part.guest, default: none][part.cell] = unit.sizes[choice]
            }
        }
        return .each(sizes)
    }
}
