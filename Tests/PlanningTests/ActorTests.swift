import Diagnostics
import FullHosts
import HostModel
import Placement
import Planning
import SiteFile
import Testing

@Suite("Actors in plans")
struct ActorTests {
    /// Two cells of two cores with two threads each: 0-3 and 4-7, siblings are neighbours.
    private static func host(actors: [ActorRecord] = [], dropIns: [UnitDropIn] = []) -> HostFacts {
        let cells = (0..<2).map { id in
            Cell(
                id: CellID(id), cpus: CPUSet(numbers: id * 4..<id * 4 + 4), memory: KiB(8 << 20),
                siblings: [CPUSet(numbers: id * 4..<id * 4 + 2), CPUSet(numbers: id * 4 + 2..<id * 4 + 4)],
                pools: [HugepagePool(pageSize: PageSize(2_048), total: 0, free: 0)])
        }
        var host = HostFacts(
            host: HostIdentity(name: "h"), onlineCPUs: CPUSet(numbers: 0..<8), cells: cells,
            devices: [HostDevice(address: .number(0), cell: 1)])
        host.actors = actors
        host.dropIns = dropIns
        return host
    }

    private static func plan(
        _ actors: [ActorSpec], guests: [GuestSpec] = [], on host: HostFacts = host(),
        consent: PlanConsent = PlanConsent(), _ change: (inout HostPolicy) -> Void = { _ in }
    ) -> ExecutablePlan {
        var policy = HostPolicy.plain()
        policy.actors = actors
        change(&policy)
        return Planner.plan(PlanRequest(host: host, site: "test", policy: policy, guests: guests, consent: consent))
    }

    private static func actor(_ cpus: ActorSpec.CPUChoice, _ name: String = "ovs", unit: String? = nil) -> ActorSpec {
        ActorSpec(name: Located(name), cpus: Located(cpus), unit: unit.map { Located($0) })
    }

    private static func record(_ cpus: CPUSet, name: String = "ovs", site: String = "test", unit: String? = nil)
        -> ActorRecord
    {
        ActorRecord(site: site, name: name, cpus: cpus, unit: unit)
    }

    private static func guest(_ name: String = "a", dedicated: Int = 2, pins: HandPins = HandPins()) -> GuestSpec {
        var demand = GuestDemand.even(1, vcpus: dedicated, memory: KiB(1 << 20), policy: .dedicated)
        demand.pins = pins
        return GuestSpec(name: Located(name), demand: demand)
    }

    private static func orders(_ plan: ExecutablePlan) -> [String] {
        plan.steps.filter { if case .actor = $0.subject { true } else { false } }.map(\.order)
    }

    @Test("an actor's CPUs are kept from guests, and told apart from them")
    func beside() throws {
        let plan = Self.plan([Self.actor(.count(2))], guests: [Self.guest(), Self.guest("b"), Self.guest("c")])
        #expect(plan.plan.placement.actors.map(\.name) == ["ovs"])
        let own = try #require(plan.plan.placement.actors.first).cpus
        #expect(own.count == 2 && plan.plan.placement.guests.map(\.name) == ["a", "b", "c"])
        for cell in plan.plan.placement.guests.flatMap(\.cells) {
            #expect(cell.pins.values.allSatisfy { $0.isDisjoint(with: own) })
        }
        #expect(plan.plan.placement.dedicatedCPUs == CPUSet(numbers: 0..<8))
        #expect(Self.orders(plan) == ["give actor ovs the CPUs \(own)"])
        #expect(plan.definitions.map(\.name) == ["a", "b", "c"])
    }

    @Test("near a device, on a cell, in whole cores, with pages that its pool gets")
    func places() throws {
        var near = Self.actor(.count(2))
        near.device = Located(.number(0))
        near.pages = Located(ActorPages(size: PageSize(2_048), count: 3))
        var onCell = Self.actor(.count(1), "storage")
        onCell.cell = Located(0)
        onCell.threadPolicy = .isolate
        let plan = Self.plan([near, onCell])
        let actors = plan.plan.placement.actors
        #expect(actors.map(\.hostCells) == [[1], [0]] && actors.map(\.cpus) == [[4, 5], [0]])
        #expect(actors.map(\.takenCPUs) == [[4, 5], [0, 1]])
        #expect(plan.poolTargets[PoolID(cell: 1, pageSize: PageSize(2_048))] == 3)
        #expect(plan.plan.changes.map(\.address) == ["actor/ovs", "actor/storage", "pool/2MiB/cell/1"])
        #expect(plan.plan.changes[0].parts.map(\.path) == ["cpus", "huge_pages"])
        #expect(plan.plan.changes[0].parts.map(\.want) == [.text("4-5"), .text("3 x 2MiB")])
    }

    @Test("it keeps its CPUs from plan to plan, where others would be chosen for a new one")
    func stays() {
        let settled = Self.plan([Self.actor(.count(2))], on: Self.host(actors: [Self.record([6, 7])]))
        #expect(settled.plan.verdict == .noChanges && settled.plan.placement.actors.map(\.cpus) == [[6, 7]])
        let grown = Self.plan([Self.actor(.count(4))], on: Self.host(actors: [Self.record([6, 7])]))
        #expect(grown.plan.placement.actors.map(\.cpus) == [CPUSet(numbers: 4..<8)])
        #expect(grown.plan.diagnostics.map(\.code) == [.actorMoves])
        let less = Self.plan([Self.actor(.count(1))], on: Self.host(actors: [Self.record([6, 7])]))
        #expect(less.plan.placement.actors.map(\.cpus) == [[6]])
    }

    @Test("once recorded, nothing changes on random hosts, whatever the guests beside it", arguments: 0..<8)
    func idempotent(block: Int) {
        var placed = 0
        for seed in block * 100..<block * 100 + 25 {
            var dice = SplitMix(seed: seed)
            let random = PlacementRequest.random(seed: seed)
            let guests = random.guests.prefix(dice.number(0...3)).map {
                GuestSpec(name: Located($0.name), demand: $0.demand)
            }
            var actor = Self.actor(.count(dice.number(1...3)))
            actor.threadPolicy = dice.pick(GuestDemand.ThreadPolicy.allCases)
            if dice.chance(50) {
                actor.pages = Located(ActorPages(size: PageSize(512), count: PageCount(UInt64(dice.number(1...2)))))
            }
            let request = { (host: HostFacts) in
                var policy = random.policy
                policy.actors = [actor]
                return PlanRequest(host: host, site: "test", policy: policy, guests: guests, explains: false)
            }
            let first = Planner.plan(request(random.host)).plan
            guard first.placement.verdict == .placed, let place = first.placement.actors.first else { continue }
            placed += 1
            var host = random.host
            host.actors = [ActorRecord(site: "test", name: "ovs", cpus: place.cpus, pages: place.pages)]
            let second = Planner.plan(request(host))
            #expect(Self.orders(second) == [] && second.plan.placement.actors == [place], "seed \(seed)")
            // Guests without domains may go elsewhere each time.
            let pools = first.placement.cells.map { $0.pools.map(\.wanted) }
            #expect(
                !guests.isEmpty || second.plan.placement.cells.map { $0.pools.map(\.wanted) } == pools, "seed \(seed)")
        }
        #expect(placed > 0)
    }

    @Test("it moves only where nothing else is left, and that is said")
    func moves() {
        var onCell = Self.actor(.count(3), "storage")
        onCell.cell = Located(0)
        let plan = Self.plan([Self.actor(.count(2)), onCell], on: Self.host(actors: [Self.record([0, 1])]))
        #expect(plan.plan.placement.actors.map(\.hostCells) == [[1], [0]])
        #expect(plan.plan.diagnostics.map(\.code) == [.actorMoves] && plan.plan.placement.moved == [])
    }

    @Test("a list is taken as it is: guests keep off it, and what it cannot be had from is named")
    func listed() throws {
        let plan = Self.plan([Self.actor(.list([0, 1, 4]))], guests: [Self.guest(dedicated: 3)])
        #expect(plan.plan.placement.actors.map(\.cpus) == [[0, 1, 4]])
        #expect(
            plan.plan.placement.guests[0].cells[0].pins.values.reduce(into: CPUSet()) { $0.formUnion($1) } == [5, 6, 7])
        var pins = HandPins()
        pins.vcpus = [0: Located([4])]
        let held = Self.plan([Self.actor(.list([4, 5]))], guests: [Self.guest(pins: pins)]).plan
        #expect(held.verdict == .infeasible)
        let refused = try #require(held.placement.unplaced.first)
        #expect(refused.name == "ovs" && refused.isActor && refused.code == .actorCPUsTaken)
        #expect(
            refused.reasons == [
                Shortage(hostCell: 1, resource: .dedicatedCPUs, needed: 2, free: 1, heldBy: ["a"])
            ])
        let missing = Self.plan([Self.actor(.list([7, 9]))]).plan
        #expect(missing.placement.unplaced.map(\.code) == [.actorCPUsOffline])
        #expect(missing.diagnostics.map(\.code) == [.actorCPUsOffline])
    }

    @Test("CPUs that a running guest has until its restart are told, and threads that share leave them at once")
    func held() throws {
        let guests = [Self.guest(), GuestSpec(name: Located("b"), demand: GuestDemand(vcpus: 2, memory: 1_048_576))]
        var request = PlanRequest(host: Self.host(), site: "test", policy: .plain(), guests: guests)
        let first = Planner.plan(request)
        let own = try #require(first.plan.placement.guests.first { $0.name == "a" }).cells[0].hostCell
        request = request.applied(first, state: .running)
        request.guests[0].demand.forcedCells = [0: Located(own == 0 ? 1 : 0)]
        request.policy.actors = [Self.actor(.list(own == 0 ? [0, 1] : [4, 5]))]
        let plan = Planner.plan(request)
        let said = plan.plan.diagnostics.filter { $0.code == .heldUntilRestart }.map(\.message)
        #expect(said == ["actor 'ovs' does not get all of its CPUs yet: 'a' has some of them until restarted"])
        let pins = plan.steps.filter { if case .pin = $0 { true } else { false } }
        #expect(pins.compactMap(\.guest).contains("b"))
    }

    @Test("what does not fit names the actor, as one without a place and as one who holds CPUs")
    func refusals() throws {
        let plan = Self.plan([Self.actor(.count(5))]).plan
        #expect(plan.verdict == .infeasible && plan.placement.unplaced.map(\.isActor) == [true])
        #expect(plan.diagnostics.map(\.message) == ["actor 'ovs' does not fit on this host"])
        #expect(plan.placement.unplaced[0].remedies == [.cpus(4), .moreCPUs(1, cell: 0)])
        let both = Self.plan([Self.actor(.count(4)), Self.actor(.count(4), "spdk")], guests: [Self.guest()]).plan
        #expect(both.placement.unplaced.count == 1 && both.placement.conflict == ["a", "ovs", "spdk"])
        #expect(both.diagnostics.contains { $0.message.hasPrefix("'a', 'ovs' and 'spdk' do not fit together") })
        #expect(both.placement.unplaced[0].remedies.contains(.withoutActor("ovs")))
        let full = Self.plan([Self.actor(.list([0, 1, 2, 4, 5, 6]))], guests: [Self.guest()]).plan
        let reasons = try #require(full.placement.unplaced.first).reasons
        #expect(full.placement.unplaced.map(\.isActor) == [false])
        #expect(reasons.allSatisfy { $0.heldBy == ["ovs"] } && !reasons.isEmpty)
    }

    @Test("one that the site names no more is forgotten; those of other sites stay, and their CPUs with them")
    func gone() {
        let records = [Self.record([0, 1]), Self.record([2], name: "theirs", site: "other")]
        let plan = Self.plan([], guests: [Self.guest(dedicated: 4)], on: Self.host(actors: records))
        #expect(Self.orders(plan) == ["take the CPUs 0-1 from actor ovs"])
        #expect(plan.plan.changes.map(\.action) == [.remove, .create])
        #expect(plan.plan.placement.guests[0].cells[0].hostCell == 1)
    }

    @Test("with a part of the site, actors stay as they are recorded")
    func part() {
        var consent = PlanConsent()
        consent.only = ["a"]
        let plan = Self.plan(
            [Self.actor(.count(3)), Self.actor(.count(1), "new")], guests: [Self.guest()],
            on: Self.host(actors: [Self.record([0, 1])]), consent: consent)
        #expect(Self.orders(plan) == [] && plan.plan.placement.actors.map(\.cpus) == [[0, 1]])
    }

    @Test("interrupts keep off an actor's CPUs as off guests'")
    func isolation() {
        var host = Self.host()
        host.isolation = IsolationFacts(
            interrupts: [.init(number: 24, name: "nvme", cpus: [0])], newInterrupts: CPUSet(numbers: 0..<8))
        let plan = Self.plan([Self.actor(.list([0, 1]))], on: host) { $0.isolation = .interrupts }
        #expect(plan.isolation?.interruptsOff == [0, 1])
    }

    @Test("a unit is confined by a file of its own, which goes with the actor and is never somebody else's")
    func units() throws {
        let wanted = UnitDropIn(unit: "spdk.service", actor: "ovs", site: "test", cpus: [0, 1], cells: [])
        let actor = Self.actor(.count(2), unit: "spdk.service")
        let made = Self.plan([actor])
        #expect(Self.orders(made) == ["give actor ovs the CPUs 0-1", "confine spdk.service to CPUs 0-1"])
        #expect(made.plan.changes[0].parts.map(\.path) == ["cpus", "unit", "drop_in[spdk.service]"])
        #expect(made.plan.diagnostics.map(\.code) == [.unitNeedsRestart])
        let record = Self.record([0, 1], unit: "spdk.service")
        let settled = Self.plan([actor], on: Self.host(actors: [record], dropIns: [wanted]))
        #expect(settled.plan.verdict == .noChanges && settled.plan.diagnostics.isEmpty)
        let edited = UnitDropIn(unit: "spdk.service", text: wanted.text + "Nice=5\n")
        #expect(Self.orders(Self.plan([actor], on: Self.host(actors: [record], dropIns: [edited]))).count == 1)
        let theirs = UnitDropIn(unit: "spdk.service", text: "[Service]\nNice=5\n")
        let refused = Self.plan([actor], on: Self.host(dropIns: [theirs])).plan
        #expect(refused.verdict == .refused && refused.diagnostics.map(\.code) == [.dropInForeign])
        let gone = Self.plan([], on: Self.host(actors: [record], dropIns: [wanted]))
        #expect(Self.orders(gone) == ["take the CPUs 0-1 from actor ovs", "release spdk.service from its CPUs"])
    }

    @Test("the file confines memory too where the actor has any")
    func dropInText() {
        #expect(
            UnitDropIn(unit: "a.service", actor: "ovs", site: "rack7", cpus: [2, 18], cells: [0]).text == """
                # Written by numactl-plan for actor 'ovs' of site 'rack7'; apply overwrites changes.
                [Service]
                CPUAffinity=
                CPUAffinity=2,18
                NUMAPolicy=bind
                NUMAMask=
                NUMAMask=0

                """)
    }

    @Test("a saved plan tells the same changes from its steps, and steps that no site asks for are refused")
    func saved() throws {
        let host = Self.host()
        let plan = Self.plan([Self.actor(.count(2), unit: "spdk.service")], on: host)
        let none = Preconditions(of: plan.steps, on: host)
        var told = ToldChanges(steps: plan.steps, preconditions: none, defaultHugePage: nil).changes
        told[0].source = plan.plan.changes[0].source
        #expect(told == plan.plan.changes)
        func problems(_ step: Step) -> [String] {
            SavedPlanRules(steps: [step], preconditions: none, site: "test", host: host).problems.map(\.message)
        }
        #expect(plan.steps.flatMap(problems) == [])
        let target = Self.record([0, 1])
        for step in [
            Step.setActor("ovs", site: "test", prior: nil, target: nil),
            .setActor("other", site: "test", prior: nil, target: target),
            .setActor("ovs", site: "test", prior: nil, target: Self.record([9])),
            .setActor("ovs", site: "test", prior: nil, target: Self.record([0], unit: "../x.service")),
            .setActor("o\nvs", site: "test", prior: nil, target: Self.record([0], name: "o\nvs")),
            .setActor("ovs", site: "else", prior: nil, target: Self.record([0], site: "else")),
            .setUnit("../../x.service", actor: "ovs", site: "test", replaces: false, cpus: [0]),
            .setUnit("x.service", actor: "o\nExecStart=/x", site: "test", replaces: false, cpus: [0]),
            .setUnit("x.service", actor: "ovs", site: "test", replaces: false, cpus: []),
            .setUnit("x.service", actor: "ovs", site: "test", replaces: false, cpus: [0], cells: [5]),
            .setUnit("ssh.service", actor: nil, site: "test", replaces: false, cpus: [0]),
            .setPartition("../x", prior: [], vcpus: [0: [0]]), .setPartition("a", prior: [], vcpus: [0: [9]]),
        ] {
            #expect(problems(step).count == 1, "\(step)")
        }
    }
}
