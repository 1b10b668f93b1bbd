internal import Diagnostics
internal import DomainXML
internal import HostModel
internal import SiteFile

/// What the site asks of a host that lacks it, apart from any guest.
struct HostRefusals {
    let host: HostFacts
    let policy: HostPolicy

    /// Everything that is wrong, in the order of the site's keys.
    var diagnostics: [Diagnostic] {
        [policy.dedicatedCPUs, policy.sharedCPUs, policy.housekeepingCPUs].compactMap { $0.flatMap(offline) }
            + reservedOnMissingCells
            + policy.pools.compactMap(impossible) + unknownMemory + shutOut
    }

    private func offline(_ cpus: Located<CPUSet>) -> Diagnostic? {
        let known = host.cells.reduce(into: CPUSet()) { $0.formUnion($1.cpus) }
        let missing = cpus.value.subtracting(known)
        guard !missing.isEmpty else { return nil }
        return Diagnostic(
            .cpusNotOnline, "CPU \(missing) is not online on this host", at: cpus.mark,
            label: "online are \(known)", hint: "numactl-plan facts shows the host's CPUs")
    }

    private var reservedOnMissingCells: [Diagnostic] {
        policy.reservedPerCell.sorted { $0.key < $1.key }.compactMap { cell, amount in
            host.cell(cell) == nil ? missingCell(cell, at: amount.mark) : nil
        }
    }

    private func impossible(_ request: PoolRequest) -> Diagnostic? {
        let pool = request.pool.value
        guard let cell = host.cell(pool.cell) else { return missingCell(pool.cell, at: request.pool.mark) }
        guard cell.pool(of: pool.pageSize) == nil else { return nil }
        let sizes = cell.pools.map(\.pageSize.description).joined(separator: ", ")
        return Diagnostic(
            .pageSizeNotOnHost, "cell \(pool.cell) has no pool of \(pool.pageSize) pages", at: request.pool.mark,
            label: sizes.isEmpty ? "it has no huge pages" : "it has \(sizes)")
    }

    private func missingCell(_ cell: CellID, at mark: SourceMark) -> Diagnostic {
        Diagnostic(
            .placementCellMissing, "cell \(cell) does not exist on this host", at: mark,
            label: "this host has \(host.cellIDs)", hint: "numactl-plan facts shows the cells")
    }

    /// What the control group of the guests keeps from them: a warning where the site gives it to guests, else a note.
    private var shutOut: [Diagnostic] {
        guard let limits = host.guestLimits else { return [] }
        let (cpus, cells) = (host.shutOutCPUs, host.shutOutCells)
        guard !cpus.isEmpty || !cells.isEmpty else { return [] }
        let named = [policy.dedicatedCPUs, policy.sharedCPUs].compactMap { $0 }.first {
            !$0.value.isDisjoint(with: cpus)
        }
        let parts = [
            cpus.isEmpty ? nil : "CPUs \(cpus) (\(cpus.count) of \(host.onlineCPUs.count))",
            cells.isEmpty ? nil : "the memory of cells \(cells)",
        ].compactMap { $0 }
        return [
            Diagnostic(
                .guestsConfined, "guests may not use \(parts.joined(separator: " and "))", at: named?.mark,
                severity: named == nil ? .note : .warning,
                label: named == nil ? nil : "names \(named?.value.intersection(cpus) ?? []), which guests cannot use",
                notes: ["the control group of the guests excludes them: \(limits.source)"],
                hint: "systemctl show machine.slice -p AllowedCPUs -p AllowedMemoryNodes shows the configured limits")
        ]
    }

    private var unknownMemory: [Diagnostic] {
        let cells = CellSet(host.cells.filter { $0.memory == nil }.map(\.id))
        guard !cells.isEmpty else { return [] }
        return [
            Diagnostic(
                .factMissing, "the memory of cell \(cells) is unknown; nothing is placed there", severity: .warning)
        ]
    }
}
