public import Diagnostics
public import HostModel

/// Where everything of a domain comes from that is neither NUMA, CPU nor memory.
public struct GuestMachine: Hashable, Sendable {
    /// A domain XML file beside the site file.
    public var base: Located<String>?
    /// Whether an existing domain of this name is taken over.
    public var adopts: Located<Bool>?
    /// The disks, in order, each at the place of its path.
    public var disks: [Located<GuestDisk>]
    /// The interfaces, in order.
    public var interfaces: [GuestInterface]
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

    /// The defaults are those of a guest without such keys.
    public init(
        base: Located<String>? = nil, adopts: Located<Bool>? = nil, disks: [Located<GuestDisk>] = [],
        interfaces: [GuestInterface] = [],
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
