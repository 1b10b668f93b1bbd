public import HostModel

/// What a new domain has besides CPUs and memory: enough for the common guest; everything else is for a base document.
public struct MachineDescription: Hashable, Sendable {
    /// The domain's name.
    public var name: String
    /// What runs the guest.
    public var hypervisor: Accelerator
    /// libvirt's name of the architecture: `x86_64`.
    public var architecture: String
    /// libvirt's machine type, `q35`; nil for libvirt's choice.
    public var machine: String?
    /// The disks, in order.
    public var disks: [GuestDisk]
    /// The interfaces, in order.
    public var interfaces: [GuestInterface]
    /// PCI devices of the host that the guest has for itself, in order.
    public var hostDevices: [PCIAddress]
    /// The guest cells of those that are on one; the others are on the root bus.
    public var deviceCells: [PCIAddress: GuestCellID] = [:]
    /// A kernel image on the host to boot directly; nil boots from the first disk.
    public var kernel: String?
    /// The initial RAM disk of that kernel.
    public var initrd: String?
    /// The command line of that kernel.
    public var commandLine: String?
    /// Whether the guest has a serial console.
    public var hasConsole: Bool
    /// What the guest is for, in free text; nil says nothing.
    public var description: String?

    package init(
        name: String, hypervisor: Accelerator = .kvm, architecture: String = "x86_64", machine: String? = nil,
        disks: [GuestDisk] = [], interfaces: [GuestInterface] = [], hostDevices: [PCIAddress] = [],
        kernel: String? = nil,
        initrd: String? = nil, commandLine: String? = nil, hasConsole: Bool = true, description: String? = nil
    ) {
        self.name = name
        self.hypervisor = hypervisor
        self.architecture = architecture
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
