public import HostModel

internal import XMLTree

/// `<cputune><vcpupin>`: the host CPUs of each vCPU that has a pin. Like libvirt we ignore pins of vCPUs that the domain does not have.
public enum VCPUPins: SettingRules {
    /// The CPUs of each vCPU that has a pin.
    public typealias Value = [VCPU: CPUSet]
    static var field: SettingField<[VCPU: CPUSet]> { SettingField(.vcpuPins, \.vcpuPins) }
    static let path = "cputune.vcpupin"
    static let isTakenAtOnce = true

    static func read(_ reading: DomainReading) throws(DomainXMLError) -> [VCPU: CPUSet]? {
        try reading.pins("vcpupin", of: "vcpu", 0...(reading.vcpus - 1), path).map { pins in
            Dictionary(uniqueKeysWithValues: pins.map { (VCPU($0), $1) })
        }
    }

    static func write(_ value: [VCPU: CPUSet]?, into domain: inout XMLElement, of wanted: WantedSettings) {
        domain.editPins("vcpupin", of: "vcpu", (value ?? [:]).map { ($0.rawValue, $1) })
    }

    static func entries(of value: [VCPU: CPUSet], in all: FoundSettings) -> [SettingEntry] {
        value.sorted { $0.key < $1.key }.map { SettingEntry(key: .vcpuPin($0.key), value: .text("\($0.value)")) }
    }

    static func canonical(
        _ value: [VCPU: CPUSet], in all: FoundSettings, defaultHugePage: PageSize?
    ) -> [VCPU: CPUSet]? {
        value.filter { $0.key.rawValue < all.vcpus }
    }
}

extension SettingKey {
    /// The pin of a vCPU.
    public static func vcpuPin(_ vcpu: VCPU) -> SettingKey { SettingKey(VCPUPins.self, vcpu.rawValue) }
}

extension SettingValues {
    /// Host CPUs of each vCPU that has a pin.
    public var vcpuPins: [VCPU: CPUSet] {
        get { self[VCPUPins.self] ?? [:] }
        set { self[VCPUPins.self] = newValue.isEmpty ? nil : newValue }
    }
}

extension DomainReading {
    /// The pins of `<cputune>` by number; nil for none. Numbers above the range are ignored, as libvirt does.
    func pins(
        _ name: String, of attribute: String, _ numbers: ClosedRange<Int>, _ path: String
    ) throws(DomainXMLError) -> [Int: CPUSet]? {
        var pins: [Int: CPUSet] = [:]
        for pin in tunes(name) {
            let number = try pin.requiredNumber(attribute, path, in: numbers.lowerBound...highestNumber)
            let cpus: CPUSet = try pin.requiredList("cpuset", path)
            guard number <= numbers.upperBound else { continue }
            guard pins.updateValue(cpus, forKey: number) == nil else {
                throw DomainXMLError(path, line: pin.line, .duplicate("\(number)"))
            }
        }
        return pins.isEmpty ? nil : pins
    }
}

extension XMLElement {
    /// Puts these pins in the place of all of that name in `<cputune>`.
    mutating func editPins(_ name: String, of attribute: String, _ pins: [(number: Int, cpus: CPUSet)]) {
        let elements = pins.sorted { $0.number < $1.number }.map { pin in
            XMLElement(name, [.init(attribute, "\(pin.number)"), .init("cpuset", "\(pin.cpus)")])
        }
        editTune(name, elements)
    }

    /// Puts these in the place of all children of that name in `<cputune>`; shares, quotas and cache tuning are not ours.
    mutating func editTune(_ name: String, _ elements: [XMLElement]) {
        edit("cputune") { $0.replaceElements(named: name, with: elements, order: LibvirtOrder.cpuTune) }
    }
}
