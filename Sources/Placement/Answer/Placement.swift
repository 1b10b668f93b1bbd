public import Diagnostics
public import HostModel

/// The answer of the placement: where every guest goes, or why it does not fit. It knows nothing of changes.
public struct Placement: Hashable, Sendable {
    /// What the search found out.
    public enum SearchVerdict: String, Hashable, Sendable {
        /// Every guest has its place.
        case placed
        /// No arrangement of all guests exists.
        case infeasible
        /// The search limit was reached before one or the other was known.
        case undecided
    }

    /// What the search found out.
    public var verdict: SearchVerdict
    /// Guests that are valid together, ascending by name: all when placed, else a best partial answer.
    public var guests: [GuestPlacement]
    /// Guests that were not placed, with the reasons, ascending by name.
    public var unplaced: [UnplacedGuest]
    /// A minimal set of guests that do not fit together, ascending: any one of them left out, the others of the set fit. Empty
    /// when everything fits or the set was not looked for.
    public var conflict: [String]
    /// Whether ``conflict`` is minimal; false when the search for a smaller set was cut off.
    public var conflictIsMinimal = true
    /// Cells whose memory does not hold the pools that the site and foreign users want, before any guest: then nobody is placed.
    public var poolShortages: [Shortage] = []
    /// Actors that have their places, ascending by name.
    public var actors: [ActorPlacement] = []
    /// What is used of each host cell by everybody, foreign domains too, ascending by cell.
    public var cells: [CellUsage]
    /// Guests that leave the place they have, ascending.
    public var moved: [String]
    /// What is proven of the number of moves; nil where with fewer nothing fits.
    public var moveBound: MoveBound?

    package init(
        verdict: SearchVerdict, guests: [GuestPlacement], unplaced: [UnplacedGuest] = [], cells: [CellUsage],
        moved: [String] = [], conflict: [String] = []
    ) {
        self.conflict = conflict
        self.verdict = verdict
        self.guests = guests
        self.unplaced = unplaced
        self.cells = cells
        self.moved = moved
    }
}

extension Placement {
    /// The CPUs of the whole host that are dedicated to one vCPU or emulator, and siblings kept idle.
    public var dedicatedCPUs: CPUSet { cells.reduce(into: []) { $0.formUnion($1.dedicatedCPUs) } }
}

extension Placement {
    /// How many guests must make room for others, where fewer than were found are not ruled out.
    ///
    /// Of guests whose places the site still allows, those count that do not keep their host cells, page sizes and own CPUs.
    public struct MoveBound: Hashable, Sendable {
        /// Whether it is running guests that may be too many; else it is those shut off, and of running ones fewer are ruled out.
        public var isOfRunning: Bool
        /// Fewer are ruled out.
        public var atLeast: Int
        /// So many make room in this placement.
        public var found: Int

        package init(isOfRunning: Bool, atLeast: Int, found: Int) {
            self.isOfRunning = isOfRunning
            self.atLeast = atLeast
            self.found = found
        }
    }
}

/// Where one guest goes.
public struct GuestPlacement: Hashable, Sendable {
    /// The guest's name.
    public var name: String
    /// Where the emulator's threads run; empty if they are not managed.
    public var emulatorCPUs: CPUSet
    /// Host CPUs for the vCPUs of a guest that is bound to no cell; nil when they may run anywhere.
    public var floatingCPUs: CPUSet?
    /// What the host has for the guest's memory.
    public var memory: KiB
    /// How far its memory can change while it runs; nil for not at all.
    public var range: MemoryRange?
    /// Ordinary memory set aside for the guest's QEMU: on the host cell of its first cell.
    public var overhead: KiB
    /// The guest's cells, ascending; empty for a guest that is bound to no cell.
    public var cells: [GuestCellPlacement]
    /// Host CPUs of the pinned vCPUs of a guest without cells; else empty.
    public var pins: [VCPU: CPUSet]
    /// The vCPUs of a guest without cells, as far as they are known; else empty.
    public var floatingVCPUs: VCPUSet
    /// The host cells that the memory of a guest without cells is bound to; empty for memory that is bound nowhere.
    public var boundTo: CellSet
    /// The PCI devices of the host that the guest has: those that it names, then those that were chosen for it.
    public var devices: [PlacedDevice] = []

    package init(
        name: String, emulatorCPUs: CPUSet = [], floatingCPUs: CPUSet? = nil, memory: KiB,
        cells: [GuestCellPlacement] = [], pins: [VCPU: CPUSet] = [:], overhead: KiB = .zero,
        floatingVCPUs: VCPUSet = [], boundTo: CellSet = [], range: MemoryRange? = nil
    ) {
        self.range = range
        self.floatingVCPUs = floatingVCPUs
        self.boundTo = boundTo
        self.pins = pins
        self.overhead = overhead
        self.name = name
        self.emulatorCPUs = emulatorCPUs
        self.floatingCPUs = floatingCPUs
        self.memory = memory
        self.cells = cells
    }
}

/// The memory of a guest that can grow while it runs.
public struct MemoryRange: Hashable, Sendable {
    /// What it is asked to have now.
    public var now: KiB
    /// The most that it can have.
    public var most: KiB
}

/// Where one cell of a guest goes.
public struct GuestCellPlacement: Hashable, Sendable {
    /// The guest cell.
    public var id: GuestCellID
    /// The host cell.
    public var hostCell: CellID
    /// The vCPUs of the guest cell.
    public var vcpus: VCPUSet
    /// The memory of the guest cell.
    public var memory: KiB
    /// The size of the pages that back it.
    public var pageSize: PageSize
    /// Host CPUs of each vCPU.
    public var pins: [VCPU: CPUSet]
    /// The vCPUs that have a host CPU of their own.
    public var dedicatedVCPUs: VCPUSet
    /// The memory that is counted on each host cell: all of it on ``hostCell``, unless it comes from others or from several.
    public var memoryByCell: [CellID: KiB]
    /// The host cells that the memory is bound to; empty for memory that is bound nowhere.
    public var boundTo: CellSet

    /// - Parameters:
    ///   - memoryByCell: nil is all memory on the host cell.
    ///   - boundTo: nil is the host cell.
    public init(
        id: GuestCellID, hostCell: CellID, vcpus: VCPUSet, memory: KiB, pageSize: PageSize, pins: [VCPU: CPUSet],
        dedicatedVCPUs: VCPUSet, memoryByCell: [CellID: KiB]? = nil, boundTo: CellSet? = nil
    ) {
        self.memoryByCell = memoryByCell ?? [hostCell: memory]
        self.boundTo = boundTo ?? [hostCell]
        self.id = id
        self.hostCell = hostCell
        self.vcpus = vcpus
        self.memory = memory
        self.pageSize = pageSize
        self.pins = pins
        self.dedicatedVCPUs = dedicatedVCPUs
    }
}

extension GuestCellPlacement {
    /// The memory that is counted on a host cell.
    public func memory(on cell: CellID) -> KiB { memoryByCell[cell] ?? .zero }

    /// Whether some of the memory is counted on another host cell than that of the CPUs.
    public var isSpread: Bool { memoryByCell.contains { $0.key != hostCell && $0.value > .zero } }

    /// The host cell that all the memory is on; nil where there are several, or none.
    public var onlyMemoryCell: CellID? {
        let cells = memoryByCell.filter { $0.value > .zero }.keys
        return cells.count == 1 ? cells.first : nil
    }

    /// The one host cell that a look at the domain's binding, or else at its pins, finds its memory on.
    package var memoryHome: CellID { boundTo.count == 1 ? boundTo.first ?? hostCell : hostCell }
}

/// What is used of one host cell.
public struct CellUsage: Hashable, Sendable {
    /// What is wanted of one pool.
    public struct PoolUsage: Hashable, Sendable {
        /// The size of the pages.
        public var pageSize: PageSize
        /// Pages for the site's guests.
        public var guests: PageCount
        /// Pages of the site's `pools` and of foreign users.
        public var others: PageCount
        /// Those of ``others`` that are surplus pages of some process: they are held now, and no pool needs them once they are given
        /// back.
        public var passing: PageCount

        package init(pageSize: PageSize, guests: PageCount, others: PageCount, passing: PageCount = .zero) {
            self.pageSize = pageSize
            self.guests = guests
            self.others = others
            self.passing = passing
        }

        /// All pages that the pool must hold, surplus pages included as long as somebody holds them.
        public var wanted: PageCount { guests + others }
        /// All pages that the pool must hold permanently.
        public var lasting: PageCount { wanted.subtractingDownToZero(passing) }
    }

    /// The host cell.
    public var id: CellID
    /// CPUs dedicated to one vCPU or emulator, and siblings kept idle.
    public var dedicatedCPUs: CPUSet
    /// The CPUs that are left for shared use.
    public var sharedCPUs: CPUSet
    /// vCPUs that share CPUs of this cell.
    public var sharedVCPUs: Int
    /// Ordinary memory given to guests, without pools.
    public var memoryUsed: KiB
    /// Ordinary memory set aside for the QEMU of guests whose first cell is here.
    public var overhead: KiB
    /// The pools that exist or are wanted, ascending by page size.
    public var pools: [PoolUsage]

    package init(
        id: CellID, dedicatedCPUs: CPUSet, sharedCPUs: CPUSet, sharedVCPUs: Int, memoryUsed: KiB, pools: [PoolUsage],
        overhead: KiB = .zero
    ) {
        self.overhead = overhead
        self.id = id
        self.dedicatedCPUs = dedicatedCPUs
        self.sharedCPUs = sharedCPUs
        self.sharedVCPUs = sharedVCPUs
        self.memoryUsed = memoryUsed
        self.pools = pools
    }
}

/// A guest that was not placed.
public struct UnplacedGuest: Hashable, Sendable {
    /// The guest's name.
    public var name: String
    /// Whether it is an actor.
    public var isActor = false
    /// Which kind of obstacle: `doesNotFit`, `pageSizeNotOnHost`, `tooManyCells`, …
    public var code: DiagnosticCode
    /// What was short, cell by cell; for a whole-host shortage with no cell.
    public var reasons: [Shortage]
    /// Changes each of which alone would make all guests fit, the smallest of each kind; empty when they were not looked for.
    public var remedies: [Remedy]

    package init(name: String, code: DiagnosticCode, reasons: [Shortage], remedies: [Remedy] = []) {
        self.remedies = remedies
        self.name = name
        self.code = code
        self.reasons = reasons
    }
}

/// One resource that did not suffice.
public struct Shortage: Hashable, Sendable {
    /// What was short.
    public enum Resource: Hashable, Sendable {
        /// CPUs for one vCPU each (threads).
        case dedicatedCPUs
        /// Whole cores, for `isolate`.
        case wholeCores
        /// Cores with two free threads, for `require`.
        case siblingPairs
        /// Shared vCPUs: needed against what the ratio leaves.
        case sharedVCPUs
        /// CPUs left for shared use: a guest cell's vCPUs against the number of CPUs.
        case sharedCPUs
        /// Ordinary memory in KiB.
        case memory
        /// Pages of one size.
        case pages(PageSize)
        /// A pool of that page size.
        case pageSize(PageSize)
        /// Host cells.
        case cells
        /// A PCI device of the host, missing or too far away.
        case device(PCIAddress)
        /// PCI devices of the host that are what is wished for.
        case devices(DeviceWish)
    }

    /// The host cell, or nil for the host as a whole.
    public var hostCell: CellID?
    /// What was short.
    public var resource: Resource
    /// How much was needed, in the resource's unit.
    public var needed: UInt64
    /// How much was free, in the resource's unit.
    public var free: UInt64
    /// Guests and foreign domains that hold the rest, ascending.
    public var heldBy: [String]

    package init(hostCell: CellID?, resource: Resource, needed: UInt64, free: UInt64, heldBy: [String]) {
        self.hostCell = hostCell
        self.resource = resource
        self.needed = needed
        self.free = free
        self.heldBy = heldBy
    }
}

extension Placement {
    /// By host cell: what is set aside for QEMU itself.
    package var overhead: [CellID: KiB] {
        Dictionary(cells.map { ($0.id, $0.overhead) }, uniquingKeysWith: { first, _ in first })
    }
}
