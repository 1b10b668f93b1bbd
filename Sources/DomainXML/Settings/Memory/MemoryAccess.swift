internal import HostModel
internal import XMLTree

/// `<memoryBacking><access mode=…>`: whether other processes, such as a vhost-user switch, may map the guest's memory. A cell's own
/// `memAccess` counts before it.
public enum MemoryAccess: SettingRules {
    /// Whether the memory is shared; false is private.
    public typealias Value = Bool
    static var field: SettingField<Bool> { SettingField(.memoryAccess, \.memoryAccess) }
    static let path = "memoryBacking.access"
    static let isKeptUnlessWanted = true

    static func read(_ reading: DomainReading) throws(DomainXMLError) -> Bool? {
        guard let access = reading.backing?.element(named: "access") else { return nil }
        switch access[attribute: "mode"] {
        case "shared": return true
        case "private": return false
        case let word: throw DomainXMLError(path, line: access.line, word.map { .unknownWord($0) } ?? .missing)
        }
    }

    static func write(_ value: Bool?, into domain: inout XMLElement, of wanted: WantedSettings) {
        guard let value else { return }
        domain.edit("memoryBacking") { backing in
            backing.modify("access", order: LibvirtOrder.memoryBacking) { $0[attribute: "mode"] = word(value) }
        }
    }

    static func entries(of value: Bool, in all: FoundSettings) -> [SettingEntry] { entry(.text(word(value))) }

    /// Memory that nobody shares is private.
    static func canonical(_ value: Bool, in all: FoundSettings, defaultHugePage: PageSize?) -> Bool? {
        value ? true : nil
    }

    private static func word(_ isShared: Bool) -> String { isShared ? "shared" : "private" }
}

extension SettingValues {
    /// Whether the memory is shared with other processes; nil where nothing is said of it.
    public var isMemoryShared: Bool? {
        get { self[MemoryAccess.self] }
        set { self[MemoryAccess.self] = newValue }
    }
}
