internal import Diagnostics
internal import HostModel

/// An entry of `guests` as it is written.
struct GuestDraft: Sendable {
    var flavorName: Located<String>?
    var host: Located<String>?
    var state: Located<GuestSpec.GuestState>?
    var autostart: Located<Bool>?
    var count: Located<Int>?
    var was: Located<String>?
    var placement: Located<[CellEntry<GuestCellID, Int>]>?
    var base: Located<String>?
    var adopts: Located<Bool>?
    var disks: Located<[Located<DiskDraft>]>?
    var interfaces: Located<[Located<InterfaceDraft>]>?
    var devices: Located<[Located<HostDeviceDraft>]>?
    var kernel: Located<String>?
    var initrd: Located<String>?
    var commandLine: Located<String>?
    var console: Located<Bool>?
    var accelerator: Located<Accelerator>?
    var machineType: Located<String>?
    var description: Located<String>?
    /// The flavor's keys that the guest overrides.
    var overrides = FlavorDraft()

    static let table = KeyTable<GuestDraft>(
        .guest, ownKeys + machineKeys + FlavorDraft.table.keys.map { Key($0, in: \.overrides) },
        broken: \.overrides.broken)

    private static let ownKeys: [Key<GuestDraft>] = [
        Key("flavor", \.flavorName, .text(.name), "The flavor of the guest"),
        Key("host", \.host, .text(.name), "The host that runs the guest; required if the site has several"),
        Key(
            "state", \.state, .choice,
            "The state wanted; without it a running guest keeps running and a new one is shut off"),
        Key("autostart", \.autostart, .boolean, "Whether libvirt starts the guest with the host"),
        Key(
            "was", \.was, .text(.name),
            "The former name of the guest: a domain of that name is renamed"),
        Key("count", \.count, .integer(1...1_000), "How many guests the entry stands for: NAME-1, NAME-2, …"),
        Key(
            "numa_placement", \.placement, .byCell(.integer(0...maximumListNumber)),
            "Host cells for some or all guest cells"),
    ]

    private static let machineKeys: [Key<GuestDraft>] = [
        Key("base", \.base, .text(.path), "A domain XML file with the rest of the domain"),
        Key(
            "adopt", \.adopts, .boolean, defaultValue: "false",
            "Whether to adopt the existing domain of this name"),
        Key("disks", \.disks, .sequence(.mapping(DiskDraft.table, { DiskDraft() })), "The disks"),
        Key(
            "interfaces", \.interfaces, .sequence(.mapping(InterfaceDraft.table, { InterfaceDraft() })),
            "The network interfaces"),
        Key(
            "host_devices", \.devices, .sequence(.hostDevice),
            "PCI devices of the host that are passed through to the guest"),
        Key("kernel", \.kernel, .text(.absolutePath), "A kernel image on the host to boot directly"),
        Key("initrd", \.initrd, .text(.absolutePath), "The initial RAM disk for the kernel"),
        Key("cmdline", \.commandLine, .text(.line), "The kernel's command line"),
        Key("console", \.console, .boolean, defaultValue: "true", "Whether the guest has a serial console"),
        Key("accelerator", \.accelerator, .choice, defaultValue: "kvm", "KVM or plain emulation"),
        Key("machine", \.machineType, .text(.word), "libvirt's machine type"),
        Key("description", \.description, .text(.line), "What the guest is for, as one line of text"),
    ]
}

/// An element of `disks` as it is written.
struct DiskDraft: Sendable {
    var path: Located<String>?
    var format: Located<GuestDisk.ImageFormat>?
    var bus: Located<GuestDisk.Bus>?
    var isReadOnly: Located<Bool>?

    static let table = KeyTable<Self>(
        .disk,
        [
            Key("path", \.path, .text(.absolutePath), required: true, "The path of a file or block device on the host"),
            Key(
                "format", \.format, .choice, "The image's format; default: qcow2 for paths that end in .qcow2, else raw"
            ),
            Key("bus", \.bus, .choice, defaultValue: "virtio", "How the guest sees the disk"),
            Key(
                "read_only", \.isReadOnly, .boolean, defaultValue: "false",
                "Whether the disk is read-only for the guest"),
        ])
}

/// An element of `interfaces` as it is written.
struct InterfaceDraft: Sendable {
    var network: Located<String>?
    var bridge: Located<String>?
    var mac: Located<String>?
    var model: Located<String>?
    /// Keys whose values could not be read.
    var broken: Set<String> = []

    static let table = KeyTable<Self>(
        .interface,
        [
            Key("network", \.network, .text(.name), "The libvirt network to connect to"),
            Key("bridge", \.bridge, .text(.word), "The host's bridge to connect to"),
            Key("mac", \.mac, .text(.mac), "The MAC address; without it libvirt chooses one"),
            Key(
                "model", \.model, .text(.word), defaultValue: "virtio",
                "The model of the network card that the guest sees"),
        ], broken: \.broken)
}
