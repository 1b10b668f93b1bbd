/// An amount of CPUs and of memory, in the units of a ``SumScale``.
struct CPUsAndMemory: Hashable {
    var cpus: Int
    var memory: Int

    static func + (left: CPUsAndMemory, right: CPUsAndMemory) -> CPUsAndMemory {
        CPUsAndMemory(cpus: left.cpus + right.cpus, memory: left.memory + right.memory)
    }

    static func - (left: CPUsAndMemory, right: CPUsAndMemory) -> CPUsAndMemory {
        CPUsAndMemory(cpus: left.cpus - right.cpus, memory: left.memory - right.memory)
    }

    /// Whether it is no more than another in both.
    func isAtMost(_ other: CPUsAndMemory) -> Bool { cpus <= other.cpus && memory <= other.memory }

    /// Whether, as what is left over, it is so little of CPUs or of memory that it tells which sets of guest cells fill a cell.
    func isTight(in total: CPUsAndMemory) -> Bool {
        (total.cpus > 0 && cpus * 8 <= total.cpus) || (total.memory > 0 && memory * 8 <= total.memory)
    }
}

/// What counts as CPU and memory, so that sums of guest cells can be held against cells: two of the ``Measures``.
///
/// Where less is left over of whole multiples of some amount of memory than of the threads, those count in place of the threads: of
/// guests above a quarter of a cell exactly three go on each when there are three for each.
struct SumScale {
    private let measures: Measures
    /// The measure of memory: pages of one size where all memory is in those and pools are what they are, else all memory.
    private let memory: Int
    private let state: PlacementState
    private let isRelaxed: Bool
    /// The measure of threads of which less is left over.
    private var threads = Measures.threads
    /// The amount of memory whose multiples count in place of threads; nil where threads count.
    private var unit: Int?

    /// - Parameter isRelaxed: Whether guests may have any of their page sizes; else they have those that they would have first.
    init?(search: PlacementSearch, guests: [Int], isRelaxed: Bool = false) {
        state = search.state
        self.isRelaxed = isRelaxed
        let needs = guests.map { search.needs[$0] }
        measures = isRelaxed ? Measures(search.state, for: needs) : Measures(search.state, ofFirstChoices: needs)
        var pages: Set<Int?> = []
        var hasDedicated = false
        for guest in guests {
            let need = search.needs[guest]
            guard let choice = need.pageChoices(mixed: false).first else { return nil }
            for (cell, page) in zip(need.cells, choice) {
                if cell.memory > 0 { pages.formUnion(isRelaxed && need.keptPages == nil ? need.pages : [page]) }
                if cell.dedicated > 0 { hasDedicated = true }
            }
        }
        let hasSpare = state.grid.cells.contains { cell in
            zip(cell.poolTotal, cell.poolBase).contains { ($0 ?? 0) > $1 }
        }
        let isOfPages = pages.count == 1 && (!state.grid.managesPools || hasSpare)
        let only = pages.first.map { size in size.map { Measures.pages + $0 } ?? Measures.ordinary }
        memory = isOfPages ? only ?? Measures.memory : Measures.memory
        guard hasDedicated || !pages.isEmpty else { return nil }
        (threads, unit) = tightest(needs)
    }

    /// The least that a guest cell takes, with any of its page sizes.
    func least(of cell: Int, in need: GuestCounts) -> CPUsAndMemory { size(measures.amounts(of: cell, in: need)) }

    /// What a guest cell takes.
    func size(of need: CellCounts, page: Int?) -> CPUsAndMemory {
        size(measures.amounts(of: need, page: page))
    }

    private func size(_ amounts: [Int]) -> CPUsAndMemory {
        CPUsAndMemory(cpus: unit.map { amounts[memory] / $0 } ?? amounts[threads], memory: amounts[memory])
    }

    /// What a cell has beside the guests that stay where they are.
    func capacity(of cell: Int) -> CPUsAndMemory {
        let room = measures.room(on: cell, of: state)
        return CPUsAndMemory(cpus: unit.map { room[memory] / $0 } ?? room[threads], memory: room[memory])
    }

    /// Of more multiples than this a cell is not counted in: they say little more than the sum.
    private static let most = 8

    /// The measure of threads of which the smaller share is left over, and the amount of memory of whose multiples the smallest share
    /// is, if that is less than of threads.
    private func tightest(_ needs: [GuestCounts]) -> (threads: Int, unit: Int?) {
        let rooms = state.grid.cells.indices.map { measures.room(on: $0, of: state) }
        let amounts = needs.flatMap { need in
            isRelaxed
                ? need.cells.indices.map { measures.amounts(of: $0, in: need) }
                : zip(need.cells, need.pageChoices(mixed: false).first ?? []).map { measures.amounts(of: $0, page: $1) }
        }
        func leftOver(_ measure: Int, _ unit: Int) -> (left: Int, all: Int) {
            let all = rooms.reduce(0) { $0 + $1[measure] / unit }
            return (all - amounts.reduce(0) { $0 + $1[measure] / unit }, all)
        }
        let largest = rooms.map { $0[memory] }.max() ?? 0
        var (threads, least) = (Measures.threads, leftOver(Measures.threads, 1))
        if let rich = measures.rich.map({ ($0.measure, leftOver($0.measure, 1)) }), isLess(rich.1, least) {
            (threads, least) = rich
        }
        var best: Int?
        for unit in Set(amounts.map { $0[memory] }).sorted(by: >) where unit > 0 && largest / unit < SumScale.most {
            let share = leftOver(memory, unit)
            if isLess(share, least) { (best, least) = (unit, share) }
        }
        return (threads, best)
    }

    private func isLess(_ share: (left: Int, all: Int), _ other: (left: Int, all: Int)) -> Bool {
        share.left * max(1, other.all) < other.left * max(1, share.all)
    }
}

extension Measures {
    /// What guests take with the page sizes that they would have first.
    init(_ state: PlacementState, ofFirstChoices guests: [GuestCounts]) {
        self.init(
            state, sizes: guests.flatMap { $0.pageChoices(mixed: false).first ?? [] },
            hasWholeCores: guests.contains { need in need.cells.contains { $0.wholeCores > 0 } })
    }
}

/// Which sums of CPUs and memory the items from some place on can reach together.
///
/// Memory is counted in a unit of which the table stays small: the amounts' common divisor, or more. Amounts are then rounded down,
/// so a sum that is reached may seem less than it is by one unit an item, and no more: bounds are taken that much wider.
struct SumTable {
    private let limit: CPUsAndMemory
    /// What one column stands for.
    private let unit: Int
    /// Whether every amount is a multiple of the unit.
    private let isExact: Bool
    /// The least amount of memory of any item that has some.
    private let least: Int
    private let count: Int
    private let words: Int
    /// By first item and number of CPUs: the reachable amounts of memory as bits.
    private var reachable: [UInt64]
    /// How many words there are for each first item.
    private let stride: Int

    /// The largest table of sums, in words of 64 sums: 2 MiB, and there is one for each cell being filled.
    private static let maximumWords = 262_144

    /// What making it takes, as fit checks.
    var cost: Int { (count + 1) * (limit.cpus + 1) * words / 64 }

    /// Tabulates sums up to `limit`.
    init(_ sizes: [CPUsAndMemory], limit: CPUsAndMemory) {
        let common = sizes.reduce(0) { greatestCommonDivisor($0, $1.memory) }
        let rows = (sizes.count + 1) * (max(0, limit.cpus) + 1)
        let columns = max(1, SumTable.maximumWords / rows - 1) * 64
        unit = max(1, common, (max(0, limit.memory) + columns - 1) / columns)
        isExact = unit == max(1, common)
        self.limit = CPUsAndMemory(cpus: max(0, limit.cpus), memory: max(0, limit.memory) / unit)
        least = sizes.map(\.memory).filter { $0 > 0 }.min() ?? 0
        count = sizes.count
        words = self.limit.memory / 64 + 1
        var row = [UInt64](repeating: 0, count: (self.limit.cpus + 1) * words)
        row[0] = 1
        stride = row.count
        reachable = [UInt64](repeating: 0, count: (sizes.count + 1) * stride)
        reachable.replaceSubrange(sizes.count * stride..<(sizes.count + 1) * stride, with: row)
        for index in sizes.indices.reversed() {
            let size = CPUsAndMemory(cpus: sizes[index].cpus, memory: sizes[index].memory / unit)
            if size.isAtMost(self.limit) { add(size, to: &row) }
            reachable.replaceSubrange(index * stride..<(index + 1) * stride, with: row)
        }
    }

    private func add(_ size: CPUsAndMemory, to row: inout [UInt64]) {
        let (shift, bits) = size.memory.quotientAndRemainder(dividingBy: 64)
        let old = row
        for cpus in 0...(limit.cpus - size.cpus) {
            for word in 0..<(words - shift) {
                var moved = old[cpus * words + word] << UInt64(bits)
                if bits > 0, word > 0 { moved |= old[cpus * words + word - 1] >> UInt64(64 - bits) }
                row[(cpus + size.cpus) * words + word + shift] |= moved
            }
        }
    }

    /// Whether items from `first` on may reach some sum within bounds, in both measures at once.
    func reaches(from first: Int, between low: CPUsAndMemory, and high: CPUsAndMemory) -> Bool {
        guard high.cpus >= 0, high.memory >= 0 else { return false }
        let row = first * stride
        let (from, to) = (lowest(low.memory, high.memory, first), min(high.memory / unit, limit.memory))
        guard from <= to, max(0, low.cpus) <= min(high.cpus, limit.cpus) else { return false }
        for cpus in max(0, low.cpus)...min(high.cpus, limit.cpus) {
            for word in from / 64...to / 64 {
                var bits = reachable[row + cpus * words + word]
                if word == from / 64 { bits &= ~0 << UInt64(from % 64) }
                if word == to / 64, to % 64 < 63 { bits &= (1 << UInt64(to % 64 + 1)) - 1 }
                if bits != 0 { return true }
            }
        }
        return false
    }

    /// The lowest column in which a sum of at least `low` and at most `high` may be.
    private func lowest(_ low: Int, _ high: Int, _ first: Int) -> Int {
        guard low > 0 else { return 0 }
        guard !isExact else { return (low + unit - 1) / unit }
        let items = least > 0 ? min(count - first, high / least) : 0
        return max(0, low / unit - items)
    }
}

private func greatestCommonDivisor(_ a: Int, _ b: Int) -> Int { b == 0 ? a : greatestCommonDivisor(b, a % b) }
