internal import Diagnostics
internal import HostModel

/// Everything that a flavor, its properties or an image can say about a guest's CPUs and memory, in one form for all spellings.
struct FlavorSettings: Sendable, Hashable {
    var vcpus: Located<Int>?
    var currentVCPUs: Located<Int>?
    var ram: Located<KiB>?
    var currentMemory: Located<KiB>?
    var maximumMemory: Located<KiB>?
    var memoryReserve: Located<MemoryGrowth.Reserve>?

    var numaNodes: Located<Int>?
    var numaCells: Located<[Located<NUMACellDraft>]>?
    /// `hw:numa_cpus.N` by N.
    var numaCPUs: Located<[Int: Located<VCPUSet>]>?
    /// `hw:numa_mem.N` by N.
    var numaMemory: Located<[Int: Located<KiB>]>?
    var memoryPolicy: Located<GuestDemand.MemoryPolicy>?
    var memoryCells: Located<[Located<Int>]>?
    var guestNUMA: Located<GuestNUMA>?
    var guestDistances: Located<GuestView.Distances>?
    var guestDevices: Located<GuestView.Devices>?

    var cpuPolicy: Located<GuestDemand.CPUPolicy>?
    var dedicatedMask: Located<String>?
    var threadPolicy: Located<GuestDemand.ThreadPolicy>?
    var cpuKind: Located<GuestDemand.CPUKind>?
    var isolation: Located<HostPolicy.Isolation>?
    var emulatorPolicy: Located<GuestDemand.EmulatorPolicy>?
    var vcpuPins: Located<[CellEntry<VCPU, CPUSet>]>?
    var vcpuSet: Located<HandPins.Emulator>?
    var emulatorPin: Located<HandPins.Emulator>?
    var ioThreadPins: Located<[CellEntry<VCPU, CPUSet>]>?
    var realtime: Located<Bool>?
    var realtimeMask: Located<String>?
    var scheduler: Located<SchedulerDraft>?
    /// `resources:PCPU`.
    var dedicatedResource: Located<Int>?
    /// `resources:VCPU`.
    var sharedResource: Located<Int>?
    /// `trait:HW_CPU_HYPERTHREADING`.
    var hyperthreading: Located<Trait>?

    var pageSize: Located<GuestDemand.PageRequest>?
    var lockedMemory: Located<Bool>?
    var memoryAccess: Located<GuestDemand.MemorySharing>?
    var encryption: Located<Bool>?
    var encryptionModel: Located<EncryptionModel>?
    var addressMode: Located<AddressMode>?
    var addressBits: Located<Int>?

    var cpuMode: Located<CPUModeWord>?
    var cpuTopology: Located<TopologyDraft>?
    var sockets: Located<Int>?
    var cores: Located<Int>?
    var threads: Located<Int>?
    var maximumSockets: Located<Int>?
    var maximumCores: Located<Int>?
    var maximumThreads: Located<Int>?

    var ioThreads: Located<Int>?
    var devicePolicy: Located<GuestDemand.DevicePolicy>?

    /// `hw_firmware_type`, `hw_firmware_stateless` and `hw_machine_type`: only images have them.
    var firmware: Located<String>?
    var firmwareIsStateless: Located<Bool>?
    var machineType: Located<String>?
}

extension FlavorSettings {
    /// The native keys.
    static let keys = sizeKeys + cellKeys + cpuKeys + memoryKeys + shapeKeys

    private static let sizeKeys: [FlavorKey] = [
        FlavorKey("vcpus", \.vcpus, .integer(1...4_096), "The number of vCPUs"),
        FlavorKey(
            "current_vcpus", \.currentVCPUs, .integer(1...4_096),
            "How many of its vCPUs the guest has when it starts; the others can be plugged in"),
        FlavorKey("ram", \.ram, .size(atLeast: 1_024), "The guest's memory"),
        FlavorKey(
            "current_ram", \.currentMemory, .size(atLeast: 1_024),
            "How much of its memory the guest has when it starts; a balloon holds the rest"),
        FlavorKey(
            "max_ram", \.maximumMemory, .size(atLeast: 1_024),
            "How far the guest's memory can grow while it runs, by virtio-mem devices"),
        FlavorKey(
            "reserve", \.memoryReserve, .choice, defaultValue: "ceiling",
            "Whether a guest that can grow takes max_ram of the host, or only what it has now"),
    ]

    private static let cellKeys: [FlavorKey] = [
        FlavorKey(
            "numa_nodes", \.numaNodes, in: .cells, .integer(1...128),
            "The number of guest cells; vCPUs and memory are divided evenly"),
        FlavorKey(
            "numa_cells", \.numaCells, in: .cells,
            .sequence(.mapping(NUMACellDraft.table, { NUMACellDraft() }), minimum: 1, maximum: 128),
            "The guest cells one by one, for uneven splits"),
        FlavorKey(
            "numa_policy", \.memoryPolicy, .choice, defaultValue: "strict",
            "How memory of guest cells is bound to host cells: libvirt's numatune mode, or none"),
        FlavorKey(
            "memory_cells", \.memoryCells, .sequence(.integer(0...maximumListNumber), minimum: 1),
            "The host cells that provide the memory of a guest with one cell, wherever its CPUs are"),
        FlavorKey(
            "guest_numa", \.guestNUMA, .choice, defaultValue: "visible",
            "Whether the guest sees its cells; hidden cells only control placement, binding and pins"),
        FlavorKey(
            "guest_distances", \.guestDistances, .choice, defaultValue: "auto",
            "Whether the guest's cells are as far from each other as their host cells"),
        FlavorKey(
            "guest_devices", \.guestDevices, .choice,
            "Whether the guest finds its host devices on its own cells, or on the root bus of no cell"),
    ]

    private static let cpuKeys: [FlavorKey] = [
        FlavorKey(
            "cpu_policy", \.cpuPolicy, in: .policy, .choice, defaultValue: "shared",
            "Whether vCPUs share host CPUs, have one each, or are of both kinds"),
        FlavorKey(
            "cpu_dedicated_mask", \.dedicatedMask, .mask,
            "The dedicated vCPUs of a mixed guest"),
        FlavorKey(
            "cpu_thread_policy", \.threadPolicy, in: .threads, .choice, defaultValue: "prefer",
            "How dedicated vCPUs use the hardware threads of a core"),
        FlavorKey(
            "cpu_kind", \.cpuKind, .choice, defaultValue: "performance",
            "The kind of cores that dedicated vCPUs prefer on a host with two kinds"),
        FlavorKey(
            "isolation", \.isolation, .choice, defaultValue: "none",
            "What is kept off the guest's dedicated CPUs, where that is more than its host keeps off"),
        FlavorKey(
            "emulator_threads_policy", \.emulatorPolicy, .choice,
            "Where the emulator threads run: on the host's shared CPUs, or on a dedicated CPU"),
        FlavorKey(
            "vcpu_pins", \.vcpuPins, .byNumber(.vcpu, .list()),
            "Explicit pins for some or all vCPUs"),
        FlavorKey(
            "vcpu_cpuset", \.vcpuSet, .emulatorPin,
            "The host CPUs for all vCPUs without a pin, as one list, or none to let them run anywhere"),
        FlavorKey(
            "emulator_pin", \.emulatorPin, .emulatorPin,
            "Explicit pins for the emulator threads, or none to leave them unpinned"),
        FlavorKey(
            "cpu_realtime", \.realtime, .boolean, defaultValue: "false",
            "Whether vCPUs run under the real-time scheduler"),
        FlavorKey(
            "cpu_realtime_mask", \.realtimeMask, .mask,
            "The real-time vCPUs; without it all of them"),
        FlavorKey(
            "scheduler", \.scheduler, .mapping(SchedulerDraft.table, { SchedulerDraft() }),
            "The scheduler that vCPUs run under; does not lock memory"),
        FlavorKey("iothreads", \.ioThreads, .integer(0...1_024), "The number of iothreads, pinned like the emulator"),
        FlavorKey(
            "iothread_pins", \.ioThreadPins, .byNumber(.ioThread, .list()),
            "Explicit pins for some or all iothreads"),
    ]

    private static let memoryKeys: [FlavorKey] = [
        FlavorKey(
            "mem_page_size", \.pageSize, .pageRequest,
            "The page size that backs the guest's memory, which is then never overcommitted"),
        FlavorKey(
            "locked_memory", \.lockedMemory, .boolean, defaultValue: "false",
            "Whether the guest's memory is locked, so that it is never swapped"),
        FlavorKey(
            "mem_access", \.memoryAccess, .choice,
            "Whether other processes of the host, such as a vhost-user switch, may map the guest's memory"),
        FlavorKey(
            "mem_encryption", \.encryption, .boolean, defaultValue: "false",
            "Whether the guest's memory is encrypted and therefore locked"),
        FlavorKey(
            "mem_encryption_model", \.encryptionModel, .choice, defaultValue: "amd-sev",
            "The kind of encryption; only amd-sev and amd-sev-es lock memory"),
    ]

    private static let shapeKeys: [FlavorKey] = [
        FlavorKey("cpu_mode", \.cpuMode, .choice, "libvirt's CPU mode"),
        FlavorKey(
            "cpu_topology", \.cpuTopology, in: .shape,
            .mapping(
                TopologyDraft.table, { TopologyDraft() }, or: TopologyDraft.mirrorWord, meaning: TopologyDraft.mirror),
            "The sockets, cores and threads that the guest sees, exactly, or mirror for those that it is pinned to"),
        FlavorKey("cpu_sockets", \.sockets, in: .shape, .integer(1...4_096), "Preferred number of sockets"),
        FlavorKey("cpu_cores", \.cores, in: .shape, .integer(1...4_096), "Preferred number of cores per socket"),
        FlavorKey("cpu_threads", \.threads, in: .shape, .integer(1...4_096), "Preferred number of threads per core"),
        FlavorKey("cpu_max_sockets", \.maximumSockets, .integer(1...65_536), "Upper limit for sockets"),
        FlavorKey("cpu_max_cores", \.maximumCores, .integer(1...65_536), "Upper limit for cores per socket"),
        FlavorKey("cpu_max_threads", \.maximumThreads, .integer(1...65_536), "Upper limit for threads per core"),
        FlavorKey(
            "pci_numa_affinity_policy", \.devicePolicy, .choice, defaultValue: "legacy",
            "How near the guest's cells must be to its host devices"),
        FlavorKey(
            "maxphysaddr_mode", \.addressMode, in: .address, .choice,
            "Where the guest's physical address bits come from"),
        FlavorKey(
            "maxphysaddr_bits", \.addressBits, in: .address, .integer(32...64),
            "The number of the guest's physical address bits"),
    ]
}
