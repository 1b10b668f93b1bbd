import Foundation
import FullHosts
import HostModel
import Placement
import Testing

@Suite("Joint placement against brute force")
struct JointPlacementTests {
    /// How many random hosts are tried in all; others with NUMACTL_PLAN_RANDOM_CASES.
    static let cases = Int(ProcessInfo.processInfo.environment["NUMACTL_PLAN_RANDOM_CASES"] ?? "") ?? 20_000

    @Test("gives the same verdict, and only valid placements", arguments: 0..<10)
    func agreement(block: Int) {
        var verdicts: [Placement.SearchVerdict: Int] = [:]
        var farFromDevices = 0
        for seed in block * 1_000_000..<block * 1_000_000 + JointPlacementTests.cases / 10 {
            let request = PlacementRequest.random(seed: seed)
            let placement = Placer.place(request)
            let faults = ValidityChecker(request: request).faults(of: placement)
            #expect(faults.isEmpty, "seed \(seed)")
            #expect(placement.verdict != .undecided, "seed \(seed)")
            // A valid placement of all guests is its own proof; only a refusal needs the brute force.
            if placement.verdict != .placed {
                var search = BruteForce(request: request)
                let fits = search.fits()
                #expect(!fits, "seed \(seed)")
            }
            verdicts[placement.verdict, default: 0] += 1
            let reasons = placement.unplaced.flatMap(\.reasons)
            if reasons.contains(where: { if case .device = $0.resource { true } else { false } }) {
                farFromDevices += 1
            }
        }
        #expect(verdicts[.placed, default: 0] > 0 && verdicts[.infeasible, default: 0] > 0 && farFromDevices > 0)
    }

    @Test("does not depend on the order of guests", arguments: 0..<20)
    func order(seed: Int) {
        let request = PlacementRequest.random(seed: seed)
        var shuffled = request
        shuffled.guests.reverse()
        #expect(Placer.place(request) == Placer.place(shuffled))
    }
}
