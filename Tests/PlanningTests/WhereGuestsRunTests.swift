import Diagnostics
import DomainXML
import FullHosts
import HostModel
import Placement
import Planning
import SiteFile
import Testing
import XMLTree

@Suite("A guest whose move waits for its restart counts where it runs")
struct WhereGuestsRunTests {
    private static let page = PageSize(2_048)

    /// Cells of four CPUs and 1400 MiB each.
    private static func host(cells: Int) -> HostFacts {
        HostFacts(
            host: HostIdentity(name: "h"), onlineCPUs: CPUSet(numbers: 0..<cells * 4),
            cells: (0..<cells).map { id in
                Cell(
                    id: CellID(id), cpus: CPUSet(numbers: id * 4..<id * 4 + 4), memory: 1_433_600,
                    pools: [HugepagePool(pageSize: page, total: 0, free: 0)])
            })
    }

    private static func guest(
        _ name: String, mib: UInt64, on cell: CellID? = nil, vcpus: Int = 2, policy: GuestDemand.CPUPolicy = .shared,
        runs: Bool = false, paged: Bool = false
    ) -> GuestSpec {
        var demand = GuestDemand.even(
            1, vcpus: vcpus, memory: KiB(mib * 1_024), policy: policy, page: paged ? .exactly(page) : nil)
        if let cell { demand.forcedCells = [0: Located(cell)] }
        return GuestSpec(name: Located(name), state: runs ? Located(.running) : nil, demand: demand)
    }

    /// `before` runs, and the site says `after`, which was not applied yet.
    private static func request(_ before: [GuestSpec], then after: [GuestSpec], cells: Int = 2) -> PlanRequest {
        var request = PlanRequest(host: host(cells: cells), site: "test", policy: .plain(), guests: before)
        request = request.applied(Planner.plan(request), state: .running)
        request.guests = after
        return request
    }

    /// The same once the plan was applied and nobody was restarted; only `created` guests are new, and do not run.
    private static func applied(_ request: PlanRequest) -> PlanRequest {
        let live = Dictionary(uniqueKeysWithValues: request.host.domains.map { ($0.name, $0.liveXML) })
        var next = request.applied(Planner.plan(request), state: .running)
        for index in next.host.domains.indices {
            let name = next.host.domains[index].name
            next.host.domains[index].liveXML = live[name] ?? nil
            if live[name] == nil { next.host.domains[index].state = .shutoff }
        }
        return next
    }

    private static func pins(_ plan: ExecutablePlan, of name: String) -> [DomainThread: CPUSet] {
        var pins: [DomainThread: CPUSet] = [:]
        for case .pin(let pin) in plan.steps where pin.guest == name { pins[pin.thread] = pin.target }
        return pins
    }

    private static func errors(_ plan: ExecutablePlan) -> [Diagnostic] {
        plan.plan.diagnostics.filter { $0.severity == .error }
    }

    // MARK: Starts

    @Test(
        "so nobody is started into its memory, in the plan that moves it or in a later one", arguments: [false, true])
    func memory(isLater: Bool) throws {
        let moved = Self.guest("a", mib: 850, on: 1)
        var request = Self.request([Self.guest("a", mib: 850, on: 0)], then: [moved])
        if isLater { request = Self.applied(request) }
        request.guests.append(Self.guest("b", mib: 1_000, on: 0, runs: true))
        let refused = Planner.plan(request)
        #expect(refused.plan.verdict == .refused && refused.steps.isEmpty)
        let error = try #require(Self.errors(refused).first)
        #expect(error.code == .restartImpossible)
        #expect(error.message == "guest 'b' cannot be started: 'a' still holds the memory that it needs")
        #expect(error.notes == ["memory of cell 0: 1000MiB needed, 550MiB free; 'a' has some until restarted"])
        #expect(error.hint == "power cycle it in this plan, with --restart a")

        request.consent.restarts = ["a"]
        let cycled = Planner.plan(request)
        #expect(cycled.plan.verdict == .changes)
        #expect(cycled.steps.contains(.stop(name: "a")) && cycled.steps.contains(.start(name: "b")))
    }

    @Test("a new guest goes where it has room beside it, if there is any")
    func elsewhere() throws {
        let request = Self.request(
            [Self.guest("a", mib: 850, on: 0)],
            then: [Self.guest("a", mib: 850, on: 1), Self.guest("b", mib: 1_000, runs: true)], cells: 3)
        let plan = Planner.plan(request)
        #expect(plan.plan.verdict == .changes)
        #expect(plan.plan.placement.guests.map { $0.cells[0].hostCell } == [1, 2])
        #expect(plan.plan.placement.moved == ["a"])
    }

    @Test(
        "a guest that is not started is only spoken of; louder when it starts with the host", arguments: [false, true])
    func notStarted(autostarts: Bool) throws {
        var waiting = Self.guest("b", mib: 1_000, on: 0)
        if autostarts { waiting.autostart = Located(true) }
        var request = Self.request(
            [Self.guest("a", mib: 850, on: 0)], then: [Self.guest("a", mib: 850, on: 1), waiting])
        let first = Planner.plan(request).plan
        #expect(first.verdict == .changes)
        #expect(first.diagnostics.contains { $0.code == .heldUntilRestart } == autostarts)
        request = Self.applied(request)
        let plan = Planner.plan(request).plan
        let finding = try #require(plan.diagnostics.first { $0.code == .heldUntilRestart })
        #expect(finding.severity == (autostarts ? .warning : .note))
        #expect(finding.message == "guest 'b' cannot be started yet: 'a' still holds room that it needs")
    }

    @Test("memory that a running guest has beyond its definition counts, too")
    func shrunk() {
        let request = Self.request(
            [Self.guest("a", mib: 1_000, on: 0)],
            then: [Self.guest("a", mib: 400, on: 0), Self.guest("b", mib: 800, on: 0, runs: true)])
        #expect(Self.errors(Planner.plan(request)).map(\.code) == [.restartImpossible])
    }

    @Test(
        "what goes in the same plan is gone before another starts", arguments: [GuestSpec.GuestState.absent, .shutoff])
    func goes(state: GuestSpec.GuestState) {
        var leaving = Self.guest("a", mib: 850, on: state == .absent ? nil : 1)
        leaving.state = Located(state)
        let request = Self.request(
            [Self.guest("a", mib: 850, on: 0)], then: [leaving, Self.guest("b", mib: 1_000, on: 0, runs: true)])
        let plan = Planner.plan(request)
        #expect(plan.plan.verdict == .changes)
        #expect(plan.steps.contains(.start(name: "b")))
    }

    // MARK: CPUs

    @Test("its threads leave CPUs that another guest is given, and stay on the cell of its memory")
    func narrowed() throws {
        var request = Self.request(
            [Self.guest("a", mib: 300, on: 0)],
            then: [
                Self.guest("a", mib: 300, on: 1), Self.guest("b", mib: 300, on: 0, policy: .dedicated, runs: true),
            ])
        let plan = Planner.plan(request)
        #expect(plan.plan.verdict == .changes)
        let rest: CPUSet = [2, 3]
        #expect(Self.pins(plan, of: "a") == [.vcpu(0): rest, .vcpu(1): rest, .emulator: rest])
        #expect(plan.steps.contains(.start(name: "b")))
        let narrowed = plan.plan.changes.first { $0.address == "guest/a" }?.parts.filter { $0.when == .live } ?? []
        #expect(Set(narrowed.map(\.want)) == [.text("2-3")])

        request = Self.applied(request)
        var live = try FoundSettings(reading: XMLReader.read(try #require(request.host.domains[0].liveXML)))
        live.vcpuPins = [0: rest, 1: rest]
        live.emulatorPin = rest
        request.host.domains[0].liveXML = XMLWriter.write(
            DomainPatch.apply(
                WantedSettings(keeping: live), mark: nil,
                to: try XMLReader.read(try #require(request.host.domains[0].liveXML))))
        request.host.domains[1].state = .running
        request.host.domains[1].liveXML = request.host.domains[1].xml
        let second = Planner.plan(request)
        #expect(second.steps.isEmpty && second.plan.restartPending == ["a"])
    }

    @Test("where its threads would be crowded they stay, and nobody is started onto their CPUs")
    func crowded() {
        let request = Self.request(
            [Self.guest("a", mib: 300, on: 0, vcpus: 4)],
            then: [
                Self.guest("a", mib: 300, on: 1, vcpus: 4),
                Self.guest("b", mib: 300, on: 0, policy: .dedicated, runs: true),
            ])
        let plan = Planner.plan(request)
        #expect(
            Self.errors(plan).map(\.message) == ["guest 'b' cannot be started: 'a' still holds the CPUs that it needs"])
    }

    @Test("others do not come onto CPUs that it has alone, and do as soon as it has left")
    func keepsOwn() throws {
        var request = Self.request(
            [Self.guest("a", mib: 300, on: 0, policy: .dedicated), Self.guest("b", mib: 300, on: 0)],
            then: [Self.guest("a", mib: 300, on: 1, policy: .dedicated), Self.guest("b", mib: 300, on: 0)])
        let plan = Planner.plan(request)
        #expect(Self.pins(plan, of: "b").isEmpty && Self.pins(plan, of: "a").isEmpty)
        #expect(plan.plan.placement.guests.last?.cells[0].pins[0] == [2, 3])

        request = Self.applied(request)
        #expect(Planner.plan(request).steps.isEmpty)
        request.host.domains[0].liveXML = request.host.domains[0].xml
        let all: CPUSet = [0, 1, 2, 3]
        #expect(Self.pins(Planner.plan(request), of: "b") == [.vcpu(0): all, .vcpu(1): all, .emulator: all])
    }

    @Test("a running guest is not pinned to CPUs that it still has alone; that is said")
    func putOff() throws {
        let request = Self.request(
            [Self.guest("a", mib: 300, on: 0, policy: .dedicated), Self.guest("b", mib: 300, on: 0)],
            then: [
                Self.guest("a", mib: 300, on: 1, policy: .dedicated),
                Self.guest("b", mib: 300, on: 0, policy: .dedicated),
                Self.guest("c", mib: 300, on: 0, policy: .dedicated),
            ])
        let plan = Planner.plan(request)
        #expect(plan.plan.verdict == .changes)
        let placed = try #require(plan.plan.placement.guests.first { $0.name == "b" })
        #expect(placed.cells[0].pins == [0: [0], 1: [1]])
        #expect(Self.pins(plan, of: "b").keys.allSatisfy { $0 == .emulator })
        #expect(
            plan.plan.diagnostics.contains {
                $0.code == .heldUntilRestart && $0.severity == .warning
                    && $0.message == "guest 'b' does not get all of its CPUs yet: 'a' has some of them until restarted"
            })
    }

    @Test("a vCPU is not plugged in before its CPU is free, and is with the next plan")
    func plugged() {
        func guest(_ policy: GuestDemand.CPUPolicy, current: Int?) -> GuestSpec {
            var guest = Self.guest("b", mib: 300, on: 0, policy: policy)
            guest.demand.currentVCPUs = current
            return guest
        }
        func plugs(_ request: PlanRequest) -> Bool {
            Planner.plan(request).steps.contains(.setVCPUs(name: "b", prior: 1, target: 2))
        }
        var request = Self.request(
            [Self.guest("a", mib: 300, on: 0, policy: .dedicated), guest(.shared, current: 1)],
            then: [
                Self.guest("a", mib: 300, on: 1, policy: .dedicated), guest(.dedicated, current: nil),
                Self.guest("c", mib: 300, on: 0, policy: .dedicated),
            ])
        #expect(!plugs(request))
        request = Self.applied(request)
        #expect(!plugs(request))
        request.host.domains[0].liveXML = request.host.domains[0].xml
        #expect(plugs(request))
    }

    @Test(
        "a guest that is off and whose CPUs it has could not be started, whether it stays or goes",
        arguments: [false, true])
    func withoutCPUs(goes: Bool) {
        var leaving = Self.guest("a", mib: 300, on: goes ? nil : 1, vcpus: 4, policy: .dedicated)
        if goes { leaving.state = Located(.absent) }
        let waiting = Self.guest("b", mib: 300, on: 0, vcpus: 4, policy: .dedicated)
        var request = Self.request(
            [Self.guest("a", mib: 300, on: 0, vcpus: 4, policy: .dedicated)], then: [leaving, waiting])
        #expect(Planner.plan(request).plan.withoutCPUs == ["b"])
        request.host.domains[0].state = .shutoff
        request.host.domains[0].liveXML = nil
        #expect(Planner.plan(request).plan.withoutCPUs.isEmpty)
    }

    // MARK: Pools

    @Test("a pool does not grow into its memory, unless it is restarted in the same plan", arguments: [false, true])
    func pools(restarts: Bool) throws {
        var request = Self.request(
            [Self.guest("a", mib: 850, on: 0)],
            then: [Self.guest("a", mib: 850, on: 1), Self.guest("b", mib: 800, on: 0, paged: true)])
        if restarts { request.consent.restarts = ["a"] }
        let plan = Planner.plan(request)
        #expect(plan.plan.verdict == .changes)
        let grown = plan.steps.compactMap { step in
            if case .setPool(let change) = step, change.pool.cell == 0 { change.target } else { nil }
        }
        #expect(grown == [restarts ? 400 : 275])
        let finding = try #require(plan.plan.diagnostics.first { $0.code == .poolGrowthHeld })
        #expect(finding.message.contains(restarts ? "may grant less" : "grows to 275 of 400 pages"))
        #expect(finding.message.contains("'a'"))
    }

    // MARK: Other findings

    @Test(
        "the reason of a move is the true one",
        arguments: [(true, "'numa_placement' requires it"), (false, "all guests of the site fit in no other way")])
    func reason(isForced: Bool, reason: String) {
        let small = Self.guest("a", mib: 300, vcpus: 4, policy: .dedicated)
        var request = Self.request([small], then: [])
        request.guests =
            isForced
            ? [Self.guest("a", mib: 300, on: 1, vcpus: 4, policy: .dedicated)]
            : [small, Self.guest("b", mib: 300, on: 0, vcpus: 4, policy: .dedicated)]
        let findings = Planner.plan(request).plan.diagnostics.filter { $0.code == .runningGuestMoves }
        #expect(findings.map(\.message) == ["running guest 'a' must move from cell 0 to cell 1: \(reason)"])
    }

    @Test("a CPU that went offline is replaced at once, on the same cell")
    func offline() throws {
        var request = Self.request(
            [Self.guest("a", mib: 300, on: 0, policy: .dedicated)],
            then: [Self.guest("a", mib: 300, on: 0, policy: .dedicated)])
        request.host.onlineCPUs.remove(1)
        request.host.cells[0].cpus.remove(1)
        request.host.cells[0].siblings.removeAll { $0 == [1] }
        let plan = Planner.plan(request)
        #expect(Self.pins(plan, of: "a")[.vcpu(1)]?.count == 1)
        #expect(Self.pins(plan, of: "a")[.vcpu(1)]?.isSubset(of: [0, 2, 3]) == true)
        #expect(plan.plan.diagnostics.map(\.code) == [.ownCPUsChange])
        #expect(plan.plan.diagnostics[0].message.hasSuffix("CPU 1 is not online"))
        #expect(plan.plan.changes.allSatisfy { $0.consents.isEmpty })
        request = request.applied(plan, state: .running)
        #expect(Planner.plan(request).steps.isEmpty)
    }

    @Test("a definition that is brought back to what the guest runs with waits for no restart")
    func definitionOnly() throws {
        var request = Self.request([Self.guest("a", mib: 512, on: 0)], then: [Self.guest("a", mib: 512, on: 0)])
        var parts = try FoundSettings(reading: XMLReader.read(request.host.domains[0].xml))
        parts.memory = 655_360
        parts.guestCells[0].memory = 655_360
        request.host.domains[0].xml = XMLWriter.write(
            DomainPatch.apply(
                WantedSettings(keeping: parts),
                mark: OwnershipMark(reading: try XMLReader.read(request.host.domains[0].xml)),
                to: try XMLReader.read(request.host.domains[0].xml)))
        let plan = Planner.plan(request).plan
        #expect(plan.restartPending.isEmpty)
        #expect(!plan.changes.flatMap(\.parts).isEmpty)
        #expect(plan.changes.flatMap(\.parts).allSatisfy { $0.when == .define })
    }

    @Test("guests that fit are spread as the site wants, also where another one does not fit")
    func spread() {
        let request = PlanRequest(
            host: Self.host(cells: 2), site: "test", policy: .plain(),
            guests: [
                Self.guest("a", mib: 300), Self.guest("b", mib: 300),
                Self.guest("big", mib: 300, vcpus: 5, policy: .dedicated),
            ])
        let placement = Planner.plan(request).plan.placement
        #expect(placement.verdict == .infeasible)
        #expect(placement.unplaced.map(\.name) == ["big"])
        #expect(Set(placement.guests.map { $0.cells[0].hostCell }) == [0, 1])
    }
}
