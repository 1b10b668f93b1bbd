public import HostModel

/// What this project manages of a domain, read from or to be put into a definition: units, lists and libvirt's defaults made
/// canonical, so that two definitions that mean the same are equal values.
///
/// In a *wanted* value nil means "leave that as it is"; in a value *read* from a definition nil means "not there".
public struct ManagedParts: Hashable, Sendable {
    /// The maximum number of vCPUs; all of them are present from the start.
    public var vcpus: Int
    /// How many vCPUs are present when the guest starts, below ``vcpus``; nil is all, when wanted as well.
    public var currentVCPUs: Int?
    /// Whether libvirt asks a placement daemon for the CPUs (`<vcpu placement='auto'>`); false is never "leave it".
    public var placesVCPUsAutomatically: Bool
    /// Host CPUs on which vCPUs without a pin may run (`<vcpu cpuset=…>`); nil is all.
    public var vcpuCPUs: CPUSet?
    /// The guest's memory without memory devices: the sum of its cells where it has any.
    public var memory: KiB
    /// `<currentMemory>` where a balloon keeps it below ``memory``; nil is all, when wanted as well.
    public var currentMemory: KiB?
    /// Whether memory can be plugged in (`<maxMemory>`). libvirt demands a cell then, so a guest that shall have none keeps one
    /// cell of everything. Only read, never wanted.
    public var hasMemoryHotplug: Bool
    /// The number of iothreads; nil when wanted means "leave it".
    public var ioThreads: Int?
    /// Pins, schedulers: `<cputune>`.
    public var cpuTune: CPUTune
    /// `<numatune>`, or nil for none.
    public var numaTune: NUMATune?
    /// `<memoryBacking>` as far as pages and locking go.
    public var memoryBacking: MemoryBacking
    /// `<cpu mode=…>`; nil when wanted means "leave it".
    public var cpuMode: String?
    /// `<cpu><topology>`; nil when wanted means "leave it".
    public var topology: Topology?
    /// `<cpu><maxphysaddr>`; nil when wanted means "leave it".
    public var maximumPhysicalAddress: MaximumPhysicalAddress?
    /// `<cpu><numa>`, ascending by id; empty for none.
    public var guestCells: [GuestCell]
    /// Whether `<features><acpi/>` is there. Wanted true adds it; wanted false leaves it.
    public var hasACPI: Bool

    /// Puts the parts together; the defaults are those of a domain without topology.
    public init(
        vcpus: Int, vcpuCPUs: CPUSet? = nil, memory: KiB, ioThreads: Int? = nil, cpuTune: CPUTune = CPUTune(),
        numaTune: NUMATune? = nil, memoryBacking: MemoryBacking = MemoryBacking(), cpuMode: String? = nil,
        topology: Topology? = nil, maximumPhysicalAddress: MaximumPhysicalAddress? = nil, guestCells: [GuestCell] = [],
        hasACPI: Bool = false, currentVCPUs: Int? = nil, placesVCPUsAutomatically: Bool = false,
        currentMemory: KiB? = nil, hasMemoryHotplug: Bool = false
    ) {
        self.vcpus = vcpus
        self.vcpuCPUs = vcpuCPUs
        self.memory = memory
        self.ioThreads = ioThreads
        self.cpuTune = cpuTune
        self.numaTune = numaTune
        self.memoryBacking = memoryBacking
        self.cpuMode = cpuMode
        self.topology = topology
        self.maximumPhysicalAddress = maximumPhysicalAddress
        self.guestCells = guestCells
        self.hasACPI = hasACPI
        self.currentVCPUs = currentVCPUs
        self.placesVCPUsAutomatically = placesVCPUsAutomatically
        self.currentMemory = currentMemory
        self.hasMemoryHotplug = hasMemoryHotplug
    }
}

/// The managed children of `<cputune>`; shares, quotas and cache tuning are not ours.
public struct CPUTune: Hashable, Sendable {
    /// `<vcpusched>` of one vCPU.
    public struct Scheduler: Hashable, Sendable {
        /// `fifo`, `rr`, `batch`, `idle`.
        public var policy: String
        /// The real-time priority, 1 to 99; nil for policies without one.
        public var priority: Int?

        /// Puts a scheduler together.
        public init(policy: String, priority: Int?) {
            self.policy = policy
            self.priority = priority
        }
    }

    /// Host CPUs of each vCPU that has a `<vcpupin>`.
    public var vcpuPins: [VCPU: CPUSet]
    /// Host CPUs of the emulator's threads (`<emulatorpin>`), or nil.
    public var emulatorPin: CPUSet?
    /// Host CPUs of each iothread that has an `<iothreadpin>`, by number from 1.
    public var ioThreadPins: [Int: CPUSet]
    /// The scheduler of each vCPU that has a `<vcpusched>`.
    public var schedulers: [VCPU: Scheduler]

    /// Puts pins and schedulers together.
    public init(
        vcpuPins: [VCPU: CPUSet] = [:], emulatorPin: CPUSet? = nil, ioThreadPins: [Int: CPUSet] = [:],
        schedulers: [VCPU: Scheduler] = [:]
    ) {
        self.vcpuPins = vcpuPins
        self.emulatorPin = emulatorPin
        self.ioThreadPins = ioThreadPins
        self.schedulers = schedulers
    }
}

/// `<numatune>`: where memory comes from. `cellid` is a guest cell, `nodeset` are host cells.
public struct NUMATune: Hashable, Sendable {
    /// libvirt's memory modes.
    public enum Mode: String, Hashable, Sendable, CaseIterable { case strict, preferred, interleave, restrictive }

    /// `<memnode>` of one guest cell.
    public struct MemNode: Hashable, Sendable {
        /// How the cell's memory is bound.
        public var mode: Mode
        /// The host cells.
        public var hostCells: CellSet

        /// Puts a memnode together.
        public init(mode: Mode, hostCells: CellSet) {
            self.mode = mode
            self.hostCells = hostCells
        }
    }

    /// The mode of `<memory>`.
    public var mode: Mode
    /// The host cells of `<memory>`; nil for automatic placement or, where there are memnodes, for no `<memory>`.
    public var hostCells: CellSet?
    /// `<memnode>` by guest cell.
    public var memNodes: [GuestCellID: MemNode]

    /// Puts the binding together.
    public init(mode: Mode = .strict, hostCells: CellSet?, memNodes: [GuestCellID: MemNode] = [:]) {
        self.mode = mode
        self.hostCells = hostCells
        self.memNodes = memNodes
    }
}

/// The managed children of `<memoryBacking>`.
public struct MemoryBacking: Hashable, Sendable {
    /// Which huge pages back the memory.
    public enum HugePages: Hashable, Sendable {
        /// `<hugepages/>` alone: the host's default size for all memory.
        case defaultSize
        /// One size for a guest without cells, or for cells that no other page names.
        case all(PageSize)
        /// A size for each guest cell that has one; cells not named have ordinary pages.
        case perCell([GuestCellID: PageSize])
    }

    /// The huge pages, or nil for ordinary pages.
    public var hugePages: HugePages?
    /// `<nosharepages/>`: kept out of KSM.
    public var noSharePages: Bool
    /// `<locked/>`: never swapped.
    public var locked: Bool

    /// Puts the backing together.
    public init(hugePages: HugePages? = nil, noSharePages: Bool = false, locked: Bool = false) {
        self.hugePages = hugePages
        self.noSharePages = noSharePages
        self.locked = locked
    }
}

/// `<cpu><topology>`: sockets × dies × clusters × cores × threads is the number of vCPUs; dies and clusters are 1 when we write.
public struct Topology: Hashable, Sendable {
    /// Sockets of the guest.
    public var sockets: Int
    /// Dies of each socket.
    public var dies: Int
    /// Clusters of each die.
    public var clusters: Int
    /// Cores of each cluster.
    public var cores: Int
    /// Threads of each core.
    public var threads: Int

    /// Puts a topology together.
    public init(sockets: Int, dies: Int = 1, clusters: Int = 1, cores: Int, threads: Int) {
        self.sockets = sockets
        self.dies = dies
        self.clusters = clusters
        self.cores = cores
        self.threads = threads
    }

    /// The number of vCPUs that the topology describes.
    public var vcpus: Int { sockets * dies * clusters * cores * threads }
}

/// `<cpu><maxphysaddr>`.
public struct MaximumPhysicalAddress: Hashable, Sendable {
    /// `passthrough` or `emulate`.
    public var mode: String
    /// The number of bits, or nil.
    public var bits: Int?

    /// Puts a setting together.
    public init(mode: String, bits: Int?) {
        self.mode = mode
        self.bits = bits
    }
}

/// One `<cpu><numa><cell>`.
public struct GuestCell: Hashable, Sendable {
    /// The guest's number of the cell.
    public var id: GuestCellID
    /// The vCPUs in the cell.
    public var vcpus: VCPUSet
    /// The cell's memory.
    public var memory: KiB
    /// Whether the memory is shared with other processes (`memAccess='shared'`), private, or nil when not said.
    public var isShared: Bool?
    /// The distance to each guest cell, 10 to 255; empty when not said.
    public var distances: [GuestCellID: Int]

    /// Puts a guest cell together.
    public init(
        id: GuestCellID, vcpus: VCPUSet, memory: KiB, isShared: Bool? = nil, distances: [GuestCellID: Int] = [:]
    ) {
        self.id = id
        self.vcpus = vcpus
        self.memory = memory
        self.isShared = isShared
        self.distances = distances
    }
}
