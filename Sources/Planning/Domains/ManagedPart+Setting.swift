internal import Diagnostics
internal import DomainXML
internal import HostModel
internal import SiteFile

extension Adoption.ManagedPart {
    /// The setting that is managed with the part.
    var setting: any ManagedSetting.Type { row.setting }

    /// Wants the part of a domain as the guest needs it.
    func want(_ demand: GuestDemand, in wanted: inout WantedSettings) { row.want(demand, &wanted) }

    private typealias Row = (setting: any ManagedSetting.Type, want: (GuestDemand, inout WantedSettings) -> Void)

    private var row: Row {
        switch self {
        case .vcpus: (VCPUs.self, { $1.vcpus = $0.vcpus })
        case .memory: (Memory.self, { $1.memory = $0.memory })
        case .currentVCPUs:
            (
                CurrentVCPUs.self,
                { demand, wanted in
                    wanted.currentVCPUs = demand.currentVCPUs.flatMap { $0 < demand.vcpus ? $0 : nil }
                }
            )
        case .currentMemory:
            (
                CurrentMemory.self,
                { demand, wanted in
                    wanted.currentMemory = demand.currentMemory.flatMap { $0 < demand.memory ? $0 : nil }
                }
            )
        case .vcpuPins: (VCPUPins.self, { $1.vcpuPins = $0.pins.vcpus.mapValues(\.value) })
        case .vcpuSet: (VCPUCPUs.self, { $1.vcpuCPUs = $0.pins.vcpuSet?.value.pinned })
        case .emulatorPin: (EmulatorPin.self, { $1.emulatorPin = $0.pins.emulator?.value.pinned })
        case .ioThreads: (IOThreads.self, { $1.ioThreads = $0.ioThreads })
        case .ioThreadPins: (IOThreadPins.self, { $1.ioThreadPins = $0.pins.ioThreads.mapValues(\.value) })
        case .scheduler: (VCPUSchedulers.self, { $1.schedulers = WantedParts.schedulers($0) })
        case .lockedMemory: (LockedMemory.self, { $1.isLocked = $0.lockedMemory })
        case .memoryAccess: (MemoryAccess.self, { $1.isMemoryShared = $0.memoryAccess.map { $0 == .shared } })
        case .cpuMode: (CPUMode.self, { $1.cpuMode = $0.cpuMode })
        case .topology: (Topology.self, { $1.topology = $0.cpuTopology.map(Topology.init) })
        case .physicalAddress:
            (
                MaximumPhysicalAddress.self,
                { $1.maximumPhysicalAddress = $0.physicalAddress.map(MaximumPhysicalAddress.init) }
            )
        // Pages go with the guest's place.
        case .pageSize: (HugePages.self, { _, _ in })
        }
    }
}
