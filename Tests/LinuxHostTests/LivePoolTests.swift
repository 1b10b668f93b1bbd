import Execution
import Foundation
import HostModel
import LinuxHost
import Testing

/// Whether this machine lets its pools be changed: root, and writable files of both usual sizes on cell 0.
private let canChangePools: Bool = {
    let pools = SysfsPools()
    return geteuid() == 0 && [small0, large0].allSatisfy { pools.mayWrite($0) && (try? pools.read($0)) != nil }
}()

/// These change the machine's own pools, and put back exactly what was there.
@Suite("Pools of this machine", .serialized, .enabled(if: canChangePools, "pools of this machine cannot be changed"))
struct LivePoolTests {
    let pools = SysfsPools()

    @Test("grow, and shrink again")
    func growing() throws {
        let before = try pools.read(small0)
        let growth = PoolGrowth(pools)
        let target = PoolTarget(small0, pages: before.persistent + 3)
        defer { try? pools.write(before.persistent, to: small0) }
        guard case .granted(let grants) = growth.grow([target], by: growth.inParallel) else {
            return #expect(Bool(false), "three small pages are to be had")
        }
        #expect(
            grants == [PoolGrant(pool: small0, prior: before, asked: target.pages, granted: target.pages, writes: 1)])
        #expect(try pools.read(small0).persistent == target.pages)
        let outcome = growth.shrink(PoolTarget(small0, pages: before.persistent))
        #expect(outcome == .done(try pools.read(small0)))
        #expect(try pools.read(small0) == before)
    }

    @Test("are put back when the kernel grants fewer pages than asked")
    func short() throws {
        let (small, large) = (try pools.read(small0), try pools.read(large0))
        defer {
            try? pools.write(large.persistent, to: large0)
            try? pools.write(small.persistent, to: small0)
        }
        // Far above what any test machine has. Pages of 1 GiB, since the kernel kills nothing to find them.
        let asked = large.persistent + 1_000
        let outcome = PoolGrowth(pools, limits: PoolLadderLimits(rounds: 1)).grow([
            PoolTarget(large0, pages: asked), PoolTarget(small0, pages: small.persistent + 1),
        ])
        guard case .short(let shortage) = outcome else { return #expect(Bool(false), "\(outcome)") }
        #expect(shortage.shortPools.map(\.pool) == [large0])
        #expect(shortage.returns.map(\.pool) == [large0])
        #expect(shortage.isPutBack)
        #expect(shortage.kernelArguments == "hugepagesz=1G hugepages=0:\(asked)")
        #expect(try pools.read(small0) == small)
        #expect(try pools.read(large0) == large)
    }

    @Test("can be compacted")
    func compacting() throws {
        #expect(throws: Never.self) { try pools.compact(0) }
    }
}
