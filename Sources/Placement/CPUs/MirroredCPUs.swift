package import HostModel
package import SiteFile

/// The CPUs of a guest as a topology of their own: each guest cell a socket, each last-level cache a die, pinned siblings threads of one
/// core.
///
/// The vCPUs of a topology are numbered thread by thread, core by core, die by die. So there is one only where those on one core and
/// behind one cache are beside each other, and as many everywhere.
package struct MirroredCPUs {
    /// Why there is no such topology.
    package enum MirrorFlaw: Error, Hashable {
        /// A vCPU has no CPU of its own, or one that is on no core of its cell.
        case notDedicated
        /// Guest cells have different numbers of vCPUs.
        case cellsDiffer
        /// The vCPUs of a guest cell are not in a row.
        case cellsMixed
        /// Some cores have more of its vCPUs than others.
        case coresDiffer
        /// vCPUs of one core are not beside each other.
        case siblingsApart
    }

    /// Why its dies are not the last-level caches.
    package enum CacheFlaw: Hashable, Sendable {
        /// Some caches, or the caches of some cells, have more of its vCPUs than others.
        case cachesDiffer
        /// vCPUs behind one cache are not beside each other, or in several guest cells.
        case cachesApart
        /// The guest's architecture has no dies.
        case noDies
    }

    /// The topology; nil where there is none. It has one die a socket where the caches are not shown, or not known.
    package private(set) var topology: CPUTopology?
    /// Why there is none.
    package private(set) var flaw: MirrorFlaw?
    /// Why the dies are not the caches; nil where they are, and where nobody knows the caches.
    package private(set) var cacheFlaw: CacheFlaw?
    /// Whether the guest has all threads of its cores, and all CPUs of its caches where it sees several: then what the processor says of
    /// its own caches holds for the guest's.
    package private(set) var isWhole = false

    /// Neighbours in the order of the vCPUs that are on one core, or behind one cache.
    private struct CPURun {
        let cpus: CPUSet
        var count = 1
    }

    /// Looks at a guest at its place.
    package init(_ demand: GuestDemand, at placement: GuestPlacement, on host: HostFacts) {
        switch MirroredCPUs.cores(of: demand, at: placement, on: host) {
        case .failure(let flaw): self.flaw = flaw
        case .success(let cores):
            let (cells, threads) = (placement.cells.count, cores[0].count)
            let (dies, caches) = findDies(placement, host)
            isWhole =
                cacheFlaw == nil && cores.allSatisfy { $0.count == $0.cpus.count }
                && (dies == 1 || caches.allSatisfy { $0.count == $0.cpus.count })
            topology = CPUTopology(
                sockets: cells, dies: dies, cores: demand.vcpus / cells / dies / threads, threads: threads)
        }
    }

    /// How many threads of a core are beside each other in the topology of a guest's pins; nil where there is none. It takes no look at
    /// caches.
    package static func threads(of demand: GuestDemand, at placement: GuestPlacement, on host: HostFacts) -> Int? {
        guard case .success(let cores) = cores(of: demand, at: placement, on: host) else { return nil }
        return cores[0].count
    }

    /// The cores of all vCPUs, as many on each: one at least.
    private static func cores(
        of demand: GuestDemand, at placement: GuestPlacement, on host: HostFacts
    ) -> Result<[CPURun], MirrorFlaw> {
        guard !placement.cells.isEmpty, demand.dedicatedVCPUs.count == demand.vcpus else {
            return .failure(.notDedicated)
        }
        guard Set(placement.cells.map(\.vcpus.count)).count == 1 else { return .failure(.cellsDiffer) }
        var cores: [CPURun] = []
        for cell in placement.cells {
            guard let runs = runs(of: cell, in: host.cell(cell.hostCell)?.siblings ?? []) else {
                return .failure(.notDedicated)
            }
            cores += runs
        }
        guard !cores.isEmpty else { return .failure(.notDedicated) }
        guard areApart(cores) else { return .failure(.siblingsApart) }
        guard Set(cores.map(\.count)).count == 1 else { return .failure(.coresDiffer) }
        return placement.cells.allSatisfy { isInARow($0.vcpus) } ? .success(cores) : .failure(.cellsMixed)
    }

    /// The number of dies of each socket and the caches that they show; one and none where they show nothing.
    private mutating func findDies(_ placement: GuestPlacement, _ host: HostFacts) -> (dies: Int, caches: [CPURun]) {
        let cells = placement.cells.compactMap {
            MirroredCPUs.runs(of: $0, in: host.cell($0.hostCell)?.lastLevelCaches ?? [])
        }
        let caches = cells.flatMap(\.self)
        guard cells.count == placement.cells.count, let dies = cells.first?.count else { return (1, []) }
        if !MirroredCPUs.areApart(caches) {
            cacheFlaw = .cachesApart
        } else if Set(cells.map(\.count)).count > 1 || Set(caches.map(\.count)).count > 1 {
            cacheFlaw = .cachesDiffer
        } else if dies > 1, !host.hasX86Guests {
            cacheFlaw = .noDies
        }
        return cacheFlaw == nil ? (dies, caches) : (1, [])
    }

    /// The runs of a guest cell's vCPUs in the sets of its host cell; nil where one is in none of them.
    private static func runs(of cell: GuestCellPlacement, in sets: [CPUSet]) -> [CPURun]? {
        var runs: [CPURun] = []
        for vcpu in cell.vcpus {
            guard let cpu = cell.pins[vcpu]?.first, let set = sets.first(where: { $0.contains(cpu) }) else {
                return nil
            }
            if runs.last?.cpus == set { runs[runs.count - 1].count += 1 } else { runs.append(CPURun(cpus: set)) }
        }
        return runs
    }

    private static func areApart(_ runs: [CPURun]) -> Bool { Set(runs.map(\.cpus)).count == runs.count }

    private static func isInARow(_ vcpus: VCPUSet) -> Bool {
        guard let first = vcpus.first, let last = vcpus.last else { return false }
        return last.rawValue - first.rawValue + 1 == vcpus.count
    }
}

extension HostFacts {
    /// Whether its guests are x86 machines.
    package var hasX86Guests: Bool {
        switch host.arch {
        case nil, "x86_64", "i686": true
        default: false
        }
    }
}
