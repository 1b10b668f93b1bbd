internal import Diagnostics
internal import HostModel
internal import Placement
internal import SiteFile

/// Guests that leave the place that they have, and why.
struct MovingGuests {
    let request: PlanRequest
    let records: [String: DomainRecord]
    let question: PlacementRequest
    let placement: Placement
    /// Those that can move while they run.
    let live: LiveMoves

    /// Guests that leave a host cell; not those that only get other CPUs of it.
    var names: Set<String> {
        Set(
            placement.moved.filter { name in
                guard let (present, placed, _) = places(of: name) else { return false }
                return !hostCells(present, placed).isEmpty
            })
    }

    /// One finding for each running guest that moves, or whose vCPUs get other CPUs of their own.
    ///
    /// - Parameter proposed: Guests that move only to be better off, of which the plan speaks elsewhere.
    func diagnostics(besides proposed: Set<String>) -> [Diagnostic] {
        placement.moved.compactMap { name in
            guard records[name]?.isRunning == true, !proposed.contains(name),
                let (present, placed, demand) = places(of: name)
            else { return nil }
            let cells = hostCells(present, placed)
            guard !cells.isEmpty else { return otherCPUs(name, present, placed) }
            let way = cells.map { "from cell \($0.from) to cell \($0.to)" }.joined(separator: ", ")
            let why = reason(present, placed, demand)
            guard let move = live.guests.first(where: { $0.name == name }) else {
                return moves(name, "must move \(way): \(why)", "it moves at its next start: \(restart(name))")
            }
            return request.movesLive
                ? moves(name, "moves \(way)\(stops(of: name)) while it runs, \(move.memory) of memory: \(why)", nil)
                : moves(
                    name, "must move \(way): \(why)",
                    "it moves at its next start: \(restart(name)); or apply with --live, which moves its \(move.memory) "
                        + "while it runs")
        } + (request.movesLive ? stuck : [])
    }

    private func stops(of name: String) -> String {
        let stops = live.stops(of: name)
        return stops.isEmpty
            ? ""
            : " by way of \(stops.count == 1 ? "cell" : "cells") "
                + stops.map(\.description).joined(separator: ", ")
    }

    private func moves(_ name: String, _ words: String, _ hint: String?) -> Diagnostic {
        Diagnostic(
            .runningGuestMoves, "running guest '\(name)' \(words)", at: mark(of: name), severity: .warning, hint: hint)
    }

    private func restart(_ name: String) -> String { "apply with --restart \(name), or restart it later" }

    /// Guests that were to move while they run, and cannot.
    private var stuck: [Diagnostic] {
        live.obstacles.sorted { $0.key < $1.key }.map { name, obstacle in
            Diagnostic(
                .notMovedLive, "running guest '\(name)' does not move while it runs: \(obstacle.words)",
                at: mark(of: name), severity: .warning, hint: "it moves at its next start: \(restart(name))")
        }
    }

    private func otherCPUs(_ name: String, _ present: PresentPlacement, _ placed: GuestPlacement) -> Diagnostic {
        let changes = placed.cells.flatMap { cell in
            cell.dedicatedVCPUs.compactMap { vcpu -> (vcpu: VCPU, from: CPUSet, to: CPUSet)? in
                guard let from = present.pins[vcpu], let to = cell.pins[vcpu], from != to else { return nil }
                return (vcpu, from, to)
            }
        }
        let offline = changes.reduce(into: CPUSet()) { $0.formUnion($1.from) }.subtracting(request.host.onlineCPUs)
        let words = changes.prefix(4).map { "vCPU \($0.vcpu) from \($0.from) to \($0.to)" }.joined(separator: ", ")
        let more = changes.count > 4 ? ", …" : ""
        return Diagnostic(
            .ownCPUsChange,
            "running guest '\(name)' gets other CPUs on its cell: \(words)\(more); "
                + (offline.isEmpty
                    ? "all guests of the site fit in no other way" : "CPU \(offline) is not online"),
            at: mark(of: name), severity: .warning, hint: "its vCPUs are repinned at once; no restart is needed")
    }

    private func reason(_ present: PresentPlacement, _ placed: GuestPlacement, _ demand: GuestDemand) -> String {
        let forced = demand.forcedCells.contains { present.cells[$0.key].map(\.hostCell) != $0.value.value }
        if forced, let room = request.roomMade, room.moves.contains(where: { $0.guest == placed.name }) {
            return "room is made for '\(room.guest)'"
        }
        if forced { return "'numa_placement' requires it" }
        if present.cells.count != demand.cells.count {
            return "it has \(cells(present.cells.count)) and will have \(cells(demand.cells.count))"
        }
        let page = demand.pageSize?.value
        let basePage = request.host.host.basePage
        let hasOtherPages = placed.cells.contains { cell in
            guard case .exactly = page else { return false }
            return (present.cells[cell.id]?.hugePage ?? basePage) != cell.pageSize
        }
        if hasOtherPages { return "its page size changes" }
        return "all guests of the site fit in no other way"
    }

    private func cells(_ count: Int) -> String { count == 1 ? "1 guest cell" : "\(count) guest cells" }

    private func hostCells(_ present: PresentPlacement, _ placed: GuestPlacement) -> [(from: CellID, to: CellID)] {
        placed.cells.compactMap { cell in
            guard let from = present.cells[cell.id]?.hostCell, from != cell.hostCell else { return nil }
            return (from, cell.hostCell)
        }
    }

    private func places(of name: String) -> (PresentPlacement, GuestPlacement, GuestDemand)? {
        guard let guest = question.guests.first(where: { $0.name == name }), let present = guest.present,
            let placed = placement.guests.first(where: { $0.name == name })
        else { return nil }
        return (present, placed, guest.demand)
    }

    private func mark(of name: String) -> SourceMark? {
        request.guests.first { $0.name.value == name }?.name.mark
    }
}
