import Diagnostics
import FullHosts
import HostModel
import Placement
import Planning
import SiteFile
import Testing

@Suite("Domains that are not the site's")
struct ForeignDomainTests {
    private func plan(
        _ domain: String, guests: [(String, GuestDemand)], host: HostFacts = HostFacts.fourCPUs(2),
        policy: HostPolicy = .plain()
    ) -> ExecutablePlan {
        var host = host
        host.domains = [DomainFacts(name: "old", state: .running, xml: domain)]
        return Planner.plan(
            PlanRequest(
                host: host, site: "test", policy: policy,
                guests: guests.map { GuestSpec(name: Located($0.0), demand: $0.1) }))
    }

    private func domain(_ parts: String, vcpus: String = "<vcpu>2</vcpu>") -> String {
        """
        <domain type='kvm'><name>old</name><memory unit='MiB'>512</memory>\(vcpus)\(parts)
        <os><type arch='x86_64'>hvm</type></os></domain>
        """
    }

    private static let dedicated = GuestDemand.even(2, vcpus: 8, memory: 2_097_152, policy: .dedicated)

    @Test(
        "with vCPUs that may run anywhere bar no guest from CPUs of its own, and are warned of, once",
        arguments: ["<vcpu>2</vcpu>", "<vcpu cpuset='0-7'>2</vcpu>"])
    func anywhere(vcpus: String) throws {
        let plan = plan(domain("", vcpus: vcpus), guests: [("rt", Self.dedicated)])
        #expect(plan.plan.placement.verdict == .placed)
        let warnings = plan.plan.diagnostics.filter { $0.code == .domainRunsAnywhere }
        #expect(warnings.map(\.severity) == [.warning])
        #expect(warnings.first?.message.contains("'old' may run on any CPU, including 0-7") == true)
    }

    @Test("keep memory that is bound to no cell, also from pools that grow", arguments: [(8, false), (7, true)])
    func pagesBesideMemory(gib: UInt64, fits: Bool) {
        var host = HostFacts.fourCPUs(2)
        for index in host.cells.indices {
            host.cells[index].pools = [HugepagePool(pageSize: PageSize(2_048), total: 0, free: 0)]
        }
        var large = GuestDemand.even(1, vcpus: 1, memory: KiB(gib << 20), policy: .dedicated)
        large.pageSize = Located(.exactly(PageSize(2_048)))
        // 512 MiB of 16 GiB are the domain's.
        let placement = plan(domain(""), guests: [("a", large), ("b", large)], host: host).plan.placement
        #expect((placement.verdict == .placed) == fits)
    }

    @Test("that share CPUs with nobody are not warned of")
    func noneDedicated() {
        let plan = plan(domain(""), guests: [("web", .even(1, vcpus: 2, memory: 1_024))])
        #expect(!plan.plan.diagnostics.contains { $0.code == .domainRunsAnywhere })
    }

    @Test("count against the ratio over the whole host")
    func ratio() throws {
        let vcpus = domain("", vcpus: "<vcpu>6</vcpu>")
        let floating = GuestDemand(vcpus: 3, memory: 1_024)
        let plan = plan(vcpus, guests: [("web", floating)], policy: .plain(cpuRatio: 1_000))
        let reasons = try #require(plan.plan.placement.unplaced.first).reasons
        #expect(
            reasons == [Shortage(hostCell: nil, resource: .sharedVCPUs, needed: 3, free: 2, heldBy: ["old"])])
    }

    @Test(
        "keep CPUs that a thread of theirs is pinned to",
        arguments: [
            ("<cputune><vcpupin vcpu='0' cpuset='1'/><vcpupin vcpu='1' cpuset='2'/></cputune>", [1, 2], []),
            ("<cputune><emulatorpin cpuset='3'/></cputune>", [3], []),
            ("<iothreads>1</iothreads><cputune><iothreadpin iothread='1' cpuset='5'/></cputune>", [5], []),
            ("<cputune><emulatorpin cpuset='4-5'/></cputune>", [], [4, 5]),
        ] as [(String, CPUSet, CPUSet)])
    func pins(parts: String, taken: CPUSet, barred: CPUSet) {
        let one = GuestDemand.even(1, vcpus: 1, memory: 1_024, policy: .dedicated)
        let plan = plan(domain(parts), guests: (0..<8).map { ("g\($0)", one) })
        #expect(plan.plan.placement.guests.count == 8 - taken.count - barred.count)
        let own = plan.plan.placement.guests.reduce(into: CPUSet()) { set, guest in
            for cell in guest.cells { for cpus in cell.pins.values { set.formUnion(cpus) } }
        }
        #expect(own.isDisjoint(with: taken.union(barred)))
        let shared = plan.plan.placement.cells.reduce(into: CPUSet()) { $0.formUnion($1.sharedCPUs) }
        #expect(shared == barred)
    }

    @Test("hold the pages that the site declares for others, and no more are wanted", arguments: [0, 4, 6] as [UInt64])
    func declared(held: UInt64) {
        let size = PageSize(1_048_576)
        var host = HostFacts.fourCPUs(
            1, pools: [HugepagePool(pageSize: size, total: 6, free: PageCount(6 - held))])
        host.cells[0].memory = 16_777_216
        let wanted = PoolRequest(pool: Located(PoolID(cell: 0, pageSize: size)), pages: 4)
        let guest = GuestDemand.even(1, vcpus: 1, memory: 2_097_152, page: .exactly(size))
        let placement = Placer.place(
            PlacementRequest(
                host: host, policy: .plain(pools: [wanted]), guests: [PlacementGuest(name: "vm", demand: guest)]))
        #expect(placement.cells.first?.pools.map(\.wanted) == [PageCount(2 + max(4, held))])
    }

    @Test(
        "or processes that hold a cell's memory are warned of where guests are to start",
        arguments: [(4, nil, false), (5, nil, true), (5, 5, false), (6, 5, true)] as [(UInt64, UInt64?, Bool)])
    func memoryInUse(gib: UInt64, available: UInt64?, warns: Bool) {
        var host = HostFacts.fourCPUs(1)
        host.cells[0].memoryFree = 4_194_304
        host.cells[0].memoryAvailable = available.map { KiB($0 << 20) }
        let plan = Planner.plan(
            PlanRequest(
                host: host, site: "test", policy: .plain(),
                guests: [
                    GuestSpec(name: Located("vm"), demand: .even(1, vcpus: 1, memory: KiB(gib << 20)))
                ]))
        #expect(plan.plan.placement.verdict == .placed)
        let found = plan.plan.diagnostics.filter { $0.code == .memoryInUse }
        #expect(found.count == (warns ? 1 : 0))
        #expect(found.allSatisfy { $0.severity == .warning && $0.message.contains("'vm' needs \(gib)GiB of cell 0") })
    }

    @Test("that the site ignores keep their memory and no CPU", arguments: ["old", "o*", "?ld", "*"])
    func ignored(pattern: String) {
        var policy = HostPolicy.plain(cpuRatio: 1_000)
        policy.ignoredDomains = [pattern]
        let pins = "<cputune><vcpupin vcpu='0' cpuset='1'/><emulatorpin cpuset='2-3'/></cputune>"
        let plan = plan(
            domain(pins + "<numatune><memory nodeset='1'/></numatune>"), guests: [("rt", Self.dedicated)],
            policy: policy)
        #expect(plan.plan.placement.verdict == .placed)
        #expect(plan.plan.placement.cells.map(\.dedicatedCPUs) == [CPUSet(numbers: 0..<4), CPUSet(numbers: 4..<8)])
        #expect(plan.plan.placement.cells.map(\.memoryUsed) == [1_048_576, 1_572_864])
        #expect(!plan.plan.diagnostics.contains { $0.code == .domainRunsAnywhere })
    }

    @Test("that another name is are not ignored", arguments: ["ol", "ld", "old?", "o?", "", "OLD", "[o]ld"])
    func notIgnored(pattern: String) {
        var policy = HostPolicy.plain()
        policy.ignoredDomains = [pattern]
        let plan = plan(
            domain("<cputune><vcpupin vcpu='0' cpuset='1'/></cputune>"), guests: [("rt", Self.dedicated)],
            policy: policy)
        #expect(plan.plan.placement.verdict == .infeasible)
    }

    @Test("are confined by commands that name their vCPUs and CPUs that are left")
    func commands() throws {
        let one = GuestDemand.even(1, vcpus: 4, memory: 1_024, policy: .dedicated)
        let found = plan(domain(""), guests: [("rt", one)]).plan.diagnostics.first { $0.code == .domainRunsAnywhere }
        let hint = try #require(found?.hint)
        #expect(hint.contains("for v in 0 1; do virsh vcpupin old $v 4-7 --config --live; done"))
        #expect(hint.contains("virsh emulatorpin old 4-7 --config --live"))
        #expect(hint.contains("ignore_domains"))
    }

    // MARK: Pages

    private static let huge = PageSize(1_048_576)

    /// Two cells of 8 GiB with 4 pages of 1 GiB each, and a shut off domain of 4 pages that starts with the host.
    private func promised(
        _ guest: UInt64, manage: Bool, shrink: Bool = false, binding: String = ""
    ) -> ExecutablePlan {
        var host = HostFacts.fourCPUs(2, pools: [HugepagePool(pageSize: Self.huge, total: 4, free: 4)])
        host.domains = [
            DomainFacts(
                name: "old", state: .shutoff, autostart: true,
                xml: """
                    <domain type='kvm'><name>old</name><memory unit='GiB'>4</memory><vcpu>1</vcpu>
                    <memoryBacking><hugepages><page size='1' unit='GiB'/></hugepages></memoryBacking>\(binding)
                    <os><type arch='x86_64'>hvm</type></os></domain>
                    """)
        ]
        let demand = GuestDemand.even(1, vcpus: 1, memory: KiB(guest << 20), page: .exactly(Self.huge))
        return Planner.plan(
            PlanRequest(
                host: host, site: "test", policy: .plain(manage: manage),
                guests: [
                    GuestSpec(name: Located("a"), demand: demand), GuestSpec(name: Located("b"), demand: demand),
                ], allowsShrink: shrink))
    }

    @Test(
        "keep the pages that they need when the host starts, wherever they will be",
        arguments: [(2, true), (3, false), (4, false)] as [(UInt64, Bool)])
    func pagesAtStart(each: UInt64, fits: Bool) {
        let plan = promised(each, manage: false).plan
        #expect((plan.placement.verdict == .placed) == fits)
        let reason = Shortage(
            hostCell: nil, resource: .pages(Self.huge), needed: each, free: 4 - each, heldBy: ["a", "old"])
        #expect(plan.placement.unplaced.allSatisfy { $0.reasons.contains(reason) })
    }

    @Test(
        "and no pool shrinks below them, nor is too small",
        arguments: [(1, 6), (2, 8), (3, 10)] as [(UInt64, UInt64)])
    func shrinking(each: UInt64, wanted: UInt64) {
        let plan = promised(each, manage: true, shrink: true)
        #expect(plan.plan.placement.verdict == .placed)
        #expect(plan.poolTargets.values.reduce(0) { $0 + $1.count } == wanted)
        let unshrunk = promised(each, manage: true)
        #expect(unshrunk.poolTargets.values.reduce(0) { $0 + $1.count } == wanted)
    }

    @Test(
        "or processes that hold surplus pages: a pool grows on top of them, and the next boot does without",
        arguments: [(0, 64, []), (10, 74, [146])] as [(UInt64, UInt64, [UInt64])])
    func surplus(pages: UInt64, boot: UInt64, grown: [UInt64]) {
        let size = PageSize(2_048)
        let host = HostFacts.fourCPUs(
            1, pools: [HugepagePool(pageSize: size, total: 136, free: 0, surplus: 72)])
        let demand = GuestDemand.even(
            1, vcpus: 1, memory: KiB(max(1, pages) * 2_048), page: pages > 0 ? .exactly(size) : nil)
        let plan = Planner.plan(
            PlanRequest(
                host: host, site: "test", policy: .plain(), guests: [GuestSpec(name: Located("vm"), demand: demand)]))
        #expect(plan.plan.placement.verdict == .placed)
        #expect(plan.poolTargets.values.map(\.count) == [boot])
        let targets = plan.steps.compactMap { step -> UInt64? in
            if case .setPool(let change) = step { change.target.count } else { nil }
        }
        #expect(targets == grown)
        #expect(plan.plan.diagnostics.contains { $0.code == .surplusKept } == (pages > 0))
    }
}
