internal import HostModel
internal import XMLTree

/// A definition that is read, with what several settings depend on.
struct DomainReading {
    let domain: XMLElement
    /// The number of vCPUs.
    let vcpus: Int
    /// The guest's cells, where memory can be plugged one at least.
    let cells: [GuestCell]
    /// The memory without memory devices.
    let memory: KiB

    init(_ domain: XMLElement) throws(DomainXMLError) {
        guard domain.name == "domain" else {
            throw DomainXMLError("domain", line: domain.line, .notADomain(domain.name))
        }
        self.domain = domain
        vcpus = try VCPUs.count(in: domain)
        let written = try GuestCells.written(in: domain).assigningAll(vcpus: vcpus)
        memory = try Memory.initial(in: domain, cells: written)
        // libvirt demands a cell where memory can be plugged in; a definition that has none gets it when it is written.
        let whole = GuestCell(id: 0, vcpus: VCPUSet(numbers: 0..<vcpus), memory: memory)
        cells = written.isEmpty && domain.element(named: "maxMemory") != nil ? [whole] : written
    }

    var backing: XMLElement? { domain.element(named: "memoryBacking") }

    var cpu: XMLElement? { domain.element(named: "cpu") }

    /// The children of `<cputune>` of that name.
    func tunes(_ name: String) -> [XMLElement] { domain.element(named: "cputune")?.elements(named: name) ?? [] }
}
