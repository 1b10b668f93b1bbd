import Diagnostics
import FullHosts
import HostModel
import Placement
import Planning
import SiteFile
import Testing

@Suite("Rebalancing")
struct RebalancingTests {
    /// Four cells of four cores with two threads; 0-1 and 2-3 are near each other.
    private static let host = HostFacts(
        host: HostIdentity(name: "h"), onlineCPUs: CPUSet(numbers: 0..<32),
        cells: (0..<4).map { id in
            Cell(
                id: CellID(id), cpus: CPUSet(numbers: id * 8..<id * 8 + 8), memory: 16_777_216,
                siblings: (0..<4).map { [CPU(id * 8 + 2 * $0), CPU(id * 8 + 2 * $0 + 1)] },
                distances: Dictionary(
                    uniqueKeysWithValues: (0..<4).map { (CellID($0), $0 == id ? 10 : $0 / 2 == id / 2 ? 12 : 32) }))
        })

    /// A plan after `site` was applied with the guests forced to these cells, and the force is gone.
    private func request(_ guests: [(GuestSpec, [GuestCellID: CellID])], state: DomainFacts.DomainState) -> PlanRequest
    {
        var request = PlanRequest(
            host: Self.host, site: "test", policy: .plain(),
            guests: guests.map { spec, cells in
                var forced = spec
                forced.demand.forcedCells = cells.mapValues { Located($0) }
                return forced
            })
        request = request.applied(Planner.plan(request), state: state)
        request.guests = guests.map(\.0)
        return request
    }

    private func spec(_ name: String, cells: Int, vcpus: Int, memory: KiB = 2_097_152) -> GuestSpec {
        GuestSpec(name: Located(name), demand: .even(cells, vcpus: vcpus, memory: memory, policy: .dedicated))
    }

    @Test(
        "brings far cells of a guest together, only when asked, and only with consent",
        arguments: [DomainFacts.DomainState.shutoff, .running])
    func distance(state: DomainFacts.DomainState) throws {
        var request = request([(spec("far", cells: 2, vcpus: 4), [0: 0, 1: 3])], state: state)
        #expect(Planner.plan(request).plan.isEmpty)
        request.rebalances = true
        let plan = Planner.plan(request).plan
        let move = try #require(plan.moves.first)
        #expect(plan.moves.count == 1)
        #expect(move.gains == [.distance(before: 32, after: 12)])
        #expect(move.isRunning == (state == .running))
        let change = try #require(plan.changes.first { $0.address == "guest/far" })
        #expect(change.consents.contains(.rebalance))
        #expect(
            ValidityChecker(
                request: PlacementRequest(
                    host: Self.host, policy: .plain(),
                    guests: [PlacementGuest(name: "far", demand: request.guests[0].demand)])
            ).faults(of: plan.placement).isEmpty)
    }

    @Test("empties a cell that is full while another is free")
    func fullCell() throws {
        let guests = (0..<4).map { (spec("g\($0)", cells: 1, vcpus: 2), [GuestCellID(0): CellID(0)]) }
        var request = request(guests, state: .shutoff)
        request.rebalances = true
        let plan = Planner.plan(request).plan
        #expect(!plan.moves.isEmpty)
        #expect(
            plan.moves[0].gains.contains {
                if case .fullestCell(let before, let after) = $0 { before > after } else { false }
            })
        #expect(plan.placement.cells[0].dedicatedCPUs.count < 8)
    }

    @Test("leaves a good placement alone")
    func nothing() {
        var request = request([(spec("near", cells: 2, vcpus: 4), [0: 0, 1: 1])], state: .shutoff)
        request.rebalances = true
        let plan = Planner.plan(request).plan
        #expect(plan.moves.isEmpty)
        #expect(plan.isEmpty)
    }
}
