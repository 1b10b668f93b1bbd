public import HostModel

internal import XMLTree

/// `<cputune><iothreadpin>`: the host CPUs of each iothread that has a pin, by number from 1.
public enum IOThreadPins: SettingRules {
    /// The CPUs of each iothread that has a pin.
    public typealias Value = [Int: CPUSet]
    static var field: SettingField<[Int: CPUSet]> { SettingField(.ioThreadPins, \.ioThreadPins) }
    static let path = "cputune.iothreadpin"
    static let isTakenAtOnce = true

    static func read(_ reading: DomainReading) throws(DomainXMLError) -> [Int: CPUSet]? {
        try reading.pins("iothreadpin", of: "iothread", 1...highestNumber, path)
    }

    static func write(_ value: [Int: CPUSet]?, into domain: inout XMLElement, of wanted: WantedSettings) {
        domain.editPins("iothreadpin", of: "iothread", (value ?? [:]).map { ($0, $1) })
    }

    static func entries(of value: [Int: CPUSet], in all: FoundSettings) -> [SettingEntry] {
        value.sorted { $0.key < $1.key }.map { SettingEntry(key: .ioThreadPin($0.key), value: .text("\($0.value)")) }
    }
}

extension SettingKey {
    /// The pin of an iothread, by number from 1.
    public static func ioThreadPin(_ number: Int) -> SettingKey { SettingKey(IOThreadPins.self, number) }
}

extension SettingValues {
    /// Host CPUs of each iothread that has a pin, by number from 1.
    public var ioThreadPins: [Int: CPUSet] {
        get { self[IOThreadPins.self] ?? [:] }
        set { self[IOThreadPins.self] = newValue.isEmpty ? nil : newValue }
    }
}
