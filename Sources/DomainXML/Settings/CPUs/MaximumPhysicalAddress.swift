internal import XMLTree

/// `<cpu><maxphysaddr>`.
public struct MaximumPhysicalAddress: Hashable, Sendable {
    /// `passthrough` or `emulate`.
    public var mode: String
    /// The number of bits, or nil.
    public var bits: Int?

    /// The host's bits, or a number of them.
    package init(mode: String, bits: Int?) {
        self.mode = mode
        self.bits = bits
    }
}

extension MaximumPhysicalAddress: SettingRules {
    /// The bits.
    public typealias Value = MaximumPhysicalAddress
    static var field: SettingField<Self> { SettingField(.maximumPhysicalAddress, \.maximumPhysicalAddress) }
    static let path = "cpu.maxphysaddr"
    static let isKeptUnlessWanted = true

    static func read(_ reading: DomainReading) throws(DomainXMLError) -> MaximumPhysicalAddress? {
        guard let element = reading.cpu?.element(named: "maxphysaddr") else { return nil }
        guard let mode = element[attribute: "mode"] else { throw DomainXMLError(path, line: element.line, .missing) }
        guard ["emulate", "passthrough"].contains(mode) else {
            throw DomainXMLError(path, line: element.line, .unknownWord(mode))
        }
        return MaximumPhysicalAddress(mode: mode, bits: try element.number("bits", path, in: 1...64))
    }

    static func write(_ value: MaximumPhysicalAddress?, into domain: inout XMLElement, of wanted: WantedSettings) {
        guard let value else { return }
        var element = XMLElement("maxphysaddr", [.init("mode", value.mode)])
        element[attribute: "bits"] = value.bits.map(String.init)
        domain.edit("cpu") { $0.replaceElements(named: "maxphysaddr", with: [element], order: LibvirtOrder.cpu) }
    }

    static func entries(of value: MaximumPhysicalAddress, in all: FoundSettings) -> [SettingEntry] {
        entry(.text(value.bits.map { "\(value.mode) \($0)" } ?? value.mode))
    }
}

extension SettingValues {
    /// The guest's physical address bits; nil where nothing is said of them.
    public var maximumPhysicalAddress: MaximumPhysicalAddress? {
        get { self[MaximumPhysicalAddress.self] }
        set { self[MaximumPhysicalAddress.self] = newValue }
    }
}
