internal import Execution
internal import HostModel
internal import LinuxHost
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
        try shrink(changes.filter { $0.target < $0.prior }, growth)
        let targets = changes.filter { $0.target > $0.prior }.map { PoolTarget($0.pool, pages: $0.target) }
        guard !targets.isEmpty, case .short(let shortage) = growth.grow(targets, by: growth.inParallel) else {
            return .granted
        }
        putBack(changes.filter { $0.target < $0.prior }, growth)
        guard mayContinue() else { throw .interrupted }
        if let failure = shortage.grants.compactMap(\.failure).first { throw .refused(HostRefusal(failure)) }
        let answers = shortage.grants.map { PoolAnswer(pool: $0.pool, asked: $0.asked, granted: $0.granted) }
        return .short(answers, kernelArguments: shortage.kernelArguments)
    }
}

extension KernelPools {
    /// Shrinks the pools one after another; when one cannot, those before it get their pages back.
    private func shrink(_ changes: [PoolChange], _ growth: PoolGrowth<SysfsPools>) throws(StepFailure) {
        for (index, change) in changes.enumerated() {
            do throws(StepFailure) {
                try shrink(change, growth)
            } catch {
                putBack(Array(changes[..<index]), growth)
                throw error
            }
        }
    }

    /// Gives shrunk pools their pages back, as far as the kernel has them; whoever asked reads the pools again.
    private func putBack(_ shrunk: [PoolChange], _ growth: PoolGrowth<SysfsPools>) {
        guard !shrunk.isEmpty else { return }
        _ = growth.growKeeping(shrunk.map { PoolTarget($0.pool, pages: $0.prior) }, by: growth.inParallel)
    }

    private func shrink(_ change: PoolChange, _ growth: PoolGrowth<SysfsPools>) throws(StepFailure) {
        switch growth.shrink(PoolTarget(change.pool, pages: change.target)) {
        case .done: return
        case .failed(let error): throw .refused(HostRefusal(error))
        case .refused(_, let spare): throw .poolInUse(change.pool, spare: spare)
        case .undone: throw .poolInUse(change.pool, spare: .zero)
        }
    }
}
