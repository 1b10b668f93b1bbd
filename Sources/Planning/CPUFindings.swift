internal import Diagnostics
internal import HostModel
internal import SiteFile

/// What is to be said of the CPUs that guests got: cores of another kind than they had rather, topologies that the pins contradict.
struct CPUFindings {
    let host: HostFacts
    let guests: [GuestSpec]

    /// One finding for each guest and fault, in the order of the placement.
    func diagnostics(_ placement: Placement) -> [Diagnostic] {
        let specs = Dictionary(guests.map { ($0.name.value, $0) }, uniquingKeysWith: { first, _ in first })
        return placement.guests.flatMap { place in
            guard let guest = specs[place.name] else { return [Diagnostic]() }
            return [coreKind(guest, place), topology(guest, place)].compactMap(\.self)
        }
    }

    private func coreKind(_ guest: GuestSpec, _ place: GuestPlacement) -> Diagnostic? {
        let kind = guest.demand.cpuKind
        guard kind != .any, !host.efficiencyCPUs.isEmpty else { return nil }
        let own = place.cells.reduce(into: CPUSet()) { set, cell in
            for vcpu in cell.dedicatedVCPUs { set.formUnion(cell.pins[vcpu] ?? []) }
        }
        let wrong = kind == .performance ? own.intersection(host.efficiencyCPUs) : own.subtracting(host.efficiencyCPUs)
        guard !wrong.isEmpty else { return nil }
        let words = wrong == own ? "has" : "has, beside others,"
        return Diagnostic(
            .coreKindMissed,
            "guest '\(place.name)' \(words) \(kind == .performance ? "efficiency" : "performance") cores: CPUs \(wrong)",
            at: guest.name.mark, severity: .warning,
            hint: "no \(kind.rawValue) cores are left for it; 'cpu_kind: any' accepts both kinds")
    }

    private func topology(_ guest: GuestSpec, _ place: GuestPlacement) -> Diagnostic? {
        guard SeenTopology(host: host).isContradicted(guest.demand, at: place),
            let threads = guest.demand.cpuTopology?.threads
        else { return nil }
        return Diagnostic(
            .topologyContradicted,
            "guest '\(place.name)' is shown cores of \(threads) threads, but its vCPUs are not pinned to siblings like that",
            at: guest.name.mark, severity: .warning,
            hint: "leave the topology out, and the guest sees its CPUs as they are pinned")
    }
}
