public import HostModel

/// Pools as arguments for the kernel's command line: `hugepagesz=1G hugepages=0:24,1:20`.
public struct KernelArguments: Hashable, Sendable {
    /// The arguments in one line, largest pages first and cells ascending; "" when no page is wanted.
    public let text: String

    /// Takes the pages that each pool shall have after a boot; pools of no page are left out.
    public init(_ pools: [PoolID: PageCount]) {
        let wanted = pools.filter { $0.value > .zero }
        let sizes = Set(wanted.keys.map(\.pageSize)).sorted(by: >)
        text = sizes.map { size in
            let cells = wanted.filter { $0.key.pageSize == size }.sorted { $0.key < $1.key }
            let counts = cells.map { "\($0.key.cell):\($0.value)" }
            return "hugepagesz=\(size.kernelName) hugepages=\(counts.joined(separator: ","))"
        }.joined(separator: " ")
    }
}
