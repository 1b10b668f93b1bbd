public import HostModel

/// What a domain asks of its host when it runs: for counting domains that are not ours.
public struct DomainLoad: Hashable, Sendable {
    /// One vCPU that is present when the guest starts.
    public struct VCPUDemand: Hashable, Sendable {
        /// The vCPU.
        public var vcpu: VCPU
        /// The host CPUs on which it may run; nil is all, or those that libvirt's placement daemon will name.
        public var cpus: CPUSet?
    }

    /// What backs a piece of memory.
    public enum Pages: Hashable, Sendable {
        /// Ordinary pages.
        case ordinary
        /// Huge pages of the host's default size.
        case defaultHuge
        /// Pages of that size. It may be the size of an ordinary page, which is then no pool's.
        case size(PageSize)
    }

    /// A piece of the guest's memory with one binding.
    public struct MemoryDemand: Hashable, Sendable {
        /// The guest cell, or nil in a guest without cells.
        public var guestCell: GuestCellID?
        /// How much.
        public var memory: KiB
        /// What backs it.
        public var pages: Pages
        /// How it is bound; nil is not at all.
        public var mode: NUMATune.Mode?
        /// The host cells it is bound to; nil is anywhere. With a mode but `strict` and `restrictive` it may lie elsewhere too.
        public var hostCells: CellSet?
        /// Whether it is a memory device's, beside the memory that the guest starts with.
        public var isDevice: Bool
        /// How much a running guest has plugged of a device that is a managed setting (``PluggableMemory``); nil for other memory.
        public var plugged: KiB?

        package init(
            guestCell: GuestCellID?, memory: KiB, pages: Pages, mode: NUMATune.Mode? = nil, hostCells: CellSet? = nil,
            isDevice: Bool = false
        ) {
            self.isDevice = isDevice
            self.guestCell = guestCell
            self.memory = memory
            self.pages = pages
            self.mode = mode
            self.hostCells = hostCells
        }
    }

    /// The vCPUs that are present at start, ascending.
    public var vcpus: [VCPUDemand]
    /// The host CPUs on which the emulator's threads may run; nil is all.
    public var emulatorCPUs: CPUSet?
    /// The host CPUs on which each iothread that has a pin may run, by number from 1.
    public var ioThreadCPUs: [Int: CPUSet]
    /// The memory: each guest cell ascending, then memory devices in the order of the definition.
    public var memory: [MemoryDemand]

    package init(
        vcpus: [VCPUDemand], emulatorCPUs: CPUSet?, ioThreadCPUs: [Int: CPUSet] = [:], memory: [MemoryDemand]
    ) {
        self.vcpus = vcpus
        self.emulatorCPUs = emulatorCPUs
        self.ioThreadCPUs = ioThreadCPUs
        self.memory = memory
    }

    /// All memory, devices included.
    public var totalMemory: KiB { memory.reduce(.zero) { $0 + $1.memory } }

    /// The load without its memory devices.
    public var withoutDevices: DomainLoad {
        var load = self
        load.memory.removeAll(where: \.isDevice)
        return load
    }

    /// The load with managed devices as memory of their cells: what is plugged of them.
    public var pluggedIn: DomainLoad {
        var load = self
        for index in load.memory.indices {
            guard let plugged = load.memory[index].plugged else { continue }
            load.memory[index].memory = plugged
            load.memory[index].isDevice = false
        }
        return load
    }

    /// The memory devices alone; nil where there are none.
    public var devices: DomainLoad? {
        let devices = memory.filter(\.isDevice)
        return devices.isEmpty ? nil : DomainLoad(vcpus: [], emulatorCPUs: nil, memory: devices)
    }
}
