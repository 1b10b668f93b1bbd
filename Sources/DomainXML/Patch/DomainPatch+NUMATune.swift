internal import HostModel
internal import XMLTree

extension ManagedParts {
    func patchNUMATune(of domain: inout XMLElement) {
        let order = LibvirtOrder.numaTune
        domain.modify("numatune", order: LibvirtOrder.domain) { tune in
            let memory = numaTune?.memoryElement.map { [$0] } ?? []
            tune.replaceElements(named: "memory", with: memory, order: order)
            tune.replaceElements(named: "memnode", with: numaTune?.nodeElements ?? [], order: order)
        }
    }

    func patchFeatures(of domain: inout XMLElement) {
        guard hasACPI else { return }
        domain.modify("features", order: LibvirtOrder.domain) { $0.setFlag("acpi", true, order: ["acpi", "apic"]) }
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
