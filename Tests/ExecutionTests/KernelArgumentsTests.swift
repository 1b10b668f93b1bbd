import Execution
import HostModel
import Testing

@Suite("Kernel arguments")
struct KernelArgumentsTests {
    static let huge0 = PoolID(cell: 0, pageSize: PageSize(KiB(16 << 20)))

    @Test(
        "name each cell, largest pages first",
        arguments: [
            ([], ""),
            ([PoolTarget(large1, pages: 20), PoolTarget(large0, pages: 24)], "hugepagesz=1G hugepages=0:24,1:20"),
            ([PoolTarget(large0, pages: 0), PoolTarget(large1, pages: 1)], "hugepagesz=1G hugepages=1:1"),
            ([PoolTarget(large0, pages: 0)], ""),
            ([PoolTarget(small0, pages: 512)], ""),
            ([PoolTarget(large0, pages: 2), PoolTarget(large0, pages: 5)], "hugepagesz=1G hugepages=0:5"),
            (
                [PoolTarget(large0, pages: 2), PoolTarget(huge0, pages: 1)],
                "hugepagesz=16G hugepages=0:1 hugepagesz=1G hugepages=0:2"
            ),
        ] as [([PoolTarget], String)])
    func text(targets: [PoolTarget], text: String) {
        #expect(kernelArguments(for: targets) == text)
    }

    @Test("take smaller pages when asked")
    func smaller() {
        #expect(
            kernelArguments(for: [PoolTarget(small0, pages: 512), PoolTarget(large1, pages: 1)], atLeast: small)
                == "hugepagesz=1G hugepages=1:1 hugepagesz=2M hugepages=0:512")
    }
}
