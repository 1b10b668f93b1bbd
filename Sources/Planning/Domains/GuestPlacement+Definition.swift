internal import DomainXML
internal import HostModel
internal import Placement
internal import SiteFile

extension GuestPlacement {
    /// Where a domain is by its own definition: the place of a guest that is taken over and keeps it.
    ///
    /// A guest cell whose memory may come from several host cells is shown on the one that its pins name, else on the lowest.
    ///
    /// - Parameters:
    ///   - parts: What the definition has, or will have.
    ///   - load: What the domain takes then.
    init(
        _ name: String, asDefined parts: FoundSettings, load: DomainLoad?, host: HostFacts, overhead: GuestOverhead
    ) {
        let pins = parts.vcpuPins
        let single = Dictionary(grouping: pins.values.filter { $0.count == 1 }) { $0 }.filter { $0.value.count == 1 }
        let cells = parts.guestCells.sorted { $0.id < $1.id }.compactMap { cell -> GuestCellPlacement? in
            let cpus = cell.vcpus.reduce(into: CPUSet()) { $0.formUnion(pins[$1] ?? []) }
            let bound = parts.numaTune.flatMap { $0.memNodes[cell.id]?.hostCells ?? $0.hostCells }
            let near = host.cells.filter { !$0.cpus.isDisjoint(with: cpus) }.map(\.id)
            let isOne = bound?.count == 1
            guard let home = isOne ? bound?.first : near.count == 1 ? near[0] : bound?.first else { return nil }
            let everywhere = parts.vcpuCPUs ?? host.onlineCPUs
            return GuestCellPlacement(
                id: cell.id, hostCell: home, vcpus: cell.vcpus, memory: cell.memory,
                pageSize: parts.hugePages?.size(of: cell.id, defaultSize: host.defaultHugePage)
                    ?? host.host.basePage,
                pins: Dictionary(uniqueKeysWithValues: cell.vcpus.map { ($0, pins[$0] ?? everywhere) }),
                dedicatedVCPUs: VCPUSet(cell.vcpus.filter { pins[$0].map { single[$0] != nil } ?? false }))
        }
        self.init(
            name: name, emulatorCPUs: parts.emulatorPin ?? [], floatingCPUs: parts.vcpuCPUs,
            memory: parts.memory, cells: cells, pins: cells.isEmpty ? pins : [:],
            overhead: load.flatMap { overhead.amount(of: $0, host: host) } ?? .zero,
            floatingVCPUs: cells.isEmpty ? VCPUSet(numbers: 0..<parts.vcpus) : [],
            boundTo: cells.isEmpty ? parts.numaTune?.hostCells ?? [] : [])
    }
}
