public import Diagnostics
public import HostModel
public import SystemPackage

/// Finds out what a Linux host is made of, from sysfs and procfs below a root; reads only.
public struct HostDiscovery: Sendable {
    private let files: HostFiles

    /// Looks at the running machine, or at the captured file tree below `root`.
    public init(root: FilePath = "/") { files = HostFiles(root: root) }

    /// Everything but libvirt's side and the domains; with what apply recorded of actors.
    ///
    /// Findings are warnings and notes on files that could not be read (NP402), made no sense (NP404) or told nothing
    /// (NP405); the facts then hold what a host without that file would have.
    /// - Parameter isolation: Whether interrupts and threads are looked at too, which takes a few calls for each of them.
    ///   They are also where there are partitions of the scheduler, which may have to be given back.
    /// - Returns: nil facts, and an error among the findings, only when there is no root or no online CPU.
    public func facts(isolation: Bool = false) -> (facts: HostFacts?, diagnostics: [Diagnostic]) {
        guard files.exists else {
            return (nil, [Diagnostic(.sysfsUnreadable, "there is no folder \(files.root)")])
        }
        var reader = FactReader(files: files)
        let online = reader.onlineCPUs()
        guard !online.isEmpty else {
            reader.missing(
                "\(files.path(cpuFolder)) names no online CPU", severity: .error,
                hint: "the root must be a folder with the sys/ and proc/ of a Linux host")
            return (nil, reader.diagnostics)
        }
        let identity = reader.identity()
        let isolated = reader.isolatedCPUs()
        reader.readLowWatermarks(basePage: identity.basePage)
        let cells = reader.cells(online: online)
        var facts = HostFacts(
            host: identity, onlineCPUs: online, isolatedCPUs: isolated,
            efficiencyCPUs: reader.efficiencyCPUs(of: online), cells: cells, devices: reader.devices(cells: cells),
            guestLimits: reader.guestLimits(online: online, cells: CellSet(cells.map(\.id))),
            isolation: isolation || reader.hasPartitions(besides: isolated)
                ? reader.isolation(online: online, isolated: isolated) : nil,
            actors: reader.actors(),
            dropIns: reader.dropIns())
        if let parked = reader.parkedCPUs() { facts = facts.counting(parked) }
        if files.isLive { reader.reportForbidden(facts) }
        return (facts, reader.diagnostics)
    }
}

extension FactReader {
    /// Notes cells that this very process may not use, as its answers about them may be worth less.
    fileprivate mutating func reportForbidden(_ facts: HostFacts) {
        guard let allowed = NumaLibrary.allowedCells() else { return }
        let withMemory = CellSet(facts.cells.filter { $0.memory ?? .zero > .zero }.map(\.id))
        let forbidden = withMemory.subtracting(allowed)
        if !forbidden.isEmpty {
            missing("this process may not use the memory of cells \(forbidden) (cpuset.mems)", severity: .note)
        }
    }
}
