public import HostModel

extension HostFacts {
    /// The host without one of its cells, its CPUs, memory and devices; unchanged when it has no such cell.
    public func without(_ id: CellID) -> HostFacts {
        guard let cell = cell(id) else { return self }
        var host = self
        host.cells.removeAll { $0.id == id }
        host.onlineCPUs = onlineCPUs.subtracting(cell.cpus)
        host.devices.removeAll { $0.cell == id }
        return host
    }

    /// The host with more memory in one of its cells; unchanged when it has no such cell.
    public func adding(_ memory: KiB, to id: CellID) -> HostFacts {
        var host = self
        for index in host.cells.indices where host.cells[index].id == id {
            host.cells[index].memory = (host.cells[index].memory ?? .zero) + memory
            host.cells[index].memoryFree = host.cells[index].memoryFree.map { $0 + memory }
        }
        return host
    }
}
