internal import HostModel
internal import XMLTree

/// `<vcpu>`: the highest number of vCPUs that the guest can have.
public enum VCPUs: SettingRules {
    /// The number.
    public typealias Value = Int
    static var field: SettingField<Int> { SettingField(.vcpus, \.vcpus) }
    static let path = "vcpu"

    static func read(_ reading: DomainReading) -> Int? { reading.vcpus }

    /// The number of vCPUs; 1 where nothing is said.
    static func count(in domain: XMLElement) throws(DomainXMLError) -> Int {
        try domain.element(named: "vcpu")?.numberInText(path, in: 1...highestNumber) ?? 1
    }

    /// A list of single vCPUs that names others, or leaves some out, goes.
    static func write(_ value: Int?, into domain: inout XMLElement, of wanted: WantedSettings) {
        let vcpus = value ?? 1
        domain.editVCPU { $0.children = [.text("\(vcpus)")] }
        guard let enabled = enabled(in: domain) else { return }
        let listed = domain.element(named: "vcpus")?.elements(named: "vcpu").count ?? 0
        let fits =
            enabled.count == (wanted.currentVCPUs ?? vcpus) && enabled.isSubset(of: VCPUSet(numbers: 0..<vcpus))
            && listed <= vcpus
        if !fits { domain.removeElements(named: "vcpus") }
    }

    /// The vCPUs that the list `<vcpus>` enables, or nil without a list.
    static func enabled(in domain: XMLElement) -> VCPUSet? {
        guard let list = domain.element(named: "vcpus")?.elements(named: "vcpu"), !list.isEmpty else { return nil }
        let ids = list.filter { $0[attribute: "enabled"] == "yes" }.compactMap { entry in
            try? entry.number("id", "vcpus.vcpu")
        }
        return VCPUSet(numbers: ids)
    }

    static func entries(of value: Int, in all: FoundSettings) -> [SettingEntry] { entry(.number(UInt64(value))) }
}

extension SettingValues {
    /// The highest number of vCPUs; 1 where nothing is said.
    public var vcpus: Int {
        get { self[VCPUs.self] ?? 1 }
        set { self[VCPUs.self] = newValue }
    }
}

extension XMLElement {
    /// Changes `<vcpu>`; its attributes stay in the order in which libvirt writes them.
    mutating func editVCPU(_ change: (inout XMLElement) -> Void) {
        let ours = ["placement", "cpuset", "current"]
        edit("vcpu") { element in
            change(&element)
            let first = ours.compactMap { name in element.attributes.first { $0.name == name } }
            element.attributes = first + element.attributes.filter { !ours.contains($0.name) }
        }
    }
}
