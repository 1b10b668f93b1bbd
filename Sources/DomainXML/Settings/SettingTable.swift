internal import HostModel

/// Everything that is managed of a definition, in the order in which libvirt writes it; only memory devices come before the memory, whose
/// total counts them.
///
/// Rules across settings, each of them in the file of the setting that gives way: cells decide how much memory there is
/// (``Memory``), which pages and memnodes there can be (``HugePages``, ``NUMATune``); vCPUs that are gone take pins, schedulers
/// and a topology of their number along (``VCPUPins``, ``VCPUSchedulers``, ``Topology``); iothreads that are gone take their
/// schedulers along (``IOThreads``); automatic placement of vCPUs leaves no word on CPUs (``VCPUCPUs``); where memory can be
/// plugged there is a cell (``GuestCells``).
enum SettingTable: Int, CaseIterable {
    case pluggableMemory, memory, currentMemory, hugePages, noSharePages, lockedMemory, memoryAccess, vcpus,
        vcpuPlacement, vcpuCPUs,
        currentVCPUs, ioThreads, vcpuPins, emulatorPin, ioThreadPins, vcpuSchedulers, numaTune, acpi, cpuMode, topology,
        cpuCache, maximumPhysicalAddress, guestCells, memoryHotplug

    /// What the file of the setting says of it.
    var rules: any SettingRules.Type {
        switch self {
        case .pluggableMemory: PluggableMemory.self
        case .memory: Memory.self
        case .currentMemory: CurrentMemory.self
        case .hugePages: HugePages.self
        case .noSharePages: NoSharePages.self
        case .lockedMemory: LockedMemory.self
        case .memoryAccess: MemoryAccess.self
        case .vcpus: VCPUs.self
        case .vcpuPlacement: VCPUPlacement.self
        case .vcpuCPUs: VCPUCPUs.self
        case .currentVCPUs: CurrentVCPUs.self
        case .ioThreads: IOThreads.self
        case .vcpuPins: VCPUPins.self
        case .emulatorPin: EmulatorPin.self
        case .ioThreadPins: IOThreadPins.self
        case .vcpuSchedulers: VCPUSchedulers.self
        case .numaTune: NUMATune.self
        case .acpi: ACPI.self
        case .cpuMode: CPUMode.self
        case .topology: Topology.self
        case .cpuCache: CPUCache.self
        case .maximumPhysicalAddress: MaximumPhysicalAddress.self
        case .guestCells: GuestCells.self
        case .memoryHotplug: MemoryHotplug.self
        }
    }

    /// The settings, in order.
    static let all = allCases.map(\.rules)

    /// Paths of all that are amounts of memory in KiB.
    static let amounts = Set(all.flatMap { $0.amounts })
}

extension ManagedSetting {
    /// The setting's place in the table.
    static var place: SettingTable { slot.field.place }
}

/// A value of each setting.
///
/// A member a setting, and not a dictionary by setting: a plan reads, compares and copies these for every guest of a fleet.
struct SettingStore: Hashable, Sendable {
    var pluggableMemory: [GuestCellID: MemoryPlug]?
    var memory: KiB?
    var currentMemory: KiB?
    var hugePages: HugePages?
    var noSharePages: Bool?
    var lockedMemory: Bool?
    var memoryAccess: Bool?
    var vcpus: Int?
    var vcpuPlacement: Bool?
    var vcpuCPUs: CPUSet?
    var currentVCPUs: Int?
    var ioThreads: Int?
    var vcpuPins: [VCPU: CPUSet]?
    var emulatorPin: CPUSet?
    var ioThreadPins: [Int: CPUSet]?
    var vcpuSchedulers: [VCPU: Scheduler]?
    var numaTune: NUMATune?
    var acpi: Bool?
    var cpuMode: String?
    var topology: Topology?
    var cpuCache: CPUCache?
    var maximumPhysicalAddress: MaximumPhysicalAddress?
    var guestCells: [GuestCell]?
    var memoryHotplug: Bool?
}
