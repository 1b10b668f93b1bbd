internal import HostModel
internal import XMLTree

/// Everything that is managed of a definition, in the order in which libvirt writes it.
///
/// Rules across settings, each of them in the file of the setting that gives way: cells decide how much memory there is
/// (``Memory``), which pages and memnodes there can be (``HugePages``, ``NUMATune``); vCPUs that are gone take pins, schedulers
/// and a topology of their number along (``VCPUPins``, ``VCPUSchedulers``, ``Topology``); iothreads that are gone take their
/// schedulers along (``IOThreads``); automatic placement of vCPUs leaves no word on CPUs (``VCPUCPUs``); where memory can be
/// plugged there is a cell (``GuestCells``).
enum SettingTable {
    static let all: [any SettingRules.Type] = [
        Memory.self, CurrentMemory.self, HugePages.self, NoSharePages.self, LockedMemory.self, MemoryAccess.self,
        VCPUs.self,
        VCPUPlacement.self, VCPUCPUs.self, CurrentVCPUs.self, IOThreads.self, VCPUPins.self, EmulatorPin.self,
        IOThreadPins.self, VCPUSchedulers.self, NUMATune.self, ACPI.self, CPUMode.self, Topology.self,
        MaximumPhysicalAddress.self, GuestCells.self, MemoryHotplug.self,
    ]

    private static let places = Dictionary(uniqueKeysWithValues: all.enumerated().map { (ObjectIdentifier($1), $0) })

    /// Paths of all that are amounts of memory in KiB.
    static let amounts = Set(all.flatMap { $0.amounts })

    /// What the table has of a setting.
    static func rules(of setting: any ManagedSetting.Type) -> any SettingRules.Type { all[place(of: setting)] }

    /// The place of a setting in the table.
    static func place(of setting: any ManagedSetting.Type) -> Int {
        guard let place = places[ObjectIdentifier(setting)] else { preconditionFailure("\(setting) is in no table") }
        return place
    }
}

/// How a setting is read, written and compared: what its file says of it.
protocol SettingRules: ManagedSetting {
    /// The stable path in the words of libvirt: `cputune.vcpupin`, `features.acpi`. Settings of single vCPUs or cells add `[0]`.
    static var path: String { get }

    /// Whether a domain that has it keeps it while nobody wants another; else what nobody wants is taken out.
    static var isKeptUnlessWanted: Bool { get }

    /// Whether a running domain takes it at once; else it waits for the next start.
    static var isTakenAtOnce: Bool { get }

    /// What a definition says of it; nil for nothing.
    static func read(_ reading: DomainReading) throws(DomainXMLError) -> Value?

    /// Puts the value into a definition, or takes the setting out of it where there is none.
    ///
    /// Elements go where libvirt writes them; a container that is left with nothing is removed later.
    static func write(_ value: Value?, into domain: inout XMLElement, of wanted: WantedSettings)

    /// What has to change in a definition for other settings' sake, though this one is left as it is.
    static func leave(in domain: inout XMLElement, for wanted: WantedSettings)

    /// Puts the value into a document that has nothing but settings, where it would be lost for being a default.
    static func writeDefault(_ value: Value, into domain: inout XMLElement)

    /// The value as it is shown, one entry for each vCPU or cell where that has its own.
    static func entries(of value: Value, in all: FoundSettings) -> [SettingEntry]

    /// The one value of several that mean the same to libvirt; nil where that is to have none.
    static func canonical(_ value: Value, in all: FoundSettings, defaultHugePage: PageSize?) -> Value?

    /// The value that a domain will have.
    static func settled(_ wanted: WantedSettings, over present: FoundSettings) -> Value?

    /// Paths of entries that are amounts of memory in KiB, without numbers of vCPUs or cells.
    static var amounts: [String] { get }
}

extension SettingRules {
    static var isKeptUnlessWanted: Bool { false }

    static var isTakenAtOnce: Bool { false }

    static func leave(in domain: inout XMLElement, for wanted: WantedSettings) {}

    static func writeDefault(_ value: Value, into domain: inout XMLElement) {}

    static func canonical(_ value: Value, in all: FoundSettings, defaultHugePage: PageSize?) -> Value? { value }

    static func settled(_ wanted: WantedSettings, over present: FoundSettings) -> Value? {
        wanted.leaves(Self.self) ? present[Self.self] : wanted[Self.self]
    }

    static var amounts: [String] { [] }

    /// The only entry of a setting that a domain has once.
    static func entry(_ value: SettingValue) -> [SettingEntry] {
        [SettingEntry(key: SettingKey(Self.self), value: value)]
    }
}
