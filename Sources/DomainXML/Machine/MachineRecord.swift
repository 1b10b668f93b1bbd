public import HostModel

/// What the site said of a guest's machine when its mark was written: which devices of the domain are the site's.
///
/// A device that is not in here was added by somebody else and stays. A key that the site does not have is nil or empty here.
/// Of a domain that was there before the site a record says only what the site names, and what it names no more stays as well.
public struct MachineRecord: Hashable, Sendable {
    /// A disk of the site, with the name by which it is found in the domain.
    public struct RecordedDisk: Hashable, Sendable {
        /// The name on its bus, unique in the domain: `vda`.
        public var target: String
        /// What the site says of it.
        public var disk: GuestDisk

        /// Names a disk.
        package init(target: String, disk: GuestDisk) {
            self.target = target
            self.disk = disk
        }
    }

    /// The digest of the base document that the domain was made from, or nil.
    public var base: String?
    /// What runs the guest, where the site says so.
    public var hypervisor: Accelerator?
    /// The machine type, where the site says so: `q35`.
    public var machine: String?
    /// The disks, in the order of the site.
    public var disks: [RecordedDisk]
    /// The interfaces, in the order of the site.
    public var interfaces: [GuestInterface]
    /// The host devices, in the order of the site.
    public var hostDevices: [PCIAddress]
    /// The interfaces by whose names host devices were asked for: the host has these no more once a guest has the device.
    public var hostNetdevs: [PCIAddress: String] = [:]
    /// The guest cells of those that are on one, behind an expander bus of that cell.
    public var deviceCells: [PCIAddress: GuestCellID] = [:]
    /// The kernel that is booted directly.
    public var kernel: String?
    /// The initial RAM disk of that kernel.
    public var initrd: String?
    /// The command line of that kernel.
    public var commandLine: String?
    /// Whether the guest has a serial console; nil where the site does not say.
    public var hasConsole: Bool?
    /// What the guest is for, in free text, where the site says so.
    public var description: String?
    /// Disks that the site had and has no more, and that the domain still had while it ran.
    public var formerDisks: [RecordedDisk] = []
    /// Interfaces of that kind, with the addresses that they have.
    public var formerInterfaces: [GuestInterface] = []
    /// Whether the machine was there before the site, which says only a part of it.
    public var isPartial: Bool

    /// Whether the machine came about from the site's keys alone.
    var isWhole: Bool { !isPartial && base == nil }

    /// The defaults are those of a site that says nothing.
    package init(
        base: String? = nil, hypervisor: Accelerator? = nil, machine: String? = nil,
        disks: [RecordedDisk] = [], interfaces: [GuestInterface] = [], hostDevices: [PCIAddress] = [],
        kernel: String? = nil, initrd: String? = nil, commandLine: String? = nil, hasConsole: Bool? = nil,
        description: String? = nil, isPartial: Bool = false
    ) {
        self.isPartial = isPartial
        self.base = base
        self.hypervisor = hypervisor
        self.machine = machine
        self.disks = disks
        self.interfaces = interfaces
        self.hostDevices = hostDevices
        self.kernel = kernel
        self.initrd = initrd
        self.commandLine = commandLine
        self.hasConsole = hasConsole
        self.description = description
    }
}

/// What the site says of a guest's machine now; the names of the disks follow from the domain.
public struct MachineWish: Hashable, Sendable {
    /// The devices of a guest that the site describes by its own keys.
    public struct Devices: Hashable, Sendable {
        /// The disks, in order.
        public var disks: [GuestDisk]
        /// The interfaces, in order.
        public var interfaces: [GuestInterface]
        /// The kernel that is booted directly, or nil.
        public var kernel: String?
        /// The initial RAM disk of that kernel.
        public var initrd: String?
        /// The command line of that kernel.
        public var commandLine: String?
        /// Whether the guest has a serial console; nil leaves that as it is.
        public var hasConsole: Bool?

        package init(
            disks: [GuestDisk] = [], interfaces: [GuestInterface] = [],
            kernel: String? = nil, initrd: String? = nil, commandLine: String? = nil, hasConsole: Bool? = true
        ) {
            self.disks = disks
            self.interfaces = interfaces
            self.kernel = kernel
            self.initrd = initrd
            self.commandLine = commandLine
            self.hasConsole = hasConsole
        }
    }

    /// Whether host devices are on the guest's cells, or on its root bus, which belongs to none.
    public enum DeviceView: Hashable, Sendable {
        /// On its cells.
        case onCells
        /// On its root bus.
        case onRoot
        /// On its cells, unless the guest has some on its root bus already: what changes its place has another name in the guest.
        case onCellsIfNew
        /// Where the guest has others; else on its root bus.
        case asBefore
    }

    /// The digest of the base document, or nil for a guest without one.
    public var base: String?
    /// What runs the guest; nil leaves that as it is.
    public var hypervisor: Accelerator?
    /// The machine type; nil leaves that as it is.
    public var machine: String?
    /// The devices that the site names; nil where all of them come from a base document or are those of an adopted domain.
    public var devices: Devices?
    /// PCI devices of the host, beside all others.
    public var hostDevices: [PCIAddress]
    /// The interfaces by whose names some of them were asked for.
    public var hostNetdevs: [PCIAddress: String] = [:]
    /// The guest cells that are on the host cells of these devices, where the guest sees them.
    public var deviceCells: [PCIAddress: GuestCellID] = [:]
    /// Whether the devices are on these cells.
    public var deviceView = DeviceView.asBefore
    /// What the guest is for, in free text; nil leaves that as it is.
    public var description: String?
    /// Whether the machine was there before the site, which says only a part of it.
    public var isPartial: Bool

    package init(
        base: String? = nil, hypervisor: Accelerator? = nil, machine: String? = nil,
        devices: Devices? = nil, hostDevices: [PCIAddress] = [], description: String? = nil, isPartial: Bool = false
    ) {
        self.isPartial = isPartial
        self.base = base
        self.hypervisor = hypervisor
        self.machine = machine
        self.devices = devices
        self.hostDevices = hostDevices
        self.description = description
    }

    /// Whether the site says nothing at all.
    public var isEmpty: Bool { self == MachineWish(isPartial: isPartial) }
}
