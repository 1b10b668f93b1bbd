public import Diagnostics
public import HostModel

/// A site file as values: every name resolved, every flavor merged into its guests, every rule that needs no host checked.
public struct Site: Hashable, Sendable {
    /// The site's name; it stands in the ownership mark of each domain.
    public var name: Located<String>
    /// The hosts, in the order of the file.
    public var hosts: [HostPolicy]
    /// The guests of all hosts, `count` expanded, in the order of the file.
    public var guests: [GuestSpec]
    /// Whether the file has entries of hosts; without any it means one host, whatever its name.
    public var namesHosts: Bool
    /// The flavors that say how many vCPUs and how much memory a guest has, in the order of the file, used or not.
    public var flavors: [FlavorSpec] = []

    package init(name: Located<String>, hosts: [HostPolicy], guests: [GuestSpec], namesHosts: Bool = true) {
        self.namesHosts = namesHosts
        self.name = name
        self.hosts = hosts
        self.guests = guests
    }
}

/// A flavor by itself: what a guest with it and nothing else needs.
public struct FlavorSpec: Hashable, Sendable {
    /// The flavor's name.
    public var name: Located<String>
    /// What such a guest needs.
    public var demand: GuestDemand

    package init(name: Located<String>, demand: GuestDemand) {
        self.name = name
        self.demand = demand
    }
}

/// What the site says of one host.
public struct HostPolicy: Hashable, Sendable {
    /// How guests are handed out over cells that suit them alike.
    public enum Preference: String, Hashable, Sendable, CaseIterable { case spread, pack }

    /// When the memory of a running guest goes to other host cells: at its next start, or while it runs.
    public enum MoveTime: String, Hashable, Sendable, CaseIterable { case restart, live }

    /// What is kept off dedicated CPUs beside other guests, ascending.
    public enum Isolation: String, Hashable, Sendable, CaseIterable, Comparable {
        case none
        /// Interrupts of devices.
        case interrupts
        /// Interrupts, programs, threads of the kernel and its work queues.
        case full

        /// By how much is kept off.
        public static func < (left: Isolation, right: Isolation) -> Bool { left.rank < right.rank }

        private var rank: Int {
            switch self {
            case .none: 0
            case .interrupts: 1
            case .full: 2
            }
        }
    }

    /// What becomes of dedicated CPUs that no guest has.
    public enum IdleCPUs: String, Hashable, Sendable, CaseIterable {
        /// They stay as they are.
        case keep
        /// They are taken offline, and brought back for the next guest.
        case offline
    }

    /// The name of the host's entry.
    public var name: Located<String>
    /// libvirt's connection URI, or nil for the default.
    public var connect: Located<String>?
    /// CPUs for vCPUs that have a CPU of their own; nil when not said.
    public var dedicatedCPUs: Located<CPUSet>?
    /// CPUs for vCPUs that share; nil when not said.
    public var sharedCPUs: Located<CPUSet>?
    /// How many shared vCPUs a CPU may carry.
    public var cpuAllocationRatio: Ratio
    /// Overcommit of ordinary memory by shared guests.
    public var ramAllocationRatio: Ratio
    /// Ordinary memory left to the host on every cell that `reservedPerCell` does not name.
    public var reserved: KiB
    /// Ordinary memory left to the host on single cells.
    public var reservedPerCell: [CellID: Located<KiB>]
    /// Ordinary memory set aside for each guest's QEMU.
    public var guestOverhead: GuestOverhead
    /// Patterns of names of domains whose CPUs do not count.
    public var ignoredDomains: [String] = []
    /// Whether the tool sizes the pools; false takes them as they are.
    public var managesPools: Bool
    /// Huge pages beyond what guests need, by page size and cell.
    public var pools: [PoolRequest]
    /// How ties between cells are broken.
    public var placement: Preference
    /// When running guests go to other cells.
    public var moves = MoveTime.restart
    /// What is kept off the CPUs dedicated to guests.
    public var isolation = Isolation.none
    /// What becomes of dedicated CPUs that no guest has.
    public var idleCPUs = IdleCPUs.keep
    /// The CPUs for everything that is no guest; nil for those that are dedicated to none.
    public var housekeepingCPUs: Located<CPUSet>?
    /// Programs beside the guests that have CPUs to themselves, ascending by name.
    public var actors: [ActorSpec] = []

    /// The reserve of a cell that nobody set: 256 MiB.
    public static let defaultReserve = KiB(256 * 1_024)

    /// The defaults are those of a host entry without keys.
    package init(
        name: Located<String>, connect: Located<String>? = nil, dedicatedCPUs: Located<CPUSet>? = nil,
        sharedCPUs: Located<CPUSet>? = nil, cpuAllocationRatio: Ratio = Ratio(thousandths: 4_000),
        ramAllocationRatio: Ratio = Ratio(thousandths: 1_000), reserved: KiB = HostPolicy.defaultReserve,
        reservedPerCell: [CellID: Located<KiB>] = [:], managesPools: Bool = true, pools: [PoolRequest] = [],
        placement: Preference = .spread, guestOverhead: GuestOverhead = .automatic
    ) {
        self.guestOverhead = guestOverhead
        self.name = name
        self.connect = connect
        self.dedicatedCPUs = dedicatedCPUs
        self.sharedCPUs = sharedCPUs
        self.cpuAllocationRatio = cpuAllocationRatio
        self.ramAllocationRatio = ramAllocationRatio
        self.reserved = reserved
        self.reservedPerCell = reservedPerCell
        self.managesPools = managesPools
        self.pools = pools
        self.placement = placement
    }

    /// Ordinary memory left to the host on a cell.
    public func reserve(of cell: CellID) -> KiB { reservedPerCell[cell]?.value ?? reserved }
}

/// Huge pages that the site wants on one cell beyond what guests need.
public struct PoolRequest: Hashable, Sendable {
    /// The pool.
    public var pool: Located<PoolID>
    /// How many pages.
    public var pages: PageCount

    /// Asks for `pages` in `pool`.
    package init(pool: Located<PoolID>, pages: PageCount) {
        self.pool = pool
        self.pages = pages
    }
}
