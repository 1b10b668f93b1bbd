import Diagnostics
import FullHosts
import HostModel
import Placement
import SiteFile
import Testing

@Suite("What is short, and how much of it there is")
struct ShortageTests {
    private static let gib: UInt64 = 1_048_576

    private static func floating(_ name: String, _ vcpus: Int, gib: UInt64) -> PlacementGuest {
        PlacementGuest(name: name, demand: GuestDemand(vcpus: vcpus, memory: KiB(gib * Self.gib)))
    }

    private static func dedicated(_ name: String, _ vcpus: Int, gib: UInt64 = 1) -> PlacementGuest {
        PlacementGuest(
            name: name, demand: .even(1, vcpus: vcpus, memory: KiB(gib * Self.gib), policy: .dedicated))
    }

    private func refusal(
        _ guests: [PlacementGuest], host: HostFacts = .fourCPUs(2), policy: HostPolicy = .plain(),
        foreign: [ForeignLoad] = []
    ) -> Placement {
        Placer.place(
            PlacementRequest(host: host, policy: policy, guests: guests, foreign: foreign, explains: true))
    }

    @Test(
        "what is free for a guest without topology is what it could have beside the others, whatever it asks for",
        arguments: [9, 12, 200] as [UInt64])
    func floatingMemory(asked: UInt64) throws {
        // 16 GiB in all: 4 are held by a guest with cells, 3 by one without, 1 by somebody else.
        let placement = refusal(
            [
                PlacementGuest(name: "bound", demand: .even(1, vcpus: 1, memory: KiB(4 * Self.gib))),
                Self.floating("small", 1, gib: 3), Self.floating("wants", 1, gib: asked),
            ],
            foreign: [ForeignLoad(name: "old", memory: [.init(cell: 1, amount: KiB(Self.gib))])])
        let reasons = try #require(placement.unplaced.first { $0.name == "wants" }).reasons
        #expect(
            reasons == [
                Shortage(
                    hostCell: nil, resource: .memory, needed: asked * Self.gib, free: 8 * Self.gib,
                    heldBy: ["bound", "old", "small"])
            ])
    }

    @Test("cells that serve nobody have no row of their own")
    func barrenCells() throws {
        var host = HostFacts.fourCPUs(4)
        host.cells[0].memory = 0
        (host.cells[3].cpus, host.cells[3].siblings) = ([], [])
        let reasons = try #require(refusal([Self.dedicated("wants", 5)], host: host).unplaced.first).reasons
        #expect(reasons.map(\.hostCell) == [1, 2])
        #expect(reasons.allSatisfy { $0.resource == .dedicatedCPUs })
    }

    @Test("shared vCPUs are under two limits, and free is what both leave", arguments: [3, 8, 9])
    func floatingVCPUs(asked: Int) throws {
        // 8 CPUs carry 8 vCPUs at a ratio of 1; 6 of them are there.
        let placement = refusal(
            [Self.floating("a", 6, gib: 1), Self.floating("b", asked, gib: 1)].sorted { $0.name < $1.name },
            policy: .plain(cpuRatio: 1_000))
        let unplaced = try #require(placement.unplaced.first)
        let others = placement.guests.map { $0.name == "a" ? 6 : asked }.reduce(0, +)
        #expect(unplaced.reasons.map(\.free) == [UInt64(8 - others)])
        #expect(unplaced.reasons.map(\.needed) == [unplaced.name == "a" ? 6 : UInt64(asked)])
    }

    @Test("CPUs and memory that are both short over the whole host are both named")
    func floatingBoth() throws {
        let reasons = try #require(refusal([Self.floating("big", 9, gib: 17)]).unplaced.first).reasons
        #expect(reasons.map(\.resource) == [.sharedCPUs, .memory])
        #expect(reasons.map(\.free) == [8, 16 * Self.gib])
    }

    @Test("the pools that are in the way are named with what frees them")
    func freePools() throws {
        let pools = [
            HugepagePool(pageSize: PageSize(2_048), total: 0, free: 0),
            HugepagePool(pageSize: PageSize(1_048_576), total: 6, free: 6),
        ]
        var guest = Self.dedicated("vm", 2, gib: 4)
        guest.demand.pageSize = Located(.exactly(PageSize(2_048)))
        let unplaced = try #require(refusal([guest], host: .fourCPUs(1, pools: pools)).unplaced.first)
        #expect(
            unplaced.reasons == [
                Shortage(
                    hostCell: 0, resource: .memory, needed: 4 * Self.gib, free: 2 * Self.gib,
                    heldBy: ["pool/1GiB/cell/0"])
            ])
        #expect(unplaced.remedies.contains(.shrinkPools))
        #expect(unplaced.remedies.contains(.pageSize(.exactly(PageSize(1_048_576)))))
    }

    @Test("pools that do not fit are told apart from what others hold of their cell")
    func poolsAlone() {
        let pools = [HugepagePool(pageSize: PageSize(2_048), total: 0, free: 0)]
        let wanted = PoolRequest(pool: Located(PoolID(cell: 0, pageSize: PageSize(2_048))), pages: 8)
        let placement = refusal(
            [], host: .fourCPUs(1, pools: pools), policy: .plain(pools: [wanted]),
            foreign: [ForeignLoad(name: "old", memory: [.init(cell: 0, amount: KiB(8 * Self.gib))])])
        #expect(
            placement.poolShortages == [
                Shortage(hostCell: 0, resource: .memory, needed: 16_384, free: 0, heldBy: ["old"])
            ])
    }

    @Test("more CPUs: as many as are missing, no more", arguments: [5, 6, 7, 9, 13])
    func moreCPUs(vcpus: Int) throws {
        let remedies = try #require(refusal([Self.dedicated("big", vcpus)], host: .fourCPUs(1)).unplaced.first).remedies
        #expect(remedies.contains(.moreCPUs(vcpus - 4, cell: 0)))
    }

    @Test("the ratio is proposed where shared vCPUs are short, as the lowest tenth that does")
    func ratio() throws {
        let guests = (0..<3).map { Self.floating("g\($0)", 7, gib: 1) }
        let remedies = try #require(refusal(guests, policy: .plain(cpuRatio: 2_000)).unplaced.first).remedies
        #expect(remedies.contains(.cpuRatio(Ratio(thousandths: 2_700))))
    }

    @Test("a size that the guest's own cpu_topology contradicts is no remedy")
    func topology() throws {
        var guest = Self.dedicated("big", 6)
        guest.demand.cpuTopology = CPUTopology(sockets: 1, cores: 6, threads: 1)
        func vcpus() throws -> Bool {
            let remedies = try #require(refusal([guest]).unplaced.first).remedies
            return remedies.contains { if case .vcpus = $0 { true } else { false } }
        }
        #expect(try !vcpus())
        guest.demand.cpuTopology = CPUTopology(sockets: 6, cores: 1, threads: 1)
        #expect(try vcpus())
    }

    @Test("a guest that has no place even alone is refused without a search")
    func alone() {
        var guests = (0..<16).map {
            PlacementGuest(
                name: "g\($0)", demand: .even(2, vcpus: 4, memory: 524_288, policy: .dedicated))
        }
        guests.append(Self.dedicated("big", 16))
        let placement = Placer.place(
            PlacementRequest(
                host: .fourCPUs(64), policy: .plain(), guests: guests, explains: true, searchLimit: 20_000))
        #expect(placement.verdict == .infeasible)
        #expect(placement.unplaced.map(\.name) == ["big"])
        #expect(placement.conflict == ["big"])
    }
}
