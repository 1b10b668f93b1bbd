public import HostModel
internal import SiteFile

/// A guest that would be better off elsewhere, and what that gains.
public struct Move: Hashable, Sendable {
    /// What a move gains.
    public enum Gain: Hashable, Sendable {
        /// The sum of distances between the guest's host cells, each pair once.
        case distance(before: Int, after: Int)
        /// Cores that the guest shares with others although it need not.
        case brokenCores(before: Int, after: Int)
        /// How full the fullest host cell is, in per mille of its CPUs or memory, whichever is more.
        case fullestCell(before: Int, after: Int)
    }

    /// The guest.
    public var guest: String
    /// The host cells that it leaves, by guest cell.
    public var from: [CellID]
    /// The host cells that it would have, by guest cell.
    public var to: [CellID]
    /// What it gains, one kind at a time.
    public var gains: [Gain]
    /// Whether the guest runs, so that the move waits for its next start.
    public var isRunning: Bool
}

/// Looks for guests that are worse placed than they could be, with everybody else where they are.
///
/// One guest after the other is lifted and placed anew, shut off ones first: it moves when its cells come nearer to each other, when
/// it breaks fewer cores, or when that empties a cell that is nearly full, and never at the cost of another of these. Each move is
/// tried on top of those found before; the rounds end when one finds nothing.
package struct Rebalancing {
    private let request: PlacementRequest

    /// Rebalances the guests of that question.
    package init(request: PlacementRequest) { self.request = request }

    /// A cell is full from here on, and another has room up to there, in per mille.
    private static let (full, roomy) = (950, 500)
    private static let rounds = 3
    /// The share of the search limit that one guest may take.
    private static let share = 100

    /// The moves worth while, in the order in which they were found, and the placement with them.
    package func moves(from placement: Placement) -> (moves: [Move], placement: Placement) {
        var current = placement
        var moves: [Move] = []
        for _ in 0..<Rebalancing.rounds {
            var found = false
            for guest in candidates {
                guard let next = replaced(guest, in: current) else { continue }
                moves.append(move(of: guest, from: current, to: next))
                current = next
                found = true
            }
            if !found { break }
        }
        return (merged(moves, first: placement, last: current), current)
    }

    /// Guests that are somewhere now, shut off ones first, then by name.
    private var candidates: [PlacementGuest] {
        request.guests.filter { $0.present?.cells.isEmpty == false && $0.demand.forcedCells.isEmpty }.sorted {
            left, right in
            let (leftRuns, rightRuns) = (left.present?.isRunning == true, right.present?.isRunning == true)
            return leftRuns == rightRuns ? left.name < right.name : rightRuns
        }
    }

    /// The placement with one guest lifted and placed anew, when that is better for it and worse for none.
    private func replaced(_ guest: PlacementGuest, in current: Placement) -> Placement? {
        var question = request
        question.explains = false
        // Each question is about one guest, with everybody else where they are.
        question.searchLimit = request.searchLimit / Rebalancing.share
        let places = current.guests.keyed(by: \.name)
        for index in question.guests.indices {
            let name = question.guests[index].name
            let place = places[name]
            let runs = question.guests[index].present?.isRunning == true
            question.guests[index].present =
                name == guest.name
                ? nil : place.map { PresentPlacement($0, basePage: request.host.host.basePage, isRunning: runs) }
        }
        let next = Placer.place(question)
        guard next.verdict == .placed, next.moved.isEmpty else { return nil }
        let (before, after) = (score(of: guest.name, in: current), score(of: guest.name, in: next))
        let isNotWorse = after.distance <= before.distance && after.broken <= before.broken
        let isBetter = after.distance < before.distance || after.broken < before.broken || relieves(current, next)
        return isNotWorse && isBetter ? next : nil
    }

    private func relieves(_ current: Placement, _ next: Placement) -> Bool {
        let (before, after) = (fullness(of: current), fullness(of: next))
        guard let fullest = before.max(), let emptiest = before.min(), let relieved = after.max() else { return false }
        return fullest >= Rebalancing.full && emptiest <= Rebalancing.roomy && relieved < fullest
    }

    // MARK: Scores

    private func score(of name: String, in placement: Placement) -> (distance: Int, broken: Int) {
        guard let guest = placement.guests.first(where: { $0.name == name }) else { return (0, 0) }
        let hosts = guest.cells.map(\.hostCell)
        var distance = 0
        for (index, from) in hosts.enumerated() {
            for to in hosts[(index + 1)...] { distance += request.host.distance(from: from, to: to) }
        }
        return (distance, brokenCores(of: guest))
    }

    private func brokenCores(of guest: GuestPlacement) -> Int {
        let own = guest.cells.reduce(into: CPUSet()) { set, cell in
            for vcpu in cell.dedicatedVCPUs { set.formUnion(cell.pins[vcpu] ?? []) }
        }
        let isIsolated = request.guests.first { $0.name == guest.name }?.demand.threadPolicy == .isolate
        guard !isIsolated else { return 0 }
        return request.host.cells.flatMap(\.siblings).count { !$0.isDisjoint(with: own) && !$0.isSubset(of: own) }
    }

    /// By host cell: the share in use of its CPUs or memory, whichever is more, in per mille.
    private func fullness(of placement: Placement) -> [Int] {
        zip(request.host.cells, placement.cells).map { cell, usage in
            let cpus = cell.cpus.isEmpty ? 0 : usage.dedicatedCPUs.count * 1_000 / cell.cpus.count
            let memory = max(1, (cell.memory ?? .zero).subtractingDownToZero(request.policy.reserve(of: cell.id)).count)
            let used = usage.pools.reduce(usage.memoryUsed + usage.overhead) { $0 + $1.wanted * $1.pageSize }
            return max(cpus, Int(min(1_000, used.count * 1_000 / memory)))
        }
    }

    // MARK: Moves

    private func move(of guest: PlacementGuest, from current: Placement, to next: Placement) -> Move {
        func hosts(_ placement: Placement) -> [CellID] {
            placement.guests.first { $0.name == guest.name }?.cells.map(\.hostCell) ?? []
        }
        let (before, after) = (score(of: guest.name, in: current), score(of: guest.name, in: next))
        var gains: [Move.Gain] = []
        if after.distance < before.distance { gains.append(.distance(before: before.distance, after: after.distance)) }
        if after.broken < before.broken { gains.append(.brokenCores(before: before.broken, after: after.broken)) }
        if relieves(current, next) {
            gains.append(.fullestCell(before: fullness(of: current).max() ?? 0, after: fullness(of: next).max() ?? 0))
        }
        return Move(
            guest: guest.name, from: hosts(current), to: hosts(next), gains: gains,
            isRunning: guest.present?.isRunning == true)
    }

    /// One move a guest: where it was at first and where it is in the end; guests that came back are left out.
    private func merged(_ moves: [Move], first: Placement, last: Placement) -> [Move] {
        var byGuest: [String: Move] = [:]
        for move in moves {
            if byGuest[move.guest] == nil {
                byGuest[move.guest] = move
            } else {
                byGuest[move.guest]?.to = move.to
                byGuest[move.guest]?.gains += move.gains
            }
        }
        let places = last.guests.keyed(by: \.name)
        return first.guests.compactMap { guest in places[guest.name] == guest ? nil : byGuest[guest.name] }
    }
}

extension PresentPlacement {
    /// The place that a placement gives, as the definition would say it.
    package init(_ placement: GuestPlacement, basePage: PageSize, isRunning: Bool) {
        var cells: [GuestCellID: BoundCell] = [:]
        var pins: [VCPU: CPUSet] = [:]
        for cell in placement.cells {
            cells[cell.id] = BoundCell(
                hostCell: cell.hostCell, hugePage: cell.pageSize > basePage ? cell.pageSize : nil,
                interleaved: cell.boundTo.count > 1 ? cell.boundTo : [])
            pins.merge(cell.pins) { first, _ in first }
        }
        self.init(
            cells: cells, pins: pins, emulatorCPUs: placement.emulatorCPUs, isRunning: isRunning,
            devices: Set(placement.devices.filter(\.isChosen).map(\.address)))
    }
}
