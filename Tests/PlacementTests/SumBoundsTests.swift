import Diagnostics
import FullHosts
import HostModel
import Placement
import SiteFile
import Testing

/// Questions that sums over the cells decide, of which most are asked without a search.
@Suite("Guests that do not add up")
struct SumBoundsTests {
    private func verdict(_ host: HostFacts, _ guests: [GuestDemand], cpuRatio: UInt64 = 4_000)
        -> Placement.SearchVerdict
    {
        var request = PlacementRequest(
            host: host, policy: .plain(cpuRatio: cpuRatio),
            guests: guests.enumerated().map { PlacementGuest(name: "g\($0)", demand: $1) })
        request.searchLimit = 0
        return Placer.place(request).verdict
    }

    @Test("a pool of pages that no guest may have takes the memory that it takes", arguments: [1, 0])
    func deadPools(unused: UInt64) {
        let (small, large) = (PageSize(2_048), PageSize(1_048_576))
        var host = HostFacts.fourCPUs(
            2,
            pools: [
                HugepagePool(pageSize: small, total: 0, free: 0),
                HugepagePool(pageSize: large, total: PageCount(unused), free: PageCount(unused)),
            ])
        for index in host.cells.indices { host.cells[index].memory = KiB(4 << 20) }
        // Of 1.75 GiB two go into 4 GiB and one goes into 3 GiB; all three are less than 6 GiB.
        let memory = KiB(7 << 18)
        let ordinary = GuestDemand.even(1, vcpus: 1, memory: memory)
        let huge = GuestDemand.even(1, vcpus: 1, memory: memory, page: .exactly(small))
        for guests in [[huge, huge, huge], [ordinary, ordinary, huge]] {
            #expect(verdict(host, guests) == (unused == 1 ? .infeasible : .placed))
        }
        // Who may have such pages has them.
        let any = GuestDemand.even(1, vcpus: 1, memory: KiB(1 << 20), page: .exactly(large))
        #expect(verdict(host, [huge, huge, any]) == .placed)
    }

    @Test("whole cores of two threads take two, though other cells have cores of one", arguments: [1, 0])
    func richCores(more: Int) {
        let cells = [[[0, 1], [2, 3]], [[4], [5], [6], [7]]]
        let host = HostFacts(
            host: HostIdentity(name: "h"), onlineCPUs: CPUSet(numbers: 0..<8),
            cells: cells.enumerated().map { id, cores in
                Cell(
                    id: CellID(id), cpus: CPUSet(cores.joined().map { CPU($0) }),
                    memory: id == 0 ? 8_388_608 : 1_048_576, siblings: cores.map { CPUSet($0.map { CPU($0) }) })
            })
        let memory: KiB = 2_097_152
        let isolated = GuestDemand.even(1, vcpus: 1 + more, memory: memory, policy: .dedicated, threads: .isolate)
        let one = GuestDemand.even(1, vcpus: 1, memory: memory, policy: .dedicated)
        #expect(verdict(host, [isolated, one]) == (more == 1 ? .infeasible : .placed))
    }

    @Test("guests that are bound to no cell share what whole cores leave", arguments: [4, 5])
    func floating(vcpus: Int) {
        var host = HostFacts.fourCPUs(2)
        for index in host.cells.indices {
            let first = 4 * index
            host.cells[index].siblings = [CPUSet(numbers: first..<first + 2), CPUSet(numbers: first + 2..<first + 4)]
        }
        let isolated = GuestDemand.even(1, vcpus: 1, memory: 1_024, policy: .dedicated, threads: .isolate)
        let floats = GuestDemand(vcpus: vcpus, memory: 1_024)
        #expect(verdict(host, [isolated, isolated, floats], cpuRatio: 1_000) == (vcpus == 5 ? .infeasible : .placed))
    }

    @Test("guests that fill no cell to the end do not fit, though they may have pages of any size")
    func relaxed() {
        // What five cells of 12 CPUs and 8 GiB have, to the last CPU and MiB: vCPUs, and memory in 256 MiB.
        let sizes: [(Int, UInt64)] = [
            (7, 26), (1, 2), (1, 3), (3, 2), (4, 5), (2, 5), (2, 6), (4, 15), (2, 8), (8, 17), (2, 6), (2, 3), (3, 21),
            (7, 8), (2, 10), (6, 2), (1, 3), (3, 18),
        ]
        let host = HostFacts(
            host: HostIdentity(name: "h"), onlineCPUs: CPUSet(numbers: 0..<60),
            cells: (0..<5).map {
                Cell(
                    id: CellID($0), cpus: CPUSet(numbers: 12 * $0..<12 * ($0 + 1)), memory: 8_388_608,
                    pools: [HugepagePool(pageSize: PageSize(2_048), total: 0, free: 0)])
            })
        let guests = sizes.enumerated().map { index, size in
            PlacementGuest(
                name: "g\(index.padded(to: 2))",
                demand: .even(1, vcpus: size.0, memory: KiB(size.1 << 18), policy: .dedicated, page: .any))
        }
        // Which of both pages a guest has makes no difference, and trying all would take for ever.
        #expect(Placer.place(PlacementRequest(host: host, policy: .plain(), guests: guests)).verdict == .infeasible)
    }
}
