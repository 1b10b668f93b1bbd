import FullHosts
import HostModel
import Placement
import SiteFile
import Testing

@Suite("The CPUs of a dedicated guest")
struct CPUChoiceTests {
    /// One cell of cores with two threads, `cores` of them behind each cache, numbered as x86 does: siblings are far apart.
    private static func host(caches: Int, cores: Int) -> HostFacts {
        let count = caches * cores
        let siblings = (0..<count).map { CPUSet(numbers: [$0, $0 + count]) }
        return HostFacts(
            host: HostIdentity(name: "h"), onlineCPUs: CPUSet(numbers: 0..<2 * count),
            cells: [
                Cell(
                    id: 0, cpus: CPUSet(numbers: 0..<2 * count), memory: 16_777_216, siblings: siblings,
                    lastLevelCaches: (0..<caches).map { cache in
                        siblings[cache * cores..<(cache + 1) * cores].reduce(into: CPUSet()) { $0.formUnion($1) }
                    })
            ])
    }

    private static func guest(
        _ name: String, _ vcpus: Int, _ threads: GuestDemand.ThreadPolicy, emulator: GuestDemand.EmulatorPolicy? = nil
    ) -> PlacementGuest {
        PlacementGuest(
            name: name,
            demand: .even(1, vcpus: vcpus, memory: 1_024, policy: .dedicated, threads: threads, emulator: emulator))
    }

    private static func place(_ guests: [PlacementGuest], on host: HostFacts, taken: CPUSet = []) -> [String: CPUSet] {
        var foreign = ForeignLoad(name: "foreign")
        foreign.takenCPUs = taken
        let placement = Placer.place(
            PlacementRequest(host: host, policy: .plain(), guests: guests, foreign: taken.isEmpty ? [] : [foreign]))
        return Dictionary(
            uniqueKeysWithValues: placement.guests.map { guest in
                let pins = guest.cells.flatMap { $0.pins.values }.reduce(into: CPUSet()) { $0.formUnion($1) }
                return (guest.name, pins.union(guest.emulatorCPUs))
            })
    }

    /// Cores shared with others, caches, cores: what is to be small, in this order.
    private static func cost(_ cpus: CPUSet, on host: HostFacts, taken: CPUSet) -> [Int] {
        let cores = host.cells[0].siblings.filter { !$0.isDisjoint(with: cpus) }
        return [
            cores.count { !$0.isDisjoint(with: taken) },
            host.cells[0].lastLevelCaches.count { !$0.isDisjoint(with: cpus) }, cores.count,
        ]
    }

    @Test("are the best of all sets, for every policy, whatever others have taken")
    func optimal() {
        var dice = SplitMix(seed: 7)
        var tried = 0
        for _ in 0..<400 {
            let host = Self.host(caches: dice.number(1...3), cores: dice.number(1...2))
            let taken = CPUSet(host.onlineCPUs.filter { _ in dice.chance(25) })
            let free = Array(host.onlineCPUs.subtracting(taken))
            let policy = dice.pick(GuestDemand.ThreadPolicy.allCases)
            let vcpus = dice.number(1...6)
            let best = Self.subsets(free, of: vcpus).filter { Self.meets(policy, $0, host, taken: taken) }
                .map { Self.cost($0, on: host, taken: taken) }.min { $0.lexicographicallyPrecedes($1) }
            let placed = Self.place([Self.guest("a", vcpus, policy)], on: host, taken: taken)["a"]
            #expect((placed == nil) == (best == nil), "\(vcpus) vCPUs, \(policy), taken \(taken) of \(host.onlineCPUs)")
            guard let placed, let best else { continue }
            tried += 1
            #expect(
                Self.cost(placed, on: host, taken: taken) == best,
                "\(vcpus) vCPUs, \(policy), \(placed), taken \(taken)")
        }
        #expect(tried > 200)
    }

    private static func subsets(_ cpus: [CPU], of count: Int) -> [CPUSet] {
        guard count > 0 else { return [[]] }
        guard cpus.count >= count else { return [] }
        let rest = Array(cpus.dropFirst())
        return subsets(rest, of: count - 1).map { $0.union([cpus[0]]) } + subsets(rest, of: count)
    }

    private static func meets(_ policy: GuestDemand.ThreadPolicy, _ cpus: CPUSet, _ host: HostFacts, taken: CPUSet)
        -> Bool
    {
        let cores = host.cells[0].siblings.filter { !$0.isDisjoint(with: cpus) }
        switch policy {
        case .prefer: return true
        case .isolate: return cores.count == cpus.count && cores.allSatisfy { $0.isDisjoint(with: taken) }
        case .require: return cpus.count == 1 || cores.count { $0.intersection(cpus).count == 1 } <= 1
        }
    }

    @Test("leave no core to two guests while there are whole ones")
    func ownCores() {
        let guests = [
            Self.guest("a", 2, .require, emulator: .isolate), Self.guest("b", 2, .require, emulator: .isolate),
            Self.guest("c", 3, .require, emulator: .isolate), Self.guest("d", 3, .prefer),
        ]
        let host = Self.host(caches: 1, cores: 8)
        let placed = Self.place(guests, on: host)
        for core in host.cells[0].siblings {
            let users = placed.filter { !$0.value.isDisjoint(with: core) }.keys
            #expect(users.count <= 1, "core \(core) serves \(users.sorted())")
        }
    }

    @Test("have the isolated emulator's beside them, behind no more caches than they need together")
    func emulatorCaches() {
        // Four cores are whole behind the first cache, five behind the second.
        let host = Self.host(caches: 2, cores: 5)
        let placed = Self.place([Self.guest("a", 4, .isolate, emulator: .isolate)], on: host, taken: [0, 10])
        #expect(placed["a"] == CPUSet(numbers: 5...9))
    }

    @Test("have the isolated emulator's on the same kind of core")
    func emulatorKind() {
        // Of the slow cores, the last three, one is free.
        var host = Self.host(caches: 1, cores: 8)
        host.efficiencyCPUs = [5, 6, 7, 13, 14, 15]
        var guest = Self.guest("a", 2, .isolate, emulator: .isolate)
        guest.demand.cpuKind = .efficiency
        let placed = Self.place([guest], on: host, taken: [6, 7, 14, 15])["a", default: []]
        #expect(placed.count == 3 && placed.isDisjoint(with: host.efficiencyCPUs))
    }

    @Test("are whole cores of one kind only where its emulator has room there as well")
    func isolatedKind() {
        // Slow cores are the last four, of which one thread is free; of the fast ones one is whole, and one half taken.
        let siblings = [[0, 1], [2, 3], [4, 5], [6], [7], [8], [9]].map { CPUSet(numbers: $0) }
        var host = Self.hybrid(siblings, caches: [0..<3, 3..<7])
        host.efficiencyCPUs = CPUSet(numbers: 6...9)
        var guest = Self.guest("a", 1, .isolate, emulator: .isolate)
        guest.demand.cpuKind = .efficiency
        #expect(Self.place([guest], on: host, taken: [2, 4, 5, 6, 8, 9])["a"] == [0, 3])
    }

    @Test("are whole cores of any kinds behind the fewest caches, of those asked for as many as there are")
    func isolatedCaches() {
        // Six fast cores behind the first cache, one of which is taken; four slow ones behind the second, half taken, and the third.
        let siblings =
            (0..<6).map { CPUSet(numbers: [2 * $0, 2 * $0 + 1]) } + (12..<20).map { CPUSet(numbers: [$0]) }
        var host = Self.hybrid(siblings, caches: [0..<6, 6..<10, 10..<14])
        host.efficiencyCPUs = CPUSet(numbers: 12...19)
        for (kind, vcpus, cpus) in [
            (.any, 9, [0, 2, 4, 6, 10, 16, 17, 18, 19]), (.any, 4, [16, 17, 18, 19]), (.any, 5, [0, 2, 4, 6, 10]),
            (.performance, 5, [0, 2, 4, 6, 10]), (.performance, 6, [12, 13, 16, 17, 18, 19]),
            (.performance, 7, [0, 2, 4, 6, 10, 12, 13]),
            (.efficiency, 6, [12, 13, 16, 17, 18, 19]), (.efficiency, 7, [0, 2, 4, 16, 17, 18, 19]),
        ] as [(GuestDemand.CPUKind, Int, CPUSet)] {
            var guest = Self.guest("a", vcpus, .isolate)
            guest.demand.cpuKind = kind
            #expect(Self.place([guest], on: host, taken: [8, 9, 14, 15])["a"] == cpus, "\(kind) \(vcpus)")
        }
    }

    /// One cell of these cores, so many of them behind each cache.
    private static func hybrid(_ siblings: [CPUSet], caches: [Range<Int>]) -> HostFacts {
        let online = siblings.reduce(into: CPUSet()) { $0.formUnion($1) }
        let behind = caches.map { siblings[$0].reduce(into: CPUSet()) { $0.formUnion($1) } }
        return HostFacts(
            host: HostIdentity(name: "h"), onlineCPUs: online,
            cells: [Cell(id: 0, cpus: online, memory: 16_777_216, siblings: siblings, lastLevelCaches: behind)])
    }

    @Test("leave the largest caches whole for those to come")
    func wholeCaches() {
        // 12 threads behind the first cache are free, 16 behind each other one.
        let host = Self.host(caches: 3, cores: 8)
        let taken: CPUSet = [0, 1, 24, 25]
        let placed = Self.place([Self.guest("a", 12, .prefer)], on: host, taken: taken)
        #expect(placed["a"] == CPUSet(numbers: Array(2...7) + Array(26...31)))
    }

    @Test("of a large guest on a wide host are found fast, behind the fewest caches")
    func manyCaches() {
        let host = Self.host(caches: 16, cores: 8)
        let placed = Self.place([Self.guest("a", 64, .prefer), Self.guest("b", 16, .isolate)], on: host)
        #expect(Self.cost(placed["a", default: []], on: host, taken: [])[1] == 4)
        #expect(Self.cost(placed["b", default: []], on: host, taken: [])[1] == 2)
    }
}
