internal import HostModel
internal import XMLTree

/// `<vcpu current=…>`: how many vCPUs are there when the guest starts, where that is not all. The list `<vcpus>` overrules it.
public enum CurrentVCPUs: SettingRules {
    /// The number.
    public typealias Value = Int
    static var field: SettingField<Int> { SettingField(.currentVCPUs, \.currentVCPUs) }
    static let path = "vcpu.current"

    static func read(_ reading: DomainReading) throws(DomainXMLError) -> Int? {
        guard let element = reading.domain.element(named: "vcpu") else { return nil }
        let said = try element.number("current", path, in: 0...highestNumber) ?? reading.vcpus
        let current = VCPUs.enabled(in: reading.domain)?.count ?? said
        return current < reading.vcpus ? current : nil
    }

    static func write(_ value: Int?, into domain: inout XMLElement, of wanted: WantedSettings) {
        domain.editVCPU { $0[attribute: "current"] = value.map(String.init) }
    }

    static func entries(of value: Int, in all: FoundSettings) -> [SettingEntry] { entry(.number(UInt64(value))) }

    static func canonical(_ value: Int, in all: FoundSettings, defaultHugePage: PageSize?) -> Int? {
        value < all.vcpus ? value : nil
    }
}

extension SettingValues {
    /// How many vCPUs are there when the guest starts; nil is all.
    public var currentVCPUs: Int? {
        get { self[CurrentVCPUs.self] }
        set { self[CurrentVCPUs.self] = newValue }
    }

    /// How many vCPUs are plugged in.
    public var presentVCPUs: Int { min(currentVCPUs ?? vcpus, vcpus) }
}
