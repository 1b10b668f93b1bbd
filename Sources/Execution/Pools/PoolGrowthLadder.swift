internal import HostModel

/// How long the ladder goes on.
public struct PoolLadderLimits: Sendable {
    /// Rounds of compacting and asking again, in all; at least 0.
    public var rounds: Int
    /// Rounds in a row that bring no page before the ladder gives up; at least 1.
    public var fruitlessRounds: Int
    /// Asked before each round; false ends the ladder. A deadline, or the operator's interruption.
    public var mayContinue: @Sendable () -> Bool

    /// Sets the limits; unless said otherwise 20 rounds, 2 of them in a row without progress, and no deadline.
    public init(
        rounds: Int = 20, fruitlessRounds: Int = 2, mayContinue: @escaping @Sendable () -> Bool = { true }
    ) {
        self.rounds = max(0, rounds)
        self.fruitlessRounds = max(1, fruitlessRounds)
        self.mayContinue = mayContinue
    }
}

/// Grows one pool: write, read back; while pages are missing, compact the cell, write again, read back; go on as long as that
/// brings pages, within the limits.
struct PoolLadder<Access: PoolAccess>: Sendable {
    let access: Access
    let limits: PoolLadderLimits

    /// What the pool was granted; a failed call ends the ladder and is told in the answer.
    func climb(to target: PoolTarget) -> GrownPool<Access.Failure> {
        var grown = untouched(target)
        guard grown.failure == nil, grown.grant.isShort else { return grown }
        do {
            try ask(&grown)
            var fruitless = 0
            var round = 0
            while grown.grant.isShort, round < limits.rounds, fruitless < limits.fruitlessRounds, limits.mayContinue() {
                // A kernel that cannot compact may still find pages when asked again.
                try? access.compact(grown.pool.cell)
                let before = grown.grant.granted
                try ask(&grown)
                fruitless = grown.grant.granted > before ? 0 : fruitless + 1
                round += 1
            }
        } catch {
            grown.failure = error
        }
        return grown
    }

    /// The pool as it is, as the answer of a run that did not get to it.
    func untouched(_ target: PoolTarget) -> GrownPool<Access.Failure> {
        do throws(Access.Failure) {
            let prior = try access.read(target.pool)
            return GrownPool(pool: target.pool, prior: prior, asked: target.pages, granted: prior.persistent)
        } catch {
            return GrownPool(pool: target.pool, prior: nil, asked: target.pages, granted: .zero, failure: error)
        }
    }

    private func ask(_ grown: inout GrownPool<Access.Failure>) throws(Access.Failure) {
        grown.writes += 1
        grown.grant.granted = try access.set(grown.pool, to: grown.grant.asked).persistent
    }
}
