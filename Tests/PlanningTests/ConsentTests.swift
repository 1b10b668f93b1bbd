import Diagnostics
import DomainXML
import FullHosts
import HostModel
import Placement
import Planning
import SiteFile
import Testing
import XMLTree

@Suite("Ownership and restarts")
struct ConsentTests {
    private static let page = PageSize(2_048)
    private let pool = { (cell: CellID) in PoolID(cell: cell, pageSize: ConsentTests.page) }

    private func guest(_ name: String, pages: UInt64 = 0, cell: CellID? = nil) -> GuestSpec {
        var demand = GuestDemand.even(
            1, vcpus: 1, memory: KiB(max(32, pages) * 2_048), page: pages > 0 ? .exactly(ConsentTests.page) : nil)
        if let cell { demand.forcedCells = [0: Located(cell)] }
        return GuestSpec(name: Located(name), demand: demand)
    }

    /// Two cells of four CPUs and 4 GiB, with pools of 2 MiB pages.
    private func request(_ guests: [GuestSpec], total: PageCount = 0) -> PlanRequest {
        let cells = (0..<2).map { id in
            Cell(
                id: CellID(id), cpus: CPUSet(numbers: id * 4..<id * 4 + 4), memory: 4_194_304,
                pools: [HugepagePool(pageSize: ConsentTests.page, total: total, free: total)])
        }
        let host = HostFacts(host: HostIdentity(name: "h"), onlineCPUs: CPUSet(numbers: 0..<8), cells: cells)
        return PlanRequest(host: host, site: "test", policy: .plain(), guests: guests)
    }

    /// The request after its plan, with the pages of running guests in use.
    private func ran(_ request: PlanRequest) -> PlanRequest {
        var next = request.applied(Planner.plan(request), state: .running)
        for index in next.host.cells.indices {
            let id = next.host.cells[index].id
            let used = Planner.plan(next).plan.placement.cells.first { $0.id == id }?.pools.first?.guests ?? 0
            for pool in next.host.cells[index].pools.indices {
                next.host.cells[index].pools[pool].free = next.host.cells[index].pools[pool].total
                    .subtractingDownToZero(used)
            }
        }
        return next
    }

    @Test("a domain of the guest's name is taken over when the operator says so, and so is one of another site")
    func adoption() throws {
        let template = DomainTemplate.domain(
            for: MachineDescription(name: "a"), wanted: WantedSettings(vcpus: 1, memory: 65_536), mark: nil)
        var request = request([guest("a")])
        request.host.domains = [DomainFacts(name: "a", state: .shutoff, xml: XMLWriter.write(template))]
        #expect(Planner.plan(request).plan.diagnostics.map(\.code) == [.notOurs])
        request.consent.adopts = true
        let adopted = Planner.plan(request)
        #expect(adopted.plan.changes.map(\.action) == [.adopt])
        #expect(adopted.plan.changes.map(\.consents) == [[.adopt]])

        var theirs = request.applied(adopted, state: .shutoff)
        theirs.site = "another"
        #expect(Planner.plan(theirs).plan.diagnostics.map(\.code) == [.notOurs])
        theirs.consent.takesOver = true
        let taken = Planner.plan(theirs)
        #expect(taken.plan.changes.map(\.action) == [.adopt])
        #expect(taken.plan.changes.map(\.consents) == [[.takeOver(site: "test")]])
        guard case .redefine(let step) = try #require(taken.steps.first) else {
            Issue.record("\(taken.steps)")
            return
        }
        #expect(step.wanted.mark.site == "another")
        #expect(step.wanted.mark.origin == .adopted)
    }

    @Test("a difference that nobody asked for is called drift, in the definition or in the running domain")
    func drift() throws {
        let request = ran(request([guest("a")]))
        #expect(Planner.plan(request).plan.isEmpty)
        var byHand = request
        let pins = "<emulatorpin cpuset='0-3'/>"
        try #require(byHand.host.domains[0].xml.contains(pins))
        byHand.host.domains[0].xml.replace(pins, with: "<emulatorpin cpuset='2'/>")
        byHand.host.domains[0].liveXML = request.host.domains[0].xml
        let definition = try #require(Planner.plan(byHand).plan.changes.first)
        #expect(
            definition.parts == [
                ChangedPart(
                    .setting(.emulatorPin), now: .text("2"), want: .text("0-3"), when: .live,
                    live: .value(.text("0-3")), drift: .definition)
            ])
        #expect(definition.drift == .definition)

        var live = request
        live.host.domains[0].liveXML = byHand.host.domains[0].xml
        let running = try #require(Planner.plan(live).plan.changes.first)
        #expect(
            running.parts == [
                ChangedPart(
                    .setting(.emulatorPin), now: .text("2"), want: .text("0-3"), when: .live,
                    live: .value(.text("2")), drift: .live)
            ])

        byHand.guests[0].demand.vcpus = 2
        byHand.guests[0].demand.cells[0].vcpus = VCPUSet(numbers: 0..<2)
        #expect(Planner.plan(byHand).plan.changes.first?.drift == nil)
    }

    @Test("a restart is pending as long as the running domain has other settings, and no longer")
    func pending() throws {
        var request = ran(request([guest("a"), guest("b")]))
        let before = request.host.domains.map(\.xml)
        request.guests[0].demand.vcpus = 2
        request.guests[0].demand.cells[0].vcpus = VCPUSet(numbers: 0..<2)
        let change = Planner.plan(request)
        #expect(change.plan.restartPending == ["a"])
        request = request.applied(change, state: .running)
        for index in request.host.domains.indices { request.host.domains[index].liveXML = before[index] }
        let waiting = Planner.plan(request)
        #expect(waiting.plan.isEmpty)
        #expect(waiting.plan.restartPending == ["a"])

        request.consent.restartsPending = true
        let cycled = Planner.plan(request)
        #expect(cycled.steps == [.stop(name: "a", force: false), .start(name: "a")])
        #expect(cycled.plan.restartPending == [])
        #expect(cycled.plan.changes.map(\.action) == [.restart])
        #expect(cycled.plan.disruption == .guest)
        request.consent = PlanConsent(restarts: ["b"], forcesOff: true)
        let named = Planner.plan(request)
        #expect(named.steps == [.stop(name: "b", force: true), .start(name: "b")])
        #expect(named.plan.restartPending == ["a"])

        request.consent = PlanConsent()
        request.host.domains[0].liveXML = request.host.domains[0].xml
        #expect(Planner.plan(request).plan.restartPending == [])
    }

    @Test("guests are power cycled in an order in which each finds its pages, or not at all")
    func order() throws {
        // `a` goes from cell 0 to cell 1, which is full of `b`; `b` goes to cell 0, where there is room for one more.
        var request = ran(request([guest("a", pages: 64, cell: 0), guest("b", pages: 64, cell: 1)]))
        let before = request.host.domains.map(\.xml)
        request.guests = [guest("a", pages: 64, cell: 1), guest("b", pages: 32, cell: 0)]
        request.policy.pools = [PoolRequest(pool: Located(pool(0)), pages: 64)]
        request = request.applied(Planner.plan(request), state: .running)
        for index in request.host.domains.indices { request.host.domains[index].liveXML = before[index] }
        request.host.cells[0].pools[0] = HugepagePool(pageSize: ConsentTests.page, total: 96, free: 32)
        request.host.cells[1].pools[0] = HugepagePool(pageSize: ConsentTests.page, total: 64, free: 0)
        request.consent.restartsPending = true
        let ordered = Planner.plan(request)
        #expect(
            ordered.steps.filter { if case .setPool = $0 { false } else { true } }
                == ["b", "a"].flatMap { [.stop(name: $0, force: false), .start(name: $0)] as [Step] })

        request.policy.pools = []
        request.host.cells[0].pools[0] = HugepagePool(pageSize: ConsentTests.page, total: 64, free: 0)
        let refused = Planner.plan(request)
        #expect(refused.plan.verdict == .refused)
        #expect(refused.plan.diagnostics.filter { $0.severity == .error }.map(\.code) == [.restartImpossible])
        #expect(refused.steps.isEmpty)
        // Each waits for what the other holds: both are named, and neither alone is to blame.
        let ring = try #require(refused.plan.diagnostics.first { $0.severity == .error })
        #expect(ring.message.hasPrefix("guests 'a' and 'b' cannot be power cycled one after the other"))
        #expect(ring.notes.count == 2)
    }

    @Test("an order is found wherever there is one, also where the first guest that fits spoils it")
    func exactOrder() throws {
        // Pool 0 has room for one of `a` and `b`. `a` first: then `b` waits for `d`, and `d` for `b`.
        func guests(_ cells: [CellID]) -> [GuestSpec] {
            zip(["a", "b", "d"], cells).map { guest($0, pages: 64, cell: $1) }
        }
        var request = request(guests([1, 2, 0]))
        request.host.cells.append(
            Cell(
                id: 2, cpus: CPUSet(numbers: 8..<12), memory: 4_194_304,
                pools: [HugepagePool(pageSize: ConsentTests.page, total: 0, free: 0)]))
        request.host.onlineCPUs = CPUSet(numbers: 0..<12)
        request = ran(request)
        let before = request.host.domains.map(\.xml)
        request.guests = guests([0, 0, 2])
        request = request.applied(Planner.plan(request), state: .running)
        for index in request.host.domains.indices { request.host.domains[index].liveXML = before[index] }
        for (cell, total) in [(0, 128), (1, 64), (2, 64)] as [(Int, PageCount)] {
            request.host.cells[cell].pools[0] = HugepagePool(
                pageSize: ConsentTests.page, total: total, free: cell == 0 ? 64 : 0)
        }
        request.consent.restartsPending = true
        let plan = Planner.plan(request)
        #expect(
            plan.steps.filter { if case .start = $0 { true } else { false } }
                == ["b", "d", "a"].map { .start(name: $0) })
    }

    @Test("a guest is not started into pages that another one holds until its restart, unless that comes first")
    func startsIntoHeldPages() throws {
        var request = ran(request([guest("a", pages: 64, cell: 0)]))
        let before = request.host.domains[0].xml
        request.guests = [guest("a", pages: 64, cell: 1)]
        request = request.applied(Planner.plan(request), state: .running)
        request.host.domains[0].liveXML = before
        request.host.cells[0].pools[0] = HugepagePool(pageSize: ConsentTests.page, total: 64, free: 0)
        request.host.cells[1].pools[0] = HugepagePool(pageSize: ConsentTests.page, total: 64, free: 64)
        var started = guest("b", pages: 32, cell: 0)
        started.state = Located(.running)
        request.guests.append(started)
        let refused = Planner.plan(request)
        #expect(refused.plan.verdict == .refused)
        #expect(refused.plan.diagnostics.filter { $0.severity == .error }.map(\.code) == [.restartImpossible])
        request.consent.restartsPending = true
        let plan = Planner.plan(request)
        #expect(plan.plan.verdict == .changes)
        #expect(plan.steps.filter { $0 == .start(name: "b") || $0 == .start(name: "a") }.count == 2)
    }

    @Test("a managed save image is warned of, and a start that would resume it is refused")
    func saved() {
        var request = request([guest("a")])
        request = request.applied(Planner.plan(request), state: .shutoff)
        request.host.domains[0].hasManagedSave = true
        let warned = Planner.plan(request).plan
        #expect(warned.diagnostics.map(\.code) == [.managedSave])
        #expect(warned.diagnostics.map(\.severity) == [.warning])
        request.guests[0].state = Located(.running)
        let refused = Planner.plan(request)
        #expect(refused.plan.verdict == .refused)
        #expect(refused.steps.isEmpty)
    }

    @Test("a guest that does not run is not power cycled, with a word about it")
    func notRunning() {
        var request = request([guest("a")])
        request = request.applied(Planner.plan(request), state: .shutoff)
        request.consent.restarts = ["a"]
        let plan = Planner.plan(request)
        #expect(plan.steps.isEmpty)
        #expect(plan.plan.diagnostics.map(\.code) == [.restartImpossible])
        #expect(plan.plan.verdict == .noChanges)
    }
}
