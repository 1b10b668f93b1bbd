/// The search for nearly full hosts by patterns: sets of guest cells that fill one host cell as far as it must be.
///
/// What finished host cells waste cannot exceed what the host has beyond the guests' needs (lemma 5). Where that is little, there are
/// not many sets of guest cells that a host cell may end with; all are listed first. Then they are put together: the guest cells of
/// the kind that the fewest patterns are left for get one pattern after the other, so dead ends show early, whichever host cell they
/// are on. ``TightFill`` fills host cells in a fixed order instead and never lists what it can fill them with.
///
/// Guest cells that are alike are one kind with a number, and so are host cells; a pattern is a number of each kind. A guest with
/// several cells has kinds of its own, of which no pattern has two. After a pattern failed, the branches beside do without it: an
/// arrangement that has it anywhere is one already refuted, its host cells named in another order (lemma 4). What guest cells are
/// left on how many host cells of each kind is remembered once it failed (lemma 8).
///
/// Patterns are checked by ``CellCheck``; the sums only tell which sets are worth a check. So it answers as ``TightFill`` does, and is
/// asked less in the same way. Of guests with a choice of page sizes a pattern is a set for which there are sizes that fit; so where
/// each such guest has one cell and no rule holds for the host as a whole, what is found is an arrangement.
struct PatternCover: ResumableSearch {
    /// Guest cells that are alike.
    private struct Kind {
        let items: [Int]
        let size: CPUsAndMemory
        /// The guest, of those with several cells.
        let guest: Int?
    }

    /// Host cells that are alike.
    private struct HostKind {
        let hosts: [Int]
        let capacity: CPUsAndMemory
    }

    private struct Pattern {
        let hosts: Int
        /// Kinds of guest cells and how many of each, ascending.
        let counts: [(kind: Int, count: Int)]
        /// The kinds as bits, and whether there is more than one of some.
        let bits: SIMD2<UInt64>
        let hasMore: Bool
        let waste: CPUsAndMemory
    }

    private let question: FillQuestion
    private var kinds: [Kind] = []
    private var hostKinds: [HostKind] = []
    private var patterns: [Pattern] = []
    /// Up to which kind of host cells all patterns are listed.
    private var listed = 0
    private var left: [Int]
    private var hostsLeft: [Int]
    private var slack: CPUsAndMemory
    private var chosen: [Int] = []
    private var refuted: Set<[Int]> = []
    private var looks = 0
    private var checks = 0
    private var limit = 0

    /// How many patterns are listed at most, and how many refuted states are remembered.
    private static let (most, memory) = (60_000, 200_000)
    /// Looks at patterns for which one fit check is counted.
    private static let looksPerCheck = 16

    /// What was done, in fit checks.
    var steps: Int { checks + looks / PatternCover.looksPerCheck }

    /// Whether all patterns are listed.
    var isListed: Bool { listed == hostKinds.count }

    /// Whether going on says nothing more.
    private(set) var isOver = false

    /// - Parameter question: One in which host cells can be looked at by themselves.
    init?(_ question: FillQuestion) {
        guard question.isByCell else { return nil }
        self.question = question
        (left, hostsLeft, slack) = ([], [], question.slack)
        let needs = question.search.needs
        var members: [[Int]: [Int]] = [:]
        for (index, item) in question.items.enumerated() {
            let isAlone = needs[item.guest].cells.count == 1
            members[isAlone ? [item.shape] : [item.shape, index], default: []].append(index)
        }
        kinds = members.values.sorted { $0[0] < $1[0] }.map { items in
            let item = question.items[items[0]]
            return Kind(items: items, size: item.size, guest: needs[item.guest].cells.count > 1 ? item.guest : nil)
        }
        guard kinds.count <= 2 * UInt64.bitWidth else { return nil }
        let likeness = question.search.likenessOfCells
        hostKinds = Set(likeness).sorted().map { number in
            let hosts = likeness.indices.filter { likeness[$0] == number }
            return HostKind(hosts: hosts, capacity: question.capacity[hosts[0]])
        }
        left = kinds.map(\.items.count)
        hostsLeft = hostKinds.map(\.hosts.count)
    }

    /// Goes on until it is decided, or `limit` fit checks are made in all; nil when it was not, or says nothing.
    mutating func run(limit: Int) -> SearchResult? {
        self.limit = limit
        guard !isOver else { return nil }
        while listed < hostKinds.count {
            let before = patterns.count
            guard list(listed), patterns.count <= PatternCover.most else {
                patterns.removeLast(patterns.count - before)
                return nil
            }
            listed += 1
        }
        let outcome = cover(patterns.indices.sorted { isBefore($0, $1) })
        switch outcome {
        case .limit: return nil
        case .exhausted:
            isOver = true
            return question.isComplete || question.isRelaxed ? .impossible : nil
        case .found: return arrangement()
        }
    }

    /// Those that waste less first; of equals the larger guest cells first.
    private func isBefore(_ left: Int, _ right: Int) -> Bool {
        let (a, b) = (patterns[left].waste, patterns[right].waste)
        return (a.memory, a.cpus, left) < (b.memory, b.cpus, right)
    }

    // MARK: Patterns

    /// Lists all patterns of a kind of host cells; false when that takes too long.
    private mutating func list(_ number: Int) -> Bool {
        let host = hostKinds[number]
        var state = question.state
        let open = kinds.indices.filter { kind in
            let item = question.items[kinds[kind].items[0]]
            return question.isAllowed(item, on: host.hosts[0])
                && state.lack(of: item.need, on: host.hosts[0], page: item.page) == nil
        }
        let copies = open.flatMap { kind in
            Array(repeating: kind, count: kinds[kind].items.count)
        }
        let table = SumTable(copies.map { kinds[$0].size }, limit: host.capacity)
        checks += kinds.count + table.cost
        var set: [Int] = []
        return list(number, copies, table, from: 0, room: host.capacity, &set)
    }

    private mutating func list(
        _ number: Int, _ copies: [Int], _ table: SumTable, from start: Int, room: CPUsAndMemory, _ set: inout [Int]
    ) -> Bool {
        var from = start
        while true {
            looks += PatternCover.looksPerCheck / 4
            guard steps < limit, patterns.count <= PatternCover.most else { return false }
            guard from < copies.count else {
                if room.isAtMost(question.slack) { add(number, set, room) }
                return true
            }
            guard table.reaches(from: from, between: room - question.slack, and: room) else { return true }
            let kind = copies[from]
            let isTwice = kinds[kind].guest.map { guest in set.contains { kinds[$0].guest == guest } } ?? false
            if kinds[kind].size.isAtMost(room), !isTwice {
                set.append(kind)
                guard list(number, copies, table, from: from + 1, room: room - kinds[kind].size, &set) else {
                    return false
                }
                set.removeLast()
            }
            // Leaving one out leaves out all that are alike.
            while from < copies.count, copies[from] == kind { from += 1 }
        }
    }

    /// - Parameter set: Kinds, ascending.
    private mutating func add(_ number: Int, _ set: [Int], _ waste: CPUsAndMemory) {
        guard !set.isEmpty else { return }
        var counts: [(kind: Int, count: Int)] = []
        var items: [Int] = []
        items.reserveCapacity(set.count)
        for kind in set {
            if counts.last?.kind != kind { counts.append((kind, 0)) }
            items.append(kinds[kind].items[counts[counts.count - 1].count])
            counts[counts.count - 1].count += 1
        }
        guard question.fits(items, on: hostKinds[number].hosts[0], tries: &checks) != false else { return }
        patterns.append(
            Pattern(
                hosts: number, counts: counts,
                bits: counts.reduce(into: SIMD2()) { PatternCover.insert($1.kind, into: &$0) },
                hasMore: counts.contains { $0.count > 1 }, waste: waste))
    }

    private static func insert(_ kind: Int, into bits: inout SIMD2<UInt64>) {
        bits[kind / UInt64.bitWidth] |= 1 << UInt64(kind % UInt64.bitWidth)
    }

    // MARK: Putting them together

    /// Covers what is left with some of the patterns.
    private mutating func cover(_ given: [Int]) -> SearchOutcome {
        guard left.contains(where: { $0 > 0 }) else { return .found }
        guard steps < limit else { return .limit }
        let key = left + hostsLeft
        guard !refuted.contains(key) else { return .exhausted }
        var alive: [Int] = []
        var choices = Array(repeating: 0, count: kinds.count)
        var gone = SIMD2<UInt64>()
        for kind in kinds.indices where left[kind] == 0 { PatternCover.insert(kind, into: &gone) }
        looks += given.count
        for index in given where isPossible(index, without: gone) {
            looks += patterns[index].counts.count
            alive.append(index)
            for entry in patterns[index].counts { choices[entry.kind] += 1 }
        }
        // Of equals the hardest.
        var fewest: Int?
        for kind in kinds.indices where left[kind] > 0 {
            if choices[kind] < fewest.map({ choices[$0] }) ?? Int.max { fewest = kind }
        }
        guard let fewest else { return .found }
        var outcome = SearchOutcome.exhausted
        for index in alive where patterns[index].counts.contains(where: { $0.kind == fewest }) {
            take(index, times: 1)
            chosen.append(index)
            outcome = cover(alive)
            if outcome == .found { return .found }
            chosen.removeLast()
            take(index, times: -1)
            if outcome == .limit { return .limit }
            alive.removeAll { $0 == index }
        }
        if refuted.count < PatternCover.memory { refuted.insert(key) }
        return .exhausted
    }

    private func isPossible(_ index: Int, without gone: SIMD2<UInt64>) -> Bool {
        patterns[index].bits & gone == SIMD2() && hostsLeft[patterns[index].hosts] > 0
            && patterns[index].waste.isAtMost(slack)
            && (!patterns[index].hasMore || patterns[index].counts.allSatisfy { left[$0.kind] >= $0.count })
    }

    private mutating func take(_ index: Int, times: Int) {
        let pattern = patterns[index]
        for entry in pattern.counts { left[entry.kind] -= times * entry.count }
        hostsLeft[pattern.hosts] -= times
        slack = CPUsAndMemory(
            cpus: slack.cpus - times * pattern.waste.cpus, memory: slack.memory - times * pattern.waste.memory)
    }

    /// What was found, if it is an arrangement of the question itself.
    private mutating func arrangement() -> SearchResult? {
        var open = kinds.map { $0.items.makeIterator() }
        var hosts = hostKinds.map { $0.hosts.makeIterator() }
        var places: [Int?] = question.items.map { _ in nil }
        isOver = true
        for index in chosen {
            guard let host = hosts[patterns[index].hosts].next() else { return nil }
            for entry in patterns[index].counts {
                for _ in 0..<entry.count {
                    guard let item = open[entry.kind].next() else { return nil }
                    places[item] = host
                }
            }
        }
        return question.arrangement(places, tries: &checks).map { .found($0) }
    }
}
