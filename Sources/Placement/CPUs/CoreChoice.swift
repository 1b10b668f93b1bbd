internal import HostModel

/// The cores of one host cell from which a guest cell takes its threads: the best choice, not one core after the other.
///
/// Better is, in this order:
/// 1. fewer cores that somebody else is on already,
/// 2. fewer last-level caches,
/// 3. fewer cores, so that siblings stay together,
/// 4. what leaves the largest untouched caches, then the next largest, to those who come later,
/// 5. lower CPU numbers.
///
/// Within one cache the best way to take m threads is plain: untouched cores before those that somebody is on, large ones before
/// small ones, and the last of them the smallest that suffices. So the choice comes down to how many threads each cache gives, and
/// these numbers follow from a table over the caches: the best for the caches from k on, for every number of threads still to be
/// found. All terms of the order but the last add up over caches, which makes the table exact.
struct CoreChoice {
    /// A core with threads to give.
    struct Candidate {
        /// The core's index in its cell.
        let core: Int
        /// Threads that it can give.
        let free: Int
        /// Whether nobody is on it.
        let isUntouched: Bool
        /// The last-level cache that it is behind.
        let cache: Int
        /// Threads that nobody else can have whole any more once some are taken: more than ``free`` where a core gives one only.
        var size: Int
    }

    /// Threads taken from one core.
    struct CoreShare: Equatable {
        let core: Int
        let threads: Int
    }

    /// Candidates by cache, each in the order in which they are taken.
    private let caches: [[Candidate]]
    /// The most cores that may give a single thread; nil for any number.
    private let singles: Int?
    /// Caches that cost nothing, since the guest uses them already.
    private let used: Set<Int>

    /// - Parameters:
    ///   - candidates: Ascending by core.
    ///   - singles: How many cores may give one thread only; nil where that does not matter.
    ///   - used: Caches that the guest is behind already.
    init(_ candidates: [Candidate], singles: Int? = nil, used: Set<Int> = []) {
        let groups = Dictionary(grouping: candidates, by: \.cache).values
        caches = groups.sorted { $0[0].core < $1[0].core }.map { group in
            group.sorted {
                ($0.isUntouched ? 0 : 1, -$0.free, $0.size, $0.core) < (
                    $1.isUntouched ? 0 : 1, -$1.free, $1.size, $1.core
                )
            }
        }
        self.singles = singles
        self.used = used
    }

    /// The best way to take so many threads, ascending by core; nil when there are not as many, or not without more single ones.
    func best(_ threads: Int) -> [CoreShare]? {
        let allowed = singles ?? 0
        let length = (caches.map { $0.reduce(0) { $0 + $1.size } }.max() ?? 0) + 1
        // By threads still to be found and single ones still allowed.
        var after = [[Choice?]](
            repeating: Array(repeating: nil, count: allowed + 1), count: threads + 1)
        after[0] = Array(repeating: Choice(cost: Cost(length: length), parts: []), count: allowed + 1)
        for cache in caches.reversed() {
            let ways = ways(cache, upTo: threads, length: length)
            var table = [[Choice?]](
                repeating: Array(repeating: nil, count: allowed + 1), count: threads + 1)
            for wanted in 0...threads {
                for spare in 0...allowed {
                    table[wanted][spare] = better(of: ways, wanted: wanted, spare: spare, after: after)
                }
            }
            after = table
        }
        return after[threads][allowed]?.parts.sorted { $0.core < $1.core }
    }

    /// The best that a cache and those after it give. Of equals, the one that takes more here.
    private func better(of ways: [Choice], wanted: Int, spare: Int, after: [[Choice?]]) -> Choice? {
        var best: Choice?
        for taken in stride(from: min(wanted, ways.count - 1), through: 0, by: -1) {
            let single = singles == nil ? 0 : ways[taken].parts.count { $0.threads == 1 }
            guard single <= spare, let rest = after[wanted - taken][spare - single] else { continue }
            let cost = ways[taken].cost + rest.cost
            if best.map({ cost < $0.cost }) ?? true {
                best = Choice(cost: cost, parts: ways[taken].parts + rest.parts)
            }
        }
        return best
    }

    /// By number of threads: what one cache gives.
    private func ways(_ cache: [Candidate], upTo threads: Int, length: Int) -> [Choice] {
        let all = cache.reduce(0) { $0 + $1.free }
        let untouched = cache.reduce(0) { $0 + ($1.isUntouched ? $1.size : 0) }
        let isUsed = used.contains(cache[0].cache)
        return (0...min(all, threads)).map { count in
            var (rest, left) = (count, untouched)
            var choice = Choice(cost: Cost(length: length), parts: [])
            var open = cache[...]
            while rest > 0, let first = open.first {
                // The last of them is the smallest that suffices, among those that are as good otherwise.
                let alike = open.filter { $0.isUntouched == first.isUntouched }
                let least = alike.last { $0.free >= rest }?.free
                let candidate = alike.first { $0.free == least } ?? first
                let taken = min(rest, candidate.free)
                choice.parts.append(CoreShare(core: candidate.core, threads: taken))
                choice.cost.shared += candidate.isUntouched ? 0 : 1
                if candidate.isUntouched { left -= candidate.size }
                rest -= taken
                open.removeFirst()
            }
            choice.cost.cores = choice.parts.count
            choice.cost.caches = count > 0 && !isUsed ? 1 : 0
            choice.cost.left[length - 1 - left] = 1
            return choice
        }
    }
}

private struct Choice {
    var cost: Cost
    var parts: [CoreChoice.CoreShare]
}

/// How good a choice is; less is better.
private struct Cost: Comparable {
    var shared = 0
    var caches = 0
    var cores = 0
    /// How many caches keep so many untouched threads, the largest number first.
    var left: [Int]

    init(length: Int) { left = Array(repeating: 0, count: length) }

    static func + (first: Cost, second: Cost) -> Cost {
        var sum = first
        sum.shared += second.shared
        sum.caches += second.caches
        sum.cores += second.cores
        for index in sum.left.indices { sum.left[index] += second.left[index] }
        return sum
    }

    static func < (first: Cost, second: Cost) -> Bool {
        if first.shared != second.shared { return first.shared < second.shared }
        if first.caches != second.caches { return first.caches < second.caches }
        if first.cores != second.cores { return first.cores < second.cores }
        // Large caches left untouched are better.
        return second.left.lexicographicallyPrecedes(first.left)
    }
}
