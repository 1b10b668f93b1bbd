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
        for change in changes where change.target < change.prior {
            try shrink(change, growth)
        }
        let targets = changes.filter { $0.target > $0.prior }.map { PoolTarget($0.pool, pages: $0.target) }
        guard !targets.isEmpty, case .short(let shortage) = growth.grow(targets, by: growth.inParallel) else {
            return .granted
        }
        guard mayContinue() else { throw .interrupted }
        if let failure = shortage.grants.compactMap(\.failure).first { throw .refused(HostRefusal(failure)) }
        let answers = shortage.grants.map { PoolAnswer(pool: $0.pool, asked: $0.asked, granted: $0.granted) }
        return .short(answers, kernelArguments: shortage.kernelArguments)
    }
}

extension KernelPools {
    private func shrink(_ change: PoolChange, _ growth: PoolGrowth<SysfsPools>) throws(StepFailure) {
        switch growth.shrink(PoolTarget(change.pool, pages: change.target)) {
        case .done: return
        case .failed(let error): throw .refused(HostRefusal(error))
        case .refused(_, let spare): throw .poolInUse(change.pool, spare: spare)
        case .undone: throw .poolInUse(change.pool, spare: .zero)
        }
    }
}

extension HostRefusal {
    init(_ error: SysfsError) {
        self.init(
            call: error.path.string, kind: error.isNotPermitted ? .notPermitted : .other,
            code: Int(error.errno?.rawValue ?? 0), message: "\(error)")
    }
}
