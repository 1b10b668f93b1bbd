public import XMLTree

/// What was discovered about one host: the planner's only view of it.
public struct HostFacts: Hashable, Sendable {
    /// Who the host is.
    public var host: HostIdentity {
        didSet { findDefaultHugePage() }
    }
    /// When the host was looked at; nil when the facts do not say.
    public var time: UTCTime?
    /// CPUs that are online on the whole machine, and those in ``parkedCPUs``.
    public var onlineCPUs: CPUSet
    /// CPUs that are offline because no guest has them: a plan counts on them, and brings them back. Their cells have them too.
    public var parkedCPUs = CPUSet()
    /// CPUs that the kernel's scheduler leaves alone (`isolcpus`).
    public var isolatedCPUs: CPUSet
    /// CPUs on efficiency cores of a host that has fast cores too; empty where all cores are of one kind, or the host does not tell.
    public var efficiencyCPUs: CPUSet
    /// What of the host guests may use at all; nil is everything.
    public var guestLimits: GuestLimits?
    /// The NUMA cells, ascending by id.
    public var cells: [Cell] {
        didSet { findDefaultHugePage() }
    }
    /// The kernel's default size of huge pages, what `<hugepages/>` alone means: what its command line says, else the architecture's
    /// usual one if the host has it; nil when it has none.
    public private(set) var defaultHugePage: PageSize?
    /// The PCI devices, ascending by address; empty when the facts do not tell.
    public var devices: [HostDevice]
    /// What comes to its CPUs beside guests; nil when nobody looked.
    public var isolation: IsolationFacts?
    /// The actors that apply recorded, ascending by name and site; empty where it recorded none.
    public var actors: [ActorRecord]
    /// The files of systemd of the name that apply gives to its own, ascending by unit.
    public var dropIns: [UnitDropIn]
    /// The hypervisor side, or nil when libvirt was not asked.
    public var libvirt: LibvirtFacts?
    /// The domains that libvirt holds, ascending by name.
    public var domains: [DomainFacts]

    /// Cells, devices, actors and domains are sorted.
    public init(
        host: HostIdentity, onlineCPUs: CPUSet, isolatedCPUs: CPUSet = [], efficiencyCPUs: CPUSet = [],
        cells: [Cell], devices: [HostDevice] = [], libvirt: LibvirtFacts? = nil, domains: [DomainFacts] = [],
        time: UTCTime? = nil, guestLimits: GuestLimits? = nil, isolation: IsolationFacts? = nil,
        actors: [ActorRecord] = [], dropIns: [UnitDropIn] = []
    ) {
        self.isolation = isolation
        self.actors = actors.sorted { ($0.name, $0.site) < ($1.name, $1.site) }
        self.dropIns = dropIns.sorted { $0.unit < $1.unit }
        self.guestLimits = guestLimits
        self.host = host
        self.time = time
        self.onlineCPUs = onlineCPUs
        self.isolatedCPUs = isolatedCPUs
        self.efficiencyCPUs = efficiencyCPUs
        self.cells = cells.sorted { $0.id < $1.id }
        self.devices = devices.sorted { $0.address < $1.address }
        self.libvirt = libvirt
        self.domains = domains.sorted { $0.name < $1.name }
        findDefaultHugePage()
    }

    private mutating func findDefaultHugePage() {
        let words = (host.commandLine ?? "").split(separator: " ")
        let named = words.last { $0.hasPrefix("default_hugepagesz=") }.flatMap { word in
            try? Size.parse(word.dropFirst("default_hugepagesz=".count))
        }
        let (usual, sizes) = (PageSize(2_048), hugePageSizes)
        defaultHugePage =
            if let named, named > .zero { PageSize(named) } else { sizes.contains(usual) ? usual : sizes.first }
    }

    /// The cell of that id, or nil.
    public func cell(_ id: CellID) -> Cell? { cells.first { $0.id == id } }

    /// The ids of all cells.
    public var cellIDs: CellSet { CellSet(cells.map(\.id)) }

    /// The cells that have memory, or devices, and no CPU that is online.
    public var cellsWithoutCPUs: CellSet { CellSet(cells.filter(\.cpus.isEmpty).map(\.id)) }

    /// The cells that have CPUs, or devices, and no memory.
    public var cellsWithoutMemory: CellSet {
        CellSet(cells.filter { $0.memory == nil || $0.memory == .zero }.map(\.id))
    }

    /// The sizes of huge pages that at least one cell has a pool for, ascending.
    public var hugePageSizes: [PageSize] { Set(cells.flatMap { $0.pools.map(\.pageSize) }).sorted() }

    /// The distance between two cells: what the firmware says, else 10 to itself and 20 to any other.
    public func distance(from: CellID, to: CellID) -> Int {
        cell(from)?.distances?[to] ?? (from == to ? 10 : 20)
    }
}

extension HostFacts {
    /// CPUs with all online threads of their cores.
    package func withSiblings(_ cpus: CPUSet) -> CPUSet {
        cells.flatMap(\.siblings).reduce(into: cpus) { all, core in
            if !core.isDisjoint(with: cpus) { all.formUnion(core) }
        }
    }
}

/// Who a host is and what it runs.
public struct HostIdentity: Hashable, Sendable {
    /// The host's name, or nil when the facts do not say.
    public var name: String?
    /// The kernel's name of the architecture: `x86_64`, `aarch64`, `ppc64le`.
    public var arch: String?
    /// The kernel's release.
    public var kernel: String?
    /// The random id of the present boot.
    public var bootID: String?
    /// The kernel's command line.
    public var commandLine: String?
    /// How many of its options a facts document left out.
    public var commandLineLeftOut: Int
    /// The size of an ordinary page.
    public var basePage: PageSize
    /// Tells this installation from every other: a checksum of its `/etc/machine-id`, which itself is nobody's business.
    public var machine: SHA256?

    /// What is nil was not found.
    package init(
        name: String? = nil, arch: String? = nil, kernel: String? = nil, bootID: String? = nil,
        commandLine: String? = nil, basePage: PageSize = PageSize(4), machine: SHA256? = nil,
        commandLineLeftOut: Int = 0
    ) {
        self.commandLineLeftOut = commandLineLeftOut
        self.name = name
        self.arch = arch
        self.kernel = kernel
        self.bootID = bootID
        self.commandLine = commandLine
        self.basePage = basePage
        self.machine = machine
    }
}

/// One NUMA cell of the host.
public struct Cell: Hashable, Sendable {
    /// The kernel's number of the node.
    public var id: CellID
    /// The cell's CPUs that are online.
    public var cpus: CPUSet
    /// All memory of the cell, pools included; nil when the host does not tell.
    public var memory: KiB?
    /// Memory that is free now; nil when the host does not tell.
    public var memoryFree: KiB?
    /// Memory that is free, or that the kernel can drop: page cache and what it can reclaim of its own. nil when the host does not tell.
    public var memoryAvailable: KiB?
    /// One set per core: its online threads, ascending by lowest CPU. Every CPU of the cell is in exactly one.
    public var siblings: [CPUSet]
    /// CPUs that share a last-level cache, ascending by lowest CPU; empty when the host does not tell.
    public var lastLevelCaches: [CPUSet]
    /// The distance to each cell (10 is local), or nil when the host does not tell.
    public var distances: [CellID: Int]?
    /// The pools of huge pages, ascending by page size.
    public var pools: [HugepagePool]
    /// The socket that all CPUs of the cell are on; nil when they are on several, or the host does not tell.
    public var socket: Int?

    /// Without `siblings` every CPU is a core of its own.
    public init(
        id: CellID, cpus: CPUSet, memory: KiB?, memoryFree: KiB? = nil, memoryAvailable: KiB? = nil,
        siblings: [CPUSet]? = nil,
        lastLevelCaches: [CPUSet] = [], distances: [CellID: Int]? = nil, pools: [HugepagePool] = [], socket: Int? = nil
    ) {
        self.id = id
        self.cpus = cpus
        self.memory = memory
        self.memoryFree = memoryFree
        self.memoryAvailable = memoryAvailable
        self.siblings = (siblings ?? cpus.map { [$0] }).sorted()
        self.lastLevelCaches = lastLevelCaches.sorted()
        self.distances = distances
        self.pools = pools.sorted { $0.pageSize < $1.pageSize }
        self.socket = socket
    }

    /// The pool of that page size, or nil.
    public func pool(of pageSize: PageSize) -> HugepagePool? { pools.first { $0.pageSize == pageSize } }
}

/// The huge pages of one size on one cell, as the kernel counts them.
public struct HugepagePool: Hashable, Sendable, Codable {
    /// The size of a page.
    public var pageSize: PageSize
    /// All pages, surplus ones included: the kernel's `nr_hugepages` of the cell.
    public var total: PageCount
    /// Pages that nobody uses.
    public var free: PageCount
    /// Pages beyond the persistent pool, which go when they are given back.
    public var surplus: PageCount

    package init(pageSize: PageSize, total: PageCount, free: PageCount, surplus: PageCount = .zero) {
        self.pageSize = pageSize
        self.total = total
        self.free = free
        self.surplus = surplus
    }

    /// Pages that somebody uses.
    public var used: PageCount { total.subtractingDownToZero(free) }
    /// Pages that stay when they are given back: what a write to `nr_hugepages` sets.
    public var persistent: PageCount { total.subtractingDownToZero(surplus) }

    private enum CodingKeys: String, CodingKey {
        case pageSize = "page_kib"
        case total, free, surplus
    }

    /// Reads a pool; `free` is `total` and `surplus` is 0 when they are not given.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        pageSize = try container.decode(PageSize.self, forKey: .pageSize)
        total = try container.decode(PageCount.self, forKey: .total)
        free = try container.decodeIfPresent(PageCount.self, forKey: .free) ?? total
        surplus = try container.decodeIfPresent(PageCount.self, forKey: .surplus) ?? .zero
    }
}

/// What libvirt says of itself.
public struct LibvirtFacts: Hashable, Sendable, Codable {
    /// A mount of hugetlbfs.
    public struct Mount: Hashable, Sendable, Codable {
        /// The size of the pages that the mount serves.
        public var pageSize: PageSize
        /// The folder.
        public var path: String
        /// Whether libvirt found the mount when it started; nil when that cannot be told.
        public var isKnownToLibvirt: Bool?

        package init(pageSize: PageSize, path: String, isKnownToLibvirt: Bool? = nil) {
            self.pageSize = pageSize
            self.path = path
            self.isKnownToLibvirt = isKnownToLibvirt
        }

        private enum CodingKeys: String, CodingKey {
            case pageSize = "page_kib"
            case path = "mount"
            case isKnownToLibvirt = "known_to_libvirt"
        }
    }

    /// libvirt's version, `9.0.0`.
    public var version: String?
    /// The hypervisor and its version, `QEMU 7.2.22`.
    public var hypervisor: String?
    /// The mounts of hugetlbfs, ascending by page size.
    public var hugetlbfs: [Mount]

    package init(version: String?, hypervisor: String?, hugetlbfs: [Mount] = []) {
        self.version = version
        self.hypervisor = hypervisor
        self.hugetlbfs = hugetlbfs
    }

    private enum CodingKeys: String, CodingKey { case version, hypervisor, hugetlbfs }

    /// Reads the facts; what is not given is unknown.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        version = try container.decodeIfPresent(String.self, forKey: .version)
        hypervisor = try container.decodeIfPresent(String.self, forKey: .hypervisor)
        hugetlbfs = try container.decodeIfPresent([Mount].self, forKey: .hugetlbfs) ?? []
    }
}

/// One domain as libvirt holds it.
public struct DomainFacts: Hashable, Sendable, Codable {
    /// Whether a domain uses resources now.
    public enum DomainState: String, Hashable, Sendable, Codable, CaseIterable {
        case running, paused, shutoff, other

        /// Whether QEMU runs and holds memory and CPUs.
        public var isActive: Bool { self != .shutoff }
    }

    /// The domain's name.
    public var name: String
    /// The domain's UUID.
    public var uuid: String?
    /// Whether it runs.
    public var state: DomainState
    /// Whether libvirt starts it when the host boots.
    public var autostart: Bool
    /// Whether it has a definition that outlives it.
    public var persistent: Bool
    /// Whether its next start would resume a saved image, with the definition that the image holds.
    public var hasManagedSave: Bool
    /// How many snapshots libvirt keeps of it. With one, libvirt does not give its definition up.
    public var snapshots: Int
    /// How many checkpoints libvirt keeps of it, which hold its definition just so.
    public var checkpoints: Int
    /// What libvirt is doing with it at the moment, and lets nobody interfere with: `migration_out`, `save`, `dump`, `backup`; nil for
    /// nothing.
    public var job: String?
    /// The inactive definition; without secrets in a facts document.
    public var definition: XMLText
    /// The live definition of an active domain, or nil.
    public var live: XMLText?
    /// What a facts document left out of the definitions, as paths, ascending; nil when they are whole.
    public var leftOut: [String]?

    package init(
        name: String, uuid: String? = nil, state: DomainState, autostart: Bool = false, persistent: Bool = true,
        hasManagedSave: Bool = false, snapshots: Int = 0, checkpoints: Int = 0, job: String? = nil, xml: String,
        liveXML: String? = nil, leftOut: [String]? = nil
    ) {
        self.leftOut = leftOut
        self.name = name
        self.uuid = uuid
        self.state = state
        self.autostart = autostart
        self.persistent = persistent
        self.hasManagedSave = hasManagedSave
        self.snapshots = snapshots
        self.checkpoints = checkpoints
        self.job = job
        definition = XMLText(xml)
        live = liveXML.map(XMLText.init)
    }

    /// What the domain runs with, or would run with if it were started.
    public var present: XMLText { live ?? definition }

    /// The text of the inactive definition.
    package var xml: String {
        get { definition.text }
        set { definition = XMLText(newValue) }
    }

    /// The text of the live definition.
    package var liveXML: String? {
        get { live?.text }
        set { live = newValue.map(XMLText.init) }
    }

    private enum CodingKeys: String, CodingKey {
        case name, uuid, state, autostart, persistent, snapshots, checkpoints, job
        case hasManagedSave = "managed_save"
        case definition = "xml"
        case live = "live_xml"
        case leftOut = "left_out"
    }

    /// Reads a domain; it is shut off, persistent and not started at boot unless the document says otherwise.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        name = try container.decode(String.self, forKey: .name)
        uuid = try container.decodeIfPresent(String.self, forKey: .uuid)
        let word = try container.decodeIfPresent(String.self, forKey: .state) ?? DomainState.shutoff.rawValue
        state = DomainState(rawValue: word) ?? .other
        autostart = try container.decodeIfPresent(Bool.self, forKey: .autostart) ?? false
        persistent = try container.decodeIfPresent(Bool.self, forKey: .persistent) ?? true
        hasManagedSave = try container.decodeIfPresent(Bool.self, forKey: .hasManagedSave) ?? false
        snapshots = try container.decodeIfPresent(Int.self, forKey: .snapshots) ?? 0
        checkpoints = try container.decodeIfPresent(Int.self, forKey: .checkpoints) ?? 0
        job = try container.decodeIfPresent(String.self, forKey: .job)
        definition = try container.decode(XMLText.self, forKey: .definition)
        live = try container.decodeIfPresent(XMLText.self, forKey: .live)
        leftOut = try container.decodeIfPresent([String].self, forKey: .leftOut)
    }
}
