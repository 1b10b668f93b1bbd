/// Questions with the answers yes and no, what must hold of them, and what follows: clauses and sums, with learning.
///
/// A literal is a question with an answer: `2 * question` is yes, `2 * question + 1` is no. A *clause* has at least one literal that
/// holds. A *sum* limits the weights of those of its literals that hold. After each decision everything that follows is drawn; where
/// that leads to a contradiction, the clause that says why is learned (the first point that all reasons pass through), and the
/// decisions are taken back to where it says something new. A learned clause follows from what was given, so once one contradicts
/// without a decision there is no answer at all. Questions that were in many late contradictions are decided first; from time to
/// time all decisions are taken back, what was learned stays (restarts), and half of the clauses that were of little use are dropped.
struct ClauseSolver {
    /// Why a literal holds.
    private enum Reason {
        case none
        case clause(Int)
        case sum(Int)
    }

    private struct Clause {
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

    private struct Sum {
        /// The heaviest first.
        let terms: [(literal: Int, weight: Int)]
        let limit: Int
        /// What is left of the limit.
        var left: Int
        let heaviest: Int
    }

    /// By literal: 1 holds, -1 does not, 0 is open.
    private var values: [Int8]
    /// By question: after how many decisions it was answered, why, and as which one.
    private var levels: [Int]
    private var reasons: [Reason]
    private var positions: [Int]
    /// Literals that hold, in the order in which they came to.
    private(set) var trail: [Int] = []
    /// By decision: how many literals held before.
    private var marks: [Int] = []
    private var head = 0
    private var lowest = Int.max

    private var clauses: [Clause] = []
    private var watches: [[Watch]]
    private var sums: [Sum] = []
    private var sumsOf: [[(sum: Int, weight: Int)]]
    private var contradicts = false

    private var activities: [Int]
    private var increment = 1 << 10
    private var order: ActivityHeap
    /// By question: the last answer.
    private var answers: [Bool]
    private var isSeen: [Bool]

    private var conflicts = 0
    private var restartAt = ClauseSolver.restart
    private var restarts = 0
    private var learned = 0
    private var mostLearned = 4_000
    /// What was done, in looks at literals.
    private(set) var work = 0

    private static let restart = 100

    init(questions count: Int) {
        values = Array(repeating: 0, count: 2 * count)
        levels = Array(repeating: 0, count: count)
        reasons = Array(repeating: .none, count: count)
        positions = Array(repeating: 0, count: count)
        watches = Array(repeating: [], count: 2 * count)
        sumsOf = Array(repeating: [], count: 2 * count)
        activities = Array(repeating: 0, count: count)
        order = ActivityHeap(count)
        answers = Array(repeating: true, count: count)
        isSeen = Array(repeating: false, count: count)
    }

    /// Whether a literal holds now.
    func holds(_ literal: Int) -> Bool { values[literal] > 0 }

    /// How many decisions were made.
    var level: Int { marks.count }

    // MARK: What is given

    /// Sets in which order questions are decided while nothing is known of them: those with more first.
    mutating func prefer(_ question: Int, by weight: Int) {
        activities[question] = weight
        order.update(question, activities)
    }

    /// Adds a clause before anything is decided.
    mutating func add(_ literals: [Int]) {
        work += literals.count
        guard !contradicts, !literals.contains(where: { values[$0] > 0 }) else { return }
        let open = literals.filter { values[$0] == 0 }
        switch open.count {
        case 0: contradicts = true
        case 1: set(open[0], .none)
        default: attach(Clause(literals: open, levels: 0))
        }
    }

    /// Adds a sum before anything is decided: of those literals that hold the weights come to `limit` at most.
    mutating func add(_ terms: [(literal: Int, weight: Int)], atMost limit: Int) {
        work += terms.count
        let terms = terms.filter { $0.weight > 0 }.sorted { ($1.weight, $0.literal) < ($0.weight, $1.literal) }
        guard let heaviest = terms.first?.weight else {
            if limit < 0 { contradicts = true }
            return
        }
        guard limit >= 0 else {
            contradicts = true
            return
        }
        guard terms.reduce(0, { $0 + $1.weight }) > limit else { return }
        for term in terms { sumsOf[term.literal].append((sums.count, term.weight)) }
        var left = limit
        // What holds already and was drawn on counts; the rest will when it is drawn on.
        for literal in trail[..<head] {
            if let term = terms.first(where: { $0.literal == literal }) { left -= term.weight }
        }
        sums.append(Sum(terms: terms, limit: limit, left: left, heaviest: heaviest))
        if left < 0 { contradicts = true }
        for term in terms where term.weight > left && values[term.literal] == 0 { set(term.literal ^ 1, .none) }
    }

    private mutating func attach(_ clause: Clause) {
        watches[clause.literals[0]].append(Watch(clause: clauses.count, other: clause.literals[1]))
        watches[clause.literals[1]].append(Watch(clause: clauses.count, other: clause.literals[0]))
        clauses.append(clause)
        if clause.levels > 0 { learned += 1 }
    }

    // MARK: Deciding

    /// The question to decide next, as a literal; nil when all are answered.
    mutating func nextDecision() -> Int? {
        while let question = order.pop(activities) {
            if values[2 * question] == 0 { return 2 * question + (answers[question] ? 0 : 1) }
        }
        return nil
    }

    /// Decides that an open literal holds.
    mutating func decide(_ literal: Int) {
        marks.append(trail.count)
        set(literal, .none)
    }

    /// Takes decisions back until so many are left.
    mutating func goBack(to level: Int) {
        guard level < marks.count else { return }
        while trail.count > marks[level] {
            let literal = trail.removeLast()
            let question = literal / 2
            if trail.count < head {
                for entry in sumsOf[literal] { sums[entry.sum].left += entry.weight }
            }
            values[literal] = 0
            values[literal ^ 1] = 0
            answers[question] = literal % 2 == 0
            order.insert(question, activities)
        }
        marks.removeLast(marks.count - level)
        head = min(head, trail.count)
        lowest = min(lowest, trail.count)
    }

    /// How many literals have held all the time since this was asked before.
    mutating func unchanged() -> Int {
        defer { lowest = Int.max }
        return min(lowest, trail.count)
    }

    private mutating func set(_ literal: Int, _ reason: Reason) {
        values[literal] = 1
        values[literal ^ 1] = -1
        levels[literal / 2] = marks.count
        reasons[literal / 2] = reason
        positions[literal / 2] = trail.count
        trail.append(literal)
    }

    // MARK: What follows

    /// Draws everything that follows; a clause of literals none of which holds, where that is a contradiction.
    mutating func propagate() -> [Int]? {
        if contradicts { return [] }
        while head < trail.count {
            let literal = trail[head]
            head += 1
            if let conflict = propagateSums(literal) ?? propagateClauses(literal) { return conflict }
        }
        return nil
    }

    private mutating func propagateSums(_ literal: Int) -> [Int]? {
        var exceeded: Int?
        work += sumsOf[literal].count
        for entry in sumsOf[literal] {
            sums[entry.sum].left -= entry.weight
            if sums[entry.sum].left < 0 { exceeded = entry.sum }
        }
        if let exceeded { return literals(of: exceeded, before: trail.count, beside: 0) }
        for entry in sumsOf[literal] where sums[entry.sum].left < sums[entry.sum].heaviest {
            let left = sums[entry.sum].left
            for index in sums[entry.sum].terms.indices {
                let term = sums[entry.sum].terms[index]
                guard term.weight > left else { break }
                work += 1
                if values[term.literal] == 0 { set(term.literal ^ 1, .sum(entry.sum)) }
            }
        }
        return nil
    }

    /// Literals that do not hold, because of which a sum leaves no room for a weight: the heaviest that suffice.
    private mutating func literals(of sum: Int, before position: Int, beside weight: Int) -> [Int] {
        var needed = sums[sum].limit - weight
        var found: [Int] = []
        for term in sums[sum].terms where needed >= 0 {
            work += 1
            guard values[term.literal] > 0, positions[term.literal / 2] < position else { continue }
            found.append(term.literal ^ 1)
            needed -= term.weight
        }
        return found
    }

    private mutating func propagateClauses(_ literal: Int) -> [Int]? {
        let gone = literal ^ 1
        var list: [Watch] = []
        swap(&list, &watches[gone])
        var (kept, next) = (0, 0)
        var conflict: [Int]?
        work += list.count
        while next < list.count {
            let watch = list[next]
            next += 1
            if values[watch.other] > 0 {
                list[kept] = watch
                kept += 1
                continue
            }
            if clauses[watch.clause].literals[0] == gone { clauses[watch.clause].literals.swapAt(0, 1) }
            let first = clauses[watch.clause].literals[0]
            let replaced = Watch(clause: watch.clause, other: first)
            if values[first] <= 0, let index = newWatch(watch.clause) {
                clauses[watch.clause].literals.swapAt(1, index)
                watches[clauses[watch.clause].literals[1]].append(replaced)
                continue
            }
            list[kept] = replaced
            kept += 1
            if values[first] > 0 { continue }
            if values[first] < 0 {
                conflict = clauses[watch.clause].literals
                break
            }
            set(first, .clause(watch.clause))
        }
        while next < list.count {
            list[kept] = list[next]
            (kept, next) = (kept + 1, next + 1)
        }
        list.removeLast(list.count - kept)
        swap(&list, &watches[gone])
        return conflict
    }

    private mutating func newWatch(_ clause: Int) -> Int? {
        let size = clauses[clause].literals.count
        var index = 2
        while index < size {
            work += 1
            if values[clauses[clause].literals[index]] >= 0 { return index }
            index += 1
        }
        return nil
    }

    // MARK: Learning

    /// Learns from a clause none of whose literals holds, and takes decisions back; false when there is no answer at all.
    mutating func learn(from conflict: [Int]) -> Bool {
        let last = conflict.reduce(0) { max($0, levels[$1 / 2]) }
        goBack(to: last)
        guard last > 0 else {
            contradicts = true
            return false
        }
        conflicts += 1
        var clause = firstPoint(conflict)
        let depths = Set(clause.map { levels[$0 / 2] })
        for index in clause.indices.dropFirst() where levels[clause[index] / 2] > levels[clause[1] / 2] {
            clause.swapAt(1, index)
        }
        let target = clause.count > 1 ? levels[clause[1] / 2] : 0
        goBack(to: target)
        if clause.count == 1 {
            set(clause[0], .none)
        } else {
            attach(Clause(literals: clause, levels: depths.count))
            set(clause[0], .clause(clauses.count - 1))
        }
        increment += increment / 16
        if increment > 1 << 52 { rescale() }
        if conflicts >= restartAt { startAgain() }
        return true
    }

    /// The clause that says why, with one literal of the last decision, which comes first.
    private mutating func firstPoint(_ conflict: [Int]) -> [Int] {
        var clause = [0]
        var open = 0
        var reason = conflict
        var position = trail.count
        var marked: [Int] = []
        while true {
            work += reason.count
            for literal in reason {
                let question = literal / 2
                guard !isSeen[question], levels[question] > 0 else { continue }
                isSeen[question] = true
                marked.append(question)
                bump(question)
                if levels[question] == marks.count { open += 1 } else { clause.append(literal) }
            }
            repeat { position -= 1 } while !isSeen[trail[position] / 2]
            let literal = trail[position]
            open -= 1
            if open == 0 {
                clause[0] = literal ^ 1
                break
            }
            reason = reasons(for: literal)
        }
        // What follows from others of the clause says nothing.
        clause = [clause[0]] + clause.dropFirst().filter { !follows($0 ^ 1) }
        for question in marked { isSeen[question] = false }
        return clause
    }

    private mutating func follows(_ literal: Int) -> Bool {
        if case .none = reasons[literal / 2] { return false }
        return reasons(for: literal).allSatisfy { isSeen[$0 / 2] || levels[$0 / 2] == 0 }
    }

    /// The literals that do not hold, because of which one does.
    private mutating func reasons(for literal: Int) -> [Int] {
        switch reasons[literal / 2] {
        case .none: return []
        case .clause(let index): return clauses[index].literals.filter { $0 != literal }
        case .sum(let sum):
            let weight = sums[sum].terms.first { $0.literal == literal ^ 1 }?.weight ?? 0
            return literals(of: sum, before: positions[literal / 2], beside: weight)
        }
    }

    private mutating func bump(_ question: Int) {
        activities[question] += increment
        order.update(question, activities)
    }

    private mutating func rescale() {
        for question in activities.indices { activities[question] >>= 40 }
        increment = max(1, increment >> 40)
        order.rebuild(activities)
    }

    // MARK: Restarts

    private mutating func startAgain() {
        restarts += 1
        restartAt = conflicts + ClauseSolver.restart * ClauseSolver.luby(restarts)
        goBack(to: 0)
        guard learned > mostLearned else { return }
        mostLearned += mostLearned / 8
        drop()
    }

    /// Drops the half of the learned clauses that depended on most decisions; of equals the older ones.
    private mutating func drop() {
        let candidates = clauses.indices.filter { clauses[$0].levels > 2 }
        let worst = candidates.sorted { (clauses[$1].levels, $0) < (clauses[$0].levels, $1) }
        let gone = Set(worst.prefix(candidates.count / 2))
        let kept = clauses.indices.filter { !gone.contains($0) }.map { clauses[$0] }
        clauses = []
        learned = 0
        for literal in watches.indices { watches[literal].removeAll(keepingCapacity: true) }
        // Nothing that holds without a decision is asked for its reason.
        for clause in kept { reattach(clause) }
    }

    /// Attaches a clause while nothing is decided; one that holds anyway is dropped.
    private mutating func reattach(_ clause: Clause) {
        guard !clause.literals.contains(where: { values[$0] > 0 }) else { return }
        let open = clause.literals.filter { values[$0] == 0 }
        switch open.count {
        case 0: contradicts = true
        case 1: set(open[0], .none)
        default: attach(Clause(literals: open, levels: clause.levels))
        }
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

/// Questions by how active they are; of equals the lowest first.
private struct ActivityHeap {
    private var heap: [Int]
    /// By question: its place in the heap, or -1.
    private var places: [Int]

    init(_ count: Int) {
        heap = Array(0..<count)
        places = Array(0..<count)
    }

    mutating func pop(_ activities: [Int]) -> Int? {
        guard let first = heap.first else { return nil }
        places[first] = -1
        let last = heap.removeLast()
        if !heap.isEmpty {
            heap[0] = last
            places[last] = 0
            sink(0, activities)
        }
        return first
    }

    mutating func insert(_ question: Int, _ activities: [Int]) {
        guard places[question] < 0 else { return }
        places[question] = heap.count
        heap.append(question)
        rise(heap.count - 1, activities)
    }

    /// Moves a question up that became more active.
    mutating func update(_ question: Int, _ activities: [Int]) {
        if places[question] >= 0 { rise(places[question], activities) }
    }

    mutating func rebuild(_ activities: [Int]) {
        for place in heap.indices.reversed() { sink(place, activities) }
    }

    private func isBefore(_ left: Int, _ right: Int, _ activities: [Int]) -> Bool {
        (activities[right], left) < (activities[left], right)
    }

    private mutating func rise(_ start: Int, _ activities: [Int]) {
        var place = start
        while place > 0, isBefore(heap[place], heap[(place - 1) / 2], activities) {
            exchange(place, (place - 1) / 2)
            place = (place - 1) / 2
        }
    }

    private mutating func sink(_ start: Int, _ activities: [Int]) {
        var place = start
        while true {
            var best = place
            for child in [2 * place + 1, 2 * place + 2]
            where child < heap.count && isBefore(heap[child], heap[best], activities) {
                best = child
            }
            guard best != place else { return }
            exchange(place, best)
            place = best
        }
    }

    private mutating func exchange(_ left: Int, _ right: Int) {
        heap.swapAt(left, right)
        places[heap[left]] = left
        places[heap[right]] = right
    }
}
