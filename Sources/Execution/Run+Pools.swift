import HostModel
import Planning

extension Run {
    /// Changes the pools of these steps in one batch.
    mutating func setPools(_ steps: [Step]) throws(Halt) {
        guard let effect = try batch(of: steps), case .setPools(let changes) = effect.action else { return }
        let outcome: PoolOutcome
        do throws(StepFailure) {
            try host.observer.willRun(effect)
            begun.append(effect.write)
            report.writes += changes.count
            outcome = try host.pools.setPools(changes)
        } catch {
            host.observer.didFail(effect, error)
            throw .failed(effect.step, error)
        }
        guard case .short(let answers, let arguments) = outcome else { return note(effect) }
        let failure = StepFailure.notTaken(effect.action)
        host.observer.didFail(effect, failure)
        // A pool that would not shrink was not granted too little.
        throw answers.contains { $0.granted < $0.asked }
            ? .poolsShort(answers, kernelArguments: arguments) : .failed(effect.step, failure)
    }

    /// The one write for the pools that have not their target yet; nil when all have.
    ///
    /// It is undone pool by pool, so that one that cannot be put back does not hold up the others.
    private mutating func batch(of steps: [Step]) throws(Halt) -> Effect? {
        var wanting: [Step] = []
        var changes: [PoolChange] = []
        for step in steps {
            do throws(StepFailure) {
                guard let change = try change(of: step) else {
                    skip(step)
                    continue
                }
                wanting.append(step)
                changes.append(change)
            } catch {
                throw .failed(step, error)
            }
        }
        guard !changes.isEmpty else { return nil }
        return Effect(wanting, .setPools(changes), inverse: changes.reversed().map { .setPools([$0.inverse]) })
    }

    /// What is to be done to the step's pool; nil when it has its target.
    ///
    /// - Throws: ``StepFailure/poolChanged(_:planned:found:)`` for a pool that has neither its prior size nor its target.
    func change(of step: Step) throws(StepFailure) -> PoolChange? {
        guard case .setPool(let pool, let prior, let target) = step else { return nil }
        let found = try size(of: pool)
        guard found != target else { return nil }
        guard found == prior else { throw .poolChanged(pool, planned: prior, found: found) }
        return PoolChange(pool: pool, prior: prior, target: target)
    }

    /// The pool's persistent size; a pool that the host does not have holds nothing.
    func size(of pool: PoolID) throws(StepFailure) -> PageCount {
        try host.pools.persistentSizes(of: [pool])[pool] ?? .zero
    }
}
