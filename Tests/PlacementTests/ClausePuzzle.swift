import FullHosts
import Placement

/// Clauses and sums over a few questions, and all their answers by trying each.
struct ClausePuzzle {
    var questions: Int
    var clauses: [[Int]] = []
    var sums: [(terms: [(literal: Int, weight: Int)], limit: Int)] = []
    /// Clauses that the solver is told of only where all their literals fail.
    var late: [[Int]] = []

    init(questions: Int) { self.questions = questions }

    /// - Parameters:
    ///   - most: How many questions there are at most.
    ///   - hasLate: Whether some clauses are told late.
    init(seed: Int, most: Int = 12, hasLate: Bool = false) {
        var dice = SplitMix(seed: seed)
        self.init(questions: dice.number(1...most))
        let size = dice.pick([2, 3, 4])
        // From few rules to more than can hold together.
        for _ in 0..<dice.number(0...5 * questions) where dice.chance(70) {
            let clause = ClausePuzzle.literals(dice.number(1...20) == 1 ? 1 : size, of: questions, &dice)
            if hasLate, dice.chance(40) { late.append(clause) } else { clauses.append(clause) }
        }
        for _ in 0..<dice.number(0...4) {
            let terms = ClausePuzzle.literals(dice.number(0...questions + 2), of: questions, &dice).map {
                (literal: $0, weight: dice.number(0...6))
            }
            let all = terms.reduce(0) { $0 + $1.weight }
            sums.append((terms, dice.chance(2) ? -1 : dice.number(all / 4...all)))
        }
    }

    /// Any literals: some twice, some beside their opposites.
    private static func literals(_ count: Int, of questions: Int, _ dice: inout SplitMix) -> [Int] {
        (0..<count).map { _ in dice.number(0...2 * questions - 1) }
    }

    /// More pigeons than holes.
    ///
    /// - Parameter bySums: Whether sums say that a hole has one pigeon; else clauses do.
    static func pigeons(_ holes: Int, bySums: Bool) -> ClausePuzzle {
        var puzzle = ClausePuzzle(questions: holes * (holes + 1))
        for pigeon in 0...holes { puzzle.clauses.append((0..<holes).map { 2 * (pigeon * holes + $0) }) }
        for hole in 0..<holes {
            let inside = (0...holes).map { 2 * ($0 * holes + hole) }
            if bySums {
                puzzle.sums.append((inside.map { ($0, 1) }, 1))
            } else {
                for (index, one) in inside.enumerated() {
                    for other in inside[..<index] { puzzle.clauses.append([one ^ 1, other ^ 1]) }
                }
            }
        }
        return puzzle
    }

    // MARK: All answers

    static func holds(_ literal: Int, in answers: Int) -> Bool { answers >> (literal / 2) & 1 == 1 - literal % 2 }

    /// Whether answers keep all rules; a bit of each question.
    func isKept(by answers: Int) -> Bool {
        (clauses + late).allSatisfy { $0.contains { ClausePuzzle.holds($0, in: answers) } }
            && sums.allSatisfy { sum in
                sum.terms.reduce(0) { $0 + (ClausePuzzle.holds($1.literal, in: answers) ? $1.weight : 0) } <= sum.limit
            }
    }

    /// All answers that keep all rules.
    var answers: Set<Int> { Set((0..<1 << questions).filter(isKept)) }

    // MARK: Solving

    /// - Parameters: As those of the solver.
    func solver(restart: Int = 100, mostLearned: Int = 4_000) -> ClauseSolver {
        var solver = ClauseSolver(questions: questions, restart: restart, mostLearned: mostLearned)
        for clause in clauses { solver.add(clause) }
        for sum in sums { solver.add(sum.terms, atMost: sum.limit) }
        return solver
    }

    /// A contradiction, also with what is told late.
    func contradiction(_ solver: inout ClauseSolver) -> [Int]? {
        if let conflict = solver.propagate() { return conflict }
        return late.first { $0.allSatisfy { solver.holds($0 ^ 1) } }
    }

    enum Outcome: Equatable {
        case answers(Int)
        case none
    }

    /// Goes on until there is an answer or none can be; nil when so much work is done before.
    func run(_ solver: inout ClauseSolver, work: Int = .max) -> Outcome? {
        while solver.work < work {
            if let conflict = contradiction(&solver) {
                guard solver.learn(from: conflict) else { return ClausePuzzle.Outcome.none }
            } else if let decision = solver.nextDecision() {
                solver.decide(decision)
            } else {
                let held = (0..<questions).filter { solver.holds(2 * $0) }
                return .answers(held.reduce(0) { $0 | 1 << $1 })
            }
        }
        return nil
    }
}
