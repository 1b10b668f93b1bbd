internal import Diagnostics
internal import HostModel
internal import SiteFile

extension PlacementRun {
    /// Places as many guests as possible one by one, kept ones first, and says what each of the others lacks.
    func partialAnswer(_ verdict: Placement.SearchVerdict) -> Placement {
        let held = committed(Set(kept.keys))
        let (grid, keptCPUs) = (held.grid, held.keptCPUs)
        let needs = held.needs.split(DeviceSplits(held.needs).ways.first ?? [:])
        var search = PlacementSearch(
            grid: grid, needs: needs, allowsMixedPages: true, prefersPack: request.policy.placement == .pack,
            limit: 0)
        var assignments = needs.map { _ in Assignment(hosts: [], pages: []) }
        var left = Set(obstacles.keys)
        for guest in inOrderOfKeeping(Set(kept.keys)) {
            guard let assignment = kept[guest]?.assignment else { continue }
            var next = search
            next.state.addFloating(needs[guest])
            if next.state.hostLack == nil, next.fix(guest, assignment) {
                (search, assignments[guest]) = (next, assignment)
            } else {
                left.insert(guest)
            }
        }
        let attempts = GreedyConstruction.CellOrder.inTurn(prefersPack: request.policy.placement == .pack).map {
            oneByOne(search, needs, left: left, preference: $0)
        }
        // As many as can be; of equally many the way in which the site wants them.
        guard let best = attempts.enumerated().min(by: { ($0.1.left.count, $0.0) < ($1.1.left.count, $1.0) })?.1 else {
            preconditionFailure("there is at least one preference")
        }
        let construction = best.construction
        left = best.left
        for (guest, assignment) in best.assignments { assignments[guest] = assignment }
        let arrangement = Arrangement(
            grid: grid, needs: needs, assignments: assignments, keptCPUs: keptCPUs,
            keptDevices: held.keptDevices)
        guard !left.isEmpty else { return placement(of: arrangement, verdict: .placed, left: []) }
        var answer = placement(of: arrangement, verdict: verdict, left: left)
        var report = ShortageReport(request: request, state: construction.state, placed: answer)
        answer.unplaced = left.sorted().map { guest in
            let reasons =
                obstacles[guest].map(report.reasons)
                ?? report.reasons(for: needs[guest], devices: request.guests[guest].demand)
            return UnplacedGuest(
                name: request.guests[guest].name, code: obstacles[guest]?.code ?? .doesNotFit, reasons: reasons)
        }
        return answer
    }

    /// Guests that are not fixed, placed one after the other, and who is left over.
    private func oneByOne(
        _ search: PlacementSearch, _ needs: [GuestCounts], left: Set<Int>, preference: GreedyConstruction.CellOrder
    ) -> (construction: GreedyConstruction, assignments: [Int: Assignment], left: Set<Int>) {
        var (construction, left) = (
            GreedyConstruction(search: search, order: .cellsFirst, preference: preference), left
        )
        var assignments: [Int: Assignment] = [:]
        for guest in search.sorted(by: .cellsFirst) where search.fixed[guest] == nil && !left.contains(guest) {
            let before = construction.state
            let hasSpread = !needs[guest].spread.isEmpty || !needs[guest].floatingDevices.isEmpty
            if needs[guest].cells.isEmpty || hasSpread, !construction.placeFloating(needs[guest]) {
                left.insert(guest)
            } else if !needs[guest].cells.isEmpty {
                assignments[guest] = construction.place(needs[guest])
                if assignments[guest] == nil {
                    construction.state = before
                    left.insert(guest)
                }
            }
        }
        return (construction, assignments, left)
    }
}

extension PlacementRun {
    /// Cells whose memory cannot hold the pools that the site and foreign users need, guests left out: what the pools need, and
    /// what of the memory after the reserve foreign domains leave them.
    var poolShortages: [Shortage] {
        let none = grid.pageSizes.map { _ in 0 }
        return grid.cells.indices.compactMap { index in
            let (cell, check) = (grid.cells[index], CellCheck(index, of: grid))
            guard case .failure(let lack) = check.rest(with: CellLoad(), pages: none[...]) else { return nil }
            let pools = lack.needed - cell.foreignMemory
            let holders = request.foreign.filter {
                ($0.memory + [$0.overhead].compactMap(\.self)).contains { $0.cell == cell.id }
            }
            return Shortage(
                hostCell: cell.id, resource: .memory, needed: UInt64(max(0, pools)),
                free: UInt64(max(0, lack.available - cell.foreignMemory)), heldBy: holders.map(\.name).sorted())
        }
    }

    /// The answer when the pools alone do not fit: no guest can rely on its cell.
    func refusal(_ shortages: [Shortage]) -> Placement {
        let none = Arrangement(
            grid: grid, needs: needs.map { $0 ?? GuestCounts(cells: [], forced: [], pages: [nil]) },
            assignments: needs.map { _ in Assignment(hosts: [], pages: []) }, keptCPUs: [:])
        var answer = placement(of: none, verdict: .infeasible, left: Set(request.guests.indices))
        answer.poolShortages = shortages
        answer.unplaced = request.guests.map { UnplacedGuest(name: $0.name, code: .doesNotFit, reasons: shortages) }
        return answer
    }
}

extension StaticObstacle {
    var code: DiagnosticCode {
        switch self {
        case .pageSizeMissing: .pageSizeNotOnHost
        case .tooManyCells: .tooManyCells
        case .cellMissing: .placementCellMissing
        case .devicesMissing: .deviceNotOnHost
        case .deviceWithoutCell, .devicesApart: .doesNotFit
        case .noDevice: .deviceNotOfKind
        }
    }
}
