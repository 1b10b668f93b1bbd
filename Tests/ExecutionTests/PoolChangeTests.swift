import Execution
import HostModel
import Planning
import Testing

@Suite("Changing pools in both directions")
struct PoolChangeTests {
    private static let shrinks = [
        PoolChange(pool: small0, prior: 8, target: 2), PoolChange(pool: small1, prior: 8, target: 1),
    ]
    private static let grows = PoolChange(pool: large0, prior: 0, target: 1)

    /// Two pools of eight pages, and one that has none.
    private func kernel(_ change: (inout FakePoolKernel.State) -> Void = { _ in }) -> FakePoolKernel {
        FakePoolKernel([pool(small, 8), pool(large, 0)]) { state in
            state.pools[small1] = pool(small, 8)
            change(&state)
        }
    }

    @Test("shrinks first, then grows out of what became free")
    func both() {
        let kernel = kernel { $0.room[0] = gib }
        #expect(PoolGrowth(kernel).change(Self.shrinks + [Self.grows]) == .done)
        #expect(kernel.calls == [.write(small0, 2), .write(small1, 1), .write(large0, 1)])
    }

    @Test("gives shrunk pools their pages back when another one does not grow")
    func short() {
        let kernel = kernel()
        guard case .short(let shortage) = PoolGrowth(kernel).change(Self.shrinks + [Self.grows]) else {
            Issue.record("the kernel has no room, and it counts as done")
            return
        }
        #expect(shortage.grants.map(\.pool) == [large0])
        #expect(kernel.pools == [small0: pool(small, 8), small1: pool(small, 8), large0: pool(large, 0)])
    }

    @Test("gives the first its pages back when the second may not shrink, or a call fails")
    func refused() {
        let used = kernel { $0.pools[small1]?.free = 3 }
        #expect(PoolGrowth(used).change(Self.shrinks + [Self.grows]) == .inUse(small1, spare: 3))
        #expect(used.pools[small0] == pool(small, 8) && used.pools[large0] == pool(large, 0))
        let denied = kernel { $0.refusedWrites = [2] }
        #expect(PoolGrowth(denied).change(Self.shrinks) == .failed(.denied))
        #expect(denied.pools == [small0: pool(small, 8), small1: pool(small, 8), large0: pool(large, 0)])
    }
}
