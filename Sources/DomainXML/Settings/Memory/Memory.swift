public import HostModel

internal import XMLTree

/// `<memory>` without memory devices: the sum of the guest's cells where it has any, since libvirt corrects it after them.
public enum Memory: SettingRules {
    /// The amount.
    public typealias Value = KiB
    static var field: SettingField<KiB> { SettingField(.memory, \.memory) }
    static let path = "memory.kib"

    static func read(_ reading: DomainReading) -> KiB? { reading.memory }

    /// The memory of a domain with these cells.
    static func initial(in domain: XMLElement, cells: [GuestCell]) throws(DomainXMLError) -> KiB {
        let devices = try MemoryDevices(reading: domain).total
        let total = try domain.element(named: "memory")?.memoryInText(path)
        if !cells.isEmpty { return cells.reduce(.zero) { $0 + $1.memory } }
        guard let total else { throw DomainXMLError(path, line: domain.line, .missing) }
        return total.subtractingDownToZero(devices)
    }

    /// What a definition has to say of all memory: with the memory devices in it, as libvirt has it.
    static func total(of wanted: WantedSettings, in domain: XMLElement) -> KiB {
        wanted.values.sumOfCells + ((try? MemoryDevices(reading: domain).total) ?? .zero)
    }

    /// Where memory can be plugged and this has outgrown the maximum, that is raised.
    static func write(_ value: KiB?, into domain: inout XMLElement, of wanted: WantedSettings) {
        let total = total(of: wanted, in: domain)
        domain.setMemory("memory", to: total)
        guard let limit = try? domain.element(named: "maxMemory")?.memoryInText("maxMemory"), limit < total else {
            return
        }
        domain.setMemory("maxMemory", to: total)
    }

    static func entries(of value: KiB, in all: FoundSettings) -> [SettingEntry] { entry(.number(value.count)) }

    static func canonical(_ value: KiB, in all: FoundSettings, defaultHugePage: PageSize?) -> KiB? { all.sumOfCells }

    static let amounts = [path]
}

extension FoundSettings {
    /// The memory of all cells, or all of it where there are none.
    var sumOfCells: KiB { guestCells.isEmpty ? memory : guestCells.reduce(.zero) { $0 + $1.memory } }
}

extension SettingValues {
    /// The guest's memory without memory devices.
    public var memory: KiB {
        get { self[Memory.self] ?? .zero }
        set { self[Memory.self] = newValue }
    }
}

extension XMLElement {
    /// Writes an amount of memory as the text of that child.
    mutating func setMemory(_ name: String, to amount: KiB) {
        modify(name, order: LibvirtOrder.domain) { element in
            element[attribute: "unit"] = "KiB"
            element.children = [.text("\(amount.count)")]
        }
    }
}
