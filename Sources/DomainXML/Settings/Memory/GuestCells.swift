public import HostModel

internal import XMLTree

/// One `<cpu><numa><cell>`.
public struct GuestCell: Hashable, Sendable {
    /// The guest's number of the cell.
    public var id: GuestCellID
    /// The vCPUs in the cell.
    public var vcpus: VCPUSet
    /// The cell's memory.
    public var memory: KiB
    /// Whether the memory is shared with other processes (`memAccess='shared'`), private, or nil when not said.
    public var isShared: Bool?
    /// The distance to each guest cell, 10 to 255; empty when not said.
    public var distances: [GuestCellID: Int]

    /// A cell with that memory.
    package init(
        id: GuestCellID, vcpus: VCPUSet, memory: KiB, isShared: Bool? = nil, distances: [GuestCellID: Int] = [:]
    ) {
        self.id = id
        self.vcpus = vcpus
        self.memory = memory
        self.isShared = isShared
        self.distances = distances
    }
}

/// `<cpu><numa>`: the guest's cells, ascending by id.
public enum GuestCells: SettingRules {
    /// The cells, ascending by id.
    public typealias Value = [GuestCell]
    static var field: SettingField<[GuestCell]> { SettingField(.guestCells, \.guestCells) }
    static let path = "cpu.numa.cell"
    /// The most cells that a guest may have: twice what QEMU allows, and few enough for a matrix of their distances.
    private static let highestCount = 256

    static func read(_ reading: DomainReading) -> [GuestCell]? { reading.cells.isEmpty ? nil : reading.cells }

    /// The cells that are written down, with all distances filled in.
    static func written(in domain: XMLElement) throws(DomainXMLError) -> [GuestCell] {
        let elements = domain.element(named: "cpu")?.element(named: "numa")?.elements(named: "cell") ?? []
        guard elements.count <= highestCount else {
            throw DomainXMLError(path, line: domain.line, .outOfRange("\(elements.count) cells"))
        }
        var cells: [GuestCellID: GuestCell] = [:]
        for (position, element) in elements.enumerated() {
            let cell = try GuestCell(reading: element, position: position)
            guard cells.updateValue(cell, forKey: cell.id) == nil else {
                throw DomainXMLError(path, line: element.line, .duplicate("\(cell.id)"))
            }
        }
        return cells.values.sorted { $0.id < $1.id }.completingDistances()
    }

    /// A guest whose memory can be plugged keeps one cell.
    static func write(_ value: [GuestCell]?, into domain: inout XMLElement, of wanted: WantedSettings) {
        var cells = value ?? []
        if cells.isEmpty, domain.element(named: "maxMemory") != nil { cells = [whole(of: wanted.values)] }
        domain.edit("cpu") { cells.patch(&$0) }
    }

    private static func whole(of all: FoundSettings) -> GuestCell {
        GuestCell(id: 0, vcpus: VCPUSet(numbers: 0..<all.vcpus), memory: all.memory)
    }

    static func entries(of value: [GuestCell], in all: FoundSettings) -> [SettingEntry] {
        value.withoutUsualDistances.flatMap(\.entries)
    }

    /// Distances that say nothing take away those that a definition has.
    static func writeDefault(_ value: [GuestCell], into domain: inout XMLElement) {
        guard value.hasUsualDistances else { return }
        domain.edit("cpu") { value.patch(&$0, writingUsualDistances: true) }
    }

    static func canonical(
        _ value: [GuestCell], in all: FoundSettings, defaultHugePage: PageSize?
    ) -> [GuestCell]? {
        value.sorted { $0.id < $1.id }.assigningAll(vcpus: all.vcpus).completingDistances().withoutUsualDistances.map {
            cell in
            var cell = cell
            // What nobody shares is private.
            if cell.isShared == false, all.isMemoryShared != true { cell.isShared = nil }
            return cell
        }
    }

    /// What the wanted cells leave open is taken from the present cell of that id. Distances stay only as long as the guest has the
    /// same cells, since they name them.
    static func settled(_ wanted: WantedSettings, over present: FoundSettings) -> [GuestCell]? {
        guard !wanted.leaves(Self.self) else { return present[Self.self] }
        var cells = wanted.guestCells
        if cells.isEmpty, present.hasMemoryHotplug { cells = [whole(of: wanted.values)] }
        let others = present.guestCells
        let keepsDistances = cells.map(\.id) == others.map(\.id) && cells.allSatisfy(\.distances.isEmpty)
        for index in cells.indices {
            guard let other = others.first(where: { $0.id == cells[index].id }) else { continue }
            cells[index].isShared = cells[index].isShared ?? other.isShared
            if keepsDistances { cells[index].distances = other.distances }
        }
        return cells.isEmpty ? nil : cells
    }

    static let amounts = ["cpu.numa.cell.memory_kib"]
}

extension SettingKey {
    /// - Parameter item: The place among all that a cell says.
    fileprivate init(cell: GuestCellID, _ item: Int, _ name: String) {
        let path = "\(GuestCells.path)[\(cell)].\(name)"
        self.init(GuestCells.self, number: cell.rawValue, item: item, path: path)
    }

    /// The memory of a guest cell.
    public static func cellMemory(_ cell: GuestCellID) -> SettingKey { SettingKey(cell: cell, 1, "memory_kib") }
}

extension SettingValues {
    /// The guest's cells; empty for none.
    public var guestCells: [GuestCell] {
        get { self[GuestCells.self] ?? [] }
        set { self[GuestCells.self] = newValue.isEmpty ? nil : newValue }
    }
}

// MARK: One cell

extension GuestCell {
    /// The id of a `<cell>`: without one it is its place among the cells.
    fileprivate static func id(of element: XMLElement, position: Int) throws(DomainXMLError) -> GuestCellID {
        GuestCellID(try element.number("id", GuestCells.path) ?? position)
    }

    fileprivate init(reading element: XMLElement, position: Int) throws(DomainXMLError) {
        let id = try Self.id(of: element, position: position)
        let path = "\(GuestCells.path)[\(id)]"
        guard let memory = try element.memory(attribute: "memory", path + ".memory_kib") else {
            throw DomainXMLError(path + ".memory_kib", line: element.line, .missing)
        }
        let isShared: Bool?
        switch element[attribute: "memAccess"] {
        case nil: isShared = nil
        case "shared": isShared = true
        case "private": isShared = false
        case let word?: throw DomainXMLError(path + ".memAccess", line: element.line, .unknownWord(word))
        }
        var distances: [GuestCellID: Int] = [:]
        for sibling in element.element(named: "distances")?.elements(named: "sibling") ?? [] {
            let other = GuestCellID(try sibling.requiredNumber("id", path + ".distances"))
            distances[other] = try sibling.requiredNumber("value", path + ".distances", in: 10...255)
        }
        self.init(
            id: id, vcpus: try element.list("cpus", path + ".cpus") ?? [], memory: memory, isShared: isShared,
            distances: distances)
    }

    fileprivate var entries: [SettingEntry] {
        var entries = [entry(0, "cpus", .text("\(vcpus)")), entry(1, "memory_kib", .number(memory.count))]
        if let isShared { entries.append(entry(2, "memAccess", .text(isShared ? "shared" : "private"))) }
        if !distances.isEmpty {
            let parts = distances.sorted { $0.key < $1.key }.map { "\($0.key):\($0.value)" }
            entries.append(entry(3, "distances", .text(parts.joined(separator: " "))))
        }
        return entries
    }

    private func entry(_ item: Int, _ name: String, _ value: SettingValue) -> SettingEntry {
        SettingEntry(key: SettingKey(cell: id, item, name), value: value)
    }

    fileprivate func element(from present: XMLElement, keepsDistances: Bool) -> XMLElement {
        var element = present
        let kept = present.attributes.filter { !["id", "cpus", "memory", "unit", "memAccess"].contains($0.name) }
        let access = isShared.map { $0 ? "shared" : "private" } ?? present[attribute: "memAccess"]
        element.attributes = [.init("id", "\(id)")]
        element[attribute: "cpus"] = vcpus.isEmpty ? nil : "\(vcpus)"
        element[attribute: "memory"] = "\(memory.count)"
        element[attribute: "unit"] = "KiB"
        element[attribute: "memAccess"] = access
        element.attributes += kept
        if !keepsDistances {
            let siblings = distances.sorted { $0.key < $1.key }.map { other, distance in
                XMLElement("sibling", [.init("id", "\(other)"), .init("value", "\(distance)")])
            }
            let list = XMLElement("distances", children: siblings.map { .element($0) })
            element.replaceElements(
                named: "distances", with: siblings.isEmpty ? [] : [list], order: ["distances", "cache"])
        }
        return element
    }
}

// MARK: All cells

extension [GuestCell] {
    /// Gives the vCPUs that no cell has to the first cell, as libvirt does.
    func assigningAll(vcpus: Int) -> [GuestCell] {
        guard !isEmpty else { return self }
        let assigned = reduce(VCPUSet()) { $0.union($1.vcpus) }
        let left = VCPUSet(numbers: 0..<vcpus).subtracting(assigned)
        var cells = self
        cells[0].vcpus.formUnion(left)
        return cells
    }

    /// Fills the matrix of distances where any is given: what one cell says of another holds the other way too unless that cell
    /// says otherwise, a cell is 10 from itself, and what nobody says is 20.
    fileprivate func completingDistances() -> [GuestCell] {
        guard contains(where: { !$0.distances.isEmpty }) else { return self }
        let ids = map(\.id)
        var cells = self
        for (row, cell) in enumerated() {
            cells[row].distances = [:]
            for (column, other) in ids.enumerated() {
                let said = cell.distances[other] ?? self[column].distances[cell.id]
                cells[row].distances[other] = said ?? (other == cell.id ? 10 : 20)
            }
        }
        return cells
    }

    /// Whether distances are given, and they are those of cells of which nothing is said: 10 to themselves, 20 to others.
    fileprivate var hasUsualDistances: Bool {
        contains { !$0.distances.isEmpty }
            && allSatisfy { cell in cell.distances.allSatisfy { $1 == ($0 == cell.id ? 10 : 20) } }
    }

    /// The cells without distances that say nothing.
    fileprivate var withoutUsualDistances: [GuestCell] {
        guard hasUsualDistances else { return self }
        return map { cell in
            var cell = cell
            cell.distances = [:]
            return cell
        }
    }

    /// Writes the cells into `<cpu>`; what a present cell of the same id has besides is kept. Interconnects of cells that are gone
    /// go, and so do distances where those that are wanted say nothing.
    fileprivate func patch(_ cpu: inout XMLElement, writingUsualDistances: Bool = false) {
        guard !isEmpty else { return cpu.removeElements(named: "numa") }
        let order = ["cell", "interconnects"]
        cpu.modify("numa", order: LibvirtOrder.cpu) { numa in
            let present = presentCells(of: numa)
            let keepsDistances = allSatisfy(\.distances.isEmpty) && Set(map(\.id)) == Set(present.keys)
            let written = writingUsualDistances ? self : withoutUsualDistances
            let elements = written.sorted { $0.id < $1.id }.map { cell in
                cell.element(from: present[cell.id] ?? XMLElement("cell"), keepsDistances: keepsDistances)
            }
            numa.replaceElements(named: "cell", with: elements, order: order)
            let ids = Set(map { "\($0.id)" })
            guard numa.element(named: "interconnects") != nil else { return }
            numa.modify("interconnects", order: order) { $0.keepLinks(between: ids) }
        }
    }

    private func presentCells(of numa: XMLElement) -> [GuestCellID: XMLElement] {
        var cells: [GuestCellID: XMLElement] = [:]
        for (position, element) in numa.elements(named: "cell").enumerated() {
            guard let id = try? GuestCell.id(of: element, position: position) else { continue }
            cells[id] = element
        }
        return cells
    }
}

extension XMLElement {
    /// Removes latencies and bandwidths from or to cells that are not among `ids`.
    fileprivate mutating func keepLinks(between ids: Set<String>) {
        children.removeAll { node in
            guard case .element(let link) = node else { return false }
            let ends = [link[attribute: "initiator"], link[attribute: "target"]].compactMap(\.self)
            return !ends.allSatisfy(ids.contains)
        }
    }
}
