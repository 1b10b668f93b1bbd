internal import Diagnostics
package import HostModel

/// The facts of a host as tables that an operator reads at a glance; what the host does not tell is `unknown`.
public struct FactsText {
    private let facts: HostFacts
    private let width: Int
    private var paint: Paint { Paint(isOn: false, width: width) }

    /// Takes the facts to show and how many columns a line has.
    package init(_ facts: HostFacts, width: Int = standardWidth) {
        self.facts = facts
        self.width = width
    }

    /// Host, cells, pools, distances, caches, devices, isolation, mounts and domains, parted by empty lines; each line is ended.
    public var text: String {
        joinedSections([
            hostLines, cellLines, poolLines, distanceLines, cacheLines, deviceLines, isolationLines,
            mountLines, domainLines,
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
        let numbers = ["cell", "CPUs", "cores", "threads", "memory", "free"] + available
        let rows = facts.cells.map { cell in
            let numbers = ["\(cell.id)", "\(cell.cpus.count)", "\(cell.siblings.count)", threads(of: cell)]
            let amounts = [cell.memory, cell.memoryFree] + (isAvailableKnown ? [cell.memoryAvailable] : [])
            return numbers + amounts.map { Amount.text($0) } + [cell.cpus.text(empty: "none")]
        }
        guard !rows.isEmpty else { return ["no cells"] }
        return Table(numbers.map { .number($0) } + ["CPU list"], rows).lines(paint)
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
        let table = Table(
            [.number("cell")] + sizes.map { .number($0.description) },
            facts.cells.map { cell in
                ["\(cell.id)"]
                    + sizes.map { size in
                        cell.pool(of: size).map { "\($0.total) / \($0.free) / \($0.surplus)" } ?? "-"
                    }
            }, title: "huge pages: total / free / surplus")
        return table.lines(paint)
    }

    /// One row an interrupt and a set of CPUs that threads have, where they were looked at.
    private var isolationLines: [String] {
        guard let found = facts.isolation else { return [] }
        let new = found.newInterrupts.map { [["new", "", "\($0)", ""]] } ?? []
        let rows = found.interrupts.map {
            ["\($0.number)", $0.name, "\($0.cpus)", $0.isFixed ? "kept by the kernel" : ""]
        }
        let threads = Table(
            [.number("threads"), "may run on", .quoted("programs")],
            found.threads.map { ["\($0.count)", "\($0.cpus)", $0.names.joined(separator: ", ")] })
        let owners = [
            found.workqueues.map { "work queues may run on CPUs \($0)" },
            found.balancer.map { "irqbalance runs, and leaves alone CPUs \($0.banned.text(empty: "(none)"))" },
            found.tuned.map {
                "tuned runs (profile \($0.profile)), and isolates CPUs \($0.isolated.text(empty: "(unknown)"))"
            },
            found.manager.flatMap(\.affinity).map { "systemd starts programs on CPUs \($0)" },
            found.partitions.flatMap { $0.isEmpty ? nil : "CPUs \($0) are isolated partitions" },
        ]
        let groups = (found.manager?.groups ?? [:]).sorted { $0.key < $1.key }.compactMap { unit, group in
            group.now.flatMap { $0.isEmpty ? nil : "programs in \(unit) run on CPUs \($0)" }
        }
        return Table([.number("interrupt"), .quoted("asked for by"), "may come to", ""], new + rows).lines(paint)
            + threads.lines(paint) + owners.compactMap(\.self) + groups
    }

    private var distanceLines: [String] { DistanceTable(facts.cells, room: width).lines }

    private var cacheLines: [String] {
        Table(
            [.number("cell"), "CPUs of each last-level cache"],
            facts.cells.filter { $0.lastLevelCaches.count > 1 }.map { cell in
                ["\(cell.id)", cell.lastLevelCaches.map(\.description).joined(separator: " | ")]
            }
        ).lines(paint)
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
        return wrapped(line, to: width) + kindLines
    }

    /// One row for each kind of device on each cell, where the facts tell what devices are; virtual functions are only counted.
    private var kindLines: [String] {
        let cells = facts.cells.map { CellID?.some($0.id) } + [nil]
        let rows = [DeviceClasses.Word.gpu, .nvme, .nic, .crypto].flatMap { word in
            cells.compactMap { cell -> [String]? in
                let devices = facts.devices.filter { device in
                    device.cell == cell && device.physicalFunction == nil
                        && device.deviceClass.map(DeviceClasses(word).contains) == true
                }
                guard !devices.isEmpty else { return nil }
                return [
                    word.rawValue, cell.map { "\($0)" } ?? "-", "\(devices.count)",
                    devices.map(title).joined(separator: ", "),
                ]
            }
        }
        return Table([.name("kind"), .number("cell"), .number("devices"), .quoted("addresses")], rows).lines(paint)
    }

    /// `0000:3b:00.0 (ens1f0, in use)`.
    private func title(_ device: HostDevice) -> String {
        let functions = device.virtualFunctions.map { ["\($0.now) of \(Amount.count($0.total, "vf"))"] } ?? []
        let notes = device.netdevs + device.nvme + functions + (device.isInUse ? ["in use"] : [])
        return "\(device.address)" + (notes.isEmpty ? "" : " (\(notes.joined(separator: ", ")))")
    }

    private var mountLines: [String] {
        guard let libvirt = facts.libvirt else { return [] }
        guard !libvirt.hugetlbfs.isEmpty else { return ["hugetlbfs mounts: none"] }
        return Table(
            [.number("page"), .quoted("hugetlbfs mount")], libvirt.hugetlbfs.map { ["\($0.pageSize)", $0.path] }
        ).lines(paint)
    }

    private var domainLines: [String] {
        guard !facts.domains.isEmpty else { return ["domains: none"] }
        return Table(
            [.name("domain"), "state", "autostart"],
            facts.domains.map { [$0.name, Words.state($0.state), $0.autostart ? "yes" : "no"] }
        ).lines(paint)
    }

    private func shown(_ text: String?) -> String { text.map { displayable($0) } ?? Amount.unknown }
}
