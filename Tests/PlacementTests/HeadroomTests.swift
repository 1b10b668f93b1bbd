import Diagnostics
import Foundation
import FullHosts
import HostModel
import Placement
import SiteFile
import Testing

@Suite("Room for more guests, against brute force")
struct HeadroomTests {
    /// How many random hosts are tried; others with NUMACTL_PLAN_RANDOM_CASES.
    static let cases = max(
        360, (Int(ProcessInfo.processInfo.environment["NUMACTL_PLAN_RANDOM_CASES"] ?? "") ?? 20_000) / 20)
    /// Parts that run beside each other.
    private static let parts = 4
    /// Brute force takes no more guests than this.
    private static let guests = 7

    @Test("is what fits, and one more does not", arguments: 0..<parts)
    func count(part: Int) {
        var numbers: [Int: Int] = [:]
        for seed in stride(from: part, to: Self.cases, by: Self.parts) {
            var request = PlacementRequest.random(seed: seed)
            request.guests = Array(request.guests.prefix(3))
            let placed = Placer.place(request)
            guard placed.verdict == .placed else { continue }
            var dice = SplitMix(seed: seed + 7)
            let demand = GuestDemand.random(&dice, host: request.host)
            let count = Headroom(request, placed: placed).count(of: [demand])
            #expect(count.isExact, "seed \(seed)")
            numbers[count.found, default: 0] += 1
            guard request.guests.count + count.found + 1 <= Self.guests else { continue }
            #expect(Self.fits(request, count.found, demand), "seed \(seed)")
            #expect(!Self.fits(request, count.found + 1, demand), "seed \(seed)")
        }
        #expect(numbers.count > 1)
    }

    private static func fits(_ request: PlacementRequest, _ count: Int, _ demand: GuestDemand) -> Bool {
        var all = request
        all.guests += (0..<count).map { PlacementGuest(name: "more\($0)", demand: demand) }
        var search = BruteForce(request: all)
        return search.fits()
    }

    @Test("of a mix counts the mixes")
    func mix() {
        let request = PlacementRequest(
            host: HostFacts.fourCPUs(2), policy: .plain(),
            guests: [PlacementGuest(name: "a", demand: .even(1, vcpus: 1, memory: 1_048_576, policy: .dedicated))])
        let headroom = Headroom(request, placed: Placer.place(request))
        let small = GuestDemand.even(1, vcpus: 1, memory: 1_048_576, policy: .dedicated)
        let large = GuestDemand.even(1, vcpus: 2, memory: 1_048_576, policy: .dedicated)
        #expect(headroom.count(of: [small]).found == 7)
        #expect(headroom.count(of: [large]).found == 3)
        #expect(headroom.count(of: [small, large]).found == 2)
        #expect(headroom.count(of: []).found == 0)
        #expect(headroom.count(of: [.even(1, vcpus: 5, memory: 1_024, policy: .dedicated)]).found == 0)
        #expect(headroom.mostVCPUs?.amount == 4 && headroom.mostVCPUs?.hostCell == 1)
        #expect(headroom.rooms.map(\.cpus.count) == [3, 4])
        #expect(headroom.rooms.map(\.memory) == [7_340_032, 8_388_608])
    }

    @Test("where fewer moves were not ruled out, it says how many have to be")
    func bounded() {
        let sizes = [5, 9, 3, 7, 8, 6, 11, 4, 10, 12, 5, 9, 13, 14, 3, 7]
        var request = FewestMovesTests.crowd(sizes, cpus: sizes.reduce(0, +), coming: 66)
        let new = request.guests.removeLast()
        let placed = Placer.place(request)
        #expect(placed.moved.isEmpty)
        #expect(Headroom(request, placed: placed).count(of: [new.demand]).moveBound == nil)
        request.searchLimit = 1
        let headroom = Headroom(request, placed: placed)
        let count = headroom.count(of: [new.demand])
        #expect(count.found == 1 && count.isExact)
        #expect(count.moveBound?.found == count.moved.count && count.moveBound?.isOfRunning == true)
        var evacuation = Evacuation(of: [GuestSpec(name: Located("new"), demand: new.demand)], on: ["lost"])
        _ = evacuation.offer(to: "hv0", headroom)
        #expect(evacuation.shares.map(\.moveBound) == [count.moveBound])
    }

    @Test("that was not decided is not exact, and nothing is said of what the next one lacks")
    func undecided() throws {
        let family = try #require(Family.all.first { $0.name == "three a cell by memory, drawn" })
        var request = family.request(cells: 6, guests: 18, seed: 0)
        let last = request.guests.removeLast()
        let placed = Placer.place(request)
        #expect(placed.verdict == .placed)
        request.searchLimit = 0
        let count = Headroom(request, placed: placed).count(of: [last.demand])
        #expect(!count.isExact && count.reasons.isEmpty)
    }

    @Test("of a host with 200 guests is found with few questions")
    func large() {
        let host = FullHost(cells: 16, fill: 60, seed: 1).request
        var request = host
        request.policy.placement = .spread
        let placed = Placer.place(request)
        #expect(placed.verdict == .placed)
        let count = Headroom(request, placed: placed).count(of: [
            .even(1, vcpus: 2, memory: 524_288, policy: .dedicated)
        ])
        #expect(count.isExact && count.found > 16)
    }
}
