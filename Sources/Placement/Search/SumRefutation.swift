/// Refutes all guests together by what they add up to, without a search.
///
/// In each measure (``Measures``) the guest cells are handed out to the host cells like water, each to cells only that it fits
/// alone; and then again with every amount counted in whole multiples of one of them, rounded down, on both sides. Floors of parts
/// never add up to more than the floor of their sum, so what cannot be handed out in multiples cannot be placed. This is the
/// pigeonhole for sizes: of guests above a third of a cell it takes two, whatever is left over.
///
/// Memory that may come from several cells, and what guests need that are bound to no cell, is handed out beside them; in multiples it
/// counts as nothing, since it may be divided anywhere.
struct SumRefutation {
    /// Guest cells that are alike: what each takes, where it may be, and how many there are.
    private struct CellKind: Hashable {
        let amounts: [Int]
        let hosts: [Int]
    }

    private var kinds: [(kind: CellKind, count: Int)] = []
    private var rooms: [[Int]] = []
    /// What may be divided among cells.
    private var divisible: [CellKind] = []
    /// How many multiples are tried in one measure.
    private static let units = 24

    /// - Parameters:
    ///   - guests: Guests with cells that are not placed yet.
    ///   - more: Guests of which there are so many `times`.
    init(_ guests: [GuestCounts], and more: [GuestCounts] = [], times: Int = 0, on state: PlacementState) {
        let measures = Measures(state, for: guests + more, at: state.spreadPages)
        var state = state
        var counts: [CellKind: Int] = [:]
        var known: [CellCounts: [Int?: [Int]]] = [:]
        for (index, need) in (guests + more).enumerated() {
            for cell in need.cells.indices {
                var hosts: Set<Int> = []
                for page in need.keptPages.map({ [$0[cell]] }) ?? need.pages {
                    let fitting = known[need.cells[cell]]?[page] ?? state.hosts(of: need.cells[cell], page: page)
                    known[need.cells[cell], default: [:]][page] = fitting
                    hosts.formUnion(fitting)
                }
                if let forced = need.forced[cell] { hosts.formIntersection([forced]) }
                let kind = CellKind(amounts: measures.amounts(of: cell, in: need), hosts: hosts.sorted())
                counts[kind, default: 0] += index < guests.count ? 1 : times
            }
        }
        kinds = counts.filter { $0.value > 0 }.map { (kind: $0.key, count: $0.value) }
        kinds.sort { left, right in
            left.kind.hosts == right.kind.hosts
                ? left.kind.amounts.lexicographicallyPrecedes(right.kind.amounts)
                : left.kind.hosts.lexicographicallyPrecedes(right.kind.hosts)
        }
        rooms = state.grid.cells.indices.map { measures.room(on: $0, of: state) }
        divisible = state.together(measures, with: guests + (times > 0 ? more : [])).map { part in
            CellKind(amounts: part.amounts, hosts: part.hosts)
        }
    }

    /// What it takes at most, as fit checks.
    var cost: Int { kinds.count * rooms.count }

    /// Whether the guests do not add up.
    var refutes: Bool {
        guard let count = rooms.first?.count else { return !kinds.isEmpty }
        return (0..<count).contains { measure in
            let amounts = Set(kinds.map { $0.kind.amounts[measure] }).subtracting([0]).sorted(by: >)
            guard !amounts.isEmpty || divisible.contains(where: { $0.amounts[measure] > 0 }) else { return false }
            return ([1] + amounts.prefix(SumRefutation.units)).contains { !canBeHandedOut(measure, unit: $0) }
        }
    }

    private func canBeHandedOut(_ measure: Int, unit: Int) -> Bool {
        var takers = kinds.map { (amount: $0.kind.amounts[measure] / unit * $0.count, hosts: $0.kind.hosts) }
        if unit == 1 {
            takers += divisible.map { ($0.amounts[measure], $0.hosts) }.filter { $0.0 > 0 }
        }
        var flow = AmountFlow(limits: rooms.map { $0[measure] / unit }, orders: takers.map(\.hosts))
        return takers.enumerated().allSatisfy { index, taker in
            flow.add(index, taker.amount, isEven: false, takesAll: false) == 0
        }
    }
}

extension PlacementState {
    /// The host cells that have room for a guest cell as they are now.
    mutating func hosts(of need: CellCounts, page: Int?) -> [Int] {
        grid.cells.indices.filter { lack(of: need, on: $0, page: page) == nil }
    }
}

/// The same bounds for the guests that are left in a search, without asking who fits where: cheap enough for every step of it.
struct RemainingSums {
    /// By measure that counts: its index, the units in which it is counted, by unit and kind of guest the multiples, and what all
    /// cells together have to have beside the guests.
    private struct MeasureRow {
        let measure: Int
        let unit: Int
        let multiples: [Int]
        let together: Int
    }

    private let rows: [MeasureRow]
    private let measures: Measures
    /// By host cell: what it has left.
    private(set) var rooms: [[Int]]
    private static let units = 8

    /// - Parameter kinds: One guest of each kind.
    init(_ kinds: [GuestCounts], on state: PlacementState) {
        let measures = Measures(state, for: kinds, at: state.spreadPages)
        let together = state.together(measures, with: kinds)
        let amounts = kinds.map { need in need.cells.indices.map { measures.amounts(of: $0, in: need) } }
        let rooms = state.grid.cells.indices.map { measures.room(on: $0, of: state) }
        var rows: [MeasureRow] = []
        for measure in 0..<measures.count {
            let sizes = Set(amounts.joined().map { $0[measure] }).subtracting([0])
            guard !sizes.isEmpty else { continue }
            // What goes into a cell many times says little more than the sum.
            let largest = rooms.map { $0[measure] }.max() ?? 0
            let coarse = sizes.filter { largest / $0 < RemainingSums.units }.sorted(by: >)
            for unit in [1] + coarse.prefix(RemainingSums.units) {
                let multiples = amounts.map { $0.reduce(0) { $0 + $1[measure] / unit } }
                // What may be divided among cells counts as nothing in multiples.
                let beside = unit == 1 ? together.reduce(0) { $0 + $1.amounts[measure] } : 0
                rows.append(MeasureRow(measure: measure, unit: unit, multiples: multiples, together: beside))
            }
        }
        self.rows = rows
        self.measures = measures
        self.rooms = rooms
    }

    /// How many host cells are looked at in one refutation.
    var cost: Int { rows.count }

    /// Measures a host cell again, after something was put there.
    mutating func update(_ cell: Int, of state: PlacementState) { rooms[cell] = measures.room(on: cell, of: state) }

    /// Sets what a host cell has left to what it was.
    mutating func restore(_ cell: Int, to room: [Int]) { rooms[cell] = room }

    /// Whether so many guests of each kind do not add up.
    func refutes(_ left: [Int]) -> Bool {
        rows.contains { row in
            var wanted = row.together
            for (kind, count) in left.enumerated() { wanted += count * row.multiples[kind] }
            guard wanted > 0 else { return false }
            for room in rooms {
                wanted -= room[row.measure] / row.unit
                if wanted <= 0 { return false }
            }
            return true
        }
    }
}
