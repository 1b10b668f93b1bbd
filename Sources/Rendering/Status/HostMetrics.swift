public import HostModel
internal import Placement
internal import Planning
internal import LivePlacement

/// What Prometheus shall know of a host: a site's plan against the host, and what was done last.
public struct HostMetrics: Hashable, Sendable {
    /// What the newest transaction came to.
    public struct LastApply: Hashable, Sendable {
        /// Seconds since 1970 at its beginning.
        public var time: Int64
        /// Whether it was carried out whole.
        public var succeeded: Bool

        package init(time: Int64, succeeded: Bool) {
            self.time = time
            self.succeeded = succeeded
        }
    }

    /// The program's version.
    public var version: String
    /// The checksum of the site file.
    public var siteSum: String
    /// The host.
    public var facts: HostFacts
    /// The plan, and where running guests are when somebody looked.
    public var verification: Verification
    /// What the newest transaction came to; nil without one, or when the journals may not be read.
    public var lastApply: LastApply?
    /// How many transactions are open; nil when the journals may not be read.
    public var openTransactions: Int?

    package init(
        version: String, siteSum: String, facts: HostFacts, verification: Verification, lastApply: LastApply? = nil,
        openTransactions: Int? = nil
    ) {
        self.version = version
        self.siteSum = siteSum
        self.facts = facts
        self.verification = verification
        self.lastApply = lastApply
        self.openTransactions = openTransactions
    }
}

extension HostMetrics {
    /// Whether definitions and pools are as the site says.
    var isInSync: Bool { [.noChanges].contains(verification.plan.verdict) }

    /// Whether pages are wanted that are so large that most likely only a reboot brings them.
    var isRebootPending: Bool {
        pools.contains { pool, _, wanted in
            pool.pageSize >= KernelArguments.bootPageSize && wanted.map { $0.wanted > pool.persistent } ?? false
        }
    }

    /// Every pool with its cell and what is wanted of it, ascending.
    var pools: [(pool: HugepagePool, cell: CellID, wanted: CellUsage.PoolUsage?)] {
        let usage = verification.plan.placement.cells.keyed(by: \.id)
        return facts.cells.flatMap { cell in
            cell.pools.map { pool in
                (pool, cell.id, usage[cell.id]?.pools.first { $0.pageSize == pool.pageSize })
            }
        }
    }

    /// Whether each placed guest runs, or could be started with the pages, memory and CPUs that are free now; ascending by name. Each
    /// is looked at alone.
    var startable: [(guest: String, isStartable: Bool)] {
        let running = Set(facts.domains.filter(\.state.isActive).map(\.name))
        let held = Set(verification.plan.withoutCPUs)
        return verification.plan.placement.guests.map { guest in
            let isFree = !held.contains(guest.name) && guest.cells.allSatisfy(fits)
            return (guest.name, running.contains(guest.name) || isFree)
        }
    }

    private func fits(_ cell: GuestCellPlacement) -> Bool {
        cell.memoryByCell.allSatisfy { home, memory in
            guard let host = facts.cell(home) else { return false }
            guard cell.pageSize > facts.host.basePage else { return host.memoryFree.map { $0 >= memory } ?? true }
            return host.pool(of: cell.pageSize).map { $0.free >= cell.pageSize.pagesNeeded(for: memory) } ?? false
        }
    }
}
