/// CPUs that were taken offline because no guest had them, and where they are: the kernel tells nothing of a CPU that is offline.
public struct ParkedCPUs: Hashable, Sendable, Codable {
    /// A cell as it is with all its CPUs.
    public struct ParkedCell: Hashable, Sendable, Codable {
        /// The cell.
        public var id: CellID
        /// Its CPUs.
        public var cpus: CPUSet
        /// The threads of each of its cores.
        public var siblings: [CPUSet]
        /// The CPUs of each of its last-level caches.
        public var llc: [CPUSet]
    }

    /// The CPUs.
    public var cpus: CPUSet
    /// Those of them on efficiency cores.
    public var efficiency: CPUSet
    /// The cells that they are on, ascending.
    public var cells: [ParkedCell]

    /// CPUs of a host whose facts still tell of them.
    package init(_ cpus: CPUSet, of host: HostFacts) {
        self.cpus = cpus.intersection(host.onlineCPUs)
        efficiency = host.efficiencyCPUs.intersection(cpus)
        cells = host.cells.filter { !$0.cpus.isDisjoint(with: cpus) }
            .map { ParkedCell(id: $0.id, cpus: $0.cpus, siblings: $0.siblings, llc: $0.lastLevelCaches) }
    }
}

extension HostFacts {
    /// The facts with CPUs counted as online that are parked, and noted as such. CPUs that are online again are passed over, and those
    /// of a cell that is gone.
    package func counting(_ parked: ParkedCPUs) -> HostFacts {
        var host = self
        let off = parked.cpus.subtracting(onlineCPUs)
        for known in parked.cells {
            guard let index = host.cells.firstIndex(where: { $0.id == known.id }) else { continue }
            let back = off.intersection(known.cpus)
            let cpus = host.cells[index].cpus.union(back)
            /// What was known of the cell; a CPU that it did not have then is as the kernel tells it now.
            func whole(_ before: [CPUSet], _ now: [CPUSet]) -> [CPUSet] {
                let kept = before.map { $0.intersection(cpus) }.filter { !$0.isEmpty }
                let told = kept.reduce(into: CPUSet()) { $0.formUnion($1) }
                return (kept + now.map { $0.subtracting(told) }.filter { !$0.isEmpty }).sorted()
            }
            host.cells[index].siblings = whole(known.siblings, host.cells[index].siblings)
            host.cells[index].lastLevelCaches = whole(known.llc, host.cells[index].lastLevelCaches)
            host.cells[index].cpus = cpus
            host.parkedCPUs.formUnion(back)
        }
        host.onlineCPUs.formUnion(host.parkedCPUs)
        host.efficiencyCPUs.formUnion(parked.efficiency.intersection(host.parkedCPUs))
        return host
    }
}
