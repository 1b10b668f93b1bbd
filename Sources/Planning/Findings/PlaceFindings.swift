internal import Diagnostics
internal import HostModel
internal import Placement
internal import SiteFile

/// What is to be said of the places that guests got: cores of another kind than they had rather, topologies that the pins contradict,
/// devices that no guest can be on one cell with.
struct PlaceFindings {
    let host: HostFacts
    let guests: [GuestSpec]

    /// One finding for each guest and fault, in the order of the placement.
    func diagnostics(_ placement: Placement) -> [Diagnostic] {
        let specs = guests.keyed(by: \.name.value)
        return placement.guests.flatMap { place in
            guard let guest = specs[place.name] else { return [Diagnostic]() }
            return [coreKind(guest, place), topology(guest, place)].compactMap(\.self) + devices(guest, place)
                + MirrorFindings(host: host).diagnostics(guest, place)
                + place.cells.compactMap { elsewhere(guest, place, $0) }
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
        let words = wrong == own ? "has" : "also has"
        return Diagnostic(
            .coreKindMissed,
            "guest '\(place.name)' \(words) \(kind == .performance ? "efficiency" : "performance") cores: CPUs \(wrong)",
            at: guest.name.mark, severity: .warning,
            hint: "no \(kind.rawValue) cores are left for it; 'cpu_kind: any' accepts both kinds")
    }

    /// Memory of guests that are bound nowhere, where the cells that have CPUs do not hold it: the largest of these guests is named.
    ///
    /// - Parameter reserve: By host cell: memory that stays with the host.
    func floating(_ placement: Placement, reserve: (CellID) -> KiB) -> [Diagnostic] {
        let barren = host.cells.filter { $0.cpus.isEmpty && ($0.memory ?? .zero) > .zero }
        let floating = placement.guests.filter { $0.cells.isEmpty && $0.boundTo.isEmpty }
        guard !barren.isEmpty, let largest = floating.max(by: { $0.memory < $1.memory }),
            let guest = guests.first(where: { $0.name.value == largest.name })
        else { return [] }
        let near = host.cells.filter { !$0.cpus.isEmpty }
        let room = near.reduce(KiB.zero) { sum, cell in
            guard let usage = placement.cells.first(where: { $0.id == cell.id }) else { return sum }
            let pools = usage.pools.reduce(KiB.zero) { $0 + $1.wanted * $1.pageSize }
            return sum
                + (cell.memory ?? .zero).subtractingDownToZero(
                    pools + usage.memoryUsed + usage.overhead + reserve(cell.id))
        }
        let needed = floating.reduce(KiB.zero) { $0 + $1.memory + $1.overhead }
        guard needed > room else { return [] }
        let cells = CellSet(barren.map { $0.id })
        return [
            Diagnostic(
                .memoryFromOtherCells,
                "guest '\(largest.name)' may get memory from \(cells.words), which \(cells.count == 1 ? "has" : "have") no CPUs",
                at: guest.name.mark, severity: .warning,
                notes: [
                    "guests that are bound to no cell need \(MemoryInUse.rounded(needed, up: true)); cells with CPUs have room "
                        + "for \(MemoryInUse.rounded(room, up: false))"
                ],
                hint: "numa_nodes binds a guest's memory near its CPUs; memory_cells names cells that it may come from")
        ]
    }

    /// Memory that its host cell does not have, and that nobody asked to come from others.
    private func elsewhere(_ guest: GuestSpec, _ place: GuestPlacement, _ cell: GuestCellPlacement) -> Diagnostic? {
        let demand = guest.demand
        guard let wanted = demand.cells.first(where: { $0.id == cell.id }), demand.mayComeFromElsewhere(wanted) else {
            return nil
        }
        let own = wanted.memoryCells?.value ?? [cell.hostCell]
        let others = cell.memoryByCell.filter { !own.contains($0.key) && $0.value > .zero }.sorted { $0.key < $1.key }
        guard !others.isEmpty else { return nil }
        let part = place.cells.count == 1 ? "its memory" : "the memory of guest cell \(cell.id)"
        let amounts = others.map { "\(MemoryInUse.rounded($0.value, up: true)) from host cell \($0.key)" }
        let policy = demand.policy(of: wanted)
        return Diagnostic(
            .memoryFromOtherCells,
            "guest '\(place.name)' gets part of \(part) from other cells: \(amounts.joined(separator: ", "))",
            at: guest.name.mark, severity: .warning,
            notes: ["\(own.words) \(own.count == 1 ? "has" : "have") no room for all \(cell.memory) of it"],
            hint: "numa_policy: \(policy.rawValue) allows that; 'strict' refuses it, and more numa_nodes make it local")
    }

    private func topology(_ guest: GuestSpec, _ place: GuestPlacement) -> Diagnostic? {
        guard SeenTopology(host: host).isContradicted(guest.demand, at: place),
            let threads = guest.demand.cpuTopology?.threads
        else { return nil }
        return Diagnostic(
            .topologyContradicted,
            "guest '\(place.name)' sees cores with \(threads) threads, but its vCPUs are not pinned to siblings accordingly",
            at: guest.name.mark, severity: .warning,
            hint: "without the topology the guest sees its CPUs as they are pinned")
    }

    private func devices(_ guest: GuestSpec, _ place: GuestPlacement) -> [Diagnostic] {
        guard guest.demand.devicePolicy == .legacy, !place.cells.isEmpty else { return [] }
        let cells = CellSet(place.cells.map(\.hostCell))
        return guest.demand.devices.compactMap { device in
            guard let cell = host.device(device.value)?.cell, host.cellsWithoutCPUs.contains(cell) else { return nil }
            return Diagnostic(
                .deviceOnCellWithoutCPUs,
                "the device \(device.value) of guest '\(place.name)' is on host cell \(cell), which has no CPUs; the guest is on "
                    + cells.words,
                at: device.mark, severity: .note,
                hint: "'pci_numa_affinity_policy: preferred' does the same without this note")
        }
    }
}
