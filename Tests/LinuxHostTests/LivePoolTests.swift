import Execution
import Foundation
import HostModel
import LinuxHost
import Synchronization
import Testing

/// Whether this machine lets its pools be changed: root, and writable files of both usual sizes on cell 0.
private let canChangePools: Bool = {
    let pools = SysfsPools()
    return geteuid() == 0 && [small0, large0].allSatisfy { pools.mayWrite($0) && (try? pools.read($0)) != nil }
}()

/// Posted by the handler of the test that sends signals: one of few things that a handler may do.
private nonisolated(unsafe) let signalTaken: UnsafeMutablePointer<sem_t> = {
    let semaphore = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)
    sem_init(semaphore, 0, 0)
    return semaphore
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
            grants == [GrownPool(pool: small0, prior: before, asked: target.pages, granted: target.pages, writes: 1)])
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

    @Test("are written whole while signals come in")
    func signals() throws {
        let before = try pools.read(small0)
        defer { try? pools.write(before.persistent, to: small0) }
        _ = signalTaken
        signal(SIGUSR1) { _ in sem_post(signalTaken) }
        // Threads of a pool may have signals blocked already.
        var usual = sigset_t()
        var mask = sigset_t()
        sigaddset(&mask, SIGUSR1)
        pthread_sigmask(SIG_UNBLOCK, &mask, &usual)
        defer { pthread_sigmask(SIG_SETMASK, &usual, nil) }
        let target = pthread_self()
        let isOver = Mutex(false)
        let hasEnded = DispatchSemaphore(value: 0)
        let sender = Thread {
            while !isOver.withLock(\.self) { pthread_kill(target, SIGUSR1) }
            hasEnded.signal()
        }
        sender.start()
        defer {
            isOver.withLock { $0 = true }
            hasEnded.wait()
        }
        // Without blocking, the kernel stops at the first signal, with a few pages or none.
        for pages in [PageCount(200), 50, 250] {
            while sem_trywait(signalTaken) == 0 {}
            // The wait itself is interrupted by the signals.
            while sem_wait(signalTaken) != 0 { try #require(errno == EINTR) }
            try pools.write(before.persistent + pages, to: small0)
            #expect(try pools.read(small0).persistent == before.persistent + pages)
        }
    }

    @Test("can be compacted")
    func compacting() throws {
        #expect(throws: Never.self) { try pools.compact(0) }
    }
}
