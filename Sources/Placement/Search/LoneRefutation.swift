/// Refutes single guests: what a guest cannot do on its own it cannot do beside others.
///
/// Every check of ``PlacementState`` is monotone: a load that does not fit a cell does not fit it with more on the cell. So a
/// guest whose cells cannot be matched with host cells, each alone on its cell beside what is there already, has no place in any
/// arrangement, and nothing needs to be searched for. The converse does not hold.
struct LoneRefutation {
    var state: PlacementState
    let allowsMixedPages: Bool

    /// - Parameter state: A host with what does not move, and with the guests that are bound to no cell.
    init(_ state: PlacementState, allowsMixedPages: Bool) {
        self.state = state
        self.allowsMixedPages = allowsMixedPages
    }

    /// Whether one of the guests has no place; guests that are alike are looked at once.
    mutating func refutes(anyOf needs: some Sequence<GuestCounts>) -> Bool {
        var seen: Set<GuestCounts> = []
        for need in needs where seen.insert(need).inserted && refutes(need) { return true }
        return false
    }

    /// Whether the guest has no place, whatever becomes of the others.
    mutating func refutes(_ need: GuestCounts) -> Bool {
        guard !need.cells.isEmpty else { return refutesFloating(need) }
        // A state that has memory of several cells already has that of all guests.
        if !need.spread.isEmpty, state.spread.isEmpty, refutesFloating(need) { return true }
        let kept = need.keptPages ?? []
        // By page size, guest cell and host cell. Where sizes may be mixed, any of them makes a pair.
        let choices = need.keptPages == nil ? need.pages : [0]
        var pairs = choices.map { page in
            need.cells.indices.map { cell in
                state.grid.cells.indices.map { host in
                    (need.forced[cell] ?? host) == host
                        && state.lack(of: need.cells[cell], on: host, page: kept.isEmpty ? page : kept[cell]) == nil
                }
            }
        }
        if allowsMixedPages, let first = pairs.first {
            pairs = [
                pairs.dropFirst().reduce(first) { all, more in
                    zip(all, more).map { zip($0, $1).map { $0 || $1 } }
                }
            ]
        }
        let columns = Array(state.grid.cells.indices)
        return pairs.allSatisfy { need.match($0, columns: columns) == nil }
    }

    private func refutesFloating(_ need: GuestCounts) -> Bool {
        var alone = state
        alone.addFloating(need)
        return alone.hostLack != nil
    }
}
