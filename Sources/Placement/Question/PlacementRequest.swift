public import HostModel
public import SiteFile

/// Everything the placement is a function of.
public struct PlacementRequest: Hashable, Sendable {
    /// The host.
    public var host: HostFacts
    /// What the site says of the host.
    public var policy: HostPolicy
    /// The guests to place, absent ones left out; the order does not matter.
    public var guests: [PlacementGuest]
    /// What domains that are not the site's use.
    public var foreign: [ForeignLoad]
    /// Huge pages that the site's own domains hold now; the rest of the pages in use is foreign.
    public var heldPages: [PoolID: PageCount]
    /// Huge pages of actors among the guests whose cells are known beforehand: pages in use are theirs first.
    public var actorPages: [PoolID: PageCount] = [:]
    /// Whether free pages of a pool that is too big may become ordinary memory again.
    public var allowsShrink: Bool
    /// Whether a refusal is looked into: which guests exclude each other, and what would help. That takes many searches.
    public var explains: Bool
    /// How many fit checks all searches together may make before they give up undecided.
    public var searchLimit: Int

    /// The search limit unless another is asked for: some seconds of work.
    public static let defaultSearchLimit = 20_000_000

    package init(
        host: HostFacts, policy: HostPolicy, guests: [PlacementGuest], foreign: [ForeignLoad] = [],
        heldPages: [PoolID: PageCount] = [:], allowsShrink: Bool = false, explains: Bool = false,
        searchLimit: Int = PlacementRequest.defaultSearchLimit
    ) {
        self.explains = explains
        self.host = host
        self.policy = policy
        self.guests = guests
        self.foreign = foreign
        self.heldPages = heldPages
        self.allowsShrink = allowsShrink
        self.searchLimit = searchLimit
    }
}

/// One guest to place.
public struct PlacementGuest: Hashable, Sendable {
    /// The guest's name.
    public var name: String
    /// What it needs.
    public var demand: GuestDemand
    /// Where it is now, or nil for a guest that is nowhere yet.
    public var present: PresentPlacement?
    /// Whether it is an actor, which asks for CPUs as a guest does and is none.
    public var isActor = false

    package init(name: String, demand: GuestDemand, present: PresentPlacement? = nil) {
        self.name = name
        self.demand = demand
        self.present = present
    }
}

/// Where a defined guest is now, as its definition says.
public struct PresentPlacement: Hashable, Sendable {
    /// One cell of the guest.
    public struct BoundCell: Hashable, Sendable {
        /// The host cell that the guest cell is bound to.
        public var hostCell: CellID
        /// The size of the pages that back it; nil for ordinary pages.
        public var hugePage: PageSize?
        /// The host cells that its memory is laid out over by turns; empty where that is one cell, or another policy.
        public var interleaved: CellSet

        package init(hostCell: CellID, hugePage: PageSize?, interleaved: CellSet = []) {
            self.interleaved = interleaved
            self.hostCell = hostCell
            self.hugePage = hugePage
        }
    }

    /// The guest cells that are bound to exactly one host cell.
    public var cells: [GuestCellID: BoundCell]
    /// Host CPUs of each pinned vCPU.
    public var pins: [VCPU: CPUSet]
    /// Host CPUs of the emulator, or nil.
    public var emulatorCPUs: CPUSet?
    /// Whether the guest runs.
    public var isRunning: Bool
    /// The PCI devices of the host that it has.
    public var devices: Set<PCIAddress>

    package init(
        cells: [GuestCellID: BoundCell], pins: [VCPU: CPUSet], emulatorCPUs: CPUSet? = nil, isRunning: Bool,
        devices: Set<PCIAddress> = []
    ) {
        self.devices = devices
        self.cells = cells
        self.pins = pins
        self.emulatorCPUs = emulatorCPUs
        self.isRunning = isRunning
    }
}

/// What one domain that is not the site's takes of the host.
public struct ForeignLoad: Hashable, Sendable {
    /// vCPUs that may run on several CPUs.
    public struct SharedVCPUs: Hashable, Sendable {
        /// The CPUs, none of which can become dedicated; nil is anywhere, which claims none.
        public var cpus: CPUSet?
        /// How many vCPUs; 0 for other threads of the domain.
        public var count: Int

        package init(cpus: CPUSet?, count: Int) {
            self.cpus = cpus
            self.count = count
        }
    }

    /// Ordinary memory.
    public struct HeldMemory: Hashable, Sendable {
        /// The cell it is bound to; nil when it may come from several.
        public var cell: CellID?
        /// How much.
        public var amount: KiB

        package init(cell: CellID?, amount: KiB) {
            self.cell = cell
            self.amount = amount
        }
    }

    /// The domain's name.
    public var name: String
    /// CPUs that a vCPU, the emulator or an iothread is pinned to as its only one.
    public var takenCPUs: CPUSet
    /// vCPUs that may run on several CPUs.
    public var sharedVCPUs: [SharedVCPUs]
    /// Ordinary memory.
    public var memory: [HeldMemory]
    /// Ordinary memory of the domain's QEMU, beside ``memory``; nil where none is counted.
    public var overhead: HeldMemory?
    /// Huge pages that the domain holds now.
    public var pagesHeld: [PoolID: PageCount]
    /// Huge pages that the domain needs when libvirt starts it with the host.
    public var pagesAtStart: [PoolID: PageCount]
    /// By page size: huge pages that the domain needs when libvirt starts it with the host, and that are bound to no single cell.
    public var promisedPages: [PageSize: PageCount]
    /// Huge pages that it is given, whether it holds them already or not: pages in use are these first.
    public var pagesDeclared: [PoolID: PageCount] = [:]
    /// vCPUs that may run on any CPU.
    public var unconfined: VCPUSet = []
    /// The PCI devices of the host that the domain has.
    public var devices: Set<PCIAddress> = []
    /// Whether the domain runs now.
    public var isRunning = true
    /// Whether it is a guest of the site that keeps its place as it is.
    public var isGuest = false
    /// Whether it is no domain but an actor.
    public var isActor = false

    package init(
        name: String, takenCPUs: CPUSet = [], sharedVCPUs: [SharedVCPUs] = [], memory: [HeldMemory] = [],
        overhead: HeldMemory? = nil, pagesHeld: [PoolID: PageCount] = [:], pagesAtStart: [PoolID: PageCount] = [:],
        promisedPages: [PageSize: PageCount] = [:]
    ) {
        self.promisedPages = promisedPages
        self.overhead = overhead
        self.name = name
        self.takenCPUs = takenCPUs
        self.sharedVCPUs = sharedVCPUs
        self.memory = memory
        self.pagesHeld = pagesHeld
        self.pagesAtStart = pagesAtStart
    }
}
