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
        if demand.view.mirrorsCPUs {
            return MirroredCPUs(demand, at: placement, on: host).topology ?? demand.cpuTopology
        }
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
        guard let threads = MirroredCPUs.threads(of: demand, at: placement, on: host), threads > 1 else { return nil }
        return threads
    }
}
