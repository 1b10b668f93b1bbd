internal import HostModel
internal import XMLTree

/// The most cells that a guest may have: twice what QEMU allows, and few enough for a matrix of their distances.
private let highestCellCount = 256

extension GuestCell {
    /// Reads `<cpu><numa>`, ascending by id.
    static func reading(_ domain: XMLElement) throws(DomainXMLError) -> [GuestCell] {
        let elements = domain.element(named: "cpu")?.element(named: "numa")?.elements(named: "cell") ?? []
        guard elements.count <= highestCellCount else {
            throw DomainXMLError("cpu.numa.cell", line: domain.line, .outOfRange("\(elements.count) cells"))
        }
        var cells: [GuestCellID: GuestCell] = [:]
        for (position, element) in elements.enumerated() {
            let cell = try GuestCell(reading: element, position: position)
            guard cells.updateValue(cell, forKey: cell.id) == nil else {
                throw DomainXMLError("cpu.numa.cell", line: element.line, .duplicate("\(cell.id)"))
            }
        }
        return cells.values.sorted { $0.id < $1.id }.completingDistances()
    }

    /// The id of a `<cell>`: without one it is its place among the cells.
    static func id(of element: XMLElement, position: Int) throws(DomainXMLError) -> GuestCellID {
        GuestCellID(try element.number("id", "cpu.numa.cell") ?? position)
    }

    private init(reading element: XMLElement, position: Int) throws(DomainXMLError) {
        let id = try Self.id(of: element, position: position)
        let path = "cpu.numa.cell[\(id)]"
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
}

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
    func completingDistances() -> [GuestCell] {
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
}
