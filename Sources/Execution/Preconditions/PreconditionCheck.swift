import DomainXML
public import HostModel
public import Planning

/// Compares what a saved plan found with what is there now.
///
/// A thing that has its target already counts as unmoved, so that a plan may be carried out twice; everything else that the plan
/// depends on must be as it was. What the plan has no steps for is not looked at.
public struct PreconditionCheck {
    let preconditions: Preconditions
    let steps: [Step]
    let domains: any DomainHost
    let pools: any PoolHost
    let defaultHugePage: PageSize?

    /// - Parameter defaultHugePage: What `<hugepages/>` alone means on this host; nil when not known.
    public init(
        _ preconditions: Preconditions, of steps: [Step], domains: any DomainHost, pools: any PoolHost,
        defaultHugePage: PageSize?
    ) {
        self.preconditions = preconditions
        self.steps = steps
        self.domains = RenamedDomains(domains, steps)
        self.pools = pools
        self.defaultHugePage = defaultHugePage
    }

    /// Everything that has moved, pools first.
    public func moved() throws(StepFailure) -> [Moved] {
        var all = try moved(of: preconditions.pools.map(\.pool))
        for guest in preconditions.guests { all += try moved(of: guest.name) }
        return all
    }

    /// What has moved of these pools.
    func moved(of ids: [PoolID]) throws(StepFailure) -> [Moved] {
        let wanted = preconditions.pools.filter { ids.contains($0.pool) }
        guard !wanted.isEmpty else { return [] }
        let present = try pools.counts(of: wanted.map(\.pool))
        return wanted.flatMap {
            moved($0, present[$0.pool] ?? HugepagePool(pageSize: $0.pool.pageSize, total: 0, free: 0))
        }
    }

    private func moved(_ planned: PoolPrecondition, _ present: HugepagePool) -> [Moved] {
        let subject = Change.Subject.pool(planned.pool)
        guard !isTarget(present.persistent, of: planned.pool) else { return [] }
        var moved: [Moved] = []
        if present.persistent != planned.persistent {
            moved.append(
                Moved(subject, "persistent", planned: "\(planned.persistent)", found: "\(present.persistent)"))
        }
        if present.surplus != planned.surplus {
            moved.append(Moved(subject, "surplus", planned: "\(planned.surplus)", found: "\(present.surplus)"))
        }
        if present.free < planned.freeAtLeast {
            moved.append(
                Moved(subject, "free", planned: "at least \(planned.freeAtLeast)", found: "\(present.free)"))
        }
        return moved
    }

    private func isTarget(_ size: PageCount, of pool: PoolID) -> Bool {
        steps.contains {
            guard case .setPool(let step) = $0, step.pool == pool else { return false }
            return step.target == size || step.beforeMoves == size
        }
    }
}
