/// Puts patterns together: some of them, each as often as there are host cells for it, that together have every guest cell once.
///
/// It knows only numbers: kinds of guest cells and how many are left of each, kinds of host cells and how many are left of each,
/// patterns, and what the finished host cells may still waste.
///
/// **Prices.** Say that each guest cell of a kind is worth some number, which may be negative, and a pattern what its guest cells are
/// worth. Then all that is left is worth no more than the host cells that are left can have, each of a pattern that is worth most. Where
/// it is worth more, nothing covers it, whatever the numbers are. And a pattern that is worth so much less than the best for its host cell
/// that with it the others cannot make up for it is in no cover. Prices for which this says much are found step by step: what the best
/// patterns have too often becomes cheaper, and what they lack becomes dearer. They are whole numbers, so that no rounding
/// refutes anything and all machines come to the same. Of the patterns for one kind that one is tried first which is worth most.
struct ExactCover {
    /// How many kinds of guest cells there may be.
    static let mostKinds = 2 * UInt64.bitWidth

    /// A kind of guest cells and how many of it a pattern has.
    struct Entry {
        let kind: Int
        let count: Int
    }

    private struct Pattern {
        let hosts: Int
        /// Where its entries are, ascending by kind.
        let entries: Range<Int>
        /// The kinds as bits, and whether there is more than one of some.
        let bits: SIMD2<UInt64>
        let hasMore: Bool
        let waste: CPUsAndMemory
    }

    private var patterns: [Pattern] = []
    private var entries: [Entry] = []
    private var left: [Int]
    private var hostsLeft: [Int]
    private var slack: CPUsAndMemory
    /// Kinds of which none is left.
    private var gone = SIMD2<UInt64>()
    /// What is left as one number, and where in it each kind of guest cells and of host cells is; nil where it would be too large.
    private var key = Key()
    private let digits: (kinds: [Digit], hosts: [Digit])?
    private var refuted: Set<Key> = []
    /// Patterns that are still possible, of all nodes on the way to this one, one after the other.
    private var alive: [Int32] = []
    /// Patterns for the kind that a node decides, in the order in which they are tried, of all nodes on the way, and how much less each
    /// is worth than the best.
    private var choices: [(pattern: Int32, loss: Int)] = []
    /// By kind: for how many patterns it is possible yet.
    private var counts: [Int]
    /// By kind: the prices to begin with.
    private var prices: [Int]
    private var looks = 0
    private var limit = 0

    /// Indices of the patterns that cover all, once that was found.
    private(set) var chosen: [Int] = []

    private typealias Key = SIMD8<UInt64>

    /// A part of a key.
    private struct Digit {
        let word: Int
        let unit: UInt64
    }

    /// How many refuted states are remembered.
    private static let memory = 200_000
    /// Looks at patterns for which one fit check is counted.
    private static let looksPerCheck = 32
    /// What a node takes beside its patterns, in looks.
    private static let looksOfNode = 32
    /// How many steps prices are improved by, where nothing is chosen yet and after each choice.
    private static let (firstSteps, moreSteps) = (60, 10)
    /// The price to begin with, and how far from zero prices may come: no sum of so many overflows.
    private static let (price, highest) = (1 << 20, 1 << 26)
    /// The least that a step aims at, as a part of what all that is left was worth at first, and the most.
    private static let (aim, longest) = (400, 1 << 40)

    /// What was done, in fit checks.
    var steps: Int { looks / ExactCover.looksPerCheck }

    /// How many patterns there are.
    var count: Int { patterns.count }

    init(left: [Int], hostsLeft: [Int], slack: CPUsAndMemory) {
        self.left = left
        self.hostsLeft = hostsLeft
        self.slack = slack
        counts = left.map { _ in 0 }
        prices = left.map { _ in ExactCover.price }
        let digits = ExactCover.digits(for: left + hostsLeft)
        self.digits = digits.map { (Array($0[..<left.count]), Array($0[left.count...])) }
        for (digit, number) in zip(digits ?? [], left + hostsLeft) { key[digit.word] += digit.unit * UInt64(number) }
        for kind in left.indices where left[kind] == 0 { ExactCover.insert(kind, into: &gone) }
    }

    /// Digits wide enough for numbers up to these; nil where a key has no room for all.
    private static func digits(for numbers: [Int]) -> [Digit]? {
        var (word, bit) = (0, 0)
        var digits: [Digit] = []
        for number in numbers {
            let width = Int.bitWidth - number.leadingZeroBitCount
            if bit + width > UInt64.bitWidth { (word, bit) = (word + 1, 0) }
            guard word < Key.scalarCount else { return nil }
            digits.append(Digit(word: word, unit: 1 << UInt64(bit % UInt64.bitWidth)))
            bit += width
        }
        return digits
    }

    /// - Parameters:
    ///   - set: Kinds, ascending.
    ///   - hosts: The kind of host cells that it is for.
    mutating func add(_ set: [Int], on hosts: Int, waste: CPUsAndMemory) {
        let first = entries.count
        var bits = SIMD2<UInt64>()
        var hasMore = false
        for kind in set {
            if entries.count > first, let last = entries.last, last.kind == kind {
                entries[entries.count - 1] = Entry(kind: kind, count: last.count + 1)
                hasMore = true
            } else {
                entries.append(Entry(kind: kind, count: 1))
                ExactCover.insert(kind, into: &bits)
            }
        }
        patterns.append(
            Pattern(
                hosts: hosts, entries: first..<entries.count, bits: bits, hasMore: hasMore, waste: waste))
    }

    /// The kind of host cells that a pattern is for, and what it has.
    func pattern(_ index: Int) -> (hosts: Int, entries: ArraySlice<Entry>) {
        (patterns[index].hosts, entries[patterns[index].entries])
    }

    private static func insert(_ kind: Int, into bits: inout SIMD2<UInt64>) {
        bits[kind / UInt64.bitWidth] |= 1 << UInt64(kind % UInt64.bitWidth)
    }

    private static func contains(_ kind: Int, in bits: SIMD2<UInt64>) -> Bool {
        bits[kind / UInt64.bitWidth] >> UInt64(kind % UInt64.bitWidth) & 1 == 1
    }

    // MARK: Search

    /// Looks for a cover until `limit` fit checks are made in all. It begins anew each time, and knows what failed before.
    mutating func run(limit: Int) -> SearchOutcome {
        self.limit = limit
        alive = patterns.indices.sorted { isBefore($0, $1) }.map { Int32($0) }
        choices = []
        return cover(0..<alive.count, prices)
    }

    /// Those that waste less first; of equals the larger guest cells first.
    private func isBefore(_ left: Int, _ right: Int) -> Bool {
        let (a, b) = (patterns[left].waste, patterns[right].waste)
        return (a.memory, a.cpus, left) < (b.memory, b.cpus, right)
    }

    /// Covers what is left with some of the patterns at these places.
    ///
    /// - Parameter prices: Those of the node before.
    private mutating func cover(_ given: Range<Int>, _ prices: [Int]) -> SearchOutcome {
        guard steps < limit else { return .limit }
        guard digits == nil || !refuted.contains(key) else { return .exhausted }
        let (firstAlive, firstChoice) = (alive.count, choices.count)
        look(at: given)
        guard var fewest = fewest else { return .found }
        var outcome = SearchOutcome.exhausted
        if counts[fewest] > 0 {
            var prices = prices
            if let most = improve(&prices, from: firstAlive), let left = self.fewest {
                if chosen.isEmpty { self.prices = prices }
                fewest = left
                choose(for: fewest, from: firstAlive, prices, most)
            }
            outcome = tryChoices(from: firstChoice, of: fewest, firstAlive, prices)
            if outcome == .found { return .found }
        }
        alive.removeLast(alive.count - firstAlive)
        choices.removeLast(choices.count - firstChoice)
        if outcome == .exhausted, digits != nil, refuted.count < ExactCover.memory { refuted.insert(key) }
        return outcome
    }

    private mutating func tryChoices(
        from firstChoice: Int, of kind: Int, _ firstAlive: Int, _ prices: [Int]
    ) -> SearchOutcome {
        for next in firstChoice..<choices.count {
            let index = choices[next].pattern
            take(Int(index), times: 1)
            chosen.append(Int(index))
            let outcome = cover(firstAlive..<alive.count, prices)
            if outcome == .found { return .found }
            chosen.removeLast()
            take(Int(index), times: -1)
            if outcome == .limit { return .limit }
            // Where it might be used beside its like, the branches to come do without it.
            if left[kind] > 1, let place = alive[firstAlive...].firstIndex(of: index) { alive.remove(at: place) }
        }
        return .exhausted
    }

    /// The kind that the fewest patterns are left for, of equals the hardest; nil when none is left.
    private var fewest: Int? {
        var fewest: Int?
        for kind in left.indices where left[kind] > 0 {
            if counts[kind] < fewest.map({ counts[$0] }) ?? Int.max { fewest = kind }
        }
        return fewest
    }

    /// Appends the patterns that are still possible, and counts them by kind.
    private mutating func look(at given: Range<Int>) {
        for kind in counts.indices { counts[kind] = 0 }
        looks += given.count + ExactCover.looksOfNode
        for place in given {
            let index = alive[place]
            guard isPossible(Int(index)) else { continue }
            alive.append(index)
            for entry in patterns[Int(index)].entries { counts[entries[entry].kind] += 1 }
        }
    }

    private func isPossible(_ index: Int) -> Bool {
        patterns[index].bits & gone == SIMD2() && hostsLeft[patterns[index].hosts] > 0
            && patterns[index].waste.isAtMost(slack)
            && (!patterns[index].hasMore
                || patterns[index].entries.allSatisfy { entry in
                    left[entries[entry].kind] >= entries[entry].count
                })
    }

    /// Appends the patterns that have a kind, those first that are worth most, of equals those that waste least.
    private mutating func choose(for kind: Int, from firstAlive: Int, _ prices: [Int], _ most: [Int]) {
        let first = choices.count
        for place in firstAlive..<alive.count where ExactCover.contains(kind, in: patterns[Int(alive[place])].bits) {
            let pattern = patterns[Int(alive[place])]
            choices.append((alive[place], most[pattern.hosts] - worth(of: pattern, prices)))
        }
        looks += alive.count - firstAlive
        choices[first...].sort { left, right in
            let (a, b) = (patterns[Int(left.pattern)].waste, patterns[Int(right.pattern)].waste)
            return (left.loss, a.memory, a.cpus, left.pattern) < (right.loss, b.memory, b.cpus, right.pattern)
        }
    }

    // MARK: Prices

    private func worth(of pattern: Pattern, _ prices: [Int]) -> Int {
        var worth = 0
        for place in pattern.entries { worth += prices[entries[place].kind] * entries[place].count }
        return worth
    }

    /// Improves prices, and leaves out patterns that are worth too little.
    ///
    /// - Returns: By kind of host cells: what a pattern is worth at most; nil where all that is left is worth more than patterns can be.
    private mutating func improve(_ prices: inout [Int], from firstAlive: Int) -> [Int]? {
        let many = chosen.isEmpty ? ExactCover.firstSteps : ExactCover.moreSteps
        var best: (gap: Int, prices: [Int], most: [Int])?
        let aim = ExactCover.price * left.reduce(0, +) / ExactCover.aim
        var (most, dearest, lacking) = (hostsLeft, hostsLeft, left)
        for _ in 0..<many {
            findDearest(from: firstAlive, prices, &most, &dearest)
            var gap = 0
            for hosts in most.indices { gap += hostsLeft[hosts] * most[hosts] }
            for kind in left.indices { gap -= left[kind] * prices[kind] }
            guard gap >= 0 else { return nil }
            if gap < best?.gap ?? Int.max { best = (gap, prices, most) }
            for kind in left.indices { lacking[kind] = left[kind] }
            for hosts in dearest.indices where dearest[hosts] >= 0 {
                for place in patterns[dearest[hosts]].entries {
                    lacking[entries[place].kind] -= hostsLeft[hosts] * entries[place].count
                }
            }
            let length = lacking.reduce(0) { $0 + $1 * $1 }
            guard length > 0, steps < limit else { break }
            let step = min(max(gap, aim), ExactCover.longest)
            for kind in left.indices where lacking[kind] != 0 {
                let price = prices[kind] + step * lacking[kind] / length
                prices[kind] = min(max(price, -ExactCover.highest), ExactCover.highest)
            }
        }
        guard let best else { return most }
        prices = best.prices
        leaveOut(from: firstAlive, prices, best.most, gap: best.gap)
        return best.most
    }

    /// The pattern that is worth most for each kind of host cells; none is where all are worth less than nothing.
    private mutating func findDearest(
        from firstAlive: Int, _ prices: [Int], _ most: inout [Int], _ dearest: inout [Int]
    ) {
        for hosts in most.indices { (most[hosts], dearest[hosts]) = (0, -1) }
        looks += alive.count - firstAlive
        for place in firstAlive..<alive.count {
            let index = Int(alive[place])
            let worth = worth(of: patterns[index], prices)
            let hosts = patterns[index].hosts
            if worth > most[hosts] { (most[hosts], dearest[hosts]) = (worth, index) }
        }
    }

    /// Leaves out patterns that lack more than a gap, and counts the others by kind.
    private mutating func leaveOut(from firstAlive: Int, _ prices: [Int], _ most: [Int], gap: Int) {
        for kind in counts.indices { counts[kind] = 0 }
        looks += alive.count - firstAlive
        var end = firstAlive
        for place in firstAlive..<alive.count {
            let pattern = patterns[Int(alive[place])]
            guard most[pattern.hosts] - worth(of: pattern, prices) <= gap else { continue }
            alive[end] = alive[place]
            end += 1
            for entry in pattern.entries { counts[entries[entry].kind] += 1 }
        }
        alive.removeLast(alive.count - end)
    }

    private mutating func take(_ index: Int, times: Int) {
        let pattern = patterns[index]
        for place in pattern.entries {
            let entry = entries[place]
            left[entry.kind] -= times * entry.count
            if left[entry.kind] == 0 || left[entry.kind] == entry.count && times < 0 { update(entry.kind) }
            if let digit = digits?.kinds[entry.kind] {
                key.change(digit.word, by: digit.unit, times: times * entry.count)
            }
        }
        hostsLeft[pattern.hosts] -= times
        if let digit = digits?.hosts[pattern.hosts] { key.change(digit.word, by: digit.unit, times: times) }
        slack = CPUsAndMemory(
            cpus: slack.cpus - times * pattern.waste.cpus, memory: slack.memory - times * pattern.waste.memory)
    }

    private mutating func update(_ kind: Int) {
        let bit: UInt64 = 1 << UInt64(kind % UInt64.bitWidth)
        if left[kind] == 0 {
            gone[kind / UInt64.bitWidth] |= bit
        } else {
            gone[kind / UInt64.bitWidth] &= ~bit
        }
    }
}

extension SIMD8<UInt64> {
    /// Takes a unit off a word so many times, or adds it back where that is negative.
    fileprivate mutating func change(_ word: Int, by unit: UInt64, times: Int) {
        if times > 0 { self[word] -= unit * UInt64(times) } else { self[word] += unit * UInt64(-times) }
    }
}
