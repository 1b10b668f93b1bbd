public import HostModel

/// Our element in a domain's `<metadata>`: whose the domain is and what we manage of it.
public struct OwnershipMark: Hashable, Sendable {
    /// The XML namespace; it never changes within a major version.
    public static let namespace = "urn:numactl-plan:libvirt:1"

    /// How the domain became ours.
    public enum Origin: String, Hashable, Sendable {
        /// We defined it; we may remove it.
        case created
        /// It was there before; it is only ever released.
        case adopted
    }

    /// Where one guest cell was placed.
    public struct PlacedCell: Hashable, Sendable {
        /// The guest cell.
        public var guestCell: GuestCellID
        /// The host cell.
        public var hostCell: CellID
        /// The page size that backs the memory.
        public var pageSize: PageSize

        package init(guestCell: GuestCellID, hostCell: CellID, pageSize: PageSize) {
            self.guestCell = guestCell
            self.hostCell = hostCell
            self.pageSize = pageSize
        }
    }

    /// The site's name.
    public var site: String
    /// The host's name in the site file; nil in marks that do not say.
    public var host: String?
    /// The guest's name in the site file.
    public var guest: String
    /// The flavor's name, or nil.
    public var flavor: String?
    /// How the domain became ours.
    public var origin: Origin
    /// The ``WantedSettings/digest`` of what was wanted when the mark was written: while the same is wanted, what differs was changed
    /// by somebody else. Nil in marks that do not say.
    public var spec: String?
    /// The managed paths, ascending: `cputune.vcpupin`, `memory`, `vcpu`.
    public var managedPaths: [String]
    /// Where the guest's cells were placed, ascending by guest cell.
    public var placement: [PlacedCell]
    /// The host CPUs that were given to vCPUs of their own.
    public var ownCPUs: [VCPU: CPU]
    /// The host CPU that was given to the emulator's threads for themselves, or nil.
    public var emulatorCPU: CPU?
    /// What the site said of the machine; nil in marks that do not say, and for adopted domains of which the site manages no device.
    public var machine: MachineRecord?

    package init(
        site: String, guest: String, flavor: String?, origin: Origin, managedPaths: [String], placement: [PlacedCell],
        ownCPUs: [VCPU: CPU] = [:], emulatorCPU: CPU? = nil, host: String? = nil, spec: String? = nil,
        machine: MachineRecord? = nil
    ) {
        self.machine = machine
        self.host = host
        self.spec = spec
        self.site = site
        self.guest = guest
        self.flavor = flavor
        self.origin = origin
        self.managedPaths = managedPaths
        self.placement = placement
        self.ownCPUs = ownCPUs
        self.emulatorCPU = emulatorCPU
    }
}
