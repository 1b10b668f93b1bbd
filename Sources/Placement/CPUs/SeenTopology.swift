package import HostModel
package import SiteFile

/// What a guest sees of sockets, cores and threads.
///
/// Where nobody asked for a topology, it is that of the pins: dedicated vCPUs on sibling threads are threads of a core, and each guest
/// cell is one socket. A guest that does not see siblings runs two busy threads on one core and leaves another one idle.
package struct SeenTopology {
    private let host: HostFacts

    /// Sees what siblings the host has.
    package init(host: HostFacts) { self.host = host }

    /// The topology to define; nil for a guest without one.
    package func topology(of demand: GuestDemand, at placement: GuestPlacement) -> CPUTopology? {
        guard !demand.asksForTopology, let threads = siblings(of: demand, at: placement) else {
            return demand.cpuTopology
        }
        return CPUTopology(
            sockets: placement.cells.count, cores: demand.vcpus / placement.cells.count / threads, threads: threads)
    }

    /// Whether the guest is shown threads of cores that its vCPUs do not share.
    package func isContradicted(_ demand: GuestDemand, at placement: GuestPlacement) -> Bool {
        guard demand.asksForTopology, let threads = demand.cpuTopology?.threads, threads > 1, !placement.cells.isEmpty,
            demand.dedicatedVCPUs.count == demand.vcpus
        else { return false }
        return siblings(of: demand, at: placement) != threads
    }

    /// How many vCPUs in a row are siblings of one core, the same number throughout and two at least; nil where it is not so, where
    /// vCPUs share CPUs, and where guest cells differ in size.
    private func siblings(of demand: GuestDemand, at placement: GuestPlacement) -> Int? {
        guard !placement.cells.isEmpty, demand.dedicatedVCPUs.count == demand.vcpus,
            Set(placement.cells.map(\.vcpus.count)).count == 1
        else { return nil }
        var runs: [(core: CPU, count: Int)] = []
        for cell in placement.cells {
            let cores = host.cell(cell.hostCell)?.siblings ?? []
            for vcpu in cell.vcpus {
                guard let cpu = cell.pins[vcpu]?.first, let core = cores.first(where: { $0.contains(cpu) })?.first
                else {
                    return nil
                }
                if runs.last?.core == core { runs[runs.count - 1].count += 1 } else { runs.append((core, 1)) }
            }
        }
        guard Set(runs.map(\.core)).count == runs.count, Set(runs.map(\.count)).count == 1, let run = runs.first,
            run.count > 1, placement.cells.allSatisfy({ isInARow($0.vcpus) })
        else { return nil }
        return run.count
    }

    private func isInARow(_ vcpus: VCPUSet) -> Bool {
        guard let first = vcpus.first, let last = vcpus.last else { return false }
        return last.rawValue - first.rawValue + 1 == vcpus.count
    }
}
