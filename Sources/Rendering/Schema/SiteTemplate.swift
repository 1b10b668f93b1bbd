package import HostModel
internal import SiteFile

/// A site file to begin with, for one host: what the host has in comments, a sensible reserve, a few flavors and no guest yet.
public struct SiteTemplate {
    private let facts: HostFacts
    private let host: String
    private let schema: String

    /// Takes the facts, the name of the host's entry, and where editors find the JSON Schema.
    package init(_ facts: HostFacts, host: String, schema: String) {
        self.facts = facts
        self.host = host
        self.schema = schema
    }

    /// The file's text.
    public var text: String {
        (head + hostEntry + flavorEntries + guestEntries).map { $0.isEmpty ? "\n" : $0 + "\n" }.joined()
    }

    private var head: [String] {
        [
            "# yaml-language-server: $schema=\(schema)",
            "# The guests of a host and where they go; numactl-plan-site(5) describes every key.",
            "#", "#   numactl-plan plan     shows what would change",
            "#   numactl-plan apply    makes these changes", "site: \(YAMLWord.text(of: host))", "", "hosts:",
        ]
    }

    private var hostEntry: [String] {
        let cells = facts.cells.map { "    # \(describe($0))" }
        let shared = sharedCPUs
        let dedicated = facts.onlineCPUs.subtracting(shared)
        var lines = ["  \(YAMLWord.text(of: host)):", "    # The host when this was written:"] + cells
        lines += [
            "    connect: qemu:///system",
            "    # CPUs for dedicated vCPUs, and for shared vCPUs and the emulators. Without this any CPU serves either, and",
            "    # the dedicated CPUs of a guest are taken from the shared ones.",
        ]
        if !shared.isEmpty, !dedicated.isEmpty {
            let line = "cpus: {dedicated: '\(dedicated)', shared: '\(shared)'}"
            lines.append(facts.isolatedCPUs.isEmpty ? "    # \(line)" : "    \(line)  # the first are isolated at boot")
        }
        lines += ["    # Ordinary memory that every cell leaves to the host.", "    \(reserve)"]
        if let size = facts.hugePageSizes.first, let cell = facts.cells.first(where: { !$0.pools.isEmpty }) {
            lines += [
                "    # Huge pages for other users than guests, such as DPDK; those for guests are added automatically.",
                "    # pools: {\(size): {cells: {\(cell.id): 64}}}",
            ]
        }
        return lines + [""]
    }

    private var flavorEntries: [String] {
        var lines = ["flavors:", "  # Floats over the host's shared CPUs.", "  small: {vcpus: 1, ram: 512MiB}"]
        lines += ["  # Has its vCPUs and memory on one cell.", "  local: {vcpus: 1, ram: 512MiB, numa_nodes: 1}"]
        if facts.cells.filter(canHoldGuests).count > 1 {
            lines += ["  # Spans two cells, and sees them.", "  wide: {vcpus: 2, ram: 1GiB, numa_nodes: 2}"]
        }
        let page = facts.hugePageSizes.first.map { ", mem_page_size: \($0)" } ?? ""
        return lines + [
            "  # Has a dedicated CPU\(page.isEmpty ? "" : ", and huge pages").",
            "  pinned: {vcpus: 1, ram: 512MiB, cpu_policy: dedicated\(page)}", "",
        ]
    }

    private var guestEntries: [String] {
        let disk = "disks: [{path: /var/lib/libvirt/images/web01.qcow2}]"
        var lines = ["guests:", "  # web01: {flavor: small, \(disk), interfaces: [{network: default}]}"]
        let names = facts.domains.map(\.name)
        if !names.isEmpty {
            let shown =
                names.prefix(8).joined(separator: ", ") + (names.count > 8 ? " and \(names.count - 8) more" : "")
            let words =
                "Existing domains: \(shown). 'numactl-plan import' writes entries for them. 'adopt: true' adopts the domain of "
                + "a guest's name; only its CPUs, memory and cells are then managed."
            lines += wrapped(words, to: 100).map { "  # \($0)" }
        }
        return lines
    }

    private func describe(_ cell: Cell) -> String {
        let threads = cell.siblings.map(\.count).max() ?? 1
        let cores = Amount.count(cell.siblings.count, "core") + (threads > 1 ? " of \(threads) threads" : "")
        let cpus = cell.cpus.isEmpty ? "no CPUs" : "CPUs \(cell.cpus) (\(cores))"
        let memory = cell.memory.map { $0 == .zero ? "no memory" : "memory \(Amount.text($0))" } ?? "memory unknown"
        let pools = cell.pools.map { "\($0.pageSize)" }.joined(separator: " and ")
        return "cell \(cell.id): \(cpus), \(memory)" + (pools.isEmpty ? "" : ", huge pages of \(pools)")
    }

    private func canHoldGuests(_ cell: Cell) -> Bool { !cell.cpus.isEmpty && (cell.memory ?? .zero) >= KiB(1 << 20) }

    /// What is not isolated at boot; without isolation the first core of each cell that has several.
    private var sharedCPUs: CPUSet {
        if !facts.isolatedCPUs.isEmpty { return facts.onlineCPUs.subtracting(facts.isolatedCPUs) }
        return facts.cells.reduce(into: CPUSet()) { set, cell in
            if cell.siblings.count > 1, let first = cell.siblings.first { set.formUnion(first) }
        }
    }

    /// One part in thirty-two of a cell's memory, in steps of 256 MiB, from 256 MiB to 4 GiB: what most cells have, and the others.
    private var reserve: String {
        let step = UInt64(256 << 10)
        let cells = facts.cells.filter { ($0.memory ?? .zero) > .zero }
        let amounts = cells.map { cell in min(max((cell.memory ?? .zero).count / 32 / step, 1), 16) * step }
        let usual = amounts.min() ?? step
        let others = zip(cells, amounts).filter { $1 != usual }
            .map { "\($0.id): {memory: \(Size.text(of: KiB($1)))}" }
        let cellsPart = others.isEmpty ? "" : ", cells: {\(others.joined(separator: ", "))}"
        return "reserved: {memory: \(Size.text(of: KiB(usual)))\(cellsPart)}"
    }
}
