package import Diagnostics
package import HostModel
internal import Placement
package import SiteFile

/// A place for what tests write nowhere.
package let nowhere = SourceMark(file: "test", line: 1, column: 1)

extension Located {
    /// A value that tests write nowhere.
    package init(_ value: Value) { self.init(value, at: nowhere) }
}

extension HostPolicy {
    /// A policy without reserve, so that numbers in tests are plain.
    package static func plain(
        dedicated: CPUSet? = nil, shared: CPUSet? = nil, cpuRatio: UInt64 = 4_000, ramRatio: UInt64 = 1_000,
        reserved: KiB = 0, manage: Bool = true, pools: [PoolRequest] = [], placement: Preference = .spread,
        overhead: GuestOverhead = .none
    ) -> HostPolicy {
        HostPolicy(
            name: Located("host"), dedicatedCPUs: dedicated.map { Located($0) }, sharedCPUs: shared.map { Located($0) },
            cpuAllocationRatio: Ratio(thousandths: cpuRatio), ramAllocationRatio: Ratio(thousandths: ramRatio),
            reserved: reserved, managesPools: manage, pools: pools, placement: placement, guestOverhead: overhead)
    }
}

extension GuestDemand {
    /// A guest with even cells.
    package static func even(
        _ cells: Int, vcpus: Int, memory: KiB, policy: CPUPolicy = .shared, threads: ThreadPolicy = .prefer,
        emulator: EmulatorPolicy? = nil, page: PageRequest? = nil
    ) -> GuestDemand {
        let list = (0..<cells).map { index in
            GuestCellDemand(
                id: GuestCellID(index),
                vcpus: VCPUSet(numbers: vcpus / cells * index..<vcpus / cells * (index + 1)),
                memory: KiB(memory.count / UInt64(cells)))
        }
        return GuestDemand(
            vcpus: vcpus, memory: memory, cells: list, cpuPolicy: policy,
            dedicatedVCPUs: policy == .dedicated ? VCPUSet(numbers: 0..<vcpus) : [], threadPolicy: threads,
            emulatorPolicy: emulator, pageSize: page.map { Located($0) })
    }
}

/// The host of the reference page: 4, 2 and 2 CPUs; 4000, 2000 and 2000 MiB.
package let referenceHost = HostFacts(
    host: HostIdentity(name: "numa-host"), onlineCPUs: CPUSet(numbers: 0..<8),
    cells: [
        Cell(id: 0, cpus: CPUSet(numbers: 0...3), memory: 4_096_000),
        Cell(id: 1, cpus: [4, 5], memory: 2_048_000),
        Cell(id: 2, cpus: [6, 7], memory: 2_048_000),
    ])

extension HostFacts {
    /// Cells of 4 CPUs and 8 GiB each.
    package static func fourCPUs(_ cells: Int, pools: [HugepagePool] = []) -> HostFacts {
        HostFacts(
            host: HostIdentity(name: "h"), onlineCPUs: CPUSet(numbers: 0..<cells * 4),
            cells: (0..<cells).map {
                Cell(id: CellID($0), cpus: CPUSet(numbers: $0 * 4..<$0 * 4 + 4), memory: 8_388_608, pools: pools)
            })
    }
}
