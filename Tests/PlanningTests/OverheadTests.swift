import Diagnostics
import FullHosts
import HostModel
import Placement
import Planning
import SiteFile
import Testing

@Suite("QEMU's own memory")
struct OverheadTests {
    private static let mib: UInt64 = 1_024

    private func place(
        _ demands: [GuestDemand], memory: KiB, overhead: GuestOverhead, cells: Int = 1, pools: [HugepagePool] = []
    ) -> Placement {
        var host = HostFacts.fourCPUs(cells, pools: pools)
        for index in host.cells.indices { host.cells[index].memory = memory }
        return Placer.place(
            PlacementRequest(
                host: host, policy: .plain(overhead: overhead),
                guests: demands.enumerated().map { PlacementGuest(name: "g\($0.offset + 10)", demand: $0.element) }))
    }

    @Test(
        "by the formula: 32 MiB, 256 KiB a vCPU, a 256th of ordinary memory",
        arguments: [
            (1, 131_072, nil, 33_536), (16, 0, nil, 36_864), (4, 1_048_576, .large, 33_792),
            (4, 1_048_576, .small, 37_888), (4, 1_048_576, .any, 37_888),
        ] as [(Int, UInt64, GuestDemand.PageRequest?, KiB)])
    func formula(vcpus: Int, memory: UInt64, page: GuestDemand.PageRequest?, overhead: KiB) {
        let demand = GuestDemand.even(1, vcpus: vcpus, memory: KiB(memory), page: page)
        #expect(demand.overhead(by: .automatic, basePage: PageSize(4)) == overhead)
        #expect(demand.overhead(by: .none, basePage: PageSize(4)) == .zero)
        #expect(demand.overhead(by: .fixed(7), basePage: PageSize(4)) == 7)
    }

    @Test("a virtual topology that is bound nowhere sets nothing aside")
    func virtualTopology() {
        var demand = GuestDemand.even(2, vcpus: 2, memory: 2_048)
        demand.memoryPolicy = .none
        #expect(demand.overhead(by: .automatic, basePage: PageSize(4)) == .zero)
    }

    @Test("is set aside beside the guests: 14 of 122 MiB do not fit a cell of 1945 MiB that keeps 256")
    func small() {
        let guest = GuestDemand.even(1, vcpus: 1, memory: KiB(122 * Self.mib))
        let cell = KiB((1_945 - 256) * Self.mib)
        let fourteen = Array(repeating: guest, count: 13)
        #expect(place(fourteen, memory: cell, overhead: .none).verdict == .placed)
        let full = place(fourteen, memory: cell, overhead: .automatic)
        #expect(full.verdict == .infeasible)
        // 122 MiB and 32.7 MiB each.
        #expect(full.guests.count == 10)
        #expect(full.cells.map(\.memoryUsed) == [KiB(1_220 * Self.mib)])
        #expect(full.cells.map(\.overhead) == [KiB(10 * 33_512)])
    }

    @Test("is ordinary memory on the cell of the first guest cell, also of guests in huge pages")
    func hugePages() {
        let pools = [HugepagePool(pageSize: PageSize(2_048), total: 512, free: 512)]
        let demand = GuestDemand.even(
            2, vcpus: 2, memory: KiB(2_048 * Self.mib), policy: .dedicated, page: .exactly(PageSize(2_048)))
        let cell = KiB(1_024 * Self.mib)
        #expect(place([demand], memory: cell, overhead: .none, cells: 2, pools: pools).verdict == .placed)
        let short = place([demand], memory: cell, overhead: .fixed(4), cells: 2, pools: pools)
        #expect(short.verdict == .infeasible)
        #expect(short.unplaced.first?.reasons.contains { $0.resource == .memory && $0.needed == 4 } == true)
        let fits = place([demand], memory: KiB(cell.count + 4), overhead: .fixed(4), cells: 2, pools: pools)
        #expect(fits.cells.map(\.overhead) == [4, 0])
        #expect(fits.guests.map(\.overhead) == [4])
    }

    @Test("leaves free what a guest can have beside it, however much it asks for", arguments: [1, 900] as [UInt64])
    func free(gib: UInt64) {
        let cell = KiB(512 * Self.mib)
        let demands = [
            GuestDemand.even(1, vcpus: 1, memory: KiB(gib << 20)), GuestDemand(vcpus: 1, memory: KiB(gib << 20)),
        ]
        for demand in demands {
            let reasons = place([demand], memory: cell, overhead: .automatic).unplaced.first?.reasons ?? []
            // 512 MiB without 32.25 MiB, and 256 parts of 257 of the rest.
            #expect(reasons.filter { $0.resource == .memory }.map(\.free) == [489_352])
        }
    }

    @Test(
        "of domains that are not the site's is counted by the formula, never by a size",
        arguments: [(.automatic, 33_024 + 32), (.none, 0), (.fixed(4_096), 0)] as [(GuestOverhead, KiB)])
    func foreign(rule: GuestOverhead, counted: KiB) {
        var host = HostFacts.fourCPUs(2)
        host.domains = [
            DomainFacts(
                name: "old", state: .running,
                xml: """
                    <domain type='kvm'><name>old</name><memory unit='KiB'>8192</memory><vcpu>1</vcpu>
                    <numatune><memory mode='strict' nodeset='1'/></numatune>
                    <os><type arch='x86_64'>hvm</type></os></domain>
                    """)
        ]
        let plan = Planner.plan(
            PlanRequest(
                host: host, site: "test", policy: .plain(overhead: rule),
                guests: [GuestSpec(name: Located("a"), demand: .even(1, vcpus: 1, memory: 1_024))]))
        let cells = plan.plan.placement.cells
        #expect(cells.map(\.memoryUsed) == [1_024, 8_192])
        #expect(cells.last?.overhead == counted)
    }

    @Test("of a guest without topology counts over the whole host")
    func floating() {
        let demand = GuestDemand(vcpus: 1, memory: 2_000)
        #expect(place([demand], memory: 1_002, overhead: .fixed(4), cells: 2).verdict == .placed)
        let short = place([demand], memory: 1_001, overhead: .fixed(4), cells: 2)
        #expect(short.unplaced.first?.reasons.map(\.free) == [1_998])
    }
}
