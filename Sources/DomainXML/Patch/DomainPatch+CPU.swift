internal import HostModel
internal import XMLTree

extension ManagedParts {
    func patchCPU(of domain: inout XMLElement) {
        let mustKeepCell = guestCells.isEmpty && domain.element(named: "maxMemory") != nil
        let everything = GuestCell(id: 0, vcpus: VCPUSet(numbers: 0..<vcpus), memory: memory)
        domain.modify("cpu", order: LibvirtOrder.domain) { cpu in
            if let cpuMode { cpu.setMode(cpuMode) }
            patchTopology(of: &cpu)
            if let address = maximumPhysicalAddress {
                var element = XMLElement("maxphysaddr", [.init("mode", address.mode)])
                element[attribute: "bits"] = address.bits.map(String.init)
                cpu.replaceElements(named: "maxphysaddr", with: [element], order: LibvirtOrder.cpu)
            }
            (mustKeepCell ? [everything] : guestCells).patch(&cpu)
        }
    }

    /// Writes the wanted topology. Without one the present topology stays, unless it describes another number of vCPUs.
    private func patchTopology(of cpu: inout XMLElement) {
        guard let topology else {
            let present = cpu.element(named: "topology").flatMap { try? Topology(reading: $0) }
            if let present, present.vcpus != vcpus { cpu.removeElements(named: "topology") }
            return
        }
        cpu.modify("topology", order: LibvirtOrder.cpu) { element in
            element[attribute: "sockets"] = String(topology.sockets)
            // Older versions of libvirt do not know these two: they are written only where they say something.
            element.setOptional("dies", to: topology.dies)
            element.setOptional("clusters", to: topology.clusters)
            element[attribute: "cores"] = String(topology.cores)
            element[attribute: "threads"] = String(topology.threads)
        }
    }
}

extension XMLElement {
    /// Sets a number that is 1 by default: changes the attribute where it is, adds it only for another number.
    fileprivate mutating func setOptional(_ attribute: String, to number: Int) {
        if number != 1 || self[attribute: attribute] != nil { self[attribute: attribute] = String(number) }
    }

    /// Sets the mode of `<cpu>`. With another mode goes what belongs to the old one: a model and how it is matched and checked
    /// to `custom`, `migratable` to the modes that pass the host's CPU on.
    fileprivate mutating func setMode(_ mode: String) {
        let passing = ["host-passthrough", "maximum"]
        guard mode != (self[attribute: "mode"] ?? "custom") else {
            return
        }
        if mode == "custom" {
            self[attribute: "check"] = nil
        } else {
            for attribute in ["match", "check"] { self[attribute: attribute] = nil }
            for child in ["model", "vendor"] { removeElements(named: child) }
        }
        if !passing.contains(mode) { self[attribute: "migratable"] = nil }
        attributes.removeAll { $0.name == "mode" }
        attributes.insert(Attribute("mode", mode), at: 0)
    }
}

extension [GuestCell] {
    /// Writes the cells into `<cpu>`; what a present cell of the same id has besides is kept.
    fileprivate func patch(_ cpu: inout XMLElement) {
        guard !isEmpty else { return cpu.removeElements(named: "numa") }
        cpu.modify("numa", order: LibvirtOrder.cpu) { numa in
            let present = presentCells(of: numa)
            let keepsDistances = allSatisfy(\.distances.isEmpty) && Set(map(\.id)) == Set(present.keys)
            let elements = sorted { $0.id < $1.id }.map { cell in
                cell.element(from: present[cell.id] ?? XMLElement("cell"), keepsDistances: keepsDistances)
            }
            numa.replaceElements(named: "cell", with: elements, order: LibvirtOrder.numa)
            let ids = Set(map { "\($0.id)" })
            guard numa.element(named: "interconnects") != nil else { return }
            numa.modify("interconnects", order: LibvirtOrder.numa) { $0.keepLinks(between: ids) }
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

extension GuestCell {
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
                named: "distances", with: siblings.isEmpty ? [] : [list], order: LibvirtOrder.cell)
        }
        return element
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
