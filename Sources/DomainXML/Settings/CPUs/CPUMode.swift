internal import XMLTree

/// `<cpu mode=…>`; `custom` where nothing is said.
public enum CPUMode: SettingRules {
    /// libvirt's word.
    public typealias Value = String
    static var field: SettingField<String> { SettingField(.cpuMode, \.cpuMode) }
    static let path = "cpu.mode"
    static let isKeptUnlessWanted = true

    static func read(_ reading: DomainReading) -> String? { reading.cpu?[attribute: "mode"] ?? "custom" }

    static func write(_ value: String?, into domain: inout XMLElement, of wanted: WantedSettings) {
        guard let value else { return }
        domain.edit("cpu") { $0.setMode(value) }
    }

    static func writeDefault(_ value: String, into domain: inout XMLElement) {
        domain.modify("cpu", order: LibvirtOrder.domain) { cpu in
            if cpu[attribute: "mode"] == nil { cpu.attributes.insert(.init("mode", value), at: 0) }
        }
    }

    static func entries(of value: String, in all: FoundSettings) -> [SettingEntry] { entry(.text(value)) }
}

extension SettingValues {
    /// The mode of the guest's CPU; nil where nothing is said of it.
    public var cpuMode: String? {
        get { self[CPUMode.self] }
        set { self[CPUMode.self] = newValue }
    }
}

extension XMLElement {
    /// Sets the mode of `<cpu>`. With another mode goes what belongs to the old one: a model and how it is matched and checked
    /// to `custom`, `migratable` and the host's caches to the modes that pass the host's CPU on.
    fileprivate mutating func setMode(_ mode: String) {
        let passing = ["host-passthrough", "maximum"]
        guard mode != (self[attribute: "mode"] ?? "custom") else { return }
        if mode == "custom" {
            self[attribute: "check"] = nil
        } else {
            for attribute in ["match", "check"] { self[attribute: attribute] = nil }
            for child in ["model", "vendor"] { removeElements(named: child) }
        }
        if !passing.contains(mode) {
            self[attribute: "migratable"] = nil
            if element(named: "cache")?[attribute: "mode"] == "passthrough" { removeElements(named: "cache") }
        }
        attributes.removeAll { $0.name == "mode" }
        attributes.insert(Attribute("mode", mode), at: 0)
    }
}
