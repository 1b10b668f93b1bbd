internal import Dispatch
internal import Synchronization

/// The answers to questions that have nothing to do with each other, in their order; as many at the same time as the machine has
/// CPUs for.
public func inParallel<Question: Sendable, Answer: Sendable>(
    _ questions: [Question], _ answer: @Sendable (Question) -> Answer
) -> [Answer] {
    let answers = Mutex<[(index: Int, answer: Answer)]>([])
    DispatchQueue.concurrentPerform(iterations: questions.count) { index in
        let given = answer(questions[index])
        answers.withLock { $0.append((index, given)) }
    }
    return answers.withLock { $0 }.sorted { $0.index < $1.index }.map(\.answer)
}
