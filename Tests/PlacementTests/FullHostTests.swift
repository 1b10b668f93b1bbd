import Foundation
import FullHosts
import HostModel
import Placement
import Testing

@Suite("Guests cut from a full host")
struct FullHostTests {
    /// How many sets are cut of each kind; more with NUMACTL_PLAN_FULL_HOSTS.
    static let sets = Int(ProcessInfo.processInfo.environment["NUMACTL_PLAN_FULL_HOSTS"] ?? "") ?? 3

    @Test("are all placed", arguments: [2, 4, 8, 16], [75, 90, 100])
    func placed(cells: Int, fill: Int) {
        for seed in 0..<Self.sets {
            let full = FullHost(cells: cells, fill: fill, seed: seed)
            let placement = Placer.place(full.request)
            #expect(placement.verdict == .placed, "seed \(seed)")
            #expect(ValidityChecker(request: full.request).faults(of: placement).isEmpty, "seed \(seed)")
        }
    }

    @Test("are placed when their memory is cut finely too", arguments: [2, 4, 8, 16], [75, 90, 100])
    func fine(cells: Int, fill: Int) {
        for seed in 0..<Self.sets {
            let full = FullHost(cells: cells, fill: fill, seed: seed, grain: KiB(2_048))
            let placement = Placer.place(full.request)
            #expect(placement.verdict == .placed, "seed \(seed)")
            #expect(ValidityChecker(request: full.request).faults(of: placement).isEmpty, "seed \(seed)")
        }
    }
}
