/// The kernel's command line options that fill pools at boot, cell by cell, and keep others off CPUs of guests:
/// `hugepagesz=1G hugepages=0:24,1:20 irqaffinity=0-3 isolcpus=managed_irq,4-15 nohz_full=4-15 rcu_nocbs=4-15`.
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
    /// - Parameter isolation: What is kept off which CPUs; nil says nothing of it.
    public init(
        _ pools: [PoolID: PageCount], atLeast smallest: PageSize? = nil, isolation: CPUIsolation? = nil
    ) {
        let wanted = pools.filter { $0.value > .zero && smallest.map($0.key.pageSize.isAtLeast) ?? true }
        let sizes = Set(wanted.keys.map(\.pageSize)).sorted(by: >)
        let pages = sizes.map { size in
            let cells = wanted.filter { $0.key.pageSize == size }.sorted { $0.key < $1.key }
            let counts = cells.map { "\($0.key.cell):\($0.value)" }
            return "hugepagesz=\(size.kernelName) hugepages=\(counts.joined(separator: ","))"
        }
        text = (pages + (isolation?.kernelArguments ?? [])).joined(separator: " ")
    }
}

extension CPUIsolation {
    /// New interrupts come to the housekeeping CPUs, and those that the kernel manages keep off the others; where programs are kept off,
    /// so are the scheduler's tick and what RCU puts off.
    fileprivate var kernelArguments: [String] { arguments.map(\.text) }

    /// The options that the kernel was not booted with, as far as they are needed for these CPUs: others may name more of them.
    public func pendingArguments(on line: KernelCommandLine) -> [String] {
        arguments.filter { argument in !argument.isMet(line) }.map(\.text)
    }

    private struct Argument {
        let text: String
        let isMet: (KernelCommandLine) -> Bool
    }

    private var arguments: [Argument] {
        guard !housekeeping.isEmpty else { return [] }
        func covers(_ names: [String], _ cpus: CPUSet) -> (KernelCommandLine) -> Bool {
            { line in names.contains { line.cpus(of: $0).map(cpus.isSubset) ?? false } }
        }
        let interrupts = [
            Argument(text: "irqaffinity=\(housekeeping)") { line in
                line.cpus(of: "irqaffinity").map { $0.isDisjoint(with: interruptsOff) } ?? false
            },
            Argument(text: "isolcpus=managed_irq,\(interruptsOff)") { line in
                line.flags(of: "isolcpus").contains("managed_irq")
                    && line.cpus(of: "isolcpus").map(interruptsOff.isSubset) ?? false
            },
        ]
        guard !programsOff.isEmpty else { return interrupts }
        return interrupts + [
            Argument(text: "nohz_full=\(programsOff)", isMet: covers(["nohz_full"], programsOff)),
            Argument(text: "rcu_nocbs=\(programsOff)", isMet: covers(["rcu_nocbs", "nohz_full"], programsOff)),
        ]
    }
}

extension PageSize {
    fileprivate func isAtLeast(_ other: PageSize) -> Bool { self >= other }
}
