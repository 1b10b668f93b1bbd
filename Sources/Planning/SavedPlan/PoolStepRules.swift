public import HostModel

extension SavedPlanRules {
    /// What is wrong with the steps about pools.
    var poolProblems: [PlanProblem] {
        var seen: Set<PoolID> = []
        let own: [PlanProblem] = steps.indices.compactMap { index in
            guard case .setPool(let step) = steps[index] else { return nil }
            let isNew = seen.insert(step.pool).inserted
            let message = isNew ? wrong(step) : "this pool has such a step already"
            return message.map { PlanProblem([.member("steps"), .index(index)], $0) }
        }
        var entries: Set<PoolID> = []
        return own
            + preconditions.pools.indices.compactMap { index in
                let pool = preconditions.pools[index].pool
                guard !seen.contains(pool) || !entries.insert(pool).inserted else { return nil }
                return PlanProblem(
                    [.member("preconditions"), .member("pools"), .index(index)],
                    "no step changes this pool, or it is listed twice")
            }
    }

    private func wrong(_ step: PoolChange) -> String? {
        guard let found = preconditions.pools.first(where: { $0.pool == step.pool }) else {
            return "it has no precondition"
        }
        if found.persistent != step.prior || found.freeAtLeast != step.prior.subtractingDownToZero(step.target) {
            return "its precondition does not match the step"
        }
        if step.prior == step.target { return "by its precondition the pool has that size already" }
        if let first = step.beforeMoves, first < step.prior || first >= step.target {
            return "'before_moves' is not between what the pool has and what it gets"
        }
        return sizeProblem(step.pool, step.target)
    }

    private func sizeProblem(_ pool: PoolID, _ target: PageCount) -> String? {
        guard let cell = host.cell(pool.cell) else { return "cell \(pool.cell) does not exist on this host" }
        guard cell.pool(of: pool.pageSize) != nil else {
            return "cell \(pool.cell) has no pool of \(pool.pageSize) pages"
        }
        guard let memory = cell.memory else { return nil }
        let most = memory.count / max(1, pool.pageSize.size.count)
        return target.count > most ? "\(target) pages of \(pool.pageSize) are more than the cell's memory" : nil
    }

    /// What is wrong with what the boot file is to hold: each pool that steps or the host as it is come to, and nothing more.
    ///
    /// - Parameters:
    ///   - pools: The persistent pages of each pool, in the order of the file.
    ///   - keepFree: Ordinary memory that each cell keeps.
    public func bootProblems(pools: [(pool: PoolID, pages: PageCount)], keepFree: [CellID: KiB]) -> [PlanProblem] {
        var seen: Set<PoolID> = []
        let wrong: [PlanProblem] = pools.indices.compactMap { index in
            let (pool, pages) = pools[index]
            let message = seen.insert(pool).inserted ? bootProblem(pool, pages) : "this pool is listed twice"
            return message.map { PlanProblem([.member("boot"), .member("pools"), .index(index)], $0) }
        }
        let missing = seen.isEmpty ? [] : steps.indices.filter { grows(steps[$0], without: seen) }
        return wrong
            + missing.map {
                PlanProblem([.member("steps"), .index($0)], "the pool grows, but 'boot' does not list it")
            }
            + keepFree.sorted { $0.key < $1.key }.compactMap(keepProblem)
    }

    private func grows(_ step: Step, without pools: Set<PoolID>) -> Bool {
        guard case .setPool(let step) = step else { return false }
        return step.target > step.prior && !pools.contains(step.pool)
    }

    private func bootProblem(_ pool: PoolID, _ pages: PageCount) -> String? {
        if let wrong = sizeProblem(pool, pages) { return wrong }
        for case .setPool(let step) in steps where step.pool == pool {
            // The next boot may ask for less than a growth: not for surplus pages that it takes in.
            let isRight = pages <= step.target && (step.target <= step.prior || pages > step.prior)
            return isRight ? nil : "no step sets the pool to \(pages) pages"
        }
        let present = host.cell(pool.cell)?.pool(of: pool.pageSize)?.persistent ?? .zero
        return pages <= present ? nil : "the pool has \(present) pages and no step sets it to \(pages)"
    }

    private func keepProblem(_ cell: CellID, _ amount: KiB) -> PlanProblem? {
        let place: [PlanProblem.PathPart] = [.member("boot"), .member("keep_free_kib")]
        guard let found = host.cell(cell) else {
            return PlanProblem(place, "cell \(cell) does not exist on this host")
        }
        guard let memory = found.memory, amount > memory else { return nil }
        return PlanProblem(place, "cell \(cell) cannot keep \(amount) free: it has \(memory)")
    }
}
