/// Sums, and what follows from them: each limits the weights of those of its literals that hold.
struct WeightSums {
    /// A literal, and what it weighs where it holds.
    typealias Term = (literal: Int, weight: Int)

    private struct Sum {
        /// The heaviest first.
        let terms: [Term]
        let limit: Int
        /// What is left of the limit.
        var left: Int
        let heaviest: Int
    }

    private var sums: [Sum] = []
    /// By literal.
    private var sumsOf: [[(sum: Int, weight: Int)]]
    /// What was done, in looks at literals.
    private(set) var work = 0

    init(questions count: Int) { sumsOf = Array(repeating: [], count: 2 * count) }

    /// Adds a sum with a limit that is not negative, and draws what follows from it.
    ///
    /// - Parameters:
    ///   - terms: Of weights above 0.
    ///   - counted: How many of the literals that hold have been counted in the other sums; the rest comes.
    /// - Returns: False when the literals that hold weigh too much.
    mutating func add(_ terms: [Term], atMost limit: Int, counted: Int, _ answers: inout AnswerTrail) -> Bool {
        let terms = terms.sorted { ($1.weight, $0.literal) < ($0.weight, $1.literal) }
        guard let heaviest = terms.first?.weight, terms.reduce(0, { $0 + $1.weight }) > limit else { return true }
        for term in terms { sumsOf[term.literal].append((sums.count, term.weight)) }
        var left = limit
        for literal in answers.literals[..<counted] {
            for term in terms where term.literal == literal { left -= term.weight }
        }
        sums.append(Sum(terms: terms, limit: limit, left: left, heaviest: heaviest))
        for term in terms where term.weight > left && answers.isOpen(term.literal) {
            answers.set(term.literal ^ 1, .none)
        }
        return left >= 0
    }

    /// Counts a literal that holds newly and draws what follows; the sum that is exceeded, if one is.
    mutating func draw(_ literal: Int, _ answers: inout AnswerTrail) -> Int? {
        var exceeded: Int?
        work += sumsOf[literal].count
        for entry in sumsOf[literal] {
            sums[entry.sum].left -= entry.weight
            if sums[entry.sum].left < 0 { exceeded = entry.sum }
        }
        if let exceeded { return exceeded }
        for entry in sumsOf[literal] where sums[entry.sum].left < sums[entry.sum].heaviest {
            let left = sums[entry.sum].left
            for index in sums[entry.sum].terms.indices {
                let term = sums[entry.sum].terms[index]
                guard term.weight > left else { break }
                work += 1
                if answers.isOpen(term.literal) { answers.set(term.literal ^ 1, .sum(entry.sum)) }
            }
        }
        return nil
    }

    /// Counts a literal no more that was counted.
    mutating func giveBack(_ literal: Int) {
        for entry in sumsOf[literal] { sums[entry.sum].left += entry.weight }
    }

    /// Literals that do not hold, because of which a sum is exceeded.
    mutating func excess(of sum: Int, _ answers: AnswerTrail) -> [Int] {
        literals(of: sum, before: answers.literals.count, beside: 0, answers)
    }

    /// Literals that do not hold, because of which a sum had no room for the opposite of a literal that holds.
    mutating func reasons(_ sum: Int, for literal: Int, _ answers: AnswerTrail) -> [Int] {
        let weight = sums[sum].terms.first { $0.literal == literal ^ 1 }?.weight ?? 0
        return literals(of: sum, before: answers.positions[literal / 2], beside: weight, answers)
    }

    /// Literals that do not hold, because of which a sum leaves no room for a weight: the heaviest that suffice.
    private mutating func literals(
        of sum: Int, before position: Int, beside weight: Int, _ answers: AnswerTrail
    ) -> [Int] {
        var needed = sums[sum].limit - weight
        var found: [Int] = []
        for term in sums[sum].terms where needed >= 0 {
            work += 1
            guard answers.holds(term.literal), answers.positions[term.literal / 2] < position else { continue }
            found.append(term.literal ^ 1)
            needed -= term.weight
        }
        return found
    }
}
