internal import HostModel
internal import XMLTree

extension NUMATune {
    /// Reads `<numatune>`; nil for none. Where vCPUs are placed automatically and nothing is said of memory, libvirt places memory
    /// automatically too.
    init?(reading domain: XMLElement, isAutomatic: Bool) throws(DomainXMLError) {
        let tune = domain.element(named: "numatune")
        let memory = tune?.element(named: "memory")
        let nodes = tune?.elements(named: "memnode") ?? []
        guard memory != nil || !nodes.isEmpty else {
            guard isAutomatic else { return nil }
            self.init(hostCells: nil)
            return
        }
        let cells: CellSet? = try memory?.list("nodeset", "numatune.memory")
        self.init(hostCells: memory?[attribute: "placement"] == "auto" ? nil : cells)
        if let memory { mode = try Mode(reading: memory, "numatune.memory") }
        for node in nodes {
            let path = "numatune.memnode"
            let cell = GuestCellID(try node.requiredNumber("cellid", path))
            let bound = MemNode(mode: try Mode(reading: node, path), hostCells: try node.requiredList("nodeset", path))
            guard memNodes.updateValue(bound, forKey: cell) == nil else {
                throw DomainXMLError(path, line: node.line, .duplicate("\(cell)"))
            }
        }
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
