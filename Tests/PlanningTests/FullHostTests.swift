import Foundation
import FullHosts
import Planning
import Testing

@Suite("Guests cut from a full host")
struct FullHostTests {
    @Test("are all placed", arguments: [2, 4, 8, 16], [75, 90, 100])
    func placed(cells: Int, fill: Int) {
        var undecided = 0
        let clock = ContinuousClock()
        let count = Int(ProcessInfo.processInfo.environment["NUMACTL_PLAN_FULL_HOSTS"] ?? "") ?? 3
        let time = clock.measure {
            for seed in 0..<count {
                let full = FullHost(cells: cells, fill: fill, seed: seed)
                let placement = Placer.place(full.request)
                if placement.verdict == .undecided { undecided += 1 }
                #expect(placement.verdict != .infeasible, "seed \(seed)")
                #expect(ValidityChecker(request: full.request).faults(of: placement).isEmpty, "seed \(seed)")
            }
        }
        print("cells \(cells) fill \(fill): undecided \(undecided) of \(count) in \(time)")
        #expect(undecided == 0)
    }
}
