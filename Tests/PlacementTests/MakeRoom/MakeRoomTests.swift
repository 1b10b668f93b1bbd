import Diagnostics
import Foundation
import FullHosts
import HostModel
import Placement
import SiteFile
import Testing

extension PlacementRequest {
    /// A small host on which guests have come where nobody would have put them, and one more that needs room: most often one for which
    /// others have to move.
    fileprivate static func crowded(seed: Int) -> PlacementRequest {
        var dice = SplitMix(seed: seed)
        let wish: RoomForGuest.Outcome? = dice.pick([.moves, .moves, .moves, .moves, .restarts, nil])
        var last: PlacementRequest?
        for _ in 0..<(wish == nil ? 1 : 8) {
            let isEven = dice.chance(70)
            let request = inhabited(&dice, isEven: isEven)
            for _ in 0..<8 {
                var next = request
                var demand: GuestDemand =
                    isEven
                    ? .drawn(&dice, vcpus: 1...4, memory: 2...7, cells: dice.pick([1, 1, 1, 2]))
                    : .random(&dice, host: request.host)
                if request.policy.guestOverhead != .none, demand.cells.count > 1 {
                    demand = .even(1, vcpus: 1, memory: 2_048)
                }
                next.guests.append(PlacementGuest(name: "new", demand: demand))
                if wish == nil || Placer.room(for: "new", in: next)?.outcome == wish { return next }
                last = last ?? next
            }
        }
        return last ?? PlacementRequest(host: referenceHost, policy: .plain(), guests: [])
    }

    private static func inhabited(_ dice: inout SplitMix, isEven: Bool) -> PlacementRequest {
        var host = isEven ? HostFacts.even(&dice) : HostFacts.random(&dice)
        while host.cells.count < 2 { host = HostFacts.random(&dice) }
        var request = PlacementRequest(
            host: host,
            policy: .plain(
                cpuRatio: dice.pick([1_000, 1_500, 4_000]), ramRatio: dice.pick([1_000, 1_000, 1_500]),
                reserved: dice.pick([0, 512]), manage: dice.chance(75)), guests: [])
        if dice.chance(20) {
            let shared = CPUSet(host.onlineCPUs.filter { _ in dice.chance(30) })
            request.policy.sharedCPUs = Located(shared)
            request.policy.dedicatedCPUs = Located(host.onlineCPUs.subtracting(shared))
        }
        for cell in host.cells {
            for pool in cell.pools where dice.chance(10) {
                request.policy.pools.append(
                    PoolRequest(
                        pool: Located(PoolID(cell: cell.id, pageSize: pool.pageSize)),
                        pages: PageCount(UInt64(dice.number(0...2)))))
            }
        }
        if dice.chance(15) {
            var load = ForeignLoad(name: "foreign")
            load.takenCPUs = CPUSet(host.onlineCPUs.filter { _ in dice.chance(10) })
            load.memory = [.init(cell: dice.pick(host.cells.map(\.id)), amount: 512)]
            request.foreign = [load]
        }
        let most = dice.number(3...5)
        for number in 0..<12 where request.guests.count < most {
            var demand: GuestDemand =
                isEven && dice.chance(90)
                ? .drawn(&dice, vcpus: 1...2, memory: 1...4, cells: dice.pick([1, 1, 1, 2]))
                : .random(&dice, host: host)
            let isForced = dice.chance(10) && demand.isBound
            if demand.isBound { demand.forcedCells[0] = Located(dice.pick(host.cells.map(\.id))) }
            var next = request
            next.guests.append(PlacementGuest(name: "g\(number)", demand: demand))
            next.searchLimit = 2_000
            let placed = Placer.place(next)
            guard placed.verdict == .placed, placed.moved.isEmpty else { continue }
            if !isForced { next.guests[next.guests.count - 1].demand.forcedCells = [:] }
            let places = placed.guests.keyed(by: \.name)
            for index in next.guests.indices {
                guard let place = places[next.guests[index].name] else { continue }
                next.guests[index].present = PresentPlacement(
                    place, basePage: host.host.basePage,
                    isRunning: next.guests[index].present?.isRunning ?? dice.chance(75))
            }
            request = next
        }
        request.searchLimit = PlacementRequest.defaultSearchLimit
        // Overhead counts on a guest's first cell only, and the brute force takes every cell for a guest.
        if request.guests.allSatisfy({ $0.demand.cells.count < 2 }), dice.chance(20) {
            request.policy.guestOverhead = .fixed(KiB(64))
        }
        return request
    }
}

extension HostFacts {
    /// Cells that are alike but for their memory.
    fileprivate static func even(_ dice: inout SplitMix) -> HostFacts {
        let (smt, count) = (dice.pick([1, 1, 2]), dice.number(2...4))
        let cores = dice.number(3...6) / smt
        let memory = dice.number(4...8)
        let pages = dice.chance(50) ? [PageSize(512)] : []
        let cells = (0..<count).map { id in
            let siblings = (0..<cores).map { core in
                CPUSet(numbers: (id * cores + core) * smt..<(id * cores + core + 1) * smt)
            }
            return Cell(
                id: CellID(id), cpus: siblings.reduce(into: []) { $0.formUnion($1) },
                memory: KiB(UInt64((dice.chance(70) ? memory : dice.number(2...8)) * 512)), siblings: siblings,
                pools: pages.map {
                    let total = PageCount(UInt64(dice.number(0...4)))
                    return HugepagePool(pageSize: $0, total: total, free: total)
                })
        }
        return HostFacts(
            host: HostIdentity(name: "even"), onlineCPUs: cells.reduce(into: []) { $0.formUnion($1.cpus) },
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
        demand.pageSize = dice.pick([nil, nil, nil, PageRequest.any, .small]).map { Located($0) }
        return demand
    }
}

@Suite("Room made by moves, against brute force")
struct MakeRoomBruteForceTests {
    /// How many random hosts are tried; others with NUMACTL_PLAN_RANDOM_CASES.
    static let cases = min(
        1_000, (Int(ProcessInfo.processInfo.environment["NUMACTL_PLAN_RANDOM_CASES"] ?? "") ?? 20_000) / 5)

    @Test("takes the least memory that any order of moves takes, and each step has room", arguments: 0..<4)
    func exact(part: Int) throws {
        var found: [RoomForGuest.Outcome: Int] = [:]
        var tried = 0
        for seed in stride(from: part, to: Self.cases, by: 4) {
            let request = PlacementRequest.crowded(seed: seed)
            let room = try #require(Placer.room(for: "new", in: request), "seed \(seed)")
            var truth = RoomBruteForce(request, for: "new")
            // A pool that does not hold what the site declares is no matter of moves.
            guard room.outcome != .overfull else { continue }
            let (cost, isWhole) = truth.least()
            guard isWhole else { continue }
            tried += 1
            found[room.outcome, default: 0] += 1
            #expect(room.atLeast == nil, "seed \(seed)")
            guard let cost else {
                var anyhow = BruteForce(
                    request: request.with { $0.guests = request.guests.map { .init(name: $0.name, demand: $0.demand) } }
                )
                let exists = anyhow.fits()
                #expect(room.outcome == (exists ? .restarts : .impossible), "seed \(seed)")
                continue
            }
            let all = RoomBruteForce.Cost(
                memory: room.memory.count, steps: room.moves.count, running: room.moves.count(where: \.isRunning))
            #expect(room.outcome == (cost.steps == 0 ? .fits : .moves), "seed \(seed)")
            #expect(all == cost, "seed \(seed)")
            var state = truth.start
            for move in room.moves {
                let part = RoomBruteForce.Part(guest: move.guest, cell: move.guestCell, page: move.pageSize)
                #expect(state.homes[part] == move.from, "seed \(seed)")
                let next = truth.moved(part, to: move.to, in: state)
                state = try #require(next, "seed \(seed): no room for \(move)")
            }
            let hasRoom = truth.hasRoom(state)
            #expect(hasRoom, "seed \(seed)")
        }
        #expect(found[.moves, default: 0] * 3 > tried, "\(found)")
    }
}

extension PlacementRequest {
    fileprivate func with(_ change: (inout PlacementRequest) -> Void) -> PlacementRequest {
        var copy = self
        change(&copy)
        return copy
    }
}

@Suite("Room made by moves")
struct MakeRoomTests {
    /// Cells of so much memory and so many CPUs.
    private static func host(_ cells: [(gib: UInt64, cpus: Int)], pools: [HugepagePool] = []) -> HostFacts {
        var first = 0
        let all = cells.enumerated().map { id, cell in
            defer { first += cell.cpus }
            return Cell(
                id: CellID(id), cpus: CPUSet(numbers: first..<first + cell.cpus), memory: KiB(cell.gib << 20),
                pools: pools)
        }
        return HostFacts(host: HostIdentity(name: "h"), onlineCPUs: CPUSet(numbers: 0..<first), cells: all)
    }

    private static func gib(_ count: UInt64) -> KiB { KiB(count << 20) }

    /// A guest with dedicated vCPUs that is on host cells; one vCPU and so much memory a cell.
    private static func guest(
        _ name: String, _ gib: UInt64, on cells: [Int], vcpus: Int = 1, page: PageSize? = nil, runs: Bool = true
    ) -> PlacementGuest {
        let count = UInt64(cells.count)
        var demand = GuestDemand.even(
            cells.count, vcpus: vcpus * cells.count, memory: Self.gib(gib * count), policy: .dedicated)
        demand.pageSize = page.map { Located(.exactly($0)) }
        let bound = cells.enumerated().map {
            (GuestCellID($0), PresentPlacement.BoundCell(hostCell: CellID($1), hugePage: page))
        }
        return PlacementGuest(
            name: name, demand: demand,
            present: PresentPlacement(cells: Dictionary(uniqueKeysWithValues: bound), pins: [:], isRunning: runs))
    }

    private static func coming(_ gib: UInt64, cells: Int = 1, vcpus: Int = 1) -> PlacementGuest {
        PlacementGuest(
            name: "new",
            demand: .even(
                cells, vcpus: vcpus * cells, memory: Self.gib(gib * UInt64(cells)), policy: .dedicated))
    }

    private static func room(_ host: HostFacts, _ guests: [PlacementGuest], policy: HostPolicy = .plain())
        -> RoomForGuest?
    {
        Placer.room(for: "new", in: PlacementRequest(host: host, policy: policy, guests: guests))
    }

    private static func words(_ room: RoomForGuest?) -> [String] {
        (room?.moves ?? []).map { "\($0.guest).\($0.guestCell) \($0.from)-\($0.to)" }
    }

    @Test("two guests that would have to change places on full cells: only restarts would do")
    func exchange() throws {
        let host = Self.host([(8, 4), (10, 4)])
        let guests = [Self.guest("a", 7, on: [1]), Self.guest("b", 5, on: [0]), Self.coming(4)]
        let room = try #require(Self.room(host, guests))
        #expect(room.outcome == .restarts && room.moves.isEmpty)
        // Nothing less than that much room is refused for good.
        let full = try #require(Self.room(host, [guests[0], guests[1], Self.coming(7)]))
        #expect(full.outcome == .impossible)
    }

    @Test("they change places by way of a third host cell, where one of them stops")
    func detour() throws {
        let host = Self.host([(8, 4), (10, 4), (5, 4)])
        let guests = [Self.guest("a", 7, on: [1]), Self.guest("b", 5, on: [0]), Self.coming(4, cells: 2)]
        let room = try #require(Self.room(host, guests))
        #expect(room.outcome == .moves)
        #expect(Self.words(room) == ["b.0 0-2", "a.0 1-0", "b.0 2-1"])
        #expect(room.memory == Self.gib(17) && room.atLeast == nil)
        #expect(room.hostCells == [1, 2] || room.hostCells == [2, 1])
    }

    @Test("one guest cell of two moves")
    func oneCell() throws {
        let host = Self.host([(8, 4), (8, 4), (8, 4)])
        let guests = [
            Self.guest("g", 2, on: [0, 1]), Self.guest("y", 4, on: [1]), Self.guest("z", 3, on: [2]), Self.coming(8),
        ]
        let room = try #require(Self.room(host, guests))
        #expect(Self.words(room) == ["g.0 0-2"])
        #expect(room.memory == Self.gib(2) && room.moves[0].cellCount == 2 && room.hostCells == [0])
    }

    @Test("memory counts first, then moves, then names; one that is shut off costs no memory")
    func order() throws {
        let host = Self.host([(8, 8), (8, 8)])
        func words(_ guests: [PlacementGuest], coming: UInt64) -> [String] {
            Self.words(Self.room(host, guests + [Self.coming(coming)]))
        }
        let one = [Self.guest("a", 2, on: [0]), Self.guest("b", 3, on: [0]), Self.guest("d", 4, on: [1])]
        #expect(words(one, coming: 5) == ["a.0 0-1"])
        // Two of 1 GiB are as good as one of 2, in more moves.
        let equal = [
            Self.guest("a", 1, on: [0]), Self.guest("b", 1, on: [0]), Self.guest("c", 2, on: [0]),
            Self.guest("d", 5, on: [1]),
        ]
        #expect(words(equal, coming: 6) == ["c.0 0-1"])
        let twins = [Self.guest("a", 2, on: [0]), Self.guest("b", 2, on: [0]), Self.guest("d", 5, on: [1])]
        #expect(words(twins, coming: 6) == ["a.0 0-1"])
        let off = [
            Self.guest("a", 1, on: [0]), Self.guest("b", 6, on: [0], runs: false), Self.guest("d", 2, on: [1]),
        ]
        let room = try #require(Self.room(host, off + [Self.coming(7)]))
        #expect(Self.words(room) == ["b.0 0-1"] && room.memory == .zero && room.moves[0].isRunning == false)
    }

    @Test("guests that cannot move are left where they are, and the answer says why")
    func fixed() throws {
        let host = Self.host([(8, 4), (8, 4)])
        var guests = [Self.guest("a", 2, on: [0]), Self.guest("b", 2, on: [1]), Self.coming(8)]
        #expect(Self.words(Self.room(host, guests)) == ["a.0 0-1"])
        guests[0].demand.forcedCells = [0: Located(0)]
        let pinned = try #require(Self.room(host, guests))
        #expect(Self.words(pinned) == ["b.0 1-0"] && pinned.fixed == ["a": .pinned])
        let request = PlacementRequest(host: host, policy: .plain(), guests: guests)
        let held = try #require(Placer.room(for: "new", in: request, held: ["b": .held]))
        #expect(held.outcome == .restarts && held.fixed == ["a": .pinned, "b": .held])
    }

    @Test("pages move to spare ones of a pool that is taken as it is, and a managed pool grows")
    func pages() throws {
        let size = PageSize(1_048_576)
        let host = Self.host([(8, 4), (8, 4)], pools: [HugepagePool(pageSize: size, total: 4, free: 4)])
        let guests = [Self.guest("a", 2, on: [0], page: size), Self.guest("b", 1, on: [1], page: size)]
        var new = Self.coming(4)
        new.demand.pageSize = Located(.exactly(size))
        let asTheyAre = try #require(Self.room(host, guests + [new], policy: .plain(manage: false)))
        #expect(Self.words(asTheyAre) == ["b.0 1-0"] && asTheyAre.moves[0].morePages == 0)
        // Ordinary memory of 6 GiB is not to be had beside a pool of 4.
        let managed = try #require(Self.room(host, guests + [Self.coming(5)]))
        #expect(managed.outcome == .impossible)
        // A pool that is full grows for the page that comes.
        var small = host
        for index in small.cells.indices {
            let total: PageCount = index == 0 ? 2 : 1
            small.cells[index].pools = [HugepagePool(pageSize: size, total: total, free: total)]
        }
        var whole = Self.coming(8)
        whole.demand.pageSize = Located(.exactly(size))
        let grown = try #require(Self.room(small, guests + [whole]))
        #expect(Self.words(grown) == ["b.0 1-0"] && grown.moves[0].morePages == 1)
        // Free pages of a pool are no ordinary memory unless it may shrink.
        var shrinking = PlacementRequest(host: host, policy: .plain(), guests: guests + [Self.coming(5)])
        shrinking.allowsShrink = true
        #expect(Placer.room(for: "new", in: shrinking)?.outcome == .fits)
    }

    @Test("a guest with a place, one that fits, and one that nobody knows are answers too")
    func plain() {
        let host = Self.host([(8, 4), (8, 4)])
        let guests = [Self.guest("a", 2, on: [0]), Self.coming(4)]
        let request = PlacementRequest(host: host, policy: .plain(), guests: guests)
        #expect(Placer.room(for: "a", in: request)?.outcome == .placed)
        #expect(Placer.room(for: "a", in: request)?.hostCells == [0])
        #expect(Placer.room(for: "new", in: request)?.outcome == .fits)
        #expect(Placer.room(for: "nobody", in: request) == nil)
        var crowded = request
        crowded.guests.append(Self.guest("b", 7, on: [0]))
        #expect(Placer.room(for: "new", in: crowded)?.outcome == .overfull)
        #expect(Placer.room(for: "new", in: crowded)?.misfits == ["b"])
    }

    @Test("guests keep their CPUs while the one that comes finds its own, else as few as possible get others")
    func cpus() throws {
        let siblings: [CPUSet] = [[0, 1], [2, 3], [4, 5], [6, 7]]
        let cells = (0..<2).map { id in
            Cell(
                id: CellID(id), cpus: CPUSet(numbers: id * 4..<id * 4 + 4), memory: Self.gib(8),
                siblings: Array(siblings[id * 2..<id * 2 + 2]))
        }
        let host = HostFacts(host: HostIdentity(name: "h"), onlineCPUs: CPUSet(numbers: 0..<8), cells: cells)
        var moving = Self.guest("m", 2, on: [0])
        moving.demand.threadPolicy = .isolate
        moving.present?.pins = [0: [0]]
        // One thread on each core of the other cell.
        var (one, two) = (Self.guest("one", 1, on: [1]), Self.guest("two", 1, on: [1]))
        one.present?.pins = [0: [4]]
        two.present?.pins = [0: [6]]
        let room = try #require(Self.room(host, [moving, one, two, Self.coming(8)]))
        #expect(Self.words(room) == ["m.0 0-1"])
        #expect(room.moves[0].repinned == ["two"] && room.moves[0].pins == [0: 6])
        two.present?.pins = [0: [5]]
        let kept = try #require(Self.room(host, [moving, one, two, Self.coming(8)]))
        #expect(kept.moves[0].repinned.isEmpty && kept.moves[0].pins == [0: 6])
    }

    /// 16 cells with 200 guests of different sizes, all cells about equally full, and one that needs much more than any has left.
    private static func large(seed: Int, free: ClosedRange<Int>, coming: UInt64) -> PlacementRequest {
        var dice = SplitMix(seed: seed)
        let host = Self.host(Array(repeating: (gib: 128, cpus: 48), count: 16))
        var left = (0..<16).map { _ in 128 - dice.number(free) }
        let guests = (0..<200).map { number -> PlacementGuest in
            let (cell, after) = (number % 16, (199 - number) / 16)
            let share = left[cell] / (after + 1)
            let gib = after == 0 ? left[cell] : dice.number(max(1, share - 3)...share + 3)
            left[cell] -= gib
            return Self.guest("g\(number.padded(to: 3))", UInt64(gib), on: [cell], vcpus: dice.number(1...3))
        }
        return PlacementRequest(host: host, policy: .plain(), guests: guests + [Self.coming(coming, vcpus: 8)])
    }

    @Test(
        "16 cells and 200 guests take a bounded number of steps",
        arguments: [(4...8, UInt64(20), 2, 12), (8...14, 40, 3, 26), (2...5, 12, 2, 12)])
    func large(free: ClosedRange<Int>, coming: UInt64, moves: Int, gib: UInt64) throws {
        var request = Self.large(seed: 0, free: free, coming: coming)
        // A tenth of what is usual.
        request.searchLimit = PlacementRequest.defaultSearchLimit / 10
        let room = try #require(Placer.room(for: "new", in: request))
        #expect(room.outcome == .moves && room.atLeast == nil)
        #expect(room.moves.count == moves && room.memory == Self.gib(gib))
    }

    @Test("where the search gives up, it says what must move at least, or that it is undecided")
    func bounded() throws {
        var request = Self.large(seed: 0, free: 4...8, coming: 30)
        request.searchLimit = 1
        #expect(Placer.room(for: "new", in: request)?.outcome == .undecided)
        request.searchLimit = 800_000
        let room = try #require(Placer.room(for: "new", in: request))
        #expect(room.outcome == .moves && room.memory == Self.gib(23) && room.atLeast == Self.gib(22))
    }
}
