internal import HostModel

/// Where memory comes from that may come from several host cells, once all guests have their places.
struct SpreadMemory {
    /// A piece of one guest's memory on one host cell.
    struct SpreadPart {
        var guest: Int
        var need: SpreadNeed
        var host: Int
        /// In KiB.
        var amount: Int
    }

    /// All pieces: by guest, guest cell and host cell, ascending.
    private(set) var parts: [SpreadPart] = []
    /// By guest and guest cell: its memory in KiB by host cell.
    private(set) var memory: [Int: [Int: [Int: Int]]] = [:]

    init(_ arrangement: PlacementRun.Arrangement, placed: [Int]) {
        guard placed.contains(where: { !arrangement.needs[$0].spread.isEmpty }) else { return }
        var state = PlacementState(arrangement.grid)
        for guest in placed {
            let (need, assignment) = (arrangement.needs[guest], arrangement.assignments[guest])
            for (cell, host) in assignment.hosts.enumerated() {
                guard state.put(need.cells[cell], on: host, page: assignment.pages[cell]) != nil else {
                    preconditionFailure("an arrangement holds what is on it")
                }
            }
        }
        let needs = placed.flatMap { guest in
            arrangement.needs[guest].spread.map { need in
                let hosts = arrangement.assignments[guest].hosts
                return (guest: guest, need: need, home: hosts.indices.contains(need.cell) ? hosts[need.cell] : nil)
            }
        }
        // Those that have no choice come first.
        let sorted = needs.filter { !$0.need.isAnywhere } + needs.filter(\.need.isAnywhere)
        let layout = MemoryLayout(sorted.map(\.need), on: state, homes: sorted.map(\.home))
        let amounts = layout.lack == nil ? layout.amounts : SpreadMemory.shares(of: sorted.map(\.need), on: state)
        for (entry, amounts) in zip(sorted, amounts) {
            for (host, amount) in amounts.sorted(by: { $0.key < $1.key }) {
                parts.append(SpreadPart(guest: entry.guest, need: entry.need, host: host, amount: amount))
                guard !entry.need.isOverhead else { continue }
                memory[entry.guest, default: [:]][entry.need.cell, default: [:]][host] = amount
            }
        }
    }

    /// By need: shares of what the sums of all needs have. Near homes there may be no layout, since huge pages there take the ordinary
    /// memory that others have nowhere else; the sums have one, by which the search counted.
    private static func shares(of needs: [SpreadNeed], on state: PlacementState) -> [[Int: Int]] {
        var state = state
        state.addSpread(of: needs)
        let layout = MemoryLayout(ofSums: state.spread, on: state)
        precondition(layout.lack == nil, "an arrangement holds what is on it")
        var left = layout.amounts
        return needs.map { need in
            guard let sum = state.spread.firstIndex(where: { $0.isSummed(with: need) }) else { return [:] }
            var (shares, missing) = ([Int: Int](), need.memory)
            for (host, amount) in left[sum].sorted(by: { $0.key < $1.key }) where missing > 0 {
                let share = min(amount, missing)
                shares[host] = share
                missing -= share
                left[sum][host] = amount == share ? nil : amount - share
            }
            return shares
        }
    }
}

extension HostGrid {
    /// Amounts in KiB by index of a host cell, by its number.
    func byCell(_ amounts: [Int: Int]) -> [CellID: KiB] {
        Dictionary(uniqueKeysWithValues: amounts.map { (cells[$0.key].id, KiB(UInt64($0.value))) })
    }
}
