import Diagnostics
import FullHosts
import HostModel
import Placement
import SiteFile
import Testing

@Suite("Actors and guests together")
struct ActorPlacementTests {
    /// A random host with actors among the guests, and one on CPUs by hand.
    private static func random(seed: Int) -> PlacementRequest {
        var request = PlacementRequest.random(seed: seed)
        var dice = SplitMix(seed: seed + 1 << 41)
        request.guests = Array(request.guests.prefix(dice.number(0...3)))
        for number in 0..<dice.number(1...2) {
            var actor = ActorSpec(
                name: Located("actor\(number)"), cpus: Located(.count(dice.pick([1, 1, 2, 2, 3, 4]))),
                threadPolicy: dice.pick(GuestDemand.ThreadPolicy.allCases),
                memory: KiB(UInt64(dice.pick([0, 0, 512]))))
            if dice.chance(40) {
                let size = dice.pick([512, 512, 1_024])
                actor.pages = Located(
                    ActorPages(size: PageSize(KiB(UInt64(size))), count: PageCount(UInt64(dice.number(1...3)))))
            }
            if dice.chance(20) { actor.cell = Located(dice.pick(request.host.cells.map(\.id))) }
            guard let demand = actor.demand else { continue }
            var guest = PlacementGuest(name: actor.name.value, demand: demand)
            guest.isActor = true
            request.guests.append(guest)
        }
        let taken = request.foreign.reduce(into: CPUSet()) { set, load in
            set.formUnion(load.takenCPUs)
            for group in load.sharedVCPUs { set.formUnion(group.cpus ?? []) }
        }
        let free = request.host.onlineCPUs.subtracting(taken)
        if dice.chance(30), let cpu = free.first {
            var listed = ActorPlacement("listed", on: [cpu], of: request.host, policy: .prefer)
            if dice.chance(50) { listed.pages = ActorPages(size: PageSize(512), count: 1) }
            request.foreign.append(listed.load)
        }
        return request
    }

    @Test("against brute force: the same verdict, only valid placements, and kept ones the next time", arguments: 0..<6)
    func agreement(block: Int) throws {
        var verdicts: [Placement.SearchVerdict: Int] = [:]
        for seed in block * 1_000_000..<block * 1_000_000 + max(40, JointPlacementTests.cases / 50) {
            let request = Self.random(seed: seed)
            var placement = Placer.place(request)
            #expect(ValidityChecker(request: request).faults(of: placement).isEmpty, "seed \(seed)")
            verdicts[placement.verdict, default: 0] += 1
            guard placement.verdict == .placed else {
                var search = BruteForce(request: request)
                let fits = search.fits()
                #expect(!fits, "seed \(seed)")
                continue
            }
            let before = placement
            let settled = placement.separateActors(of: request)
            expectSeparated(placement, before, request, settled, seed: seed)
            #expect(Placer.place(Self.keeping(before, request)).moved == [], "seed \(seed)")
        }
        #expect(verdicts[.placed, default: 0] > 0 && verdicts[.infeasible, default: 0] > 0)
    }

    /// Actors are guests no more, and hold what they held.
    private func expectSeparated(
        _ placement: Placement, _ before: Placement, _ request: PlacementRequest, _ settled: PlacementRequest, seed: Int
    ) {
        let names = request.guests.filter(\.isActor).map(\.name)
        #expect(placement.actors.map(\.name) == names.sorted(), "seed \(seed)")
        #expect(ValidityChecker(request: settled).faults(of: placement).isEmpty, "seed \(seed), separated")
        #expect(placement.dedicatedCPUs == before.dedicatedCPUs, "seed \(seed)")
        for actor in placement.actors {
            let demand = request.guests.first { $0.name == actor.name }?.demand
            #expect(actor.cpus.count == demand?.vcpus && actor.hostCells.count == 1, "seed \(seed)")
            #expect(actor.cpus.isSubset(of: placement.dedicatedCPUs), "seed \(seed)")
        }
        for (now, then) in zip(placement.cells, before.cells) {
            #expect(now.pools.map(\.wanted) == then.pools.map(\.wanted), "seed \(seed)")
            #expect(now.memoryUsed + now.overhead == then.memoryUsed + then.overhead, "seed \(seed)")
        }
        // The guests alone, beside the actors as they are: the same host once more.
        let again = Placer.place(settled)
        #expect(again.verdict == .placed, "seed \(seed)")
    }

    /// The question once all run where they are: actors' CPUs as a set, in ascending order.
    private static func keeping(_ placement: Placement, _ request: PlacementRequest) -> PlacementRequest {
        var next = request
        for index in next.guests.indices {
            guard let place = placement.guests.first(where: { $0.name == next.guests[index].name }) else { continue }
            var present = PresentPlacement(place, basePage: request.host.host.basePage, isRunning: true)
            if next.guests[index].isActor {
                let cpus = present.pins.values.reduce(into: CPUSet()) { $0.formUnion($1) }
                present.pins = Dictionary(
                    uniqueKeysWithValues: zip(place.cells[0].vcpus, cpus).map { ($0, CPUSet([$1])) })
            }
            next.guests[index].present = present
        }
        return next
    }

    /// Two cells of 4 CPUs with pages of 2 MiB, of which `used` are in use on cell 0.
    private static func host(used: UInt64) -> HostFacts {
        var host = HostFacts.fourCPUs(2)
        for index in host.cells.indices {
            let inUse = index == 0 ? used : 0
            host.cells[index].pools = [
                HugepagePool(pageSize: PageSize(2_048), total: 8, free: PageCount(8 - inUse))
            ]
        }
        return host
    }

    /// By cell: the pages that the pools must hold, for an actor with 4 of them on cell 0.
    private static func wanted(used: UInt64, declared: UInt64 = 0, isKnown: Bool) -> [UInt64] {
        let actor = ActorSpec(
            name: Located("ovs"), cpus: Located(.count(2)), cell: Located(0),
            pages: Located(ActorPages(size: PageSize(2_048), count: 4)))
        guard let demand = actor.demand else { return [] }
        var guest = PlacementGuest(name: "ovs", demand: demand)
        guest.isActor = true
        let pool = PoolID(cell: 0, pageSize: PageSize(2_048))
        let pools = [PoolRequest(pool: Located(pool), pages: PageCount(declared))]
        var request = PlacementRequest(host: host(used: used), policy: .plain(pools: pools), guests: [guest])
        if isKnown { request.actorPages = [pool: 4] }
        var placement = Placer.place(request)
        _ = placement.separateActors(of: request)
        return placement.cells.map { $0.pools[0].wanted.count }
    }

    @Test("pages in use are the actor's first, before it runs and afterwards, wherever it was known to be")
    func pagesInUse() {
        for isKnown in [false, true] {
            #expect(Self.wanted(used: 0, isKnown: isKnown) == [4, 0])
            #expect(Self.wanted(used: 4, isKnown: isKnown) == [4, 0])
            #expect(Self.wanted(used: 6, isKnown: isKnown) == [6, 0])
            #expect(Self.wanted(used: 6, declared: 2, isKnown: isKnown) == [6, 0])
            #expect(Self.wanted(used: 4, declared: 3, isKnown: isKnown) == [7, 0])
        }
    }

    @Test("pages in use are others' in the sums, and an actor's memory beside them is used memory")
    func sums() {
        var actor = ActorSpec(
            name: Located("ovs"), cpus: Located(.count(2)), cell: Located(1),
            pages: Located(ActorPages(size: PageSize(2_048), count: 4)), memory: 1_024)
        func cells() -> [CellUsage] {
            guard let demand = actor.demand else { return [] }
            var guest = PlacementGuest(name: "ovs", demand: demand)
            guest.isActor = true
            let request = PlacementRequest(
                host: Self.host(used: 0), policy: .plain(overhead: .automatic), guests: [guest])
            var placement = Placer.place(request)
            _ = placement.separateActors(of: request)
            return placement.cells
        }
        let whole = cells()[1]
        #expect(whole.pools[0].others == 4 && whole.pools[0].guests == 0)
        #expect(whole.memoryUsed == 1_024 && whole.overhead == 0 && whole.dedicatedCPUs == [4, 5])
        actor.pages = nil
        let plain = cells()[1]
        #expect(plain.pools[0].wanted == 0 && plain.memoryUsed == 1_024 && plain.overhead == 0)
    }
}
