internal import Diagnostics
internal import HostModel

/// An entry of `flavors`, or the part of a guest that overrides its flavor, as it is written.
struct FlavorDraft: Sendable {
    /// The native keys.
    var native = FlavorSettings()
    /// `properties`.
    var properties: Located<PropertySettings>?
    /// `image_properties`.
    var imageProperties: Located<PropertySettings>?
    /// Native keys whose values could not be read.
    var broken: Set<String> = []

    static let table = KeyTable<FlavorDraft>(
        .flavor, sizeKeys + cellKeys + cpuKeys + memoryKeys + shapeKeys + pastedKeys, broken: \.broken)

    private static let sizeKeys: [Key<FlavorDraft>] = [
        Key("vcpus", \.native.vcpus, .integer(1...4_096), "The number of vCPUs"),
        Key("ram", \.native.ram, .size(atLeast: 1_024), "All memory of the guest"),
    ]

    private static let cellKeys: [Key<FlavorDraft>] = [
        Key(
            "numa_nodes", \.native.numaNodes, .integer(1...128),
            "The number of guest cells; vCPUs and memory are divided evenly"),
        Key(
            "numa_cells", \.native.numaCells,
            .sequence(.mapping(NUMACellDraft.table, { NUMACellDraft() }), minimum: 1, maximum: 128),
            "The guest cells one by one, for uneven splits"),
        Key(
            "numa_policy", \.native.memoryPolicy, .choice, standard: "strict",
            "How guest cells are bound to host cells: libvirt's numatune mode, or none for cells that only the guest sees"
        ),
    ]

    private static let cpuKeys: [Key<FlavorDraft>] = [
        Key(
            "cpu_policy", \.native.cpuPolicy, .choice, standard: "shared",
            "Whether vCPUs share host CPUs, have one each, or some of both"),
        Key(
            "cpu_dedicated_mask", \.native.dedicatedMask, .mask,
            "The vCPUs of a mixed guest that have a host CPU each"),
        Key(
            "cpu_thread_policy", \.native.threadPolicy, .choice, standard: "prefer",
            "How dedicated vCPUs use the hardware threads of a core"),
        Key(
            "cpu_kind", \.native.cpuKind, .choice, standard: "performance",
            "The kind of core that dedicated vCPUs have first, on a host with cores of two kinds"),
        Key(
            "emulator_threads_policy", \.native.emulatorPolicy, .choice,
            "Where the emulator's threads run: on the host's shared CPUs, or on a dedicated CPU of their own"),
        Key(
            "cpu_realtime", \.native.realtime, .boolean, standard: "false",
            "Whether vCPUs run under the real-time scheduler"),
        Key(
            "cpu_realtime_mask", \.native.realtimeMask, .mask,
            "The vCPUs under the real-time scheduler; without it all of them"),
        Key("iothreads", \.native.ioThreads, .integer(0...1_024), "The number of iothreads, pinned like the emulator"),
    ]

    private static let memoryKeys: [Key<FlavorDraft>] = [
        Key(
            "mem_page_size", \.native.pageSize, .pageRequest,
            "The page size that backs the guest's memory, which is then never overcommitted"),
        Key("locked_memory", \.native.lockedMemory, .boolean, standard: "false", "Whether memory is never swapped"),
        Key(
            "mem_encryption", \.native.encryption, .boolean, standard: "false",
            "Whether the guest's memory is encrypted, for which it is locked"),
        Key(
            "mem_encryption_model", \.native.encryptionModel, .choice, standard: "amd-sev",
            "The kind of encryption; only amd-sev and amd-sev-es lock memory"),
    ]

    private static let shapeKeys: [Key<FlavorDraft>] = [
        Key("cpu_mode", \.native.cpuMode, .choice, "libvirt's CPU mode"),
        Key(
            "cpu_topology", \.native.cpuTopology, .mapping(TopologyDraft.table, { TopologyDraft() }),
            "The sockets, cores and threads that the guest sees, exactly"),
        Key("cpu_sockets", \.native.sockets, .integer(1...4_096), "Sockets that are preferred"),
        Key("cpu_cores", \.native.cores, .integer(1...4_096), "Cores of a socket that are preferred"),
        Key("cpu_threads", \.native.threads, .integer(1...4_096), "Threads of a core that are preferred"),
        Key("cpu_max_sockets", \.native.maximumSockets, .integer(1...65_536), "The most sockets"),
        Key("cpu_max_cores", \.native.maximumCores, .integer(1...65_536), "The most cores of a socket"),
        Key("cpu_max_threads", \.native.maximumThreads, .integer(1...65_536), "The most threads of a core"),
        Key(
            "pci_numa_affinity_policy", \.native.devicePolicy, .choice, standard: "legacy",
            "Which host devices suit the guest's cells"),
        Key(
            "maxphysaddr_mode", \.native.addressMode, .choice,
            "Where the guest's physical address bits come from"),
        Key("maxphysaddr_bits", \.native.addressBits, .integer(32...64), "The guest's physical address bits"),
    ]

    private static let pastedKeys: [Key<FlavorDraft>] = [
        Key(
            "properties", \.properties, PropertyTable.reader(ofImage: false), "A flavor's properties in Nova's spelling"
        ),
        Key(
            "image_properties", \.imageProperties, PropertyTable.reader(ofImage: true),
            "An image's properties in Nova's spelling"),
    ]
}
