/// The kernel's command line options that fill pools at boot, cell by cell: `hugepagesz=1G hugepages=0:24,1:20`.
///
/// The form with cells is known to Linux 5.16 and later.
public struct KernelArguments: Hashable, Sendable {
    /// The pages from which on a pool is better filled by the kernel's command line than at run time: 1 GiB.
    public static let bootPageSize = PageSize(KiB(1 << 20))

    /// The options in one line, largest pages first and cells ascending; "" when no page is wanted.
    public let text: String

    /// Takes the persistent pages that each pool shall have after a boot; pools of no page are left out.
    ///
    /// - Parameter smallest: Page sizes below this one are left out; nil takes all.
    public init(_ pools: [PoolID: PageCount], atLeast smallest: PageSize? = nil) {
        let wanted = pools.filter { $0.value > .zero && smallest.map($0.key.pageSize.isAtLeast) ?? true }
        let sizes = Set(wanted.keys.map(\.pageSize)).sorted(by: >)
        text = sizes.map { size in
            let cells = wanted.filter { $0.key.pageSize == size }.sorted { $0.key < $1.key }
            let counts = cells.map { "\($0.key.cell):\($0.value)" }
            return "hugepagesz=\(size.kernelName) hugepages=\(counts.joined(separator: ","))"
        }.joined(separator: " ")
    }
}

extension PageSize {
    fileprivate func isAtLeast(_ other: PageSize) -> Bool { self >= other }
}
