internal import Diagnostics
internal import HostModel
internal import Placement
internal import SiteFile

/// What the plan says of a placement's answer: who has no place and why, who excludes whom, whose pages differ in size.
struct PlacementFindings {
    let request: PlanRequest
    let placement: Placement

    /// Guests whose cells have pages of different sizes, those left out whose domains keep their place.
    func mixedPages(besides kept: Set<String>) -> [Diagnostic] {
        let mixed = placement.guests.filter { Set($0.cells.map(\.pageSize)).count > 1 && !kept.contains($0.name) }
        return mixed.map { guest in
            let sizes = guest.cells.map { "\($0.pageSize) on cell \($0.hostCell)" }.joined(separator: ", ")
            return Diagnostic(
                .mixedPageSizes, "guest '\(guest.name)' has pages of different sizes: \(sizes)",
                at: mark(of: guest.name),
                severity: .warning, hint: "no single size fits; ask for one with 'mem_page_size' to see what it lacks"
            )
        }
    }

    /// Why guests have no place; nothing where everybody has one.
    var unplaced: [Diagnostic] {
        guard placement.poolShortages.isEmpty else { return placement.poolShortages.map(poolDiagnostic) }
        return placement.unplaced.flatMap { guest in
            switch guest.code {
            case .deviceNotOnHost: missingDevices(of: guest)
            case .deviceNotOfKind: missingKinds(of: guest)
            default: [unplacedDiagnostic(guest)]
            }
        }
    }

    /// The site's own pools and foreign pages are too much for a cell, guests left out.
    private func poolDiagnostic(_ shortage: Shortage) -> Diagnostic {
        let cell = shortage.hostCell ?? 0
        let request = request.policy.pools.first { $0.pool.value.cell == cell }
        return Diagnostic(
            .doesNotFit, "the huge pages wanted on cell \(cell) do not fit its memory, even without guests",
            at: request?.pool.mark,
            notes: [
                "needed: \(KiB(shortage.needed)) in pools; free: \(KiB(shortage.free)) after the reserve"
                    + (shortage.heldBy.isEmpty ? "" : " and what \(shortage.heldBy.joined(separator: ", ")) hold")
            ],
            hint: "ask for fewer pages under 'pools', or reserve less memory on that cell")
    }

    /// One finding for each device that a guest names and the host does not have.
    private func missingDevices(of guest: UnplacedGuest) -> [Diagnostic] {
        let named = demand(of: guest)?.devices ?? []
        return named.filter { request.host.device($0.value) == nil }.map { device in
            Diagnostic(
                .deviceNotOnHost,
                "\(noun(guest)) '\(guest.name)' names the device \(device.value), which is not on this host",
                at: device.mark, hint: "numactl-plan facts --format json lists the host's devices under 'pci'")
        }
    }

    /// One finding for each wish that no device suits which guests may have.
    private func missingKinds(of guest: UnplacedGuest) -> [Diagnostic] {
        let lacking = guest.reasons.compactMap { if case .devices(let wish) = $0.resource { wish } else { nil } }
        return (spec(guest.name)?.demand.deviceWishes ?? []).filter { lacking.contains($0.value.wish) }.map { request in
            let wish = request.value.wish
            let suitable = self.request.host.devices.filter { self.request.host.suits($0, wish) }
            let isTold = self.request.host.devices.contains { $0.deviceClass != nil }
            return Diagnostic(
                .deviceNotOfKind, "guest '\(guest.name)' wants \(wish.words), of which this host has none to give",
                at: request.mark,
                notes: suitable.map { device in
                    let names = device.netdevs + device.nvme
                    return "\(device.address)" + (names.isEmpty ? "" : " (\(names.joined(separator: ", ")))")
                        + " is in use by the host, or goes only with one that is"
                },
                hint: isTold
                    ? "numactl-plan facts lists the devices by kind; name one by its address to have it nevertheless"
                    : "the facts do not say what devices are: discover them again with this version")
        }
    }

    private func unplacedDiagnostic(_ guest: UnplacedGuest) -> Diagnostic {
        Diagnostic(
            placement.verdict == .undecided ? .undecided : guest.code,
            placement.verdict == .undecided
                ? "the search limit was reached before a place for \(noun(guest)) '\(guest.name)' was found or ruled out"
                : sentence(of: guest),
            at: mark(of: guest.name), length: guest.name.unicodeScalars.count,
            notes: guest.code == .placementCellMissing
                ? guest.reasons.compactMap { missingCell($0, of: guest) } : barrenCells(for: guest)
        )
    }

    private func noun(_ guest: UnplacedGuest) -> String { guest.isActor ? "actor" : "guest" }

    private func sentence(of guest: UnplacedGuest) -> String {
        let holders = guest.reasons.flatMap(\.heldBy).map { "'\($0)'" }.joined(separator: ", ")
        return switch guest.code {
        case .actorCPUsTaken: "actor '\(guest.name)' cannot have all its CPUs: some are held by \(holders)"
        case .actorCPUsOffline: "actor '\(guest.name)' cannot have all its CPUs: not all of them are online"
        default: "\(noun(guest)) '\(guest.name)' does not fit on this host"
        }
    }

    /// Cells that no guest can be on, instead of a row for each.
    private func barrenCells(for guest: UnplacedGuest) -> [String] {
        let demand = demand(of: guest)
        return demand?.isBound == true && guest.code == .doesNotFit ? BarrenCells(request.host).sentences : []
    }

    /// A host cell that a guest names and the host does not have: the machine is another one than the site was written for.
    private func missingCell(_ shortage: Shortage, of guest: UnplacedGuest) -> String? {
        let demand = demand(of: guest)
        return shortage.hostCell.map { cell in
            let key =
                guest.isActor
                ? "cell"
                : demand?.forcedCells.values.contains { $0.value == cell } == true ? "numa_placement" : "memory_cells"
            return "'\(key)' names host cell \(cell); this host has \(CellSet(request.host.cells.map(\.id)))"
        }
    }

    /// Guests that fit alone and not together.
    var conflict: [Diagnostic] {
        let names = placement.conflict
        guard names.count > 1, let last = names.last else { return [] }
        let list = names.dropLast().map { "'\($0)'" }.joined(separator: ", ") + " and '\(last)'"
        let rest =
            placement.conflictIsMinimal
            ? "removing any one of them makes the others fit"
            : "this set is not minimal: some of them may still fit together"
        return [
            Diagnostic(
                .doNotFitTogether,
                "\(actors.isDisjoint(with: names) ? "guests " : "")\(list) do not fit together; \(rest)",
                at: mark(of: last), severity: .note)
        ]
    }

    private func spec(_ guest: String) -> GuestSpec? { request.guests.first { $0.name.value == guest } }

    private func actor(_ name: String) -> ActorSpec? { request.policy.actors.first { $0.name.value == name } }

    private var actors: Set<String> { Set(request.policy.actors.map(\.name.value)) }

    private func demand(of guest: UnplacedGuest) -> GuestDemand? {
        guest.isActor ? actor(guest.name)?.demand : spec(guest.name)?.demand
    }

    private func mark(of guest: String) -> SourceMark? { (spec(guest)?.name ?? actor(guest)?.name)?.mark }
}
