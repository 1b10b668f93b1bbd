internal import Diagnostics
public import HostModel

/// The facts of a host as tables that an operator reads at a glance; what the host does not tell is `unknown`.
public struct FactsText {
    private let facts: HostFacts
    private let width: Int

    /// Takes the facts to show and how many columns a line has.
    public init(_ facts: HostFacts, width: Int = standardWidth) {
        self.facts = facts
        self.width = width
    }

    /// Host, cells, pools, distances, caches, devices, mounts and domains, parted by empty lines; each line is ended.
    public var text: String {
        joinedSections([
            hostLines, cellLines, poolLines, distanceLines, cacheLines, deviceLines, mountLines, domainLines,
        ])
    }

    private var hostLines: [String] {
        let host = facts.host
        let libvirt = facts.libvirt.map { "libvirt \(shown($0.version)), hypervisor \(shown($0.hypervisor))" }
        return
            ([
                "\(shown(host.name))  \(shown(host.arch))  kernel \(shown(host.kernel))  \(libvirt ?? "libvirt not asked")",
                "\(Amount.count(facts.cells.count, "cell")), \(Amount.count(facts.onlineCPUs.count, "CPU")) online, "
                    + "memory \(totalMemory), ordinary page \(host.basePage)",
                "isolated CPUs: \(facts.isolatedCPUs.text(empty: "none"))",
            ] + efficiencyLines + limitLines).flatMap { wrapped($0, to: width) }
    }

    private var efficiencyLines: [String] {
        facts.efficiencyCPUs.isEmpty ? [] : ["efficiency CPUs: \(facts.efficiencyCPUs)"]
    }

    /// What guests may use, where that is less than the host has.
    private var limitLines: [String] {
        guard let limits = facts.guestLimits else { return [] }
        let parts = [
            limits.cpus.map { "CPUs \($0)" }, limits.memoryCells.map { "memory of cells \($0)" },
        ].compactMap { $0 }
        return ["guests may use: \(parts.joined(separator: ", ")) (\(displayable(limits.source)))"]
    }

    private var totalMemory: String {
        let known = facts.cells.compactMap(\.memory)
        guard !known.isEmpty else { return Amount.unknown }
        let sum = known.reduce(UInt64(0)) { $0.addingReportingOverflow($1.count).partialValue }
        return (known.count < facts.cells.count ? "at least " : "") + Amount.text(KiB(sum))
    }

    private var cellLines: [String] {
        let isAvailableKnown = facts.cells.contains { $0.memoryAvailable != nil }
        let available = isAvailableKnown ? ["available"] : []
        var table = TextTable(
            Array(repeating: .right, count: 6 + available.count) + [.left],
            headings: ["cell", "CPUs", "cores", "threads", "memory", "free"] + available + ["CPU list"])
        for cell in facts.cells {
            let numbers = ["\(cell.id)", "\(cell.cpus.count)", "\(cell.siblings.count)", threads(of: cell)]
            let amounts = [cell.memory, cell.memoryFree] + (isAvailableKnown ? [cell.memoryAvailable] : [])
            table.add(numbers + amounts.map { Amount.text($0) } + [cell.cpus.text(empty: "none")])
        }
        return table.isEmpty ? ["no cells"] : table.lines(width: width)
    }

    /// Threads of a core: one number, or lowest and highest where cores differ.
    private func threads(of cell: Cell) -> String {
        let counts = cell.siblings.map(\.count)
        guard let low = counts.min(), let high = counts.max() else { return "-" }
        return low == high ? "\(low)" : "\(low)-\(high)"
    }

    /// One row a cell and one column a page size, so that many cells stay one screen.
    private var poolLines: [String] {
        let sizes = facts.hugePageSizes
        guard !sizes.isEmpty else { return ["huge pages: no pools"] }
        var table = TextTable(
            Array(repeating: .right, count: sizes.count + 1), headings: ["cell"] + sizes.map(\.description))
        for cell in facts.cells {
            let pools = sizes.map { size in
                cell.pool(of: size).map { "\($0.total) / \($0.free) / \($0.surplus)" } ?? "-"
            }
            table.add(["\(cell.id)"] + pools)
        }
        return ["huge pages: total / free / surplus"] + table.lines(width: width)
    }

    private var distanceLines: [String] { DistanceTable(facts.cells, room: width).lines }

    private var cacheLines: [String] {
        var table = TextTable([.right, .left], headings: ["cell", "CPUs of each last-level cache"])
        for cell in facts.cells where cell.lastLevelCaches.count > 1 {
            table.add(["\(cell.id)", cell.lastLevelCaches.map(\.description).joined(separator: " | ")])
        }
        return table.isEmpty ? [] : table.lines(width: width)
    }

    /// How many devices each cell has; which they are is in the document.
    private var deviceLines: [String] {
        guard !facts.devices.isEmpty else { return [] }
        let counts = facts.cells.compactMap { cell in
            let count = facts.devices.count { $0.cell == cell.id }
            return count > 0 ? "cell \(cell.id): \(count)" : nil
        }
        let homeless = facts.devices.count { $0.cell == nil }
        let rest = homeless > 0 ? ["without a cell: \(homeless)"] : []
        let line = "PCI devices: \(facts.devices.count) (" + (counts + rest).joined(separator: ", ") + ")"
        return wrapped(line, to: width)
    }

    private var mountLines: [String] {
        guard let libvirt = facts.libvirt else { return [] }
        guard !libvirt.hugetlbfs.isEmpty else { return ["hugetlbfs mounts: none"] }
        var table = TextTable([.right, .left], headings: ["page", "hugetlbfs mount"])
        for mount in libvirt.hugetlbfs { table.add(["\(mount.pageSize)", displayable(mount.path)]) }
        return table.lines(width: width)
    }

    private var domainLines: [String] {
        guard !facts.domains.isEmpty else { return ["domains: none"] }
        var table = TextTable([.left, .left, .left], headings: ["domain", "state", "autostart"])
        for domain in facts.domains {
            table.add([displayable(domain.name), Words.state(domain.state), domain.autostart ? "yes" : "no"])
        }
        return table.lines(width: width)
    }

    private func shown(_ text: String?) -> String { text.map { displayable($0) } ?? Amount.unknown }
}
