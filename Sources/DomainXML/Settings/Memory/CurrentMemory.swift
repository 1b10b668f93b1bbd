public import HostModel

internal import XMLTree

/// `<currentMemory>` where a balloon keeps it below ``Memory``.
public enum CurrentMemory: SettingRules {
    /// The amount.
    public typealias Value = KiB
    static var field: SettingField<KiB> { SettingField(.currentMemory, \.currentMemory) }
    static let path = "memory.current_kib"

    static func read(_ reading: DomainReading) throws(DomainXMLError) -> KiB? {
        let current = try reading.domain.element(named: "currentMemory")?.memoryInText(path)
        return current.flatMap { $0 == .zero || $0 >= reading.memory ? nil : $0 }
    }

    /// Where all memory is wanted, what is there may leave memory devices out.
    static func write(_ value: KiB?, into domain: inout XMLElement, of wanted: WantedSettings) {
        let (initial, total) = (wanted.values.sumOfCells, Memory.total(of: wanted, in: domain))
        let present = try? domain.element(named: "currentMemory")?.memoryInText(path)
        let full = present.map { $0 >= initial && $0 <= total ? $0 : total } ?? total
        domain.setMemory("currentMemory", to: value.map { $0 < initial ? $0 : full } ?? full)
    }

    static func entries(of value: KiB, in all: FoundSettings) -> [SettingEntry] { entry(.number(value.count)) }

    static func canonical(_ value: KiB, in all: FoundSettings, defaultHugePage: PageSize?) -> KiB? {
        value < all.sumOfCells ? value : nil
    }

    static let amounts = [path]
}

extension SettingValues {
    /// What a balloon leaves of the memory; nil is all.
    public var currentMemory: KiB? {
        get { self[CurrentMemory.self] }
        set { self[CurrentMemory.self] = newValue }
    }
}
