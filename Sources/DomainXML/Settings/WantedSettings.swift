public import HostModel

/// What is wanted of a domain. Each setting has a value, or is wanted not to be there, or is left as it is.
public struct WantedSettings: Hashable, Sendable, SettingValues {
    /// The values that are wanted, as if a domain had nothing else.
    public private(set) var values = FoundSettings()
    /// Settings that are wanted not to be there, a bit each by their places in the table.
    private var absent: UInt64 = 0

    /// Leaves everything as it is.
    public init() {}

    /// A domain without topology and with nothing but vCPUs and memory; what is kept unless wanted is left.
    public init(vcpus: Int, memory: KiB) {
        for setting in SettingTable.all { setting.want(nil, in: &self) }
        self.vcpus = vcpus
        self.memory = memory
    }

    /// Wants what was found; what was not there and is kept unless wanted is left.
    public init(keeping found: FoundSettings) {
        for setting in SettingTable.all { setting.want(found, in: &self) }
    }

    /// The value that is wanted; nil where the setting is wanted not to be there, or left as it is.
    ///
    /// Setting nil wants it not to be there, or leaves it where the setting is kept unless wanted.
    public subscript<Setting: ManagedSetting>(setting: Setting.Type) -> Setting.Value? {
        get { values[setting] }
        set {
            values[setting] = newValue
            absent[setting.slot] = newValue == nil && !setting.slot.isKeptUnlessWanted
        }
    }

    /// Leaves a setting as it is.
    public mutating func leave(_ setting: (some ManagedSetting).Type) {
        values[setting] = nil
        absent[setting.slot] = false
    }

    /// Whether a setting is left as it is.
    public func leaves(_ setting: (some ManagedSetting).Type) -> Bool {
        values[setting] == nil && !absent[setting.slot]
    }

    /// The values that are wanted, in the order of a definition.
    public var settings: [SettingEntry] { values.settings }

    /// What a domain that has `present` will have: everything wanted, and what is left as it is.
    public func settled(over present: FoundSettings) -> FoundSettings {
        var result = FoundSettings()
        for setting in SettingTable.all { setting.settle(&result, self, over: present) }
        return result
    }

    /// The same of a domain that has `present`, with nothing left as it is: what is not wanted otherwise is wanted to stay.
    ///
    /// What goes with others that are gone is not in it: pins of vCPUs that the domain no longer has, say.
    public func completed(over present: FoundSettings) -> WantedSettings {
        let settled = settled(over: present)
        var whole = WantedSettings(keeping: settled.canonical(defaultHugePage: nil))
        // Canonical private memory is memory of which nothing is said, and what is not said is left as it is.
        whole.isMemoryShared = settled.isMemoryShared
        // So are distances that say nothing.
        let cells = Dictionary(settled.guestCells.map { ($0.id, $0) }) { first, _ in first }
        for index in whole.guestCells.indices {
            let cell = cells[whole.guestCells[index].id]
            whole.guestCells[index].isShared = cell?.isShared
            whole.guestCells[index].distances = cell?.distances ?? [:]
        }
        return whole
    }

    /// What must change in a domain that has `present` so that it is as wanted, in the order of a definition.
    ///
    /// Empty means that there is nothing to write. What is left as it is never differs, nor does what only looks different: one
    /// page size for all cells or for each of them, a memnode that says what `<memory>` says.
    /// - Parameter defaultHugePage: What `<hugepages/>` alone means; without it that equals only itself.
    public func differences(from present: FoundSettings, defaultHugePage: PageSize? = nil) -> [SettingDifference] {
        guard let (found, wanted) = unlike(present, defaultHugePage) else { return [] }
        var differences: [SettingDifference] = []
        for setting in SettingTable.all { setting.compare(found, with: wanted, into: &differences) }
        return differences
    }

    /// Whether there is any such difference.
    public func differs(from present: FoundSettings, defaultHugePage: PageSize? = nil) -> Bool {
        guard let (found, wanted) = unlike(present, defaultHugePage) else { return false }
        var differences: [SettingDifference] = []
        return SettingTable.all.contains { setting in
            setting.compare(found, with: wanted, into: &differences)
            return !differences.isEmpty
        }
    }

    /// What a domain that has `present` has and what it will have, both canonical; nil where these are the same.
    private func unlike(
        _ present: FoundSettings, _ defaultHugePage: PageSize?
    ) -> (found: FoundSettings, wanted: FoundSettings)? {
        let whole = settled(over: present)
        if whole == present { return nil }
        let found = present.canonical(defaultHugePage: defaultHugePage)
        let wanted = whole.canonical(defaultHugePage: defaultHugePage)
        return found == wanted ? nil : (found, wanted)
    }
}

extension UInt64 {
    /// The bit of a setting.
    fileprivate subscript<Value>(slot: SettingSlot<Value>) -> Bool {
        get { self >> slot.field.place.rawValue & 1 == 1 }
        set {
            let bit: UInt64 = 1 << slot.field.place.rawValue
            self = newValue ? self | bit : self & ~bit
        }
    }
}
