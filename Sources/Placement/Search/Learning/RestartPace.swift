/// When a ``ClauseSolver`` takes all decisions back, and when it drops what it has learned.
struct RestartPace {
    private let first: Int
    private var mostLearned: Int
    private var conflicts = 0
    private var restarts = 0
    private var next: Int

    /// - Parameters:
    ///   - first: After how many contradictions the first restart comes; the others after one of its multiples in Luby's sequence.
    ///   - mostLearned: How many clauses may be learned before half of them are dropped.
    init(first: Int, mostLearned: Int) {
        (self.first, self.mostLearned, next) = (first, mostLearned, first)
    }

    /// Counts a contradiction; whether decisions are taken back after it.
    mutating func isDue() -> Bool {
        conflicts += 1
        guard conflicts >= next else { return false }
        restarts += 1
        next = conflicts + first * RestartPace.luby(restarts)
        return true
    }

    /// Whether so many learned clauses are too many. The next time it is more that are.
    mutating func isTooMuch(_ learned: Int) -> Bool {
        guard learned > mostLearned else { return false }
        mostLearned += mostLearned / 8
        return true
    }

    /// 1, 1, 2, 1, 1, 2, 4, 1, 1, 2, 1, 1, 2, 4, 8, …
    private static func luby(_ index: Int) -> Int {
        var (size, power) = (1, 0)
        while size < index + 1 { (size, power) = (2 * size + 1, power + 1) }
        var index = index
        while size - 1 != index {
            size = (size - 1) / 2
            power -= 1
            index %= size
        }
        return 1 << power
    }
}
