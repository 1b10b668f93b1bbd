/// One managed setting of a domain as a path and a value: what diffs, plans and reports show.
public struct ManagedSetting: Hashable, Sendable {
    /// A setting's value.
    public enum Value: Hashable, Sendable {
        /// A word, a list of CPUs, a combination: `host-passthrough`, `0-3`, `strict 0-1`, `fifo:1`.
        case text(String)
        /// A number; the path says of what, `memory.kib`.
        case number(UInt64)
        /// A switch; only those that are on are settings.
        case flag(Bool)
    }

    /// The stable path in the words of libvirt: `cputune.vcpupin[0]`, `cpu.numa.cell[1].memory_kib`.
    public let path: String
    /// The value.
    public let value: Value
    /// Where the setting stands among others.
    let order: SettingOrder
}

/// One setting that is not as wanted.
public struct SettingDifference: Hashable, Sendable {
    /// The path of the setting.
    public let path: String
    /// What it is; nil is absent.
    public let now: ManagedSetting.Value?
    /// What is wanted; nil is absent.
    public let want: ManagedSetting.Value?

    /// Puts a difference together.
    public init(path: String, now: ManagedSetting.Value?, want: ManagedSetting.Value?) {
        self.path = path
        self.now = now
        self.want = want
    }
}

/// The order of a definition as libvirt writes it: by section, then by number (vCPU, cell), then within that.
struct SettingOrder: Hashable, Sendable, Comparable {
    /// The sections of a definition that we manage.
    enum Section: Int, Hashable, Sendable {
        case memory, currentMemory, pages, noSharePages, locked, vcpu, vcpuPlacement, vcpuCPUs, currentVCPUs, ioThreads
        case vcpuPin, emulatorPin, ioThreadPin, scheduler, memoryBinding, memNode, acpi, cpuMode, topology
        case physicalAddress, cell
    }

    let section: Section
    let number: Int
    let item: Int

    static func < (left: SettingOrder, right: SettingOrder) -> Bool {
        (left.section.rawValue, left.number, left.item) < (right.section.rawValue, right.number, right.item)
    }
}
