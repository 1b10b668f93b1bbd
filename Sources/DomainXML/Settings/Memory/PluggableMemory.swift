public import HostModel

public import XMLTree

/// Memory that a running guest cell can be given, and give back: a virtio-mem device. It is backed and bound as the cell is.
public struct MemoryPlug: Hashable, Sendable {
    /// The most that the guest can be given beside the cell's own memory.
    public var size: KiB
    /// How much of it the guest is asked to have, from 0 to ``size``.
    public var requested: KiB
    /// What it is given in: amounts are multiples of it.
    public var block: KiB

    package init(size: KiB, requested: KiB, block: KiB) {
        self.size = size
        self.requested = requested
        self.block = block
    }
}

/// `<memory model='virtio-mem'>` of guest cells, the first one of each that says nothing of its own about pages and host cells.
public enum PluggableMemory: SettingRules {
    /// The devices by guest cell.
    public typealias Value = [GuestCellID: MemoryPlug]
    static var field: SettingField<Value> { SettingField(.pluggableMemory, \.pluggableMemory) }
    static let path = "devices.memory"

    static func read(_ reading: DomainReading) -> Value? {
        let found = devices(in: reading.domain).mapValues(\.plug)
        return found.isEmpty ? nil : found
    }

    /// The devices with how much of each the guest has plugged by now, which only a running domain tells.
    static func devices(in domain: XMLElement) -> [GuestCellID: MemoryPlugDevice] {
        let devices = domain.element(named: "devices")?.elements(named: "memory") ?? []
        return Dictionary(devices.compactMap(MemoryPlugDevice.init).map { ($0.cell, $0) }) { first, _ in first }
    }

    /// Devices stay at their addresses. Memory that can be plugged needs a `<maxMemory>` for all of it, and a slot for each device.
    static func write(_ value: Value?, into domain: inout XMLElement, of wanted: WantedSettings) {
        let present = devices(in: domain)
        var wished = value ?? [:]
        guard !present.isEmpty || !wished.isEmpty else { return }
        domain.edit("devices") { devices in
            var seen: Set<GuestCellID> = []
            devices.children = devices.children.compactMap { child in
                guard case .element(let element) = child, element.name == "memory",
                    let device = MemoryPlugDevice(element), seen.insert(device.cell).inserted
                else { return child }
                return wished.removeValue(forKey: device.cell).map { .element(device.element(with: $0)) }
            }
            for (cell, plug) in wished.sorted(by: { $0.key < $1.key }) {
                devices.children.append(.element(MemoryPlugDevice.element(plug, of: cell)))
            }
        }
        makeRoom(in: &domain, for: wanted)
    }

    private static func makeRoom(in domain: inout XMLElement, for wanted: WantedSettings) {
        let count = domain.element(named: "devices")?.elements(named: "memory").count ?? 0
        guard count > 0 else { return }
        let present = domain.element(named: "maxMemory")
        let (limit, slots) = (try? present?.memoryInText("maxMemory"), present?[attribute: "slots"].flatMap { Int($0) })
        domain.setMemory("maxMemory", to: max(limit ?? .zero, Memory.total(of: wanted, in: domain)))
        domain.modify("maxMemory", order: LibvirtOrder.domain) { element in
            element[attribute: "slots"] = "\(max(slots ?? 0, count))"
        }
    }

    static func entries(of value: Value, in all: FoundSettings) -> [SettingEntry] {
        value.sorted { $0.key < $1.key }.flatMap { cell, plug in
            [
                SettingEntry(key: SettingKey(plug: cell, 0, "size_kib"), value: .number(plug.size.count)),
                SettingEntry(key: .requestedMemory(cell), value: .number(plug.requested.count)),
                SettingEntry(key: SettingKey(plug: cell, 2, "block_kib"), value: .number(plug.block.count)),
            ]
        }
    }

    static let amounts = ["size_kib", "requested_kib", "block_kib"].map { "\(path).\($0)" }
}

extension SettingKey {
    /// - Parameter item: The place among all that a device says.
    fileprivate init(plug cell: GuestCellID, _ item: Int, _ name: String) {
        let path = "\(PluggableMemory.path)[\(cell)].\(name)"
        self.init(PluggableMemory.self, number: cell.rawValue, item: item, path: path)
    }

    /// How much pluggable memory a guest cell is asked to have.
    public static func requestedMemory(_ cell: GuestCellID) -> SettingKey {
        SettingKey(plug: cell, 1, "requested_kib")
    }
}

extension SettingValues {
    /// The memory that cells of the running guest can be given, by guest cell; empty for none.
    public var pluggableMemory: [GuestCellID: MemoryPlug] {
        get { self[PluggableMemory.self] ?? [:] }
        set { self[PluggableMemory.self] = newValue.isEmpty ? nil : newValue }
    }
}

/// One such device of a definition, or of a running domain.
public struct MemoryPlugDevice: Hashable, Sendable {
    /// The guest cell that has it.
    public let cell: GuestCellID
    /// What it says.
    public let plug: MemoryPlug
    /// How much of it the guest has plugged; nil in a definition.
    public let plugged: KiB?
    /// libvirt's name for it; nil in a definition.
    public let alias: String?
    private let document: XMLElement

    /// The devices of a running domain, by guest cell.
    public static func all(in domain: XMLElement) -> [GuestCellID: MemoryPlugDevice] {
        PluggableMemory.devices(in: domain)
    }

    /// Reads a `<memory>`; nil for another kind of device, and for one with pages or host cells of its own.
    init?(_ device: XMLElement) {
        guard device[attribute: "model"] == "virtio-mem", device.element(named: "source") == nil,
            let target = device.element(named: "target"),
            let cell = try? target.element(named: "node")?.numberInText("devices.memory.node", in: 0...highestNumber),
            let size = MemoryPlugDevice.amount("size", target), let block = MemoryPlugDevice.amount("block", target)
        else { return nil }
        self.cell = GuestCellID(cell)
        plug = MemoryPlug(size: size, requested: MemoryPlugDevice.amount("requested", target) ?? .zero, block: block)
        plugged = MemoryPlugDevice.amount("current", target)
        alias = device.element(named: "alias")?[attribute: "name"]
        document = device
    }

    private static func amount(_ name: String, _ target: XMLElement) -> KiB? {
        try? target.element(named: name)?.memoryInText("devices.memory.\(name)")
    }

    /// The device with other amounts, at the same address.
    public func element(with plug: MemoryPlug) -> XMLElement {
        var element = document
        element.modify("target", order: []) { $0.set(plug) }
        return element
    }

    static func element(_ plug: MemoryPlug, of cell: GuestCellID) -> XMLElement {
        var target = XMLElement("target", children: [.element(XMLElement("node", text: "\(cell)"))])
        target.set(plug)
        return XMLElement("memory", [.init("model", "virtio-mem")], children: [.element(target)])
    }
}

extension XMLElement {
    fileprivate mutating func set(_ plug: MemoryPlug) {
        let amounts = [("size", plug.size), ("block", plug.block), ("requested", plug.requested)]
        for (name, amount) in amounts {
            let element = XMLElement(name, [.init("unit", "KiB")], text: "\(amount.count)")
            replaceElements(named: name, with: [element], order: ["size", "node", "block", "requested", "current"])
        }
    }
}
