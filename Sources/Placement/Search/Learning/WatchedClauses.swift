/// Clauses, and what follows from them: of each, two literals that may still hold are watched, so it is looked at only when one of
/// these fails.
struct WatchedClauses {
    struct Clause {
        /// The first two are watched.
        var literals: [Int]
        /// How many decisions its literals depended on when it was learned; 0 for one that is given.
        let levels: Int
    }

    private struct Watch {
        let clause: Int
        /// Another literal of the clause: if that holds, nothing is to do.
        let other: Int
    }

    private var clauses: [Clause] = []
    /// By literal: the clauses in which it is watched.
    private var watches: [[Watch]]
    /// How many are learned.
    private(set) var learned = 0
    /// What was done, in looks at literals.
    private(set) var work = 0

    init(questions count: Int) { watches = Array(repeating: [], count: 2 * count) }

    /// Adds a clause of two literals or more, the first two of which are open, or the first and what failed last.
    ///
    /// - Returns: Its number, until some are dropped.
    @discardableResult mutating func add(_ clause: Clause) -> Int {
        watches[clause.literals[0]].append(Watch(clause: clauses.count, other: clause.literals[1]))
        watches[clause.literals[1]].append(Watch(clause: clauses.count, other: clause.literals[0]))
        clauses.append(clause)
        if clause.levels > 0 { learned += 1 }
        return clauses.count - 1
    }

    /// The literals of a clause but one.
    func literals(of clause: Int, but literal: Int) -> [Int] { clauses[clause].literals.filter { $0 != literal } }

    /// Draws what follows from a literal that holds newly; the clause that contradicts, none of whose literals holds.
    mutating func draw(_ literal: Int, _ answers: inout AnswerTrail) -> [Int]? {
        let gone = literal ^ 1
        var list: [Watch] = []
        swap(&list, &watches[gone])
        var (kept, next) = (0, 0)
        var conflict: [Int]?
        work += list.count
        while next < list.count {
            let watch = list[next]
            next += 1
            if answers.holds(watch.other) {
                list[kept] = watch
                kept += 1
                continue
            }
            if clauses[watch.clause].literals[0] == gone { clauses[watch.clause].literals.swapAt(0, 1) }
            let first = clauses[watch.clause].literals[0]
            let replaced = Watch(clause: watch.clause, other: first)
            if !answers.holds(first), let index = newWatch(watch.clause, answers) {
                clauses[watch.clause].literals.swapAt(1, index)
                watches[clauses[watch.clause].literals[1]].append(replaced)
                continue
            }
            list[kept] = replaced
            kept += 1
            if answers.holds(first) { continue }
            if answers.fails(first) {
                conflict = clauses[watch.clause].literals
                break
            }
            answers.set(first, .clause(watch.clause))
        }
        while next < list.count {
            list[kept] = list[next]
            (kept, next) = (kept + 1, next + 1)
        }
        list.removeLast(list.count - kept)
        swap(&list, &watches[gone])
        return conflict
    }

    private mutating func newWatch(_ clause: Int, _ answers: AnswerTrail) -> Int? {
        let size = clauses[clause].literals.count
        var index = 2
        while index < size {
            work += 1
            if !answers.fails(clauses[clause].literals[index]) { return index }
            index += 1
        }
        return nil
    }

    /// Takes all clauses out, and returns them without that half of the learned ones that depended on most decisions; of equals without
    /// the older ones. Those of two decisions or fewer stay.
    mutating func takeBetterHalf() -> [Clause] {
        let candidates = clauses.indices.filter { clauses[$0].levels > 2 }
        let worst = candidates.sorted { (clauses[$1].levels, $0) < (clauses[$0].levels, $1) }
        let gone = Set(worst.prefix(candidates.count / 2))
        let kept = clauses.indices.filter { !gone.contains($0) }.map { clauses[$0] }
        clauses = []
        learned = 0
        for literal in watches.indices { watches[literal].removeAll(keepingCapacity: true) }
        return kept
    }
}
