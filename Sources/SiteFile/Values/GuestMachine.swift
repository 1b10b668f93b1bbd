public import Diagnostics

/// Where everything of a domain comes from that is neither NUMA, CPU nor memory.
public struct GuestMachine: Hashable, Sendable {
    /// A disk: a file or block device of the host.
    public struct Disk: Hashable, Sendable {
        /// The image's format.
        public enum Format: String, Hashable, Sendable, CaseIterable { case raw, qcow2 }
        /// How the guest sees the disk.
        public enum Bus: String, Hashable, Sendable, CaseIterable { case virtio, scsi, sata }

        /// The path on the host.
        public var path: Located<String>
        /// The image's format.
        public var format: Format
        /// How the guest sees the disk.
        public var bus: Bus
        /// Whether the guest may only read.
        public var isReadOnly: Bool

        /// Puts a disk together.
        public init(path: Located<String>, format: Format = .raw, bus: Bus = .virtio, isReadOnly: Bool = false) {
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

    /// Which QEMU accelerator libvirt is asked for.
    public enum Accelerator: String, Hashable, Sendable, CaseIterable { case kvm, qemu }

    /// A domain XML file beside the site file.
    public var base: Located<String>?
    /// Whether an existing domain of this name is taken over.
    public var adopts: Located<Bool>?
    /// The disks, in order.
    public var disks: [Disk]
    /// The interfaces, in order.
    public var interfaces: [Interface]
    /// A kernel image on the host to boot directly.
    public var kernel: Located<String>?
    /// The initial RAM disk of that kernel.
    public var initrd: Located<String>?
    /// The command line of that kernel.
    public var commandLine: Located<String>?
    /// Whether the guest has a serial console; nil leaves that to where the rest of the domain comes from, and one of the keys here has
    /// one.
    public var hasConsole: Bool?
    /// KVM or plain emulation; nil is KVM for a new domain.
    public var accelerator: Located<Accelerator>?
    /// libvirt's machine type, `q35`; nil for libvirt's choice.
    public var machineType: Located<String>?
    /// What the guest is for, in free text; nil leaves that to where the rest of the domain comes from.
    public var description: Located<String>?

    /// Puts a machine together; the defaults are those of a guest without such keys.
    public init(
        base: Located<String>? = nil, adopts: Located<Bool>? = nil, disks: [Disk] = [], interfaces: [Interface] = [],
        kernel: Located<String>? = nil, initrd: Located<String>? = nil, commandLine: Located<String>? = nil,
        hasConsole: Bool? = nil, accelerator: Located<Accelerator>? = nil, machineType: Located<String>? = nil,
        description: Located<String>? = nil
    ) {
        self.base = base
        self.adopts = adopts
        self.disks = disks
        self.interfaces = interfaces
        self.kernel = kernel
        self.initrd = initrd
        self.commandLine = commandLine
        self.hasConsole = hasConsole
        self.accelerator = accelerator
        self.machineType = machineType
        self.description = description
    }
}
