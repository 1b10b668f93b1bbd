internal import XMLTree

/// `<vcpu placement='auto'>`: libvirt asks a placement daemon for the CPUs.
public enum VCPUPlacement: SettingRules {
    /// True where it does.
    public typealias Value = Bool
    static var field: SettingField<Bool> { SettingField(.vcpuPlacement, \.vcpuPlacement) }
    static let path = "vcpu.placement"

    /// A domain without a word on placement whose memory is placed automatically, and that pins nothing, has its vCPUs placed
    /// automatically as well.
    static func read(_ reading: DomainReading) throws(DomainXMLError) -> Bool? {
        let element = reading.domain.element(named: "vcpu")
        if let placement = element?[attribute: "placement"] { return placement == "auto" ? true : nil }
        let memory = reading.domain.element(named: "numatune")?.element(named: "memory")
        guard memory?[attribute: "placement"] == "auto", element?[attribute: "cpuset"] == nil else { return nil }
        if try VCPUPins.read(reading) != nil { return nil }
        if try EmulatorPin.read(reading) != nil { return nil }
        return try IOThreadPins.read(reading) == nil ? true : nil
    }

    static func write(_ value: Bool?, into domain: inout XMLElement, of wanted: WantedSettings) {
        domain.editVCPU { $0[attribute: "placement"] = value == true ? "auto" : "static" }
    }

    static func entries(of value: Bool, in all: FoundSettings) -> [SettingEntry] { value ? entry(.text("auto")) : [] }
}

extension SettingValues {
    /// Whether libvirt asks a placement daemon for the CPUs.
    public var placesVCPUsAutomatically: Bool {
        get { self[VCPUPlacement.self] ?? false }
        set { self[VCPUPlacement.self] = newValue ? true : nil }
    }
}
