internal import HostModel
internal import XMLTree

/// `<maxMemory>`: memory can be plugged in, for which libvirt demands a cell. Found, and never wanted.
public enum MemoryHotplug: SettingRules {
    /// True where it can.
    public typealias Value = Bool
    static var field: SettingField<Bool> { SettingField(.memoryHotplug, \.memoryHotplug) }
    static let path = "maxMemory"
    static let isKeptUnlessWanted = true

    static func read(_ reading: DomainReading) -> Bool? { reading.domain.element(named: "maxMemory").map { _ in true } }

    static func write(_ value: Bool?, into domain: inout XMLElement, of wanted: WantedSettings) {}

    /// Any amount says that memory can be plugged.
    static func writeDefault(_ value: Bool, into domain: inout XMLElement) {
        let memory = domain.element(named: "memory")?.text ?? "0"
        let amount = XMLElement("maxMemory", [.init("slots", "1"), .init("unit", "KiB")], text: memory)
        domain.replaceElements(named: "maxMemory", with: [amount], order: LibvirtOrder.domain)
    }

    static func entries(of value: Bool, in all: FoundSettings) -> [SettingEntry] { [] }

    static func settled(_ wanted: WantedSettings, over present: FoundSettings) -> Bool? { present[Self.self] }
}

extension FoundSettings {
    /// Whether memory can be plugged in.
    public var hasMemoryHotplug: Bool { self[MemoryHotplug.self] ?? false }
}
