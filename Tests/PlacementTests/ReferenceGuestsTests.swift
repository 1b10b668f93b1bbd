import FullHosts
import HostModel
import Placement
import SiteFile
import Testing

@Suite("Reference guests on the 4/2/2 host")
struct ReferenceGuestsTests {
    private func place(_ guests: [PlacementGuest], policy: HostPolicy = .plain(reserved: 262_144)) -> Placement {
        Placer.place(PlacementRequest(host: referenceHost, policy: policy, guests: guests))
    }

    @Test("a guest without topology is bound to nothing")
    func withoutTopology() {
        let placement = place([PlacementGuest(name: "a", demand: GuestDemand(vcpus: 1, memory: 524_288))])
        #expect(placement.verdict == .placed)
        #expect(placement.guests == [GuestPlacement(name: "a", memory: 524_288, floatingVCPUs: [0])])
    }

    @Test("one cell goes to cell 0 with the pins of all its CPUs")
    func oneCell() throws {
        let placement = place([PlacementGuest(name: "a", demand: .even(1, vcpus: 4, memory: 1_048_576))])
        let guest = try #require(placement.guests.first)
        #expect(guest.emulatorCPUs == [0, 1, 2, 3])
        #expect(guest.cells.map(\.hostCell) == [0])
        #expect(guest.cells[0].pins == [0: [0, 1, 2, 3], 1: [0, 1, 2, 3], 2: [0, 1, 2, 3], 3: [0, 1, 2, 3]])
        #expect(guest.cells[0].dedicatedVCPUs == [])
    }

    @Test("two cells go to cells 0 and 1")
    func twoCells() throws {
        let placement = place([PlacementGuest(name: "a", demand: .even(2, vcpus: 4, memory: 1_048_576))])
        let guest = try #require(placement.guests.first)
        #expect(guest.emulatorCPUs == CPUSet(numbers: 0...5))
        #expect(guest.cells.map(\.hostCell) == [0, 1])
        #expect(guest.cells[1].pins == [2: [4, 5], 3: [4, 5]])
        #expect(placement.cells.map(\.memoryUsed) == [524_288, 524_288, 0])
        #expect(placement.cells.map(\.sharedVCPUs) == [2, 2, 0])
    }

    @Test("all three together are where each would be alone")
    func together() {
        let placement = place([
            PlacementGuest(name: "none", demand: GuestDemand(vcpus: 1, memory: 524_288)),
            PlacementGuest(name: "one", demand: .even(1, vcpus: 4, memory: 1_048_576)),
            PlacementGuest(name: "two", demand: .even(2, vcpus: 4, memory: 1_048_576)),
        ])
        #expect(placement.verdict == .placed)
        #expect(placement.guests.map { $0.cells.map(\.hostCell) } == [[], [0], [0, 1]])
    }

    @Test("pack starts from the fullest cells")
    func pack() {
        let placement = place(
            [PlacementGuest(name: "a", demand: .even(2, vcpus: 4, memory: 1_048_576))],
            policy: .plain(reserved: 262_144, placement: .pack))
        #expect(placement.guests.map { Set($0.cells.map(\.hostCell)) } == [[1, 2]])
    }

    @Test("a guest cell of five shared vCPUs is refused with numbers for each cell")
    func refused() {
        let placement = place([PlacementGuest(name: "big", demand: .even(1, vcpus: 5, memory: 1_048_576))])
        #expect(placement.verdict == .infeasible)
        #expect(placement.guests.isEmpty)
        #expect(placement.unplaced.map(\.name) == ["big"])
        #expect(
            placement.unplaced.first?.reasons == [
                Shortage(hostCell: 0, resource: .sharedCPUs, needed: 5, free: 4, heldBy: []),
                Shortage(hostCell: 1, resource: .sharedCPUs, needed: 5, free: 2, heldBy: []),
                Shortage(hostCell: 2, resource: .sharedCPUs, needed: 5, free: 2, heldBy: []),
            ])
    }
}
