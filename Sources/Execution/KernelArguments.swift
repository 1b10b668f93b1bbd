public import HostModel

/// The pages from which on a pool is better filled by the kernel's command line than at run time: 1 GiB.
public let bootPageSize = PageSize(KiB(1 << 20))

/// The kernel's command line options that fill pools at boot, cell by cell: `hugepagesz=1G hugepages=0:24,1:20`.
///
/// Largest page size first, cells ascending; of several targets for one pool the highest counts. The form with cells is known
/// to Linux 5.16 and later.
/// - Parameters:
///   - targets: The persistent pages wanted of each pool; pools of no page are left out.
///   - smallest: Page sizes below this one are left out.
/// - Returns: The options parted by blanks; "" when there is nothing to ask for.
public func kernelArguments(for targets: [PoolTarget], atLeast smallest: PageSize = bootPageSize) -> String {
    let wanted = targets.filter { $0.pages > .zero && $0.pool.pageSize >= smallest }
    let sizes = Set(wanted.map(\.pool.pageSize)).sorted(by: >)
    return sizes.map { size in
        var pages: [CellID: PageCount] = [:]
        for target in wanted where target.pool.pageSize == size {
            pages[target.pool.cell] = max(pages[target.pool.cell] ?? .zero, target.pages)
        }
        let cells = pages.sorted { $0.key < $1.key }.map { "\($0.key):\($0.value)" }
        return "hugepagesz=\(size.kernelName) hugepages=\(cells.joined(separator: ","))"
    }
    .joined(separator: " ")
}
