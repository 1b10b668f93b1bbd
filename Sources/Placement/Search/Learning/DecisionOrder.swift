/// In which order questions are decided, and with which answer: those that were in many late contradictions first, each as it was
/// answered last.
struct DecisionOrder {
    private var activities: [Int]
    private var increment = 1 << 10
    private var heap: ActivityHeap
    /// By question: the last answer.
    private var answers: [Bool]

    /// The activity that one more contradiction counts at most.
    private static let highest = 1 << 52

    init(questions count: Int) {
        activities = Array(repeating: 0, count: count)
        heap = ActivityHeap(count)
        answers = Array(repeating: true, count: count)
    }

    /// Sets how active a question is.
    mutating func set(_ question: Int, to activity: Int) {
        activities[question] = activity
        heap.update(question, activities)
    }

    /// Counts a contradiction that a question was in.
    mutating func bump(_ question: Int) {
        activities[question] += increment
        heap.update(question, activities)
    }

    /// Has the contradictions to come count for more than those before.
    mutating func age() {
        increment += increment / 16
        guard increment > DecisionOrder.highest else { return }
        for question in activities.indices { activities[question] >>= 40 }
        increment = max(1, increment >> 40)
        heap.rebuild(activities)
    }

    /// Takes the first question out, as a literal with its last answer; nil when none is left.
    mutating func next() -> Int? {
        heap.pop(activities).map { 2 * $0 + (answers[$0] ? 0 : 1) }
    }

    /// Has the question of a literal that does not hold any more decided again.
    mutating func putBack(_ literal: Int) {
        answers[literal / 2] = literal % 2 == 0
        heap.insert(literal / 2, activities)
    }
}
