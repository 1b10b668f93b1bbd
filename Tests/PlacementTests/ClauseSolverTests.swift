import FullHosts
import Placement
import Testing

@Suite("Clauses and sums, against trying every answer")
struct ClauseSolverTests {
    /// Restarts and forgetting as they are, and as often as can be.
    static let paces = [(100, 4_000), (1, 0), (3, 2)]

    @Test("an answer is found if there is one, and it keeps all rules", arguments: [false, true], paces)
    func decided(hasLate: Bool, pace: (Int, Int)) {
        var none = 0
        for seed in 0..<1_000 {
            let puzzle = ClausePuzzle(seed: seed, hasLate: hasLate)
            var solver = puzzle.solver(restart: pace.0, mostLearned: pace.1)
            switch puzzle.run(&solver) {
            case .answers(let answers):
                #expect(puzzle.isKept(by: answers), "seed \(seed)")
            case .some(.none):
                none += 1
                #expect(puzzle.answers.isEmpty, "seed \(seed)")
                #expect(solver.propagate() == [], "seed \(seed): it stays so")
            case nil: Issue.record("seed \(seed)")
            }
        }
        // Both kinds are many.
        #expect((250...750).contains(none), "\(none) without an answer")
    }

    @Test("with each answer refused when it is found, all are found once", arguments: paces)
    func all(pace: (Int, Int)) {
        for seed in 0..<500 {
            let puzzle = ClausePuzzle(seed: seed, most: 7, hasLate: seed % 2 == 0)
            var solver = puzzle.solver(restart: pace.0, mostLearned: pace.1)
            var told = puzzle
            var found: [Int] = []
            while case .answers(let answers) = told.run(&solver) {
                found.append(answers)
                let refusal = (0..<puzzle.questions).map { 2 * $0 + (answers >> $0 & 1) }
                told.late.append(refusal)
            }
            #expect(Set(found) == puzzle.answers && found.count == puzzle.answers.count, "seed \(seed)")
        }
    }

    @Test("what is drawn from decisions follows from them, and a contradiction is one", arguments: paces)
    func follows(pace: (Int, Int)) {
        for seed in 0..<300 {
            let puzzle = ClausePuzzle(seed: seed, most: 9, hasLate: true)
            let all = puzzle.answers
            var solver = puzzle.solver(restart: pace.0, mostLearned: pace.1)
            var decisions: [Int] = []
            var before: [Int] = []
            steps: while true {
                let conflict = puzzle.contradiction(&solver)
                decisions.removeLast(decisions.count - solver.level)
                let possible = all.filter { answers in
                    decisions.allSatisfy { ClausePuzzle.holds($0, in: answers) }
                }
                let isImplied = possible.allSatisfy { answers in
                    solver.trail.allSatisfy { ClausePuzzle.holds($0, in: answers) }
                }
                #expect(isImplied, "seed \(seed)")
                let same = min(solver.unchanged(), before.count)
                #expect(solver.trail.prefix(same) == before.prefix(same), "seed \(seed)")
                before = solver.trail
                if let conflict {
                    #expect(possible.isEmpty && conflict.allSatisfy { solver.holds($0 ^ 1) }, "seed \(seed)")
                    guard solver.learn(from: conflict) else { break steps }
                } else if let decision = solver.nextDecision() {
                    decisions.removeLast(decisions.count - solver.level)
                    decisions.append(decision)
                    solver.decide(decision)
                } else {
                    break steps
                }
            }
        }
    }

    @Test("it is the same again, and the same when it stops in between and goes on")
    func steady() {
        for seed in 0..<500 {
            let puzzle = ClausePuzzle(seed: seed, hasLate: true)
            var (whole, again, inParts) = (
                puzzle.solver(restart: 2), puzzle.solver(restart: 2), puzzle.solver(restart: 2)
            )
            let outcome = puzzle.run(&whole)
            #expect(
                puzzle.run(&again) == outcome && again.trail == whole.trail && again.work == whole.work, "seed \(seed)")
            var limit = inParts.work
            var last: ClausePuzzle.Outcome?
            while last == nil, limit <= whole.work + 1 {
                limit += 1
                last = puzzle.run(&inParts, work: limit)
            }
            #expect(last == outcome && inParts.trail == whole.trail && inParts.work == whole.work, "seed \(seed)")
        }
    }

    @Test("more pigeons than holes are refuted, whatever is forgotten on the way", arguments: [false, true], paces)
    func pigeons(bySums: Bool, pace: (Int, Int)) {
        let puzzle = ClausePuzzle.pigeons(6, bySums: bySums)
        var solver = puzzle.solver(restart: pace.0, mostLearned: pace.1)
        #expect(puzzle.run(&solver, work: 50_000_000) == ClausePuzzle.Outcome.none)
        // With one pigeon less there is a place for each.
        var less = puzzle
        less.clauses.removeFirst()
        var other = less.solver(restart: pace.0, mostLearned: pace.1)
        guard case .answers = less.run(&other) else {
            Issue.record("no answer")
            return
        }
    }

    @Test("questions are decided by preference, of equals the first, and answered yes at first")
    func order() {
        for seed in 0..<200 {
            var dice = SplitMix(seed: seed)
            let weights = (0..<dice.number(1...40)).map { _ in dice.number(0...10) }
            var solver = ClauseSolver(questions: weights.count)
            for question in weights.indices.shuffled(using: &dice) { solver.prefer(question, by: weights[question]) }
            var decided: [Int] = []
            while let literal = solver.nextDecision() {
                decided.append(literal)
                solver.decide(literal)
            }
            let sorted = weights.indices.sorted { (weights[$1], $0) < (weights[$0], $1) }
            #expect(decided == sorted.map { 2 * $0 }, "seed \(seed)")
        }
    }

    @Test("a sum forbids what no room is left for, before anything is decided")
    func sums() {
        var solver = ClauseSolver(questions: 4)
        solver.add([0])
        solver.add([(0, 3), (2, 2), (4, 1), (6, 9)], atMost: 4)
        #expect(solver.propagate() == nil)
        #expect(solver.trail == [0, 7, 3])
        solver.add([(1, 1)], atMost: 0)
        solver.add([(4, 1), (5, 1)], atMost: 0)
        #expect(solver.propagate()?.isEmpty == false)
    }
}
