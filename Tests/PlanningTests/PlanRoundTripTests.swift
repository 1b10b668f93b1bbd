import Diagnostics
import DomainXML
import Foundation
import FullHosts
import HostModel
import Placement
import Planning
import SiteFile
import Testing
import XMLTree

extension PlanRequest {
    /// The request of a placement as a site would make it.
    init(_ placement: PlacementRequest, state: GuestSpec.GuestState? = nil) {
        self.init(
            host: placement.host, site: "test", policy: placement.policy,
            guests: placement.guests.map { guest in
                GuestSpec(name: Located(guest.name), state: state.map { Located($0) }, demand: guest.demand)
            })
    }

    /// The host after this plan was carried out.
    func applied(_ result: ExecutablePlan, state: DomainFacts.DomainState) -> PlanRequest {
        var next = self
        next.host.domains = result.definitions.map { definition in
            let xml = XMLWriter.write(definition.document)
            return DomainFacts(
                name: definition.name, state: state, xml: xml, liveXML: state == .running ? xml : nil)
        }
        for cell in next.host.cells.indices {
            for pool in next.host.cells[cell].pools.indices {
                let id = PoolID(cell: next.host.cells[cell].id, pageSize: next.host.cells[cell].pools[pool].pageSize)
                let guests = result.plan.placement.cells[cell].pools[pool].guests
                let total = max(next.host.cells[cell].pools[pool].total, result.poolTargets[id] ?? .zero)
                next.host.cells[cell].pools[pool].total = total
                next.host.cells[cell].pools[pool].free =
                    state == .running ? total.subtractingDownToZero(guests) : total
            }
        }
        return next
    }
}

@Suite("A plan that was carried out")
struct PlanRoundTripTests {
    /// How many random hosts are tried in each test; others with NUMACTL_PLAN_ROUND_TRIPS.
    static let hosts = Int(ProcessInfo.processInfo.environment["NUMACTL_PLAN_ROUND_TRIPS"] ?? "") ?? 2_000

    @Test("leaves nothing to do, whether guests run or not", arguments: [DomainFacts.DomainState.shutoff, .running])
    func empty(state: DomainFacts.DomainState) {
        var tried = 0
        for seed in 0..<Self.hosts {
            var placement = PlacementRequest.random(seed: seed)
            placement.foreign = []
            let request = PlanRequest(placement)
            let first = Planner.plan(request)
            guard first.plan.verdict == .changes else { continue }
            tried += 1
            let second = Planner.plan(request.applied(first, state: state))
            #expect(second.plan.changes.isEmpty, "seed \(seed)")
            #expect(second.steps.isEmpty, "seed \(seed)")
            #expect(second.plan.placement.guests == first.plan.placement.guests, "seed \(seed)")
            #expect(second.plan.restartPending.isEmpty, "seed \(seed)")
        }
        #expect(tried > Self.hosts / 20)
    }

    @Test("keeps every guest where it is when one more comes that fits beside them")
    func oneMore() throws {
        var tried = 0
        for seed in 0..<Self.hosts {
            var placement = PlacementRequest.random(seed: seed)
            placement.foreign = []
            guard placement.guests.count > 1, let last = placement.guests.popLast() else { continue }
            let before = PlanRequest(placement)
            let first = Planner.plan(before)
            guard first.plan.verdict == .changes else { continue }
            var next = before.applied(first, state: .running)
            next.guests.append(GuestSpec(name: Located(last.name), demand: last.demand))
            let second = Planner.plan(next)
            guard second.plan.placement.verdict == .placed, second.plan.placement.moved.isEmpty else { continue }
            tried += 1
            for guest in first.plan.placement.guests {
                let now = try #require(second.plan.placement.guests.first { $0.name == guest.name })
                #expect(now.cells.map(\.hostCell) == guest.cells.map(\.hostCell), "seed \(seed)")
                for (cell, was) in zip(now.cells, guest.cells) {
                    for vcpu in cell.dedicatedVCPUs { #expect(cell.pins[vcpu] == was.pins[vcpu], "seed \(seed)") }
                }
            }
        }
        #expect(tried > Self.hosts / 40)
    }

    @Test("moves a running guest only when nothing else works, and says so first")
    func forcedMove() throws {
        // Two cells of four CPUs; a guest of two runs on cell 0, and one that needs four of cell 0 comes.
        let cells = (0..<2).map { Cell(id: CellID($0), cpus: CPUSet(numbers: $0 * 4..<$0 * 4 + 4), memory: 8_388_608) }
        let host = HostFacts(host: HostIdentity(name: "h"), onlineCPUs: CPUSet(numbers: 0..<8), cells: cells)
        let small = GuestSpec(name: Located("small"), demand: .even(1, vcpus: 2, memory: 1_048_576, policy: .dedicated))
        var request = PlanRequest(host: host, site: "test", policy: .plain(), guests: [small])
        let first = Planner.plan(request)
        #expect(first.plan.placement.guests[0].cells[0].hostCell == 0)
        request = request.applied(first, state: .running)
        var large = GuestSpec(name: Located("large"), demand: .even(1, vcpus: 4, memory: 1_048_576, policy: .dedicated))
        request.guests.append(large)
        let beside = Planner.plan(request)
        #expect(beside.plan.placement.moved == [])
        #expect(beside.plan.placement.guests.map { $0.cells[0].hostCell } == [1, 0])
        large.demand.forcedCells = [0: Located(0)]
        request.guests[1] = large
        let forced = Planner.plan(request)
        #expect(forced.plan.placement.moved == ["small"])
        #expect(forced.plan.diagnostics.map(\.code) == [.runningGuestMoves])
        let change = try #require(forced.plan.changes.first { $0.address == "guest/small" })
        #expect(!change.consents.isEmpty)
        #expect(change.parts.allSatisfy { $0.when == .nextStart })
        #expect(!forced.steps.contains { if case .pin = $0 { true } else { false } })
    }
}
