import Execution
import HostModel
import Testing

let small = PageSize(2_048)
let large = PageSize(KiB(1 << 20))
let small0 = PoolID(cell: 0, pageSize: small)
let large0 = PoolID(cell: 0, pageSize: large)
let small1 = PoolID(cell: 1, pageSize: small)
let large1 = PoolID(cell: 1, pageSize: large)
let gib = KiB(1 << 20)

func pool(_ size: PageSize, _ total: PageCount, free: PageCount? = nil, surplus: PageCount = 0) -> HugepagePool {
    HugepagePool(pageSize: size, total: total, free: free ?? total, surplus: surplus)
}

func times(_ count: UInt64, _ amount: KiB) -> KiB { KiB(count * amount.count) }

@Suite("Growing pools")
struct PoolGrowthTests {
    @Test("grows the largest pages first, each with one write, when there is room")
    func plain() {
        let kernel = FakePoolKernel([pool(small, 0), pool(large, 1)], room: times(4, gib))
        let outcome = PoolGrowth(kernel).grow([PoolTarget(small0, pages: 512), PoolTarget(large0, pages: 3)])
        #expect(kernel.calls == [.write(large0, 3), .write(small0, 512)])
        #expect(
            outcome
                == .granted([
                    GrownPool(pool: small0, prior: pool(small, 0), asked: 512, granted: 512, writes: 1),
                    GrownPool(pool: large0, prior: pool(large, 1), asked: 3, granted: 3, writes: 1),
                ]))
    }

    @Test("leaves a pool alone that holds its target or more", arguments: [5, 4, 0] as [PageCount])
    func enough(target: PageCount) {
        let kernel = FakePoolKernel([pool(small, 5)], room: gib)
        let outcome = PoolGrowth(kernel).grow([PoolTarget(small0, pages: target)])
        #expect(kernel.calls == [])
        #expect(outcome == .granted([GrownPool(pool: small0, prior: pool(small, 5), asked: target, granted: 5)]))
    }

    @Test("surplus pages are no part of what a pool holds")
    func surplusOfThePool() {
        let kernel = FakePoolKernel([pool(small, 5, free: 0, surplus: 3)])
        let outcome = PoolGrowth(kernel).grow([PoolTarget(small0, pages: 4)])
        #expect(kernel.pools[small0] == pool(small, 5, free: 0, surplus: 1))
        #expect(kernel.calls == [.write(small0, 4)])
        guard case .granted = outcome else { return #expect(Bool(false), "\(outcome)") }
    }

    @Test("of several targets for one pool the highest counts")
    func twice() {
        let kernel = FakePoolKernel([pool(small, 0)], room: gib)
        _ = PoolGrowth(kernel).grow([
            PoolTarget(small0, pages: 2), PoolTarget(small0, pages: 7), PoolTarget(small0, pages: 3),
        ])
        #expect(kernel.calls == [.write(small0, 7)])
    }

    @Test("compacts and asks again while that brings pages")
    func steps() {
        let kernel = FakePoolKernel([pool(large, 0)], room: gib) { $0.compactions[0] = [gib, gib, gib] }
        let outcome = PoolGrowth(kernel).grow([PoolTarget(large0, pages: 3)])
        #expect(kernel.calls == [.write(large0, 3), .compact(0), .write(large0, 3), .compact(0), .write(large0, 3)])
        #expect(
            outcome
                == .granted([GrownPool(pool: large0, prior: pool(large, 0), asked: 3, granted: 3, writes: 3)]))
    }

    @Test("asks again when each write is cut short, as by a signal")
    func interrupted() {
        let kernel = FakePoolKernel([pool(small, 0)], room: gib) { $0.step = 100 }
        let outcome = PoolGrowth(kernel).grow([PoolTarget(small0, pages: 512)])
        #expect(kernel.pools[small0] == pool(small, 512))
        guard case .granted = outcome else { return #expect(Bool(false), "\(outcome)") }
    }

    @Test(
        "gives up after a bounded number of rounds, and at least one write is made",
        arguments: [
            (PoolLadderLimits(), 3), (PoolLadderLimits(fruitlessRounds: 5), 6), (PoolLadderLimits(rounds: 1), 2),
            (PoolLadderLimits(rounds: 0), 1), (PoolLadderLimits(rounds: -3, fruitlessRounds: -1), 1),
            (PoolLadderLimits(mayContinue: { false }), 1),
        ] as [(PoolLadderLimits, Int)])
    func bounded(limits: PoolLadderLimits, writes: Int) {
        let kernel = FakePoolKernel([pool(small, 0)])
        guard case .short(let shortage) = PoolGrowth(kernel, limits: limits).grow([PoolTarget(small0, pages: 9)]) else {
            return #expect(Bool(false), "nothing was to be had")
        }
        #expect(shortage.grants.map(\.writes) == [writes])
        #expect(shortage.isPutBack)
    }
}

@Suite("A short grant")
struct PoolShortageTests {
    @Test("puts every pool of the run back and says what would help")
    func putBack() {
        let kernel = FakePoolKernel([pool(small, 3), pool(large, 1)], room: times(2, gib)) {
            $0.pools[small1] = pool(small, 0)
            $0.pools[large1] = pool(large, 5)
            $0.room[1] = times(9, gib)
        }
        let before = kernel.pools
        let outcome = PoolGrowth(kernel).grow([
            PoolTarget(large0, pages: 4), PoolTarget(small0, pages: 10), PoolTarget(small1, pages: 8),
            PoolTarget(large1, pages: 4),
        ])
        #expect(kernel.pools == before)
        #expect(
            outcome
                == .short(
                    PoolShortage(
                        grants: [
                            GrownPool(pool: small0, prior: pool(small, 3), asked: 10, granted: 3),
                            GrownPool(pool: large0, prior: pool(large, 1), asked: 4, granted: 3, writes: 3),
                            GrownPool(pool: small1, prior: pool(small, 0), asked: 8, granted: 8, writes: 1),
                            GrownPool(pool: large1, prior: pool(large, 5), asked: 4, granted: 5),
                        ],
                        returns: [
                            PoolRestoration(pool: large0, prior: 1, left: 1),
                            PoolRestoration(pool: small1, prior: 0, left: 0),
                        ], kernelArguments: "hugepagesz=1G hugepages=0:4,1:5")))
    }

    @Test("a write that is refused ends the run and is told", arguments: [1, 2])
    func refused(write: Int) throws {
        let kernel = FakePoolKernel([pool(small, 0), pool(large, 0)], room: times(8, gib)) {
            $0.refusedWrites = [write]
        }
        let outcome = PoolGrowth(kernel).grow([PoolTarget(large0, pages: 1), PoolTarget(small0, pages: 1)])
        guard case .short(let shortage) = outcome else { return #expect(Bool(false), "\(outcome)") }
        #expect(shortage.shortPools.compactMap(\.failure) == [.denied])
        #expect(shortage.isPutBack)
        #expect(kernel.pools == [small0: pool(small, 0), large0: pool(large, 0)])
    }

    @Test("a put-back that is refused is told, and the others are still put back")
    func stuck() throws {
        let kernel = FakePoolKernel([pool(small, 0), pool(large, 0)], room: times(2, gib)) {
            $0.pools[small1] = pool(small, 0)
            // Writes 1 to 3 climb for the large pool, 4 for the other cell's; 5 puts that one back.
            $0.room[1] = gib
            $0.refusedWrites = [5]
        }
        let outcome = PoolGrowth(kernel).grow([PoolTarget(large0, pages: 3), PoolTarget(small1, pages: 4)])
        guard case .short(let shortage) = outcome else { return #expect(Bool(false), "\(outcome)") }
        #expect(
            shortage.returns == [
                PoolRestoration(pool: large0, prior: 0, left: 0),
                PoolRestoration(pool: small1, prior: 0, left: 4, failure: .denied),
            ])
        #expect(!shortage.isPutBack)
    }

    @Test("a page size that the host lacks fails without a write")
    func noSuchPool() {
        let kernel = FakePoolKernel([pool(small, 0)], room: gib)
        let outcome = PoolGrowth(kernel).grow([PoolTarget(large0, pages: 1)])
        #expect(kernel.calls == [])
        #expect(
            outcome
                == .short(
                    PoolShortage(
                        grants: [GrownPool(pool: large0, prior: nil, asked: 1, granted: 0, failure: .noSuchPool)],
                        returns: [], kernelArguments: "hugepagesz=1G hugepages=0:1")))
    }

    @Test("pages that came into use meanwhile stay")
    func usedMeanwhile() throws {
        let kernel = FakePoolKernel([pool(large, 1, free: 0)], room: times(2, gib)) {
            $0.takenBeforeWrite = [3: (large0, 1)]
        }
        let outcome = PoolGrowth(kernel).grow([PoolTarget(large0, pages: 9)])
        guard case .short(let shortage) = outcome else { return #expect(Bool(false), "\(outcome)") }
        #expect(shortage.returns == [PoolRestoration(pool: large0, prior: 1, left: 2)])
        #expect(kernel.pools[large0] == pool(large, 2, free: 0))
    }

    @Test("pages taken between reading and putting back make no surplus that stays")
    func takenAtTheLastMoment() throws {
        let kernel = FakePoolKernel([pool(large, 1, free: 0)], room: times(2, gib)) {
            $0.takenBeforeWrite = [4: (large0, 1)]
        }
        let outcome = PoolGrowth(kernel).grow([PoolTarget(large0, pages: 9)])
        guard case .short(let shortage) = outcome else { return #expect(Bool(false), "\(outcome)") }
        #expect(kernel.pools[large0]?.surplus == 0)
        #expect(!shortage.isPutBack)
    }

    @Test("surplus that the pool had before comes back as it was")
    func priorSurplus() throws {
        let before = pool(small, 4, free: 0, surplus: 2)
        let kernel = FakePoolKernel([before], room: times(2, small.size))
        let outcome = PoolGrowth(kernel).grow([PoolTarget(small0, pages: 9)])
        guard case .short(let shortage) = outcome else { return #expect(Bool(false), "\(outcome)") }
        #expect(shortage.isPutBack)
        #expect(kernel.pools[small0] == before)
        #expect(shortage.kernelArguments == "hugepagesz=2M hugepages=0:9")
    }

    @Test("nothing is put back when short grants are kept, and smaller pools are still grown")
    func kept() {
        let kernel = FakePoolKernel([pool(small, 0), pool(large, 0)], room: times(2, gib) + times(4, small.size))
        let grants = PoolGrowth(kernel).growKeeping([PoolTarget(large0, pages: 3), PoolTarget(small0, pages: 2)])
        #expect(
            grants == [
                GrownPool(pool: small0, prior: pool(small, 0), asked: 2, granted: 2, writes: 1),
                GrownPool(pool: large0, prior: pool(large, 0), asked: 3, granted: 2, writes: 3),
            ])
        #expect(kernel.pools == [small0: pool(small, 2), large0: pool(large, 2)])
    }

    @Test("no target is no work")
    func nothing() {
        let kernel = FakePoolKernel([pool(small, 0)])
        #expect(PoolGrowth(kernel).grow([]) == .granted([]))
        #expect(kernel.calls == [])
    }
}

@Suite("Kernels that miscount surplus")
struct PoolMiscountTests {
    @Test("a pool that came out too large by the surplus of other cells is set right")
    func setRight() {
        let kernel = FakePoolKernel([pool(small, 0)], room: gib) {
            $0.pools[small1] = pool(small, 6, free: 0, surplus: 3)
            $0.miscountsSurplus = true
        }
        let outcome = PoolGrowth(kernel).grow([PoolTarget(small0, pages: 10)])
        #expect(kernel.pools[small0] == pool(small, 10))
        #expect(kernel.calls == [.write(small0, 10), .write(small0, 7)])
        guard case .granted(let grants) = outcome else { return #expect(Bool(false), "\(outcome)") }
        #expect(grants.map(\.grant.granted) == [10])
    }

    @Test("another excess is somebody else's and stays")
    func somebodyElse() {
        let kernel = FakePoolKernel([pool(small, 0)], room: gib) {
            $0.pools[small1] = pool(small, 6, free: 0, surplus: 3)
        }
        _ = PoolGrowth(kernel).grow([PoolTarget(small0, pages: 10)])
        #expect(kernel.calls == [.write(small0, 10)])
    }

    @Test("pools that the run was not about are read again only when there is surplus")
    func disturbed() {
        let now = FakePoolKernel([pool(small, 9)]) { $0.pools[small1] = pool(small, 4) }
        let growth = PoolGrowth(now)
        let before = [small0: pool(small, 1), small1: pool(small, 6, free: 0, surplus: 1), large0: pool(large, 1)]
        #expect(
            growth.disturbed(since: before, besides: [PoolTarget(small0, pages: 9)]) == [
                PoolRestoration(pool: large0, prior: 1, left: nil, failure: .noSuchPool),
                PoolRestoration(pool: small1, prior: 5, left: 4),
            ])
        #expect(growth.disturbed(since: [small1: pool(small, 6)], besides: []) == [])
    }
}

@Suite("Shrinking a pool")
struct PoolShrinkTests {
    @Test(
        "takes free pages only",
        arguments: [
            (pool(small, 8, free: 8), 0, 3, .done(pool(small, 3))),
            (pool(small, 8, free: 5), 0, 3, .done(pool(small, 3, free: 0))),
            (pool(small, 8, free: 4), 0, 3, .refused(pool(small, 8, free: 4), spare: 4)),
            (pool(small, 8, free: 8), 5, 4, .refused(pool(small, 8), spare: 3)),
            (pool(small, 8, free: 8), 9, 7, .refused(pool(small, 8), spare: 0)),
            (pool(small, 3, free: 0), 0, 3, .done(pool(small, 3, free: 0))),
            (pool(small, 3, free: 0), 0, 7, .done(pool(small, 3, free: 0))),
            (pool(small, 8, free: 2, surplus: 2), 0, 4, .done(pool(small, 6, free: 0, surplus: 2))),
        ] as [(HugepagePool, PageCount, PageCount, PoolShrinkOutcome<FakePoolKernel.Failure>)])
    func shrinking(
        before: HugepagePool, reserved: PageCount, target: PageCount,
        outcome: PoolShrinkOutcome<FakePoolKernel.Failure>
    ) {
        let kernel = FakePoolKernel([before]) { $0.reserved = reserved }
        #expect(PoolGrowth(kernel).shrink(PoolTarget(small0, pages: target)) == outcome)
        if case .refused = outcome { #expect(kernel.calls == []) }
    }

    @Test("writes the old size back at once when pages come into use meanwhile")
    func race() {
        let kernel = FakePoolKernel([pool(small, 8)]) { $0.takenBeforeWrite = [1: (small0, 7)] }
        let outcome = PoolGrowth(kernel).shrink(PoolTarget(small0, pages: 2))
        #expect(kernel.calls == [.write(small0, 2), .write(small0, 8)])
        #expect(kernel.pools[small0]?.surplus == 0)
        guard case .undone = outcome else { return #expect(Bool(false), "\(outcome)") }
    }

    @Test("a call that fails is told")
    func failing() {
        let kernel = FakePoolKernel([pool(small, 8)]) { $0.refusedWrites = [1] }
        #expect(PoolGrowth(kernel).shrink(PoolTarget(small0, pages: 2)) == .failed(.denied))
        #expect(PoolGrowth(kernel).shrink(PoolTarget(large0, pages: 2)) == .failed(.noSuchPool))
    }
}
