import Diagnostics
import FullHosts
import HostModel
import Placement
import SiteFile
import Testing

@Suite("Guests of a lost host, against brute force")
struct EvacuationTests {
    /// Brute force takes no more guests than this.
    private static let guests = 6

    @Test("go to the first host that takes them, and nowhere else", arguments: 0..<4)
    func firstChoice(part: Int) {
        var (taken, left) = (0, 0)
        for seed in stride(from: part, to: HeadroomTests.cases, by: 4) {
            let hosts = (0..<2).map { host in
                var request = PlacementRequest.random(seed: 3 * seed + host)
                request.guests = request.guests.prefix(2).map { guest in
                    PlacementGuest(name: "own-\(guest.name)", demand: guest.demand)
                }
                return request
            }
            let lost = PlacementRequest.random(seed: 3 * seed + 2).guests.prefix(3)
            var evacuation = Evacuation(
                of: lost.map { GuestSpec(name: Located($0.name), demand: $0.demand) }, on: ["lost"])
            var waiting = Set(lost.map(\.name))
            for (number, host) in hosts.enumerated() {
                let placed = Placer.place(host)
                guard placed.verdict == .placed else { continue }
                let answer = evacuation.offer(to: "hv\(number)", Headroom(host, placed: placed))
                #expect(evacuation.isExact, "seed \(seed)")
                guard host.guests.count + lost.count <= Self.guests else { continue }
                check(host, offered: Self.order(lost.filter { waiting.contains($0.name) }), answer, seed)
                waiting.subtract(answer.map(\.name))
                taken += answer.count
            }
            #expect(evacuation.left == waiting.sorted(), "seed \(seed)")
            let fitting = hosts.filter { Placer.place($0).verdict == .placed }
            for guest in lost where waiting.contains(guest.name) {
                let isHopeless = !fitting.contains { fits($0, [guest]) }
                #expect(evacuation.leftForGood.contains(guest.name) == isHopeless, "seed \(seed) \(guest.name)")
                left += 1
            }
        }
        #expect(taken > 0 && left > 0)
    }

    /// Each guest in turn: taken where it fits beside those before it, refused where it does not.
    private func check(
        _ host: PlacementRequest, offered: [PlacementGuest], _ answer: [PlacementGuest], _ seed: Int
    ) {
        let names = Set(answer.map(\.name))
        var before: [PlacementGuest] = []
        for guest in offered {
            #expect(fits(host, before + [guest]) == names.contains(guest.name), "seed \(seed) \(guest.name)")
            if names.contains(guest.name) { before.append(guest) }
        }
    }

    private func fits(_ host: PlacementRequest, _ guests: [PlacementGuest]) -> Bool {
        var all = host
        all.guests += guests
        var search = BruteForce(request: all)
        return search.fits()
    }

    /// The largest first.
    private static func order(_ guests: [PlacementGuest]) -> [PlacementGuest] {
        guests.sorted { left, right in
            let (a, b) = (left.demand, right.demand)
            return (a.memory, a.vcpus) != (b.memory, b.vcpus)
                ? (a.memory, a.vcpus) > (b.memory, b.vcpus) : left.name < right.name
        }
    }

    @Test("that are many and alike are offered with few questions")
    func many() {
        let demand = GuestDemand.even(1, vcpus: 1, memory: 1_024, policy: .dedicated)
        let guests = (0..<40).map { GuestSpec(name: Located("g\($0)"), demand: demand) }
        var evacuation = Evacuation(of: guests, on: ["lost"])
        for number in 0..<4 {
            let request = PlacementRequest(host: .fourCPUs(2), policy: .plain(), guests: [])
            let answer = evacuation.offer(to: "hv\(number)", Headroom(request, placed: Placer.place(request)))
            #expect(answer.count == 8)
        }
        #expect(evacuation.left.count == 8 && evacuation.leftForGood.isEmpty && !evacuation.isWhole)
        #expect(evacuation.shares.map(\.host) == ["hv0", "hv1", "hv2", "hv3"])
    }
}
