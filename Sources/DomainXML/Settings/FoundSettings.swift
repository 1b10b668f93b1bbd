public import HostModel
public import XMLTree

/// What a definition has of all that this project manages: units, lists and libvirt's defaults made canonical, so that two
/// definitions that mean the same are equal values.
///
/// A setting without a value is not there.
public struct FoundSettings: Hashable, Sendable, SettingValues {
    /// Always one: as an array it is copied only when a copy is changed.
    private var store = [SettingStore()]

    /// A domain that has nothing.
    init() {}

    /// The value of a setting; nil where it is not there.
    public subscript<Setting: ManagedSetting>(setting: Setting.Type) -> Setting.Value? {
        get { store[0][keyPath: setting.slot.field.path] }
        set { store[0][keyPath: setting.slot.field.path] = newValue }
    }

    /// Reads what a definition has, in canonical form: amounts in KiB, lists resolved, libvirt's defaults filled in, so that a
    /// document and what libvirt makes of it give equal values.
    ///
    /// - Throws: ``DomainXMLError`` at the first managed place that cannot be understood.
    public init(reading domain: XMLElement) throws(DomainXMLError) {
        let reading = try DomainReading(domain)
        for setting in SettingTable.all { try setting.read(into: &self, from: reading) }
    }

    /// The settings in the order in which libvirt writes a definition; what is absent or off is left out.
    public var settings: [SettingEntry] { SettingTable.all.flatMap { $0.entries(of: self) } }

    /// The settings, of which those that mean the same are the same.
    ///
    /// - Parameter defaultHugePage: What `<hugepages/>` alone means; without it that equals only itself.
    public func canonicalSettings(defaultHugePage: PageSize?) -> [SettingEntry] {
        canonical(defaultHugePage: defaultHugePage).settings
    }

    /// The one of several values that mean the same to libvirt.
    func canonical(defaultHugePage: PageSize?) -> FoundSettings {
        var result = self
        for setting in SettingTable.all {
            setting.makeCanonical(&result, from: self, defaultHugePage: defaultHugePage)
        }
        return result
    }

    /// Whether both mean the same, as far as we manage it.
    public func isEquivalent(to other: FoundSettings, defaultHugePage: PageSize?) -> Bool {
        canonicalSettings(defaultHugePage: defaultHugePage) == other.canonicalSettings(defaultHugePage: defaultHugePage)
    }
}
