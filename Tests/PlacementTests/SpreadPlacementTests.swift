import Diagnostics
import FullHosts
import Foundation
import HostModel
import Placement
import SiteFile
import Testing

/// Guests whose memory is local, bound to other cells, to several, or only best at home, in whole GiB on small hosts.
private struct SpreadProblem {
    enum Kind { case local, bound(CellSet), anywhere }

    var rooms: [Int]
    var guests: [(kind: Kind, memory: Int)]

    init(seed: Int) {
        var dice = SplitMix(seed: seed)
        rooms = (0..<dice.number(2...4)).map { _ in dice.number(1...6) }
        let cells = rooms.indices.map { CellID($0) }
        guests = (0..<dice.number(1...5)).map { _ in
            let memory = dice.number(1...5)
            switch dice.number(0...2) {
            case 0: return (.local, memory)
            case 1: return (.bound(CellSet([dice.pick(cells), dice.pick(cells)])), memory)
            default: return (.anywhere, memory)
            }
        }
    }

    static let unit: UInt64 = 1_048_576

    var request: PlacementRequest {
        let host = HostFacts(
            host: HostIdentity(name: "h"), onlineCPUs: CPUSet(numbers: rooms.indices),
            cells: rooms.enumerated().map {
                Cell(id: CellID($0.offset), cpus: [CPU($0.offset)], memory: KiB(UInt64($0.element) * Self.unit))
            })
        let list = guests.enumerated().map { index, guest in
            var demand = GuestDemand.even(1, vcpus: 1, memory: KiB(UInt64(guest.memory) * Self.unit))
            switch guest.kind {
            case .local: break
            case .bound(let cells): demand.cells[0].memoryCells = Located(cells)
            case .anywhere: demand.memoryPolicy = .preferred
            }
            return PlacementGuest(name: "g\(index)", demand: demand)
        }
        return PlacementRequest(host: host, policy: .plain(cpuRatio: 100_000), guests: list)
    }

    /// Whether any arrangement exists: every place of the local guests is tried, and for the others it is asked whether each set of
    /// cells has room for all that may lie nowhere else.
    var isPossible: Bool {
        func place(_ index: Int, _ rooms: [Int]) -> Bool {
            guard index < guests.count else { return holdsOthers(rooms) }
            guard case .local = guests[index].kind else { return place(index + 1, rooms) }
            return rooms.indices.contains { cell in
                var next = rooms
                next[cell] -= guests[index].memory
                return next[cell] >= 0 && place(index + 1, next)
            }
        }
        return place(0, rooms)
    }

    private func holdsOthers(_ rooms: [Int]) -> Bool {
        (1..<(1 << rooms.count)).allSatisfy { bits in
            let cells = CellSet(numbers: rooms.indices.filter { bits >> $0 & 1 == 1 })
            let confined = guests.reduce(0) { sum, guest in
                switch guest.kind {
                case .local: sum
                case .bound(let own): sum + (own.isSubset(of: cells) ? guest.memory : 0)
                case .anywhere: sum + (cells.count == rooms.count ? guest.memory : 0)
                }
            }
            return confined <= cells.reduce(0) { $0 + rooms[$1.rawValue] }
        }
    }
}

@Suite("Memory of several cells")
struct SpreadPlacementTests {
    static let cases = Int(ProcessInfo.processInfo.environment["NUMACTL_PLAN_RANDOM_CASES"] ?? "") ?? 3_000

    @Test("finds room whenever there is some, and counts all of it where it may be")
    func exact() {
        var possible = 0
        for seed in 0..<Self.cases {
            let problem = SpreadProblem(seed: seed)
            let placement = Placer.place(problem.request)
            #expect((placement.verdict == .placed) == problem.isPossible, "seed \(seed): \(problem)")
            guard placement.verdict == .placed else { continue }
            possible += 1
            check(placement, of: problem, seed: seed)
        }
        #expect(possible > Self.cases / 10 && possible < Self.cases)
    }

    private func check(_ placement: Placement, of problem: SpreadProblem, seed: Int) {
        var used = problem.rooms.map { _ in UInt64(0) }
        for (guest, wanted) in zip(placement.guests, problem.guests) {
            let cell = guest.cells[0]
            #expect(cell.memoryByCell.values.reduce(KiB.zero, +) == cell.memory, "seed \(seed)")
            for (home, amount) in cell.memoryByCell { used[home.rawValue] += amount.count }
            switch wanted.kind {
            case .local: #expect(cell.onlyMemoryCell == cell.hostCell, "seed \(seed)")
            case .bound(let cells):
                #expect(CellSet(cell.memoryByCell.keys).isSubset(of: cells) && cell.boundTo == cells, "seed \(seed)")
            case .anywhere: #expect(cell.boundTo == [cell.hostCell], "seed \(seed)")
            }
        }
        for (cell, amount) in zip(placement.cells, used) {
            #expect(cell.memoryUsed.count == amount, "seed \(seed)")
            #expect(amount <= UInt64(problem.rooms[cell.id.rawValue]) * SpreadProblem.unit, "seed \(seed)")
        }
    }
}
