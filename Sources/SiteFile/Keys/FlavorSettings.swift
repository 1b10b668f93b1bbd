internal import Diagnostics
internal import HostModel

/// Everything that a flavor, its properties or an image can say about a guest's CPUs and memory, in one form for all spellings.
struct FlavorSettings: Sendable {
    /// What a guest may demand of, or forbid about, hardware threads.
    enum Trait: String, Sendable, CaseIterable { case required, forbidden }

    /// The models of memory encryption.
    enum EncryptionModel: String, Sendable, CaseIterable {
        case sev = "amd-sev"
        case sevES = "amd-sev-es"
        case sevSNP = "amd-sev-snp"
        case tdx = "intel-tdx"

        /// Whether the guest's memory must be locked.
        var locksMemory: Bool { self == .sev || self == .sevES }
    }

    /// libvirt's CPU modes that need no further elements.
    enum CPUMode: String, Sendable, CaseIterable {
        case hostPassthrough = "host-passthrough"
        case hostModel = "host-model"
        case maximum
    }

    /// How the guest's physical address bits are chosen.
    enum AddressMode: String, Sendable, CaseIterable { case passthrough, emulate }

    var vcpus: Located<Int>?
    var ram: Located<KiB>?

    var numaNodes: Located<Int>?
    var numaCells: Located<[Located<NUMACellDraft>]>?
    /// `hw:numa_cpus.N` by N.
    var numaCPUs: Located<[Int: Located<VCPUSet>]>?
    /// `hw:numa_mem.N` by N.
    var numaMemory: Located<[Int: Located<KiB>]>?
    var memoryPolicy: Located<GuestDemand.MemoryPolicy>?

    var cpuPolicy: Located<GuestDemand.CPUPolicy>?
    var dedicatedMask: Located<String>?
    var threadPolicy: Located<GuestDemand.ThreadPolicy>?
    var cpuKind: Located<GuestDemand.CPUKind>?
    var emulatorPolicy: Located<GuestDemand.EmulatorPolicy>?
    var realtime: Located<Bool>?
    var realtimeMask: Located<String>?
    /// `resources:PCPU`.
    var dedicatedResource: Located<Int>?
    /// `resources:VCPU`.
    var sharedResource: Located<Int>?
    /// `trait:HW_CPU_HYPERTHREADING`.
    var hyperthreading: Located<Trait>?

    var pageSize: Located<GuestDemand.PageRequest>?
    var lockedMemory: Located<Bool>?
    var encryption: Located<Bool>?
    var encryptionModel: Located<EncryptionModel>?
    var addressMode: Located<AddressMode>?
    var addressBits: Located<Int>?

    var cpuMode: Located<CPUMode>?
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

/// An element of `numa_cells` as it is written.
struct NUMACellDraft: Sendable, Hashable {
    var cpus: Located<VCPUSet>?
    var ram: Located<KiB>?
    /// Keys whose values could not be read.
    var broken: Set<String> = []

    static let table = KeyTable<Self>(
        .numaCell,
        [
            Key(
                "cpus", \.cpus, .list(isEmptyAllowed: true),
                "The vCPUs in the cell; a cell without vCPUs has memory only"),
            Key("ram", \.ram, .size(atLeast: 1_024), required: true, "The memory of the cell"),
        ], broken: \.broken)
}

/// `cpu_topology` as it is written.
struct TopologyDraft: Sendable, Hashable {
    var sockets: Located<Int>?
    var cores: Located<Int>?
    var threads: Located<Int>?

    static let table = KeyTable<Self>(
        .cpuTopology,
        [
            Key("sockets", \.sockets, .integer(1...4_096), "Sockets of the guest"),
            Key("cores", \.cores, .integer(1...4_096), "Cores of each socket"),
            Key("threads", \.threads, .integer(1...4_096), "Threads of each core"),
        ])
}
