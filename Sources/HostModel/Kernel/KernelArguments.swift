/// The kernel's command line options that fill pools at boot, cell by cell, and keep interrupts off CPUs of guests:
/// `hugepagesz=1G hugepages=0:24,1:20 irqaffinity=0-3 isolcpus=managed_irq,4-15`.
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
    /// - Parameter interrupts: Where interrupts come; nil says nothing of them.
    public init(
        _ pools: [PoolID: PageCount], atLeast smallest: PageSize? = nil, interrupts: InterruptAffinity? = nil
    ) {
        let wanted = pools.filter { $0.value > .zero && smallest.map($0.key.pageSize.isAtLeast) ?? true }
        let sizes = Set(wanted.keys.map(\.pageSize)).sorted(by: >)
        let pages = sizes.map { size in
            let cells = wanted.filter { $0.key.pageSize == size }.sorted { $0.key < $1.key }
            let counts = cells.map { "\($0.key.cell):\($0.value)" }
            return "hugepagesz=\(size.kernelName) hugepages=\(counts.joined(separator: ","))"
        }
        text = (pages + (interrupts?.kernelArguments ?? [])).joined(separator: " ")
    }
}

extension InterruptAffinity {
    /// New interrupts come to the housekeeping CPUs, and those that the kernel manages keep off the others.
    fileprivate var kernelArguments: [String] {
        housekeeping.isEmpty ? [] : ["irqaffinity=\(housekeeping)", "isolcpus=managed_irq,\(off)"]
    }
}

extension PageSize {
    fileprivate func isAtLeast(_ other: PageSize) -> Bool { self >= other }
}
