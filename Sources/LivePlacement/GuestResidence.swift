public import HostModel

/// Where one running guest's threads and memory are, against the plan.
public struct GuestResidence: Hashable, Sendable {
    /// One thread, or several of one role that may run on the same CPUs.
    public struct Threads: Hashable, Sendable {
        /// What they do.
        public var role: GuestThread.Role
        /// Their numbers, ascending.
        public var ids: [Int]
        /// Where they may run.
        public var allowed: CPUSet
        /// Where the plan has them; nil for anywhere.
        public var wanted: CPUSet?
        /// Whether they stay with the guest's memory, which moves to other cells with the next start: pinned to the plan's CPUs now,
        /// they would be away from it.
        public var staysWithMemory: Bool

        package init(
            role: GuestThread.Role, ids: [Int], allowed: CPUSet, wanted: CPUSet?, staysWithMemory: Bool = false
        ) {
            self.role = role
            self.ids = ids
            self.allowed = allowed
            self.wanted = wanted
            self.staysWithMemory = staysWithMemory
        }

        /// Whether they may run elsewhere than the plan says, or on fewer CPUs, and that waits for no restart.
        public var deviates: Bool { isElsewhere && !staysWithMemory }

        /// Whether they may run elsewhere than the plan says, or on fewer CPUs.
        public var isElsewhere: Bool { wanted.map { $0 != allowed } ?? false }
    }

    /// One piece of the guest's memory.
    public struct ResidentMemory: Hashable, Sendable {
        /// The guest cell, or nil for all memory of a guest without cells.
        public var cell: GuestCellID?
        /// How much the guest has there.
        public var size: KiB
        /// The host cell where the plan has it; nil for any.
        public var wantedCell: CellID?
        /// The page size by the plan; nil for any.
        public var wantedPage: PageSize?
        /// The pages that are there, by size and host cell.
        public var pages: [PageSize: [CellID: PageCount]]
        /// How much may be elsewhere, in per cent of what is there.
        public var tolerance: UInt64
        /// The host cells that the kernel takes pages from which the guest touches for the first time; empty for any.
        public var policyCells: CellSet
        /// The host cells on whose CPUs the piece's vCPUs may run now; nil when that was not looked at.
        public var vcpuCells: CellSet?

        package init(
            cell: GuestCellID?, size: KiB, wantedCell: CellID?, wantedPage: PageSize?,
            pages: [PageSize: [CellID: PageCount]], tolerance: UInt64, vcpuCells: CellSet? = nil,
            policyCells: CellSet = []
        ) {
            self.policyCells = policyCells
            self.vcpuCells = vcpuCells
            self.cell = cell
            self.size = size
            self.wantedCell = wantedCell
            self.wantedPage = wantedPage
            self.pages = pages
            self.tolerance = tolerance
        }
    }

    /// The domain's name.
    public var guest: String
    /// The number of its process; nil when there is none.
    public var process: Int?
    /// Its threads: vCPUs ascending, iothreads, the emulator.
    public var threads: [Threads]
    /// Its memory, ascending by guest cell.
    public var memory: [ResidentMemory]
    /// Whether the plan's memory settings wait for the guest's next start: what is wrong with memory is then not news.
    public var isRestartPending: Bool
    /// What could not be told.
    public var unknown: [Unread]

    package init(
        guest: String, process: Int?, threads: [Threads] = [], memory: [ResidentMemory] = [],
        isRestartPending: Bool = false,
        unknown: [Unread] = []
    ) {
        self.guest = guest
        self.process = process
        self.threads = threads
        self.memory = memory
        self.isRestartPending = isRestartPending
        self.unknown = unknown
    }

    /// Whether a thread or, unless a restart is pending, memory is elsewhere than the plan says; or memory is away from the CPUs that
    /// use it, which no pending restart excuses.
    public var deviates: Bool {
        threads.contains(where: \.deviates)
            || memory.contains { $0.deviates && (!isRestartPending || $0.isAway) }
    }

    /// Whether memory, or threads that stay with it, are elsewhere than the plan says, and come there with the next start.
    public var waitsForRestart: Bool {
        isRestartPending
            && (memory.contains(where: \.deviates) || threads.contains { $0.isElsewhere && $0.staysWithMemory })
    }
}

extension GuestResidence.ResidentMemory {
    /// The memory that is there: what the guest has touched, or all where it was allocated at the start.
    public var resident: KiB { total { _, _ in true } }

    /// The memory on other host cells than the plan says.
    public var remote: KiB { total { cell, _ in wantedCell.map { $0 != cell } ?? false } }

    /// The memory in pages of another size than the plan says.
    public var inOtherPages: KiB { total { _, size in wantedPage.map { $0 != size } ?? false } }

    /// The remote part of what is there, in thousandths, rounded up.
    public var remotePermille: UInt64 {
        guard resident > .zero else { return 0 }
        return (remote.count * 1_000 + resident.count - 1) / resident.count
    }

    /// The memory on host cells where none of the piece's vCPUs may run, whatever the plan says; nil when that was not looked at.
    public var away: KiB? { vcpuCells.map { cells in total { cell, _ in !cells.contains(cell) } } }

    /// Whether more is away from its vCPUs than may be elsewhere.
    public var isAway: Bool { (away ?? .zero).count * 100 > resident.count * tolerance }

    /// Whether the memory was moved to where the plan has it, and what the guest touches for the first time still comes from elsewhere.
    public var hasOldPolicy: Bool {
        guard let wantedCell, !policyCells.isEmpty, resident < size else { return false }
        return !isRemote && !policyCells.contains(wantedCell)
    }

    /// Whether more is remote than may be.
    public var isRemote: Bool { remote.count * 100 > resident.count * tolerance }

    /// Whether more is in pages of another size than may be.
    public var isInOtherPages: Bool { inOtherPages.count * 100 > resident.count * tolerance }

    /// Whether the memory is elsewhere, or in other pages, than the plan says.
    public var deviates: Bool { isRemote || isInOtherPages }

    private func total(_ counts: (CellID, PageSize) -> Bool) -> KiB {
        pages.reduce(KiB.zero) { total, entry in
            entry.value.reduce(total) { $0 + (counts($1.key, entry.key) ? $1.value * entry.key : .zero) }
        }
    }
}
