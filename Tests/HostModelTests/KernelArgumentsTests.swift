import HostModel
import Testing

@Suite("Kernel arguments")
struct KernelArgumentsTests {
    static let small0 = PoolID(cell: 0, pageSize: PageSize(2_048))
    static let large0 = PoolID(cell: 0, pageSize: PageSize(1_048_576))
    static let large1 = PoolID(cell: 1, pageSize: PageSize(1_048_576))
    static let huge0 = PoolID(cell: 0, pageSize: PageSize(16_777_216))

    @Test(
        "name each cell, largest pages first",
        arguments: [
            ([:], ""),
            ([large1: 20, large0: 24], "hugepagesz=1G hugepages=0:24,1:20"),
            ([large0: 0, large1: 1], "hugepagesz=1G hugepages=1:1"),
            ([large0: 0], ""),
            ([small0: 512], ""),
            ([large0: 2, huge0: 1], "hugepagesz=16G hugepages=0:1 hugepagesz=1G hugepages=0:2"),
        ] as [([PoolID: PageCount], String)])
    func text(pools: [PoolID: PageCount], text: String) {
        #expect(KernelArguments(pools, atLeast: KernelArguments.bootPageSize).text == text)
    }

    @Test("take all sizes when no limit is given")
    func smaller() {
        #expect(
            KernelArguments([Self.small0: 512, Self.large1: 1]).text
                == "hugepagesz=1G hugepages=1:1 hugepagesz=2M hugepages=0:512")
    }
}
