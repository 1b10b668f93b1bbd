import Diagnostics
import DomainXML
import FullHosts
import HostModel
import Placement
import Planning
import SiteFile
import Testing
import XMLTree

@Suite("Memory that a running guest can be given")
struct MemoryGrowthTests {
    private static func gib(_ count: UInt64) -> KiB { KiB(count << 20) }
    private static let twoMiB = PageSize(KiB(2_048))

    private static func host(memory: UInt64) -> HostFacts {
        HostFacts(
            host: HostIdentity(name: "h"), onlineCPUs: CPUSet(numbers: 0..<8),
            cells: (0..<2).map { cell in
                Cell(
                    id: CellID(cell), cpus: CPUSet(numbers: cell * 4..<cell * 4 + 4), memory: gib(memory),
                    pools: [HugepagePool(pageSize: twoMiB, total: 0, free: 0)])
            })
    }

    /// A guest of two cells that starts with 4 GiB and may come to 12 GiB.
    private static func guest(
        now: UInt64, reserve: MemoryGrowth.Reserve = .ceiling, pages: GuestDemand.PageRequest? = nil
    ) -> GuestSpec {
        let growth = MemoryGrowth(size: gib(4), requested: KiB((now - 4) << 19), reserve: reserve)
        let each = gib(2) + growth.counted
        var demand = GuestDemand(
            vcpus: 2, memory: each + each,
            cells: [
                GuestCellDemand(id: 0, vcpus: [0], memory: each), GuestCellDemand(id: 1, vcpus: [1], memory: each),
            ], pageSize: pages.map { Located($0) })
        demand.growth = growth
        return GuestSpec(name: Located("a"), demand: demand)
    }

    private static func request(_ guest: GuestSpec, memory: UInt64 = 16) -> PlanRequest {
        PlanRequest(host: host(memory: memory), site: "test", policy: .plain(), guests: [guest])
    }

    /// The guest, running as it is defined, with so much of each cell plugged.
    private static func running(_ guest: GuestSpec, plugged: UInt64? = nil, memory: UInt64 = 16) -> PlanRequest {
        let request = request(guest, memory: memory)
        var running = request.applied(Planner.plan(request), state: .running)
        let current = plugged.map { gib($0) } ?? guest.demand.growth?.requested ?? .zero
        running.host.domains[0].liveXML = running.host.domains[0].liveXML?.replacing(
            "</requested>", with: "</requested><current unit='KiB'>\(current.count)</current>")
        // Pages that are counted and not plugged yet are free in the pool.
        let growth = guest.demand.growth
        let unplugged = (growth?.counted ?? .zero).subtractingDownToZero(growth?.requested ?? .zero)
        for cell in running.host.cells.indices where running.host.cells[cell].pools[0].total > .zero {
            running.host.cells[cell].pools[0].free += twoMiB.pagesNeeded(for: unplugged)
        }
        return running
    }

    private static func resizes(_ plan: ExecutablePlan) -> [String] {
        plan.steps.compactMap { if case .resizeMemory = $0 { $0.order } else { nil } }
    }

    @Test("is defined as a device a cell, in blocks of the cell's pages, and the running guest is in sync")
    func created() throws {
        let plan = Planner.plan(Self.request(Self.guest(now: 6, pages: .exactly(Self.twoMiB))))
        let definition = try #require(plan.steps.lazy.compactMap(\.definition).first)
        let devices = MemoryPlugDevice.all(in: definition)
        #expect(devices.keys.sorted() == [0, 1])
        #expect(
            devices.values.allSatisfy { $0.plug == MemoryPlug(size: Self.gib(4), requested: Self.gib(1), block: 2_048) }
        )
        #expect(try FoundSettings(reading: definition).memory == Self.gib(4))
        #expect(plan.poolTargets.sorted { $0.key < $1.key }.map(\.value) == [3_072, 3_072])
        let place = try #require(plan.plan.placement.guests.first)
        #expect(place.range?.now == Self.gib(6) && place.range?.most == Self.gib(12) && place.memory == Self.gib(12))
        #expect(Planner.plan(Self.running(Self.guest(now: 6))).steps.isEmpty)
    }

    @Test("is plugged and given back at once, a step a cell, and the definition says the same", arguments: [8, 4])
    func resized(now: UInt64) throws {
        var request = Self.running(Self.guest(now: 6))
        request.guests = [Self.guest(now: now)]
        let plan = Planner.plan(request)
        let target = Self.gib((now - 4) / 2)
        #expect(Self.resizes(plan) == (0..<2).map { "set the plugged memory of cell \($0) of a to \(target)" })
        let change = try #require(plan.plan.changes.first)
        #expect(change.disruption == .live && change.parts.map(\.when) == [.live, .live])
        #expect(plan.plan.restartPending.isEmpty)
        let preconditions = Preconditions(of: plan.steps, on: request.host)
        let told = ToldChanges(steps: plan.steps, preconditions: preconditions, defaultHugePage: nil)
        #expect(told.changes.map(ShownChange.init) == plan.plan.changes.map(ShownChange.init))
        func problems(_ steps: [Step]) -> [String] {
            SavedPlanRules(steps: steps, preconditions: preconditions, site: "test", host: request.host).problems
                .map(\.message)
        }
        #expect(problems(plan.steps).isEmpty)
        let other = Step.resizeMemory(name: "a", cell: 0, prior: Self.gib(1), target: Self.gib(3))
        #expect(problems([plan.steps[0], other]) == ["the definition does not ask for that amount"])
    }

    @Test("waits for the next start where the running guest has no such device, or one of another size")
    func cold() throws {
        var request = Self.running(Self.guest(now: 6))
        request.guests[0].demand.growth?.size = Self.gib(5)
        let other = Planner.plan(request)
        #expect(Self.resizes(other).isEmpty && other.plan.restartPending == ["a"])

        var plain = Self.guest(now: 4)
        plain.demand.growth = nil
        var started = Self.running(plain)
        started.guests = [Self.guest(now: 6)]
        let plan = Planner.plan(started)
        #expect(Self.resizes(plan).isEmpty && plan.plan.restartPending == ["a"])

        var back = Self.running(Self.guest(now: 6))
        back.guests = [plain]
        let without = Planner.plan(back)
        #expect(without.plan.restartPending == ["a"])
        #expect(Planner.plan(back.applied(without, state: .shutoff)).steps.isEmpty)
    }

    @Test(
        "counts as a whole, or what the guest has now",
        arguments: [(.ceiling, 5, false), (.ceiling, 6, true), (.now, 3, true)]
            as [(MemoryGrowth.Reserve, UInt64, Bool)])
    func counted(reserve: MemoryGrowth.Reserve, memory: UInt64, fits: Bool) {
        let plan = Planner.plan(Self.request(Self.guest(now: 4, reserve: reserve, pages: .small), memory: memory))
        #expect(plan.plan.diagnostics.allSatisfy { $0.severity != .error } == fits)
        #expect(plan.steps.isEmpty != fits)
        let remedies = plan.plan.placement.unplaced.flatMap(\.remedies)
        #expect(remedies.contains(.reserveNow) == !fits)
        #expect(!remedies.contains { if case .hiddenCells = $0 { true } else { false } }, "they cannot grow")
    }

    @Test("grows the pool before the guest where only what it has now is reserved, and refuses what has no room")
    func growsPool() throws {
        func guest(_ now: UInt64) -> GuestSpec { Self.guest(now: now, reserve: .now, pages: .exactly(Self.twoMiB)) }
        var request = Self.running(guest(4))
        #expect(request.host.cells.map { $0.pools.map(\.total) } == [[1_024], [1_024]])
        request.guests = [guest(6)]
        let plan = Planner.plan(request)
        #expect(plan.poolTargets.sorted { $0.key < $1.key }.map(\.value) == [1_536, 1_536])
        #expect(Self.resizes(plan).count == 2)
        var narrow = Self.running(guest(4), memory: 4)
        narrow.guests = [guest(12)]
        let refused = Planner.plan(narrow)
        #expect(refused.steps.isEmpty)
        #expect(refused.plan.diagnostics.map(\.code).contains(.doesNotFit))
    }

    @Test(
        "is told where the guest has not followed",
        arguments: [(0, "has plugged 0KiB of 1GiB so far"), (2, "still has")])
    func following(plugged: UInt64, words: String) throws {
        let plan = Planner.plan(Self.running(Self.guest(now: 6), plugged: plugged))
        #expect(plan.steps.isEmpty)
        let found = plan.plan.diagnostics.filter { $0.code == .memoryNotFollowed }
        #expect(found.count == 2 && found.allSatisfy { $0.message.contains(words) && $0.severity == .warning })
    }

    @Test("of a domain that is taken over stays as it is, and only what a site created is taken out")
    func adopted() throws {
        let request = Self.running(Self.guest(now: 6))
        var plain = Self.guest(now: 4)
        plain.demand.growth = nil
        for (origin, stays) in [(OwnershipMark.Origin.adopted, true), (.created, false)] {
            var taken = request
            taken.guests = [plain]
            func marked(_ text: String) -> String {
                text.replacing("origin='created'", with: "origin='\(origin.rawValue)'")
            }
            taken.host.domains[0].xml = marked(taken.host.domains[0].xml)
            taken.host.domains[0].liveXML = taken.host.domains[0].liveXML.map(marked)
            let parts = Planner.plan(taken).plan.changes.flatMap(\.parts).filter {
                if case .setting(let key) = $0.key { key.belongs(to: PluggableMemory.self) } else { false }
            }
            #expect(parts.isEmpty == stays, "\(origin)")
        }
    }
}
