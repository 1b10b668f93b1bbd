public import HostModel

/// What a new domain has besides CPUs and memory: enough for the common guest; everything else is for a base document.
public struct MachineDescription: Hashable, Sendable {
    /// What runs the guest.
    public enum Hypervisor: String, Hashable, Sendable { case kvm, qemu }

    /// A disk: a file or, below `/dev/`, a block device of the host.
    public struct Disk: Hashable, Sendable {
        /// The image's format.
        public enum Format: String, Hashable, Sendable { case raw, qcow2 }
        /// How the guest sees the disk.
        public enum Bus: String, Hashable, Sendable { case virtio, scsi, sata }

        /// The absolute path on the host.
        public var path: String
        /// The image's format.
        public var format: Format
        /// How the guest sees the disk.
        public var bus: Bus
        /// Whether the guest may only read; on SATA the disk is a CD-ROM then.
        public var isReadOnly: Bool

        /// Puts a disk together.
        public init(path: String, format: Format = .raw, bus: Bus = .virtio, isReadOnly: Bool = false) {
            self.path = path
            self.format = format
            self.bus = bus
            self.isReadOnly = isReadOnly
        }
    }

    /// A network interface.
    public struct Interface: Hashable, Sendable {
        /// What the interface is joined to.
        public enum Source: Hashable, Sendable {
            /// A libvirt network.
            case network(String)
            /// A bridge of the host.
            case bridge(String)
        }

        /// What the interface is joined to.
        public var source: Source
        /// The hardware address, or nil for libvirt's choice.
        public var mac: String?
        /// The model that the guest sees: `virtio`, `e1000e`.
        public var model: String

        /// Puts an interface together.
        public init(source: Source, mac: String? = nil, model: String = "virtio") {
            self.source = source
            self.mac = mac
            self.model = model
        }
    }

    /// The domain's name.
    public var name: String
    /// What runs the guest.
    public var hypervisor: Hypervisor
    /// libvirt's name of the architecture: `x86_64`.
    public var architecture: String
    /// libvirt's machine type, `q35`; nil for libvirt's choice.
    public var machine: String?
    /// The disks, in order.
    public var disks: [Disk]
    /// The interfaces, in order.
    public var interfaces: [Interface]
    /// PCI devices of the host that the guest has for itself, in order.
    public var hostDevices: [PCIAddress]
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

    /// Puts a machine together.
    public init(
        name: String, hypervisor: Hypervisor = .kvm, architecture: String = "x86_64", machine: String? = nil,
        disks: [Disk] = [], interfaces: [Interface] = [], hostDevices: [PCIAddress] = [], kernel: String? = nil,
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
