internal import HostModel
internal import SiteFile

/// The guest that needs room, in each way in which its memory may be laid out.
struct RoomGoal {
    /// The same guest: first with all memory on its own host cells, then with memory from elsewhere where it may have that.
    let needs: [GuestCounts]
    /// By guest cell: what it may ask of a host cell, as indices of ``MovingHost/queries``.
    let queries: [[Int]]
    /// By guest cell: the host cells that it may be on.
    private let allowed: [[Bool]]

    init(_ needs: [GuestCounts], on host: inout MovingHost) {
        self.needs = needs
        let cells = needs.first?.cells.indices ?? 0..<0
        queries = cells.map { cell in
            let all = needs.flatMap { need in
                need.pages.map { RoomQuery(need: need.cells[cell], page: $0) }
            }
            return Set(all.map { host.index(of: $0) }).sorted()
        }
        let hosts = host.run.grid.cells.indices
        allowed = cells.map { cell in hosts.map { host in needs.contains { ($0.forced[cell] ?? host) == host } } }
    }

    /// Whether a guest cell may be on a host cell at all.
    func allows(_ cell: Int, on host: Int) -> Bool { allowed[cell][host] }

    /// The guest's host cells where it fits beside everybody else; nil where it does not.
    func hosts(in state: PlacementState, _ checks: inout Int) -> [Int]? {
        for need in needs {
            var state = state
            state.addFloating(need)
            let before = state.checksMade
            defer { checks += state.checksMade - before }
            guard state.hostLack == nil else { continue }
            if need.cells.isEmpty { return [] }
            for pages in need.pageChoices(mixed: true) {
                if let hosts = place(need, pages, [], &state) { return hosts }
            }
        }
        return nil
    }

    private func place(
        _ need: GuestCounts, _ pages: [Int?], _ hosts: [Int], _ state: inout PlacementState
    ) -> [Int]? {
        guard hosts.count < need.cells.count else { return need.isNearAll(hosts) ? hosts : nil }
        guard need.canTouchAll(hosts, toCome: need.cells.count - hosts.count) else { return nil }
        for host in state.grid.cells.indices where need.allows(hosts.count, on: host, beside: hosts) {
            guard let undo = state.put(need.cells[hosts.count], on: host, page: pages[hosts.count]) else { continue }
            if let all = place(need, pages, hosts + [host], &state) { return all }
            state.take(back: undo)
        }
        return nil
    }

    /// The least that all guest cells cost together.
    ///
    /// - Parameter costs: By guest cell and host cell.
    func least(_ costs: [[MoveCost]]) -> MoveCost {
        guard costs.count > 1 else { return costs.first?.min() ?? .none }
        let single = costs.map { $0.min() ?? .endless }
        guard let need = needs.first, !need.sharesHosts, costs.count <= RoomGoal.mostMatched else {
            return single.max() ?? .none
        }
        // By set of guest cells: the least with host cells of their own among those looked at.
        var least = Array(repeating: MoveCost.endless, count: 1 << costs.count)
        least[0] = .none
        for host in costs[0].indices {
            for set in least.indices.reversed() where !least[set].isEndless {
                for cell in costs.indices where set & 1 << cell == 0 && !costs[cell][host].isEndless {
                    least[set | 1 << cell] = min(least[set | 1 << cell], least[set] + costs[cell][host])
                }
            }
        }
        return least[least.count - 1]
    }

    /// Guests of more cells are bounded by the dearest of them.
    private static let mostMatched = 8
}
