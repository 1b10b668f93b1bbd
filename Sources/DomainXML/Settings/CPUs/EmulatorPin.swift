public import HostModel

internal import XMLTree

/// `<cputune><emulatorpin>`: the host CPUs of the emulator's threads.
public enum EmulatorPin: SettingRules {
    /// The CPUs.
    public typealias Value = CPUSet
    static var field: SettingField<CPUSet> { SettingField(.emulatorPin, \.emulatorPin) }
    static let path = "cputune.emulatorpin"
    static let isTakenAtOnce = true

    static func read(_ reading: DomainReading) throws(DomainXMLError) -> CPUSet? {
        try reading.tunes("emulatorpin").first?.requiredList("cpuset", path)
    }

    static func write(_ value: CPUSet?, into domain: inout XMLElement, of wanted: WantedSettings) {
        domain.editTune("emulatorpin", value.map { [XMLElement("emulatorpin", [.init("cpuset", "\($0)")])] } ?? [])
    }

    static func entries(of value: CPUSet, in all: FoundSettings) -> [SettingEntry] { entry(.text("\(value)")) }
}

extension SettingKey {
    /// The pin of the emulator's threads.
    public static var emulatorPin: SettingKey { SettingKey(EmulatorPin.self) }
}

extension SettingValues {
    /// Host CPUs of the emulator's threads, or nil.
    public var emulatorPin: CPUSet? {
        get { self[EmulatorPin.self] }
        set { self[EmulatorPin.self] = newValue }
    }
}
