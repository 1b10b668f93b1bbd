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
        [policy.dedicatedCPUs, policy.sharedCPUs].compactMap { $0.flatMap(offline) } + reservedOnMissingCells
            + policy.pools.compactMap(impossible) + unknownMemory
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

    private var unknownMemory: [Diagnostic] {
        let cells = CellSet(host.cells.filter { $0.memory == nil }.map(\.id))
        guard !cells.isEmpty else { return [] }
        return [
            Diagnostic(
                .factMissing, "the memory of cell \(cells) is not known; nothing is placed there", severity: .warning)
        ]
    }
}

/// Whose a domain is, when a guest of the site has its name.
enum Ownership: Hashable {
    /// There is no domain of that name.
    case none
    /// We created it or took it over for this site.
    case ours(OwnershipMark.Origin)
    /// It is to be taken over.
    case adopt
    /// It may not be touched.
    case refused(Diagnostic)
    /// It is not ours, and the site only wants no such guest of ours: nothing to do, and a word about it.
    case leftAlone(Diagnostic)
}

extension Ownership {
    /// Decides whose the domain of a guest is.
    init(_ guest: GuestSpec, record: DomainRecord?, site: String) {
        let judged = Ownership(judging: guest, record: record, site: site)
        guard guest.state?.value == .absent, case .refused(var diagnostic) = judged else {
            self = judged
            return
        }
        diagnostic.severity = .warning
        diagnostic.hint = "nothing is removed that this site did not create"
        self = .leftAlone(diagnostic)
    }

    private init(judging guest: GuestSpec, record: DomainRecord?, site: String) {
        let name = guest.name.value
        let adopts = guest.machine.adopts?.value == true
        guard let record else {
            self =
                adopts && guest.state?.value != .absent
                ? .refused(
                    Diagnostic(
                        .adoptMissing, "there is no domain '\(name)' to adopt", at: guest.name.mark,
                        hint: "virsh list --all shows the domains; without 'adopt: true' it is created"))
                : .none
            return
        }
        if let manager = record.manager {
            self = .refused(
                Diagnostic(
                    .otherManager, "domain '\(name)' belongs to \(manager); it is left alone", at: guest.name.mark,
                    hint: "take the guest out of the site file, or the domain out of \(manager)"))
        } else if !record.facts.persistent {
            self = .refused(
                Diagnostic(
                    .notOurs, "domain '\(name)' is transient: it has no definition to manage", at: guest.name.mark,
                    hint: "virsh define a definition for it first"))
        } else if let mark = record.mark {
            self =
                mark.site == site
                ? .ours(mark.origin)
                : .refused(
                    Diagnostic(
                        .notOurs, "domain '\(name)' belongs to the site '\(mark.site)'", at: guest.name.mark,
                        hint: "remove it from that site first"))
        } else if adopts {
            self = .adopt
        } else {
            self = .refused(
                Diagnostic(
                    .notOurs, "there is a domain '\(name)' that this site did not create", at: guest.name.mark,
                    hint: "write 'adopt: true' to manage its NUMA, CPU and memory settings, or choose another name"))
        }
    }
}
