public import Diagnostics
public import HostModel

/// One guest of the site with its flavor merged in, checked as far as that is possible without a host.
public struct GuestSpec: Hashable, Sendable {
    /// What the guest shall be doing.
    public enum GuestState: String, Hashable, Sendable, CaseIterable { case running, shutoff, absent }

    /// The domain's name, at the place of the guest's entry.
    public var name: Located<String>
    /// The flavor's name, or nil for a guest without one.
    public var flavor: Located<String>?
    /// The host that the guest names, or nil for the only one.
    public var host: Located<String>?
    /// What the guest shall be doing; nil leaves that as it is (a new guest is shut off).
    public var state: Located<GuestState>?
    /// Whether libvirt starts the guest when the host boots; nil leaves that as it is.
    public var autostart: Located<Bool>?
    /// The name that the domain had until now and loses, or nil.
    public var was: Located<String>?
    /// What the guest needs of the host. An absent guest needs nothing: no vCPU, no memory, no cell. What ``adoption`` does not name is
    /// missing here, until the domain is known.
    public var demand: GuestDemand {
        _read { yield sharedDemand.value }
        set { sharedDemand = Shared(newValue) }
    }
    /// Where the rest of the domain comes from.
    public var machine: GuestMachine {
        _read { yield sharedMachine.value }
        set { sharedMachine = Shared(newValue) }
    }
    /// What is managed of a domain that the entry takes over; nil for an entry that says everything.
    public var adoption: Adoption?

    /// The guests of one entry have these between them: a fleet has tens of thousands. Who asks for a part of one is given no copy.
    private var sharedDemand: Shared<GuestDemand>
    private var sharedMachine: Shared<GuestMachine>

    /// Whether the domain keeps its place: its cells, and where its memory and its vCPUs are.
    public var keepsPlace: Bool { adoption.map { !$0.placesGuest } ?? false }

    package init(
        name: Located<String>, flavor: Located<String>? = nil, host: Located<String>? = nil,
        state: Located<GuestState>? = nil, autostart: Located<Bool>? = nil, was: Located<String>? = nil,
        demand: GuestDemand,
        machine: GuestMachine = GuestMachine(), adoption: Adoption? = nil
    ) {
        self.adoption = adoption
        self.name = name
        self.flavor = flavor
        self.host = host
        self.state = state
        self.autostart = autostart
        self.was = was
        sharedDemand = Shared(demand)
        sharedMachine = Shared(machine)
    }
}

/// What a guest needs of its host: CPUs, memory, cells and how they are bound.
public struct GuestDemand: Hashable, Sendable {
    /// Whether vCPUs have host CPUs of their own.
    public enum CPUPolicy: String, Hashable, Sendable, CaseIterable { case shared, dedicated, mixed }

    /// How dedicated vCPUs use the hardware threads of a core.
    public enum ThreadPolicy: String, Hashable, Sendable, CaseIterable {
        /// Siblings together where that works out.
        case prefer
        /// One thread a core, its siblings kept empty.
        case isolate
        /// At least two threads of each core, one odd thread allowed; never on a cell without SMT.
        case require
    }

    /// The kind of core that dedicated vCPUs have first; cores of the other kind only where these do not suffice.
    public enum CPUKind: String, Hashable, Sendable, CaseIterable {
        /// Whatever is best otherwise.
        case any
        /// Fast cores.
        case performance
        /// Slow cores that save power.
        case efficiency
    }

    /// Where the emulator's threads run.
    public enum EmulatorPolicy: String, Hashable, Sendable, CaseIterable {
        /// On the host's shared CPUs.
        case share
        /// On a dedicated CPU of their own.
        case isolate
    }

    /// Which page size backs the guest's memory.
    public enum PageRequest: Hashable, Sendable {
        /// The host's ordinary pages, and they count: no overcommit.
        case small
        /// Any size above the ordinary one, the largest first.
        case large
        /// Any size, the largest first.
        case any
        /// That size.
        case exactly(PageSize)
    }

    /// A scheduler and the vCPUs that run under it.
    public struct SchedulerDemand: Hashable, Sendable {
        /// The kernel's policies beside its usual one.
        public enum Policy: String, Hashable, Sendable, CaseIterable {
            case fifo, rr, batch, idle

            /// Whether the policy is a real-time one, which has a priority.
            public var isRealtime: Bool { self == .fifo || self == .rr }
        }

        /// The vCPUs.
        public var vcpus: VCPUSet
        /// The policy.
        public var policy: Policy
        /// The priority, 1 to 99, of a real-time policy; nil of others.
        public var priority: Int?

        /// Schedules vCPUs.
        package init(vcpus: VCPUSet, policy: Policy, priority: Int? = nil) {
            self.vcpus = vcpus
            self.policy = policy
            self.priority = priority
        }
    }

    /// Who may map the guest's memory.
    public enum MemorySharing: String, Hashable, Sendable, CaseIterable {
        /// Other processes too.
        case shared
        /// Its QEMU alone.
        case `private`
    }

    /// How the guest's memory is bound to host cells: libvirt's `numatune` mode, or not at all.
    public enum MemoryPolicy: String, Hashable, Sendable, CaseIterable {
        case strict, preferred, restrictive, interleave, none
    }

    /// How near the guest's host devices must be to its cells.
    public enum DevicePolicy: String, Hashable, Sendable, CaseIterable {
        /// On the host cell of one of the guest's cells.
        case required
        /// The same, but a device whose cell is not known may be anywhere.
        case legacy
        /// Anywhere, near ones first.
        case preferred
        /// On the socket of one of the guest's cells.
        case socket
    }

    /// The number of vCPUs.
    public var vcpus: Int
    /// How many of its vCPUs the guest has when it starts; nil is all.
    public var currentVCPUs: Int?
    /// All memory that the host must have for the guest.
    public var memory: KiB
    /// What part of ``memory`` the guest can be given while it runs, and be asked to give back; nil for none.
    public var growth: MemoryGrowth?
    /// How much of its memory the guest has when it starts, the rest being in a balloon; nil is all.
    public var currentMemory: KiB?
    /// The guest's cells, ascending by id; empty for a guest without topology.
    public var cells: [GuestCellDemand]
    /// Whether vCPUs have host CPUs of their own.
    public var cpuPolicy: CPUPolicy
    /// The vCPUs that have a host CPU of their own: all when dedicated, none when shared, the mask's when mixed.
    public var dedicatedVCPUs: VCPUSet
    /// How dedicated vCPUs use siblings.
    public var threadPolicy: ThreadPolicy
    /// The kind of core that dedicated vCPUs have first.
    public var cpuKind = CPUKind.performance
    /// What is at least kept off its dedicated CPUs.
    public var isolation = HostPolicy.Isolation.none
    /// Whether somebody asked for a topology or limited it; else the guest sees its CPUs as they are pinned.
    public var asksForTopology = false
    /// Where the emulator's threads run; nil is on the CPUs of the guest's own vCPUs.
    public var emulatorPolicy: EmulatorPolicy?
    /// Host CPUs by the operator's hand.
    public var pins = HandPins()
    /// The vCPUs under the real-time scheduler.
    public var realtimeVCPUs: VCPUSet
    /// The scheduler that vCPUs run under beside ``realtimeVCPUs``; nil is the kernel's usual one.
    public var scheduler: SchedulerDemand?
    /// The page size asked for; nil is ordinary memory, which may be overcommitted.
    public var pageSize: Located<PageRequest>?
    /// Whether the guest's memory is locked.
    public var lockedMemory: Bool
    /// Who may map the guest's memory; nil leaves that as it is, and shares memory in huge pages.
    public var memoryAccess: MemorySharing?
    /// How memory is bound to host cells; a cell may have a policy of its own.
    public var memoryPolicy: MemoryPolicy
    /// Whether ``memoryPolicy`` is that of all memory as one, or only of cells that have none of their own.
    public var bindsWhole = true
    /// Whether the guest sees no cells: they only say where it is placed, bound and pinned.
    public var hidesCells = false
    /// Host cells that the operator chose, by guest cell.
    public var forcedCells: [GuestCellID: Located<CellID>]
    /// The number of iothreads; nil leaves that as it is.
    public var ioThreads: Int?
    /// The PCI devices of the host that the guest has for itself, in the order of the file.
    public var devices: [Located<PCIAddress>]
    /// What devices it has besides, of which the planner chooses which, in the order of the file.
    public var deviceWishes: [Located<DeviceRequest>] = []
    /// The interfaces by whose names devices among ``devices`` were asked for.
    public var deviceNetdevs: [PCIAddress: String] = [:]
    /// How near these devices must be to the guest's cells.
    public var devicePolicy: DevicePolicy
    /// What the guest sees of sockets, cores and threads; nil leaves that as it is.
    public var cpuTopology: CPUTopology?
    /// What the guest sees of the host beneath it.
    public var view = GuestView()
    /// Ordinary memory beside ``memory``, whatever the host sets aside for a guest's QEMU; nil is what the host sets aside.
    package var fixedOverhead: KiB?
    /// libvirt's `cpu mode`; nil leaves that as it is.
    public var cpuMode: String?
    /// The guest's physical address bits; nil leaves that as it is.
    public var physicalAddress: PhysicalAddress?

    /// The defaults are those of a flavor with `vcpus` and `ram` alone.
    package init(
        vcpus: Int, memory: KiB, cells: [GuestCellDemand] = [], cpuPolicy: CPUPolicy = .shared,
        dedicatedVCPUs: VCPUSet = [], threadPolicy: ThreadPolicy = .prefer, emulatorPolicy: EmulatorPolicy? = nil,
        realtimeVCPUs: VCPUSet = [], pageSize: Located<PageRequest>? = nil, lockedMemory: Bool = false,
        memoryPolicy: MemoryPolicy = .strict, forcedCells: [GuestCellID: Located<CellID>] = [:],
        ioThreads: Int? = nil, devices: [Located<PCIAddress>] = [], devicePolicy: DevicePolicy = .legacy,
        cpuTopology: CPUTopology? = nil, cpuMode: String? = nil, physicalAddress: PhysicalAddress? = nil
    ) {
        self.vcpus = vcpus
        self.memory = memory
        self.cells = cells
        self.cpuPolicy = cpuPolicy
        self.dedicatedVCPUs = dedicatedVCPUs
        self.threadPolicy = threadPolicy
        self.emulatorPolicy = emulatorPolicy
        self.realtimeVCPUs = realtimeVCPUs
        self.pageSize = pageSize
        self.lockedMemory = lockedMemory
        self.memoryPolicy = memoryPolicy
        self.forcedCells = forcedCells
        self.ioThreads = ioThreads
        self.devices = devices
        self.devicePolicy = devicePolicy
        self.cpuTopology = cpuTopology
        self.cpuMode = cpuMode
        self.physicalAddress = physicalAddress
    }

    /// Whether the guest's cells are put on host cells: their memory is bound there or in pages of there, or vCPUs have CPUs of their
    /// own there, or the operator chose them.
    public var isBound: Bool {
        guard !cells.isEmpty else { return false }
        let asksForPages = pageSize.map { $0.value != .small } ?? false
        return cpuPolicy != .shared || asksForPages || !forcedCells.isEmpty
            || cells.contains { policy(of: $0) != .none }
    }

    /// How the memory of a cell is bound.
    public func policy(of cell: GuestCellDemand) -> MemoryPolicy { cell.policy ?? memoryPolicy }

    /// Whether memory of a cell may come from elsewhere when its host cells do not have it all.
    public func mayComeFromElsewhere(_ cell: GuestCellDemand) -> Bool {
        let isConfined = bindsWhole && (memoryPolicy == .strict || memoryPolicy == .restrictive)
        switch policy(of: cell) {
        case .strict, .restrictive: return false
        case .preferred, .interleave, .none: return !isConfined
        }
    }

    /// Whether the guest's memory may never be overcommitted: a page size was asked for, or a vCPU has a CPU of its own.
    public var reservesMemory: Bool { pageSize != nil || cpuPolicy != .shared }
}

extension GuestDemand {
    /// The memory that the guest starts with.
    public var startMemory: KiB {
        guard let growth else { return memory }
        let cells = UInt64(cells.count { $0.memory > .zero })
        return memory.subtractingDownToZero(KiB(growth.counted.count * cells))
    }

    /// The memory that a cell starts with.
    public func startMemory(of cell: GuestCellDemand) -> KiB {
        cell.memory.subtractingDownToZero(growth?.counted ?? .zero)
    }

    /// The same guest with that growth, of which the host must have what it says.
    public func growing(_ new: MemoryGrowth) -> GuestDemand {
        var demand = self
        demand.memory = startMemory
        for (index, cell) in cells.enumerated() where cell.memory > .zero {
            demand.cells[index].memory = startMemory(of: cell) + new.counted
            demand.memory += new.counted
        }
        demand.growth = new
        return demand
    }

    /// Whether pages of that size can back the guest: what each cell starts with, and what it is given.
    public func isWhole(in page: PageSize) -> Bool {
        cells.allSatisfy { page.divides(startMemory(of: $0)) }
            && [growth?.size, growth?.requested].compactMap(\.self).allSatisfy(page.divides)
    }
}

/// Memory that each cell of a running guest can be given, beside what it starts with.
public struct MemoryGrowth: Hashable, Sendable {
    /// What of it the host must have.
    public enum Reserve: String, Hashable, Sendable, CaseIterable {
        /// All, so that the guest can always grow.
        case ceiling
        /// What the guest is asked to have.
        case now
    }

    /// The least that virtio-mem plugs at once on a host with pages of 4 KiB.
    public static let leastBlock = KiB(2_048)

    /// The most that a cell can be given.
    public var size: KiB
    /// How much of it a cell is asked to have.
    public var requested: KiB
    /// What of it the host must have.
    public var reserve: Reserve

    /// What of it the host must have for each cell.
    public var counted: KiB { reserve == .ceiling ? size : requested }

    package init(size: KiB, requested: KiB, reserve: Reserve = .ceiling) {
        self.size = size
        self.requested = requested
        self.reserve = reserve
    }
}

/// One cell of a guest.
public struct GuestCellDemand: Hashable, Sendable {
    /// The guest's number of the cell.
    public var id: GuestCellID
    /// The vCPUs in the cell; may be empty.
    public var vcpus: VCPUSet
    /// The memory that the host must have for the cell.
    public var memory: KiB
    /// The host cells that the memory comes from; nil is the one that the cell is put on.
    public var memoryCells: Located<CellSet>?
    /// How the memory is bound; nil is as the guest's.
    public var policy: GuestDemand.MemoryPolicy?

    package init(
        id: GuestCellID, vcpus: VCPUSet, memory: KiB, memoryCells: Located<CellSet>? = nil,
        policy: GuestDemand.MemoryPolicy? = nil
    ) {
        self.memoryCells = memoryCells
        self.policy = policy
        self.id = id
        self.vcpus = vcpus
        self.memory = memory
    }
}

/// Sockets, dies a socket, cores a die and threads a core, as the guest sees them.
public struct CPUTopology: Hashable, Sendable {
    /// Sockets of the guest.
    public var sockets: Int
    /// Dies of each socket, each with a last-level cache of its own.
    public var dies: Int
    /// Cores of each die.
    public var cores: Int
    /// Threads of each core.
    public var threads: Int

    /// All numbers are at least 1.
    package init(sockets: Int, dies: Int = 1, cores: Int, threads: Int) {
        self.sockets = sockets
        self.dies = dies
        self.cores = cores
        self.threads = threads
    }
}

/// libvirt's `<maxphysaddr>`.
public struct PhysicalAddress: Hashable, Sendable {
    /// `passthrough` or `emulate`.
    public var mode: String
    /// The number of bits, or nil.
    public var bits: Int?

    package init(mode: String, bits: Int? = nil) {
        self.mode = mode
        self.bits = bits
    }
}

/// So many devices of the host that are what a guest asks for.
public struct DeviceRequest: Hashable, Sendable {
    /// What they are to be.
    public var wish: DeviceWish
    /// How many, at least 1.
    public var count: Int

    package init(wish: DeviceWish, count: Int) {
        self.wish = wish
        self.count = count
    }
}
