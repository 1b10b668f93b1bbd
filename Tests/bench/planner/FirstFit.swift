import Diagnostics
import HostModel
import Placement
import SiteFile

/// What schedulers do that place one guest at a time, to compare with: guests in the order given, for each the permutations of
/// host cells in lexical order, the first that has room; nothing placed is ever moved.
///
/// Counts threads of cores and memory; memory is generous, for pages of any size may be made of it.
struct FirstFit {
    private var cells: [FitCell]
    /// How many pairs of a guest cell and a host cell were looked at.
    private(set) var looks = 0

    init(_ host: HostFacts) {
        cells = host.cells.map { FitCell(cores: $0.siblings.map(\.count), memory: $0.memory ?? .zero) }
    }

    /// Whether all guests find room one after the other.
    mutating func placeAll(_ guests: [PlacementGuest]) -> Bool { guests.allSatisfy { place($0.demand) } }

    /// Places one guest, a prefix of a permutation being given up as soon as a cell of it has no room.
    mutating func place(_ demand: GuestDemand) -> Bool {
        var used: Set<Int> = []
        return place(demand, from: 0, used: &used)
    }

    private mutating func place(_ demand: GuestDemand, from index: Int, used: inout Set<Int>) -> Bool {
        guard index < demand.cells.count else { return true }
        let cell = demand.cells[index]
        for host in cells.indices where !used.contains(host) {
            if let wanted = demand.forcedCells[cell.id]?.value, wanted != CellID(host) { continue }
            looks += 1
            guard let taken = cells[host].taking(cell, of: demand) else { continue }
            let before = cells[host]
            cells[host] = taken
            used.insert(host)
            if place(demand, from: index + 1, used: &used) { return true }
            used.remove(host)
            cells[host] = before
        }
        return false
    }

    /// Places one guest by whole permutations, each tried from its start as `itertools.permutations` hands them out.
    ///
    /// - Returns: How many permutations were tried, and whether one fitted; nil when `limit` of them did not.
    func permutations(for demand: GuestDemand, limit: Int) -> (tried: Int, fits: Bool?) {
        var tried = 0
        var chosen: [Int] = []
        func walk() -> Bool? {
            guard chosen.count < demand.cells.count else {
                tried += 1
                if zip(demand.cells, chosen).allSatisfy({ cells[$1].taking($0, of: demand) != nil }) { return true }
                return tried < limit ? false : nil
            }
            for host in cells.indices where !chosen.contains(host) {
                chosen.append(host)
                let answer = walk()
                chosen.removeLast()
                if answer != false { return answer }
            }
            return false
        }
        let answer = walk()
        return (tried, answer)
    }
}

/// What is free of one host cell.
private struct FitCell {
    /// Free threads of each core.
    var cores: [Int]
    var memory: KiB

    /// The cell with a guest cell on it, or nil when it has no room.
    func taking(_ cell: GuestCellDemand, of demand: GuestDemand) -> FitCell? {
        guard cell.memory <= memory else { return nil }
        var next = self
        next.memory = KiB(memory.count - cell.memory.count)
        var left = cell.vcpus.intersection(demand.dedicatedVCPUs).count
        if demand.threadPolicy == .isolate {
            for core in cores.indices where left > 0 && cores[core] == 2 {
                next.cores[core] = 0
                left -= 1
            }
            return left == 0 ? next : nil
        }
        for core in cores.indices where left >= 2 && cores[core] == 2 {
            next.cores[core] = 0
            left -= 2
        }
        if demand.threadPolicy == .require, left > 1 { return nil }
        for wanted in [1, 2] {
            for core in cores.indices where left > 0 && next.cores[core] == wanted {
                next.cores[core] -= 1
                left -= 1
            }
        }
        for core in cores.indices where left > 0 && next.cores[core] > 0 {
            next.cores[core] -= 1
            left -= 1
        }
        return left == 0 ? next : nil
    }
}
