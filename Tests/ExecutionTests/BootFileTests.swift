import Execution
import HostModel
import Testing

@Suite("Boot file")
struct BootFileTests {
    static func host(_ cells: [Cell]) -> HostFacts {
        HostFacts(host: HostIdentity(name: "hv01"), onlineCPUs: [], cells: cells)
    }

    @Test("is compiled from the facts, with memory in round steps")
    func compiling() {
        let facts = Self.host([
            Cell(id: 8, cpus: [4], memory: nil), Cell(id: 0, cpus: [0, 1], memory: KiB(3 * 262_144 + 17)),
        ])
        let file = BootFile(
            facts: facts, targets: [PoolTarget(large0, pages: 2), PoolTarget(small0, pages: 1)], keepFree: [8: 5])
        #expect(
            file
                == BootFile(
                    host: "hv01",
                    cells: [
                        .init(id: 0, cpus: [0, 1], memory: KiB(3 * 262_144), keepFree: 262_144),
                        .init(id: 8, cpus: [4], memory: nil, keepFree: 5),
                    ], targets: [PoolTarget(small0, pages: 1), PoolTarget(large0, pages: 2)]))
        #expect(file.mismatches(with: facts) == [])
    }

    @Test("names every cell that differs, and does not mind memory")
    func mismatches() {
        let file = BootFile(
            facts: Self.host([
                Cell(id: 0, cpus: [0, 1], memory: 9), Cell(id: 1, cpus: [2, 3], memory: 9),
                Cell(id: 2, cpus: [], memory: 9),
            ]), targets: [])
        let now = Self.host([
            Cell(id: 0, cpus: [0, 1], memory: 1_000), Cell(id: 2, cpus: [3], memory: 9),
            Cell(id: 7, cpus: [4], memory: 9),
        ])
        #expect(file.mismatches(with: now) == ["cell 1 is gone", "cell 2 has CPUs 3, not (none)", "cell 7 is new"])
    }

    @Test(
        "allows new pages as far as the cell keeps its memory",
        arguments: [
            (gib, 0, [PoolTarget(small0, pages: 512)], [], [512]),
            (gib, 262_144, [PoolTarget(small0, pages: 512)], [], [384]),
            (gib, 262_144, [PoolTarget(small0, pages: 512)], [pool(small, 100)], [384]),
            (gib, 262_144, [PoolTarget(small0, pages: 50)], [pool(small, 100)], [100]),
            (gib, gib, [PoolTarget(small0, pages: 512)], [pool(small, 100)], [100]),
            (nil, 0, [PoolTarget(small0, pages: 512)], [pool(small, 100)], [100]),
            (times(3, gib), gib, [PoolTarget(small0, pages: 600), PoolTarget(large0, pages: 1)], [], [512, 1]),
            (times(3, gib), 0, [PoolTarget(small0, pages: 600), PoolTarget(large0, pages: 9)], [], [0, 3]),
            (times(3, gib), 0, [PoolTarget(large0, pages: 9)], [pool(large, 2), pool(small, 1)], [2]),
            (gib, 0, [PoolTarget(small0, pages: 512)], [pool(large, PageCount(Size.maximum.count))], [0]),
            (gib, 0, [PoolTarget(small1, pages: 5)], [], []),
        ] as [(KiB?, KiB, [PoolTarget], [HugepagePool], [PageCount])])
    func allowance(
        memory: KiB?, keepFree: KiB, targets: [PoolTarget], pools: [HugepagePool], allowed: [PageCount]
    ) {
        let facts = Self.host([Cell(id: 0, cpus: [0], memory: memory, pools: pools)])
        let file = BootFile(facts: facts, targets: targets, keepFree: [0: keepFree])
        #expect(file.allowedTargets(on: facts).map(\.pages) == allowed)
    }

    @Test("keeps what is granted, and reports without a write")
    func reserving() {
        let facts = Self.host([Cell(id: 0, cpus: [0], memory: times(9, gib), pools: [pool(large, 1)])])
        let file = BootFile(facts: facts, targets: [PoolTarget(large0, pages: 5)])
        let kernel = FakePoolKernel([pool(large, 1)], room: times(2, gib))
        let growth = PoolGrowth(kernel)
        #expect(growth.report(file, on: facts) == [BootGrant(pool: large0, asked: 5, allowed: 5, granted: 1)])
        #expect(kernel.calls == [])
        #expect(growth.reserve(file, on: facts) == [BootGrant(pool: large0, asked: 5, allowed: 5, granted: 3)])
        #expect(kernel.pools[large0] == pool(large, 3))
    }

    @Test(
        "the kernel's command line turns it off or makes it report",
        arguments: [
            ("", .on), ("quiet numactl-plan=off", .off), ("numactl-plan=report\n", .report),
            ("numactl-plan=off numactl-plan=report", .off), ("numactl-plan=on", .on), ("xnumactl-plan=off", .on),
            ("numactl-plan=offline", .on), ("numactl-plan", .on), ("a\tnumactl-plan=off\tb", .off),
        ] as [(String, BootSwitch)])
    func commandLine(text: String, position: BootSwitch) {
        #expect(BootSwitch(commandLine: text) == position)
    }
}
