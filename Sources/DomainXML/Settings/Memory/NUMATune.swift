public import HostModel

internal import XMLTree

/// `<numatune>`: where memory comes from. `cellid` is a guest cell, `nodeset` are host cells.
public struct NUMATune: Hashable, Sendable {
    /// libvirt's memory modes.
    public enum Mode: String, Hashable, Sendable, CaseIterable { case strict, preferred, interleave, restrictive }

    /// `<memnode>` of one guest cell.
    public struct MemNode: Hashable, Sendable {
        /// How the cell's memory is bound.
        public var mode: Mode
        /// The host cells.
        public var hostCells: CellSet

        /// Binds a guest cell to host cells.
        package init(mode: Mode, hostCells: CellSet) {
            self.mode = mode
            self.hostCells = hostCells
        }
    }

    /// The mode of `<memory>`.
    public var mode: Mode
    /// The host cells of `<memory>`; nil for automatic placement or, where there are memnodes, for no `<memory>`.
    public var hostCells: CellSet?
    /// `<memnode>` by guest cell.
    public var memNodes: [GuestCellID: MemNode]

    /// Binds all memory, or that of single guest cells.
    package init(mode: Mode = .strict, hostCells: CellSet?, memNodes: [GuestCellID: MemNode] = [:]) {
        self.mode = mode
        self.hostCells = hostCells
        self.memNodes = memNodes
    }
}

extension NUMATune: SettingRules {
    /// The binding.
    public typealias Value = NUMATune
    static var field: SettingField<NUMATune> { SettingField(.numaTune, \.numaTune) }
    static let path = "numatune"
    fileprivate static let (memoryPath, nodePath) = ("numatune.memory", "numatune.memnode")

    /// Where vCPUs are placed automatically and nothing is said of memory, libvirt places memory automatically too.
    static func read(_ reading: DomainReading) throws(DomainXMLError) -> NUMATune? {
        let element = reading.domain.element(named: "numatune")
        let memory = element?.element(named: "memory")
        let nodes = element?.elements(named: "memnode") ?? []
        guard memory != nil || !nodes.isEmpty else {
            return try VCPUPlacement.read(reading) == true ? NUMATune(hostCells: nil) : nil
        }
        let cells: CellSet? = try memory?.list("nodeset", memoryPath)
        var tune = NUMATune(hostCells: memory?[attribute: "placement"] == "auto" ? nil : cells)
        if let memory { tune.mode = try Mode(reading: memory, memoryPath) }
        for node in nodes {
            let cell = GuestCellID(try node.requiredNumber("cellid", nodePath))
            let bound = MemNode(
                mode: try Mode(reading: node, nodePath), hostCells: try node.requiredList("nodeset", nodePath))
            guard tune.memNodes.updateValue(bound, forKey: cell) == nil else {
                throw DomainXMLError(nodePath, line: node.line, .duplicate("\(cell)"))
            }
        }
        return tune
    }

    static func write(_ value: NUMATune?, into domain: inout XMLElement, of wanted: WantedSettings) {
        let order = ["memory", "memnode"]
        domain.edit("numatune") { tune in
            tune.replaceElements(named: "memory", with: value?.memoryElement.map { [$0] } ?? [], order: order)
            tune.replaceElements(named: "memnode", with: value?.nodeElements ?? [], order: order)
        }
    }

    static func entries(of value: NUMATune, in all: FoundSettings) -> [SettingEntry] {
        var entries: [SettingEntry] = []
        if value.hostCells != nil || value.memNodes.isEmpty {
            let place = value.hostCells.map(\.description) ?? "auto"
            entries.append(SettingEntry(key: .memoryBinding, value: .text("\(value.mode.rawValue) \(place)")))
        }
        return entries
            + value.memNodes.sorted { $0.key < $1.key }.map { cell, node in
                SettingEntry(key: .memNode(cell), value: .text("\(node.mode.rawValue) \(node.hostCells)"))
            }
    }

    /// A cell without a memnode is bound as `<memory>` says; here it gets a memnode that says so. A cell without memory is bound to
    /// nothing, whatever is said of it.
    static func canonical(_ value: NUMATune, in all: FoundSettings, defaultHugePage: PageSize?) -> NUMATune? {
        var tune = value
        for cell in all.guestCells where cell.memory == .zero { tune.memNodes[cell.id] = nil }
        guard let hostCells = value.hostCells else { return tune }
        for cell in all.guestCells where tune.memNodes[cell.id] == nil && cell.memory > .zero {
            tune.memNodes[cell.id] = MemNode(mode: value.mode, hostCells: hostCells)
        }
        return tune
    }
}

extension SettingKey {
    /// Where all memory comes from.
    public static var memoryBinding: SettingKey {
        SettingKey(NUMATune.self, number: -1, item: 0, path: NUMATune.memoryPath)
    }

    /// Where the memory of a guest cell comes from.
    public static func memNode(_ cell: GuestCellID) -> SettingKey {
        SettingKey(NUMATune.self, number: cell.rawValue, item: 0, path: "\(NUMATune.nodePath)[\(cell)]")
    }
}

extension SettingValues {
    /// Where memory comes from, or nil for nothing said.
    public var numaTune: NUMATune? {
        get { self[NUMATune.self] }
        set { self[NUMATune.self] = newValue }
    }
}

extension NUMATune.Mode {
    /// The mode that an element names; strict by default.
    fileprivate init(reading element: XMLElement, _ path: String) throws(DomainXMLError) {
        let word = element[attribute: "mode"] ?? "strict"
        guard let mode = Self(rawValue: word) else {
            throw DomainXMLError(path, line: element.line, .unknownWord(word))
        }
        self = mode
    }
}

extension NUMATune {
    /// `<memory>`, or nil where only memnodes bind: these do not go with automatic placement.
    fileprivate var memoryElement: XMLElement? {
        if let hostCells {
            return XMLElement("memory", [.init("mode", mode.rawValue), .init("nodeset", "\(hostCells)")])
        }
        guard memNodes.isEmpty else { return nil }
        return XMLElement("memory", [.init("mode", mode.rawValue), .init("placement", "auto")])
    }

    fileprivate var nodeElements: [XMLElement] {
        memNodes.sorted { $0.key < $1.key }.map { cell, node in
            XMLElement(
                "memnode",
                [.init("cellid", "\(cell)"), .init("mode", node.mode.rawValue), .init("nodeset", "\(node.hostCells)")])
        }
    }
}
