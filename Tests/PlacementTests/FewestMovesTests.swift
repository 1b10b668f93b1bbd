import Diagnostics
import Foundation
import FullHosts
import HostModel
import Placement
import SiteFile
import Testing

/// How many guests that could stay do not: running ones, and ones that are shut off.
private struct Moves: Hashable, Comparable {
    var running = 0
    var stopped = 0

    static func < (left: Moves, right: Moves) -> Bool {
        (left.running, left.stopped) < (right.running, right.stopped)
    }
}

extension PlacementRequest {
    /// Guests that are somewhere.
    fileprivate var present: [PlacementGuest] { guests.filter { $0.present?.cells.isEmpty == false } }

    private func moves(of names: Set<String>) -> Moves {
        let gone = present.filter { names.contains($0.name) }
        let running = gone.count { $0.present?.isRunning == true }
        return Moves(running: running, stopped: gone.count - running)
    }

    /// How many of them do not stay in a placement.
    fileprivate func moves(in placement: Placement) -> Moves {
        let places = placement.guests.keyed(by: \.name)
        return moves(
            of: Set(
                present.filter { guest in
                    guard let before = guest.present, let now = places[guest.name] else { return true }
                    return !now.cells.allSatisfy { cell in
                        let page = cell.pageSize == host.host.basePage ? nil : cell.pageSize
                        return before.cells[cell.id]?.hostCell == cell.hostCell
                            && before.cells[cell.id]?.hugePage == page
                            && cell.dedicatedVCPUs.allSatisfy { before.pins[$0] == cell.pins[$0] }
                    } || (guest.demand.emulatorPolicy == .isolate && before.emulatorCPUs != now.emulatorCPUs)
                }.map(\.name)))
    }

    /// The fewest that do not stay in any arrangement, by trying each set of them; nil when nothing fits.
    fileprivate var fewestMoves: Moves? {
        let names = present.map(\.name)
        let sets = (0..<1 << names.count).map { bits in
            Set(names.indices.filter { bits & 1 << $0 != 0 }.map { names[$0] })
        }
        for gone in sets.sorted(by: { moves(of: $0) < moves(of: $1) }) {
            var search = BruteForce(request: self, staying: Set(names).subtracting(gone))
            if search.fits() { return moves(of: gone) }
        }
        return nil
    }

    /// A small host on which guests have come and gone, some of the rest run, and one that needs more comes.
    fileprivate static func worn(seed: Int) -> PlacementRequest {
        var dice = SplitMix(seed: seed)
        var request = PlacementRequest(
            host: .even(&dice),
            policy: .plain(
                cpuRatio: dice.pick([1_000, 1_500, 4_000]), manage: dice.chance(75),
                placement: dice.pick([.spread, .pack])), guests: [])
        for number in 0..<dice.number(4...9) {
            var demand = GuestDemand.drawn(&dice, vcpus: 1...2, memory: 1...3, cells: dice.pick([1, 1, 1, 2]))
            // Where nobody would have put it.
            demand.forcedCells = [0: Located(dice.pick(request.host.cells.map(\.id)))]
            var next = request
            next.guests.append(PlacementGuest(name: "g\(number)", demand: demand))
            next.searchLimit = 2_000
            let placed = Placer.place(next)
            guard placed.verdict == .placed, placed.moved.isEmpty else { continue }
            next.guests[next.guests.count - 1].demand.forcedCells = [:]
            next.settle(placed) { $0.present?.isRunning ?? dice.chance(60) }
            request = next
        }
        request.searchLimit = PlacementRequest.defaultSearchLimit
        request.guests.removeAll { _ in dice.chance(25) }
        if dice.chance(20) {
            var load = ForeignLoad(name: "foreign")
            load.takenCPUs = CPUSet(request.host.onlineCPUs.filter { _ in dice.chance(10) })
            load.memory = [.init(cell: dice.pick(request.host.cells.map(\.id)), amount: 1_024)]
            request.foreign = [load]
        }
        // One of several that needs moves, if there is one.
        let coming = (0..<5).map { _ in
            GuestDemand.drawn(&dice, vcpus: 2...6, memory: 2...9, cells: dice.pick([1, 1, 1, 2]))
        }
        let questions = coming.map { demand in
            var next = request
            next.guests.append(PlacementGuest(name: "new", demand: demand))
            return next
        }
        return questions.first { !Placer.place($0).moved.isEmpty } ?? questions[0]
    }

    /// Takes a placement for where the guests are.
    private mutating func settle(_ placement: Placement, runs: (PlacementGuest) -> Bool) {
        let places = placement.guests.keyed(by: \.name)
        for index in guests.indices {
            guard let place = places[guests[index].name], !place.cells.isEmpty else { continue }
            guests[index].present = PresentPlacement(
                place, basePage: host.host.basePage, isRunning: runs(guests[index]))
        }
    }
}

extension HostFacts {
    /// Cells that are alike.
    fileprivate static func even(_ dice: inout SplitMix) -> HostFacts {
        let (smt, count) = (dice.pick([1, 1, 2]), dice.number(2...3))
        let (cores, memory) = (dice.number(4...6) / smt, KiB(UInt64(dice.number(4...8) * 1_024)))
        let pages = dice.chance(50) ? [PageSize(512)] : []
        let cells = (0..<count).map { id in
            let siblings = (0..<cores).map { core in
                CPUSet(numbers: (id * cores + core) * smt..<(id * cores + core + 1) * smt)
            }
            return Cell(
                id: CellID(id), cpus: siblings.reduce(into: []) { $0.formUnion($1) }, memory: memory,
                siblings: siblings,
                pools: pages.map {
                    let total = PageCount(UInt64(dice.number(0...6)))
                    return HugepagePool(pageSize: $0, total: total, free: total)
                })
        }
        return HostFacts(
            host: HostIdentity(name: "worn"), onlineCPUs: cells.reduce(into: []) { $0.formUnion($1.cpus) },
            cells: cells)
    }
}

extension GuestDemand {
    /// A guest with so many vCPUs, and multiples of 512 KiB, on each of its cells.
    fileprivate static func drawn(
        _ dice: inout SplitMix, vcpus: ClosedRange<Int>, memory: ClosedRange<Int>, cells: Int
    ) -> GuestDemand {
        let policy = dice.pick([CPUPolicy.shared, .dedicated, .dedicated])
        var demand = GuestDemand.even(
            cells, vcpus: dice.number(vcpus) * cells, memory: KiB(UInt64(dice.number(memory) * cells * 512)),
            policy: policy, threads: policy == .shared ? .prefer : dice.pick([.prefer, .prefer, .isolate, .require]),
            emulator: policy == .dedicated && dice.chance(15) ? .isolate : nil)
        demand.pageSize = dice.pick([nil, nil, nil, PageRequest.any]).map { Located($0) }
        return demand
    }
}

@Suite("Fewest guests moved, against brute force")
struct FewestMovesTests {
    /// How many random hosts are tried in all.
    static let cases = max(JointPlacementTests.cases / 8, 1_000)

    @Test("is the least that any arrangement takes: of running guests, then of others", arguments: 0..<4)
    func exact(part: Int) {
        var (tried, moved, several) = (0, 0, 0)
        for seed in stride(from: part, to: Self.cases, by: 4) {
            let request = PlacementRequest.worn(seed: seed)
            let placement = Placer.place(request)
            guard placement.verdict == .placed else { continue }
            #expect(ValidityChecker(request: request).faults(of: placement).isEmpty, "seed \(seed)")
            let moves = request.moves(in: placement)
            tried += 1
            if moves > Moves() {
                moved += 1
                if moves.running + moves.stopped > 1 { several += 1 }
                #expect(request.fewestMoves == moves, "seed \(seed)")
            }
            #expect(placement.moveBound == nil, "seed \(seed)")
        }
        #expect(tried > 100 && moved > 75 && several > 10, "\(tried) \(moved) \(several)")
    }

    /// Guests of so many CPUs each on the first of two cells, and one that must go there and needs so many.
    static func crowd(_ sizes: [Int], cpus: Int, coming: Int, running: (Int) -> Bool = { _ in true })
        -> PlacementRequest
    {
        let host = HostFacts(
            host: HostIdentity(name: "crowd"), onlineCPUs: CPUSet(numbers: 0..<2 * cpus),
            cells: (0..<2).map {
                Cell(id: CellID($0), cpus: CPUSet(numbers: $0 * cpus..<($0 + 1) * cpus), memory: KiB(64 << 20))
            })
        var first = 0
        var guests = sizes.enumerated().map { index, size in
            defer { first += size }
            let pins = (0..<size).map { (VCPU($0), [CPU(first + $0)] as CPUSet) }
            return PlacementGuest(
                name: "g\(index.padded(to: 2))",
                demand: .even(1, vcpus: size, memory: KiB(1 << 20), policy: .dedicated),
                present: PresentPlacement(
                    cells: [0: .init(hostCell: 0, hugePage: nil)], pins: Dictionary(uniqueKeysWithValues: pins),
                    isRunning: running(index)))
        }
        var new = GuestDemand.even(1, vcpus: coming, memory: KiB(1 << 20), policy: .dedicated)
        new.forcedCells = [0: Located(0)]
        guests.append(PlacementGuest(name: "new", demand: new))
        return PlacementRequest(host: host, policy: .plain(), guests: guests)
    }

    @Test("where the search gives up, it says how many have to move at least")
    func bounded() {
        let sizes = [5, 9, 3, 7, 8, 6, 11, 4, 10, 12, 5, 9, 13, 14, 3, 7]
        for isRunning in [true, false] {
            var request = Self.crowd(sizes, cpus: sizes.reduce(0, +), coming: 50) { _ in isRunning }
            request.searchLimit = 1
            let placement = Placer.place(request)
            #expect(placement.moved.count == 6)
            #expect(placement.moveBound == Placement.MoveBound(isOfRunning: isRunning, atLeast: 4, found: 6))
        }
    }

    @Test("those that are shut off go before one that runs")
    func stoppedFirst() {
        // The first runs and would be enough; of the others it takes four.
        let request = Self.crowd([4, 1, 1, 1, 1], cpus: 8, coming: 4) { $0 == 0 }
        let placement = Placer.place(request)
        #expect(placement.moved == ["g01", "g02", "g03", "g04"])
        #expect(placement.moveBound == nil)
    }

    @Test("a guest whose CPU somebody else has taken stays on its cell, and nobody else moves")
    func repinned() throws {
        var request = Self.crowd([2, 2, 2], cpus: 8, coming: 1)
        request.guests.removeLast()
        var load = ForeignLoad(name: "foreign")
        load.takenCPUs = [2]
        request.foreign = [load]
        let placement = Placer.place(request)
        #expect(placement.moved == ["g01"])
        #expect(placement.moveBound == nil)
        #expect(placement.guests.map { $0.cells[0].hostCell } == [0, 0, 0])
    }

    @Test(
        "of sixteen that are in the way of one",
        arguments: [
            // Equal ones, one that is enough, and of different sizes: the largest free the room.
            (Array(repeating: 2, count: 16), 16, 8), ([1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 4], 20, 6),
            (Array(repeating: 1, count: 16) + [16], 16, 1), (Array(1...16), 68, 5),
            ([5, 9, 3, 7, 8, 6, 11, 4, 10, 12, 5, 9, 13, 14, 3, 7], 50, 4),
        ])
    func crowded(sizes: [Int], coming: Int, moves: Int) {
        let placement = Placer.place(Self.crowd(sizes, cpus: sizes.reduce(0, +), coming: coming))
        #expect(placement.moved.count == moves)
        #expect(placement.moveBound == nil)
    }
}
