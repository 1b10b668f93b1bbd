/// Questions with the answers yes and no, what must hold of them, and what follows: clauses and sums, with learning.
///
/// A literal is a question with an answer: `2 * question` is yes, `2 * question + 1` is no. A *clause* has at least one literal that
/// holds (``WatchedClauses``). A *sum* limits the weights of those of its literals that hold (``WeightSums``). After each decision
/// everything that follows is drawn; where that leads to a contradiction, the clause that says why is learned (the first point that
/// all reasons pass through), and the decisions are taken back to where it says something new. A learned clause follows from what was
/// given, so once one contradicts without a decision there is no answer at all. Questions that were in many late contradictions are
/// decided first (``DecisionOrder``); from time to time all decisions are taken back, what was learned stays (restarts), and half of
/// the clauses that were of little use are dropped.
///
/// Who uses it decides when: ``propagate()``, ``learn(from:)`` where that contradicts, else ``nextDecision()`` and ``decide(_:)``. In
/// between it may be told of contradictions that only its user knows of, as clauses none of whose literals holds.
package struct ClauseSolver {
    var answers: AnswerTrail
    var clauses: WatchedClauses
    var sums: WeightSums
    var order: DecisionOrder
    /// How many of the literals that hold have been drawn on.
    private var head = 0
    /// Whether there is no answer at all.
    private(set) var contradicts = false
    private var restarts: RestartPace
    /// By question: whether the clause that is being learned depends on it.
    var isSeen: [Bool]
    /// Looks at literals that neither clauses nor sums count themselves.
    var ownWork = 0

    /// What was done, in looks at literals.
    package var work: Int { ownWork + clauses.work + sums.work }

    /// - Parameters:
    ///   - restart: After how many contradictions all decisions are taken back for the first time; above 0.
    ///   - mostLearned: More learned clauses than this are halved when decisions are taken back; grows by an eighth each time.
    package init(questions count: Int, restart: Int = 100, mostLearned: Int = 4_000) {
        answers = AnswerTrail(questions: count)
        clauses = WatchedClauses(questions: count)
        sums = WeightSums(questions: count)
        order = DecisionOrder(questions: count)
        restarts = RestartPace(first: restart, mostLearned: mostLearned)
        isSeen = Array(repeating: false, count: count)
    }

    /// Literals that hold, in the order in which they came to.
    package var trail: [Int] { answers.literals }

    /// Whether a literal holds now.
    package func holds(_ literal: Int) -> Bool { answers.holds(literal) }

    /// How many decisions were made.
    package var level: Int { answers.level }

    // MARK: What is given

    /// Sets in which order questions are decided while nothing is known of them: those with more first.
    package mutating func prefer(_ question: Int, by weight: Int) { order.set(question, to: weight) }

    /// Adds a clause before anything is decided.
    package mutating func add(_ literals: [Int]) {
        ownWork += literals.count
        guard !contradicts else { return }
        add(WatchedClauses.Clause(literals: literals, levels: 0))
    }

    /// Adds a sum before anything is decided: of those literals that hold the weights come to `limit` at most.
    package mutating func add(_ terms: [(literal: Int, weight: Int)], atMost limit: Int) {
        ownWork += terms.count
        guard limit >= 0 else {
            contradicts = true
            return
        }
        if !sums.add(terms.filter { $0.weight > 0 }, atMost: limit, counted: head, &answers) { contradicts = true }
    }

    /// Adds what is open of a clause while nothing is decided; one that holds anyway is left out.
    private mutating func add(_ clause: WatchedClauses.Clause) {
        guard !clause.literals.contains(where: { answers.holds($0) }) else { return }
        let open = clause.literals.filter { answers.isOpen($0) }
        switch open.count {
        case 0: contradicts = true
        case 1: answers.set(open[0], .none)
        default: clauses.add(WatchedClauses.Clause(literals: open, levels: clause.levels))
        }
    }

    // MARK: Deciding

    /// The question to decide next, as a literal; nil when all are answered.
    package mutating func nextDecision() -> Int? {
        while let literal = order.next() {
            if answers.isOpen(literal) { return literal }
        }
        return nil
    }

    /// Decides that an open literal holds.
    package mutating func decide(_ literal: Int) {
        answers.begin()
        answers.set(literal, .none)
    }

    /// Draws everything that follows; a clause of literals none of which holds, where that is a contradiction.
    package mutating func propagate() -> [Int]? {
        if contradicts { return [] }
        while head < answers.literals.count {
            let literal = answers.literals[head]
            head += 1
            if let sum = sums.draw(literal, &answers) { return sums.excess(of: sum, answers) }
            if let conflict = clauses.draw(literal, &answers) { return conflict }
        }
        return nil
    }

    /// Up to which place of the trail no literal was taken back since this was asked before; those that came since count too.
    package mutating func unchanged() -> Int { answers.unchanged() }

    /// Takes decisions back until so many are left.
    private mutating func goBack(to level: Int) {
        while let literal = answers.openLast(beyond: level) {
            if answers.literals.count < head { sums.giveBack(literal) }
            head = min(head, answers.literals.count)
            order.putBack(literal)
        }
    }

    // MARK: Learning

    /// Learns from a clause none of whose literals holds, and takes decisions back; false when there is no answer at all.
    package mutating func learn(from conflict: [Int]) -> Bool {
        let last = conflict.reduce(0) { max($0, answers.level(of: $1)) }
        goBack(to: last)
        guard last > 0 else {
            contradicts = true
            return false
        }
        var clause = firstPoint(conflict)
        let depths = Set(clause.map { answers.level(of: $0) })
        for index in clause.indices.dropFirst()
        where answers.level(of: clause[index]) > answers.level(of: clause[1]) {
            clause.swapAt(1, index)
        }
        goBack(to: clause.count > 1 ? answers.level(of: clause[1]) : 0)
        if clause.count == 1 {
            answers.set(clause[0], .none)
        } else {
            let number = clauses.add(WatchedClauses.Clause(literals: clause, levels: depths.count))
            answers.set(clause[0], .clause(number))
        }
        order.age()
        if restarts.isDue() { startAgain() }
        return true
    }

    private mutating func startAgain() {
        goBack(to: 0)
        guard restarts.isTooMuch(clauses.learned) else { return }
        // Nothing that holds without a decision is asked for its reason, so clauses may change their numbers.
        for clause in clauses.takeBetterHalf() { add(clause) }
    }
}
