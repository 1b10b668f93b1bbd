/// The literals that hold, in the order in which they came to, each with the number of decisions before it and why.
struct AnswerTrail {
    /// Why a literal holds.
    enum Reason {
        case none
        case clause(Int)
        case sum(Int)
    }

    /// By literal: 1 holds, -1 does not, 0 is open.
    private(set) var values: [Int8]
    /// By question: after how many decisions it was answered, why, and as which one.
    private(set) var levels: [Int]
    private(set) var reasons: [Reason]
    private(set) var positions: [Int]
    /// What holds.
    private(set) var literals: [Int] = []
    /// By decision: how many literals held before.
    private var marks: [Int] = []
    private var lowest = Int.max

    init(questions count: Int) {
        values = Array(repeating: 0, count: 2 * count)
        levels = Array(repeating: 0, count: count)
        reasons = Array(repeating: .none, count: count)
        positions = Array(repeating: 0, count: count)
    }

    /// How many decisions were made.
    var level: Int { marks.count }

    func isOpen(_ literal: Int) -> Bool { values[literal] == 0 }
    func holds(_ literal: Int) -> Bool { values[literal] > 0 }
    func fails(_ literal: Int) -> Bool { values[literal] < 0 }

    /// After how many decisions the literal's question was answered.
    func level(of literal: Int) -> Int { levels[literal / 2] }

    /// Begins a decision: what is set from here on depends on it.
    mutating func begin() { marks.append(literals.count) }

    /// Has an open literal hold.
    mutating func set(_ literal: Int, _ reason: Reason) {
        values[literal] = 1
        values[literal ^ 1] = -1
        levels[literal / 2] = marks.count
        reasons[literal / 2] = reason
        positions[literal / 2] = literals.count
        literals.append(literal)
    }

    /// Opens the last literal again, of those that more decisions than `level` were made before; nil when there is none left.
    mutating func openLast(beyond level: Int) -> Int? {
        guard level < marks.count else { return nil }
        guard literals.count > marks[level] else {
            marks.removeLast(marks.count - level)
            lowest = min(lowest, literals.count)
            return nil
        }
        let literal = literals.removeLast()
        values[literal] = 0
        values[literal ^ 1] = 0
        return literal
    }

    /// Up to which place no literal was taken back since this was asked before; those that came since count too.
    mutating func unchanged() -> Int {
        defer { lowest = Int.max }
        return min(lowest, literals.count)
    }
}
