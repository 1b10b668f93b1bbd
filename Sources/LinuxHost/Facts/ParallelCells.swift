internal import Dispatch
public import Execution
internal import HostModel
internal import Synchronization

extension PoolGrowth where Access: Sendable {
    /// Goes through cells at the same time, as many as the machine has CPUs for: clearing pages is work for the kernel.
    public var inParallel: CellRunner {
        { cells, grow in
            let grants = Mutex<[CellGrants]>([])
            DispatchQueue.concurrentPerform(iterations: cells.count) { index in
                let granted = grow(cells[index])
                grants.withLock { $0.append(granted) }
            }
            return grants.withLock { $0 }
        }
    }
}

extension PoolLadderLimits {
    /// Limits with a deadline: no round begins when `duration` is over. One `write(2)` is never cut short.
    public static func within(_ duration: Duration, rounds: Int = 20, fruitlessRounds: Int = 2) -> PoolLadderLimits {
        let end = ContinuousClock.now + duration
        return PoolLadderLimits(rounds: rounds, fruitlessRounds: fruitlessRounds) { ContinuousClock.now < end }
    }
}
