public import HostModel

extension PoolGrowth {
    /// Puts every pool that was written back to what it held before, smallest pages first, and reads each back.
    ///
    /// A pool whose new pages somebody uses meanwhile keeps those: it never goes below use. What is left is in the answer.
    public func putBack(_ grants: [GrownPool<Access.Failure>]) -> [PoolRestoration<Access.Failure>] {
        grants.filter { $0.writes > 0 }.sorted { $0.pool.pageSize < $1.pool.pageSize }
            .compactMap { grown in grown.prior.map { putBack(grown.pool, to: $0) } }
            .sorted { $0.pool < $1.pool }
    }

    private func putBack(_ pool: PoolID, to prior: HugepagePool) -> PoolRestoration<Access.Failure> {
        var answer = PoolRestoration<Access.Failure>(pool: pool, prior: prior.persistent, left: nil)
        do throws(Access.Failure) {
            let now = try access.read(pool)
            answer.left = now.persistent
            guard now.persistent != prior.persistent else { return answer }
            var after = try access.set(pool, to: try sizeToReturn(pool, from: now, to: prior))
            if after.surplus > prior.surplus { after = try access.set(pool, to: now.persistent) }
            answer.left = after.persistent
        } catch {
            answer.failure = error
        }
        return answer
    }

    /// The prior size; more where pages came into use. Surplus pages that the pool had before count as they did then.
    private func sizeToReturn(
        _ pool: PoolID, from now: HugepagePool, to prior: HugepagePool
    ) throws(Access.Failure) -> PageCount {
        let mayGo = try spare(pool, now) + prior.surplus
        return max(prior.persistent, now.persistent.subtractingDownToZero(mayGo))
    }

    /// Pages that can go without anybody noticing: free on the cell, and free on the host beyond what is promised.
    func spare(_ pool: PoolID, _ now: HugepagePool) throws(Access.Failure) -> PageCount {
        min(now.free, try access.overall(pool.pageSize).available)
    }

    /// Pools that a run changed though it was not asked to, which only kernels that miscount surplus pages bring about.
    ///
    /// - Parameters:
    ///   - before: Pools as they were before the run; they are read again only when one of them had surplus pages.
    ///   - targets: What the run was about; these pools are passed over.
    /// - Returns: The other pools whose persistent pages are not what they were, ascending; a pool that cannot be read counts.
    public func disturbed(
        since before: [PoolID: HugepagePool], besides targets: [PoolTarget]
    ) -> [PoolRestoration<Access.Failure>] {
        guard before.values.contains(where: { $0.surplus > .zero }) else { return [] }
        let others = Set(before.keys).subtracting(targets.map(\.pool)).sorted()
        return others.compactMap { pool in
            var answer = PoolRestoration<Access.Failure>(
                pool: pool, prior: before[pool]?.persistent ?? .zero, left: nil)
            do throws(Access.Failure) { answer.left = try access.read(pool).persistent } catch {
                answer.failure = error
            }
            return answer.isPutBack ? nil : answer
        }
    }
}
