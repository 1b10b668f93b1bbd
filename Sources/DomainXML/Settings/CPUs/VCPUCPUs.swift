public import HostModel

internal import XMLTree

/// `<vcpu cpuset=…>`: the host CPUs on which vCPUs without a pin may run. libvirt drops it where it places vCPUs automatically.
public enum VCPUCPUs: SettingRules {
    /// The CPUs.
    public typealias Value = CPUSet
    static var field: SettingField<CPUSet> { SettingField(.vcpuCPUs, \.vcpuCPUs) }
    static let path = "vcpu.cpuset"

    static func read(_ reading: DomainReading) throws(DomainXMLError) -> CPUSet? {
        let cpus: CPUSet? = try reading.domain.element(named: "vcpu")?.list("cpuset", path)
        return try VCPUPlacement.read(reading) == true ? nil : cpus
    }

    static func write(_ value: CPUSet?, into domain: inout XMLElement, of wanted: WantedSettings) {
        domain.editVCPU { $0[attribute: "cpuset"] = wanted.placesVCPUsAutomatically ? nil : value?.description }
    }

    static func entries(of value: CPUSet, in all: FoundSettings) -> [SettingEntry] { entry(.text("\(value)")) }

    static func canonical(_ value: CPUSet, in all: FoundSettings, defaultHugePage: PageSize?) -> CPUSet? {
        all.placesVCPUsAutomatically ? nil : value
    }
}

extension SettingValues {
    /// The host CPUs on which vCPUs without a pin may run; nil is all.
    public var vcpuCPUs: CPUSet? {
        get { self[VCPUCPUs.self] }
        set { self[VCPUCPUs.self] = newValue }
    }
}
