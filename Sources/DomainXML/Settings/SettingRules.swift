internal import HostModel
internal import XMLTree

/// How a setting is read, written and compared: what its file says of it.
protocol SettingRules: ManagedSetting {
    /// Its line in the table and its member of the store.
    static var field: SettingField<Value> { get }

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

    /// Whether one value has other entries where the guest's cells are others.
    static var isShownByCell: Bool { get }

    /// The one value of several that mean the same to libvirt; nil where that is to have none.
    static func canonical(_ value: Value, in all: FoundSettings, defaultHugePage: PageSize?) -> Value?

    /// The value that a domain will have.
    static func settled(_ wanted: WantedSettings, over present: FoundSettings) -> Value?

    /// Paths of entries that are amounts of memory in KiB, without numbers of vCPUs or cells.
    static var amounts: [String] { get }

    // MARK: What is done with all settings alike

    // These are requirements so that the compiler makes each of them anew for each setting: with the setting's own value it is a
    // few instructions, with a value of any type a search for how to copy and compare that.

    /// Reads the value into those that were found.
    static func read(into found: inout FoundSettings, from reading: DomainReading) throws(DomainXMLError)

    /// The entries of the value that was found; none without one.
    static func entries(of found: FoundSettings) -> [SettingEntry]

    /// Puts the canonical one of the values that were found into the result.
    static func makeCanonical(_ result: inout FoundSettings, from found: FoundSettings, defaultHugePage: PageSize?)

    /// Wants the value that was found; without one wants the setting not to be there, or leaves it.
    static func want(_ found: FoundSettings?, in wanted: inout WantedSettings)

    /// Puts the value that a domain will have into the result.
    static func settle(_ result: inout FoundSettings, _ wanted: WantedSettings, over present: FoundSettings)

    /// Adds what differs between two canonical values.
    static func compare(_ found: FoundSettings, with wanted: FoundSettings, into differences: inout [SettingDifference])

    /// Puts the wanted value into a definition, or leaves what is there.
    static func patch(_ domain: inout XMLElement, with wanted: WantedSettings)

    /// Puts the value into a document that has nothing but settings, where it would be lost for being a default.
    static func writeDefault(of values: FoundSettings, into domain: inout XMLElement)
}

extension SettingRules {
    /// Where its values are kept.
    public static var slot: SettingSlot<Value> {
        SettingSlot(field: field, isKeptUnlessWanted: isKeptUnlessWanted)
    }

    static var isKeptUnlessWanted: Bool { false }

    static var isTakenAtOnce: Bool { false }

    static var isShownByCell: Bool { false }

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

extension SettingRules {
    static func read(into found: inout FoundSettings, from reading: DomainReading) throws(DomainXMLError) {
        found[Self.self] = try read(reading)
    }

    static func entries(of found: FoundSettings) -> [SettingEntry] {
        found[Self.self].map { entries(of: $0, in: found) } ?? []
    }

    static func makeCanonical(_ result: inout FoundSettings, from found: FoundSettings, defaultHugePage: PageSize?) {
        result[Self.self] = found[Self.self].flatMap {
            canonical($0, in: found, defaultHugePage: defaultHugePage)
        }
    }

    static func want(_ found: FoundSettings?, in wanted: inout WantedSettings) {
        wanted[Self.self] = found?[Self.self]
    }

    static func settle(_ result: inout FoundSettings, _ wanted: WantedSettings, over present: FoundSettings) {
        result[Self.self] = settled(wanted, over: present)
    }

    static func compare(_ found: FoundSettings, with wanted: FoundSettings, into differences: inout [SettingDifference])
    {
        guard found[Self.self] != wanted[Self.self] || (isShownByCell && found.guestCells != wanted.guestCells) else {
            return
        }
        let (now, want) = (byKey(found), byKey(wanted))
        differences += Set(now.keys).union(want.keys).sorted().compactMap { key in
            now[key] == want[key] ? nil : SettingDifference(key: key, now: now[key], want: want[key])
        }
    }

    private static func byKey(_ found: FoundSettings) -> [SettingKey: SettingValue] {
        Dictionary(entries(of: found).map { ($0.key, $0.value) }) { first, _ in first }
    }

    static func patch(_ domain: inout XMLElement, with wanted: WantedSettings) {
        if wanted.leaves(Self.self) {
            leave(in: &domain, for: wanted)
        } else {
            write(wanted[Self.self], into: &domain, of: wanted)
        }
    }

    static func writeDefault(of values: FoundSettings, into domain: inout XMLElement) {
        if let value = values[Self.self] { writeDefault(value, into: &domain) }
    }
}
