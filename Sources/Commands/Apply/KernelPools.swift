internal import Execution
internal import HostModel
internal import LinuxHost
internal import Planning
internal import SystemPackage

/// The kernel's pools as the interpreter wants them.
struct KernelPools: PoolHost {
    private let pools: SysfsPools
    private let limit: Duration
    private let mayContinue: @Sendable () -> Bool

    /// - Parameter mayContinue: Whether to go on asking for pages that are not granted at once.
    init(root: FilePath, limit: Duration, mayContinue: @escaping @Sendable () -> Bool = { true }) {
        pools = SysfsPools(root: root)
        self.limit = limit
        self.mayContinue = mayContinue
    }

    func persistentSizes(of ids: [PoolID]) throws(StepFailure) -> [PoolID: PageCount] {
        try counts(of: ids).mapValues(\.persistent)
    }

    func counts(of ids: [PoolID]) throws(StepFailure) -> [PoolID: HugepagePool] {
        var counts: [PoolID: HugepagePool] = [:]
        for id in ids {
            do {
                counts[id] = try pools.read(id)
            } catch  where error.isAbsent {
                continue
            } catch {
                throw .refused(HostRefusal(error))
            }
        }
        return counts
    }

    func sparePages(of pool: PoolID) throws(StepFailure) -> PageCount {
        do {
            return try min(pools.read(pool).free, pools.overall(pool.pageSize).available)
        } catch {
            throw .refused(HostRefusal(error))
        }
    }

    func setPools(_ changes: [PoolChange]) throws(StepFailure) -> PoolOutcome {
        var limits = PoolLadderLimits.within(limit)
        let isInTime = limits.mayContinue
        limits.mayContinue = { [mayContinue] in isInTime() && mayContinue() }
        let growth = PoolGrowth(pools, limits: limits)
        switch growth.change(changes, by: growth.inParallel) {
        case .done: return .granted
        case .inUse(let pool, let spare): throw .poolInUse(pool, spare: spare)
        case .failed(let error): throw .refused(HostRefusal(error))
        case .short(let shortage):
            guard mayContinue() else { throw .interrupted }
            if let failure = shortage.grants.compactMap(\.failure).first { throw .refused(HostRefusal(failure)) }
            return .short(shortage.grants.map(\.grant), kernelArguments: shortage.kernelArguments)
        }
    }
}
