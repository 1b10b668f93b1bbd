import FullHosts
import HostModel
import Placement
import SiteFile
import Testing

@Suite("Guests within what their control group leaves them")
struct GuestLimitsTests {
    private func place(_ guests: [PlacementGuest], limits: GuestLimits?) -> Placement {
        var host = HostFacts.fourCPUs(2)
        host.guestLimits = limits
        return Placer.place(PlacementRequest(host: host, policy: .plain(), guests: guests))
    }

    private let inside = GuestLimits(cpus: [0, 1, 4, 5], source: "/sys/fs/cgroup/machine.slice")

    @Test("no CPU outside is given to a guest, alone or shared, nor to an emulator")
    func cpus() {
        let placement = place(
            [
                PlacementGuest(
                    name: "own",
                    demand: .even(1, vcpus: 1, memory: 1_024, policy: .dedicated, emulator: .isolate)),
                PlacementGuest(name: "shared", demand: .even(1, vcpus: 2, memory: 2_048)),
                PlacementGuest(name: "floating", demand: GuestDemand(vcpus: 1, memory: 1_024)),
            ], limits: inside)
        #expect(placement.verdict == .placed)
        let given = placement.guests.reduce(into: CPUSet()) { set, guest in
            set.formUnion(guest.emulatorCPUs)
            set.formUnion(guest.floatingCPUs ?? [])
            for cell in guest.cells { for cpus in cell.pins.values { set.formUnion(cpus) } }
        }
        #expect(given == [0, 1, 4, 5])
    }

    @Test("what is shut out is not free")
    func free() throws {
        let guest = PlacementGuest(name: "g", demand: .even(1, vcpus: 3, memory: 1_024, policy: .dedicated))
        #expect(place([guest], limits: nil).verdict == .placed)
        let reasons = try #require(place([guest], limits: inside).unplaced.first).reasons
        #expect(reasons.filter { $0.resource == .dedicatedCPUs }.map(\.free) == [2, 2])
    }

    @Test("guests without topology stay without a list while no guest takes CPUs for itself")
    func floating() {
        let guest = PlacementGuest(name: "g", demand: GuestDemand(vcpus: 1, memory: 1_024))
        #expect(place([guest], limits: inside).guests.map(\.floatingCPUs) == [nil])
    }

    @Test("memory of a cell outside is nobody's, and its CPUs serve guests without topology only")
    func memory() {
        let limits = GuestLimits(memoryCells: [1], source: "/sys/fs/cgroup/machine.slice")
        let bound = PlacementGuest(name: "g", demand: .even(1, vcpus: 1, memory: 1_024))
        #expect(place([bound], limits: limits).guests.first?.cells.map(\.hostCell) == [1])
        let two = PlacementGuest(name: "g", demand: .even(2, vcpus: 2, memory: 2_048))
        #expect(place([two], limits: limits).verdict == .infeasible)
        let eight: KiB = 8_388_608
        let floats = PlacementGuest(name: "g", demand: GuestDemand(vcpus: 8, memory: eight))
        #expect(place([floats], limits: limits).verdict == .placed)
        let more = PlacementGuest(name: "g", demand: GuestDemand(vcpus: 8, memory: KiB(eight.count + 1)))
        #expect(place([more], limits: limits).verdict == .infeasible)
    }

    @Test("pages of a cell outside are nobody's, though the memory may come from any cell", arguments: [0, 1])
    func pages(inside: UInt64) {
        let size = PageSize(2_048)
        var host = HostFacts.fourCPUs(2, pools: [HugepagePool(pageSize: size, total: 512, free: 512)])
        host.guestLimits = GuestLimits(memoryCells: [CellID(1)], source: "/sys/fs/cgroup/machine.slice")
        host.cells[1].pools[0] = HugepagePool(
            pageSize: size, total: PageCount(512 * inside), free: PageCount(512 * inside))
        var demand = GuestDemand.even(1, vcpus: 1, memory: 1_048_576, policy: .dedicated, page: .exactly(size))
        demand.memoryPolicy = .preferred
        let request = PlacementRequest(
            host: host, policy: .plain(manage: false), guests: [PlacementGuest(name: "g", demand: demand)])
        #expect(Placer.place(request).verdict == (inside == 1 ? .placed : .infeasible))
    }

    @Test(
        "a cell whose memory is not for guests neither counts in the sum of all cells nor stands for one whose is",
        arguments: [
            // Each set was cut from two cells of 12 CPUs and 8 GiB: vCPUs, and memory in 256 MiB.
            [(3, 3), (2, 9), (7, 20), (3, 2), (4, 5), (3, 13), (2, 12)],
            [(1, 25), (3, 2), (1, 3), (7, 2), (1, 2), (4, 26), (6, 3), (1, 1)],
            [(2, 9), (2, 14), (1, 8), (7, 1), (6, 9), (3, 18), (3, 5)],
        ] as [[(Int, UInt64)]])
    func lastCell(sizes: [(Int, UInt64)]) {
        var host = HostFacts(
            host: HostIdentity(name: "h"), onlineCPUs: CPUSet(numbers: 0..<36),
            cells: (0..<3).map {
                Cell(id: CellID($0), cpus: CPUSet(numbers: 12 * $0..<12 * ($0 + 1)), memory: 8_388_608)
            })
        host.guestLimits = GuestLimits(memoryCells: [0, 1], source: "/sys/fs/cgroup/machine.slice")
        let guests = sizes.enumerated().map { index, size in
            PlacementGuest(
                name: "g\(index)",
                demand: .even(1, vcpus: size.0, memory: KiB(size.1 << 18), policy: .dedicated))
        }
        #expect(Placer.place(PlacementRequest(host: host, policy: .plain(), guests: guests)).verdict == .placed)
    }
}
