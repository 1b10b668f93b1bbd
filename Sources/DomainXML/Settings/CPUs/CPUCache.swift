internal import XMLTree

/// `<cpu><cache>`: which caches the guest's CPU has.
public struct CPUCache: Hashable, Sendable {
    /// Where they come from.
    public enum CacheMode: String, Hashable, Sendable, CaseIterable {
        /// QEMU's own, as large as its model says, one for each die at the last level.
        case emulate
        /// What the host's processor says of its own.
        case passthrough
        /// None.
        case disable
    }

    /// Where they come from.
    public var mode: CacheMode
    /// The level that is meant; nil for all.
    public var level: Int?

    /// The caches of a level, or of all.
    package init(_ mode: CacheMode, level: Int? = nil) {
        self.mode = mode
        self.level = level
    }

    /// QEMU's last level, which goes by the guest's topology; libvirt takes that word with every CPU mode.
    package static let emulated = CPUCache(.emulate, level: 3)
    /// The host's, which libvirt has for `host-passthrough` and `maximum`.
    package static let passed = CPUCache(.passthrough)
}

extension CPUCache: SettingRules {
    /// The caches.
    public typealias Value = CPUCache
    static var field: SettingField<Self> { SettingField(.cpuCache, \.cpuCache) }
    static let path = "cpu.cache"
    static let isKeptUnlessWanted = true

    static func read(_ reading: DomainReading) throws(DomainXMLError) -> CPUCache? {
        guard let element = reading.cpu?.element(named: "cache") else { return nil }
        guard let word = element[attribute: "mode"] else { throw DomainXMLError(path, line: element.line, .missing) }
        guard let mode = CacheMode(rawValue: word) else {
            throw DomainXMLError(path, line: element.line, .unknownWord(word))
        }
        return CPUCache(mode, level: try element.number("level", path, in: 1...3))
    }

    static func write(_ value: CPUCache?, into domain: inout XMLElement, of wanted: WantedSettings) {
        guard let value else { return }
        var element = XMLElement("cache")
        element[attribute: "level"] = value.level.map(String.init)
        element[attribute: "mode"] = value.mode.rawValue
        domain.edit("cpu") { $0.replaceElements(named: "cache", with: [element], order: LibvirtOrder.cpu) }
    }

    static func entries(of value: CPUCache, in all: FoundSettings) -> [SettingEntry] {
        entry(.text(value.level.map { "\(value.mode.rawValue) \($0)" } ?? value.mode.rawValue))
    }
}

extension SettingValues {
    /// Which caches the guest's CPU has; nil where nothing is said of them.
    public var cpuCache: CPUCache? {
        get { self[CPUCache.self] }
        set { self[CPUCache.self] = newValue }
    }
}
