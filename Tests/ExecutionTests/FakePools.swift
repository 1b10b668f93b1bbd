import Execution
import HostModel
import Planning

/// The kernel's pools as a table; it can have less room than it is asked for.
final class FakePools: PoolHost {
    var sizes: [PoolID: PageCount]
    /// The most that a pool can hold; what is not named has no limit.
    var limits: [PoolID: PageCount] = [:]
    /// Pools that keep what they got when they are to be put back.
    var stuck: Set<PoolID> = []
    /// Surplus pages, 0 where not named.
    var surplus: [PoolID: PageCount] = [:]
    /// Free pages, all where not named.
    var free: [PoolID: PageCount] = [:]
    let log: WriteLog

    init(_ sizes: [PoolID: PageCount], log: WriteLog) {
        self.sizes = sizes
        self.log = log
    }

    func persistentSizes(of pools: [PoolID]) -> [PoolID: PageCount] { sizes.filter { pools.contains($0.key) } }

    func counts(of pools: [PoolID]) -> [PoolID: HugepagePool] {
        persistentSizes(of: pools).reduce(into: [:]) { counts, size in
            let surplus = surplus[size.key] ?? .zero
            counts[size.key] = HugepagePool(
                pageSize: size.key.pageSize, total: size.value + surplus, free: free[size.key] ?? size.value,
                surplus: surplus)
        }
    }

    /// Pages of a pool that somebody uses.
    var used: [PoolID: PageCount] = [:]

    func sparePages(of pool: PoolID) -> PageCount {
        (sizes[pool] ?? .zero).subtractingDownToZero(used[pool] ?? .zero)
    }

    func setPools(_ changes: [PoolChange]) throws(StepFailure) -> PoolOutcome {
        let words = changes.map { "\($0.pool.pageSize)@\($0.pool.cell)=\($0.target)" }.joined(separator: " ")
        var grants: [PoolGrant] = []
        try log.write("pools \(words)") {
            for change in changes where !(stuck.contains(change.pool) && change.target < change.prior) {
                let granted = min(change.target, limits[change.pool] ?? change.target)
                grants.append(PoolGrant(pool: change.pool, asked: change.target, granted: granted))
                sizes[change.pool] = granted
            }
        }
        if grants.count == changes.count, grants.allSatisfy({ $0.granted == $0.asked }) { return .granted }
        for change in changes where !stuck.contains(change.pool) { sizes[change.pool] = change.prior }
        return .short(grants.sorted { $0.pool < $1.pool }, kernelArguments: "hugepages=2")
    }
}
