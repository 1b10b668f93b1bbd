import Diagnostics
import FullHosts
import HostModel
import Placement
import SiteFile
import Testing

/// Hosts whose memory is in use to the last, with pools that have pages to spare or cannot grow, and guests that may have pages of
/// several sizes.
@Suite("Guests with a choice of page sizes")
struct PageChoiceTests {
    /// Memory is cut in multiples of 256 MiB: four make a GiB.
    private static let grain: UInt64 = 1 << 18

    private static func request(seed: Int) -> PlacementRequest {
        var dice = SplitMix(seed: seed)
        let manages = dice.chance(60)
        let cells = (0..<dice.number(2...3)).map { id -> Cell in
            // Of 4 GiB; pools that cannot grow are all there is for huge pages.
            let large = dice.number(0...(manages ? 1 : 2))
            let small = dice.number(0...(4 - large)) * 2
            return Cell(
                id: CellID(id), cpus: CPUSet(numbers: 4 * id..<4 * id + 4), memory: KiB(16 * grain),
                pools: [
                    HugepagePool(pageSize: PageSize(2_048), total: PageCount(UInt64(small) * 128), free: 0),
                    HugepagePool(pageSize: PageSize(1_048_576), total: PageCount(UInt64(large)), free: 0),
                ].map { HugepagePool(pageSize: $0.pageSize, total: $0.total, free: $0.total) })
        }
        var pieces = cells.flatMap { _ -> [UInt64] in
            let first = UInt64(dice.number(1...15))
            return dice.chance(50) && first > 4 ? [first - 4, 4, 16 - first] : [first, 16 - first]
        }
        if dice.chance(40) { pieces[0] += 1 }
        if dice.chance(30) { pieces[1] = max(1, pieces[1] - 1) }
        var guests: [GuestDemand] = []
        while let size = pieces.popLast() {
            let page: GuestDemand.PageRequest = dice.pick([.any, .any, .large, .small, .exactly(PageSize(2_048))])
            let isWide = dice.chance(25) && pieces.last == size
            if isWide { pieces.removeLast() }
            guests.append(
                .even(
                    isWide ? 2 : 1, vcpus: isWide ? 2 : 1, memory: KiB(size * grain * (isWide ? 2 : 1)),
                    policy: .dedicated, page: page))
        }
        guests.shuffle(using: &dice)
        return PlacementRequest(
            host: HostFacts(
                host: HostIdentity(name: "h"), onlineCPUs: CPUSet(numbers: 0..<4 * cells.count), cells: cells),
            policy: .plain(manage: manages),
            guests: guests.enumerated().map { PlacementGuest(name: "g\($0)", demand: $1) })
    }

    @Test("fit if and only if some sizes fit, of all that could be tried")
    func exact() {
        var placed = 0
        let seeds = 0..<250
        for seed in seeds {
            let request = Self.request(seed: seed)
            let placement = Placer.place(request)
            var truth = BruteForce(request: request)
            #expect(placement.verdict == (truth.fits() ? .placed : .infeasible), "seed \(seed)")
            guard placement.verdict == .placed else { continue }
            placed += 1
            #expect(ValidityChecker(request: request).faults(of: placement).isEmpty, "seed \(seed)")
        }
        #expect(placed > seeds.count / 8 && placed < seeds.count / 2, "\(placed) placed")
    }

    // MARK: Memory from any cell

    /// One cell with CPUs, and another with the pools: 1 GiB in small pages and so many large ones, which cannot grow.
    private func verdict(_ guests: Int, largePages: UInt64, page: GuestDemand.PageRequest = .large, steps: Int? = nil)
        -> Placement.SearchVerdict
    {
        let host = HostFacts(
            host: HostIdentity(name: "h"), onlineCPUs: CPUSet(numbers: 0..<16),
            cells: [
                Cell(id: 0, cpus: CPUSet(numbers: 0..<16), memory: 1_048_576),
                Cell(
                    id: 1, cpus: [], memory: KiB((largePages + 2) << 20),
                    pools: [
                        HugepagePool(pageSize: PageSize(2_048), total: 512, free: 512),
                        HugepagePool(
                            pageSize: PageSize(1_048_576), total: PageCount(largePages), free: PageCount(largePages)),
                    ]),
            ])
        var demand = GuestDemand.even(1, vcpus: 1, memory: 1_048_576, policy: .dedicated, page: page)
        demand.memoryPolicy = .preferred
        var request = PlacementRequest(
            host: host, policy: .plain(manage: false),
            guests: (0..<guests).map { PlacementGuest(name: "g\($0)", demand: demand) })
        if let steps { request.searchLimit = steps }
        return Placer.place(request).verdict
    }

    @Test("guests with memory from other cells may have pages of different sizes")
    func fromElsewhere() {
        #expect(verdict(2, largePages: 1) == .placed)
        #expect(verdict(3, largePages: 1) == .infeasible)
        #expect(verdict(3, largePages: 2) == .placed)
        #expect(verdict(4, largePages: 2) == .infeasible)
    }

    @Test("spare pages of one cell are had before the pool of another grows, where that takes what others need")
    func sparePages() {
        let small = PageSize(2_048)
        let host = HostFacts(
            host: HostIdentity(name: "h"), onlineCPUs: CPUSet(numbers: 0..<8),
            cells: [0, 512].enumerated().map { id, spare in
                Cell(
                    id: CellID(id), cpus: CPUSet(numbers: 4 * id..<4 * id + 4), memory: 4_194_304,
                    pools: [HugepagePool(pageSize: small, total: PageCount(spare), free: PageCount(spare))])
            })
        func guest(_ name: String, _ halves: UInt64, _ page: GuestDemand.PageRequest?, isBound: Bool) -> PlacementGuest
        {
            var demand = GuestDemand.even(1, vcpus: 1, memory: KiB(halves << 19), policy: .dedicated, page: page)
            if !isBound { demand.memoryPolicy = .preferred }
            return PlacementGuest(name: name, demand: demand)
        }
        for halves in [UInt64(7), 8] {
            // The pool has two halves of a GiB to spare; of 16 the others have 14 at most.
            let guests = [
                guest("a", 2, .exactly(small), isBound: false), guest("b", 7, nil, isBound: true),
                guest("c", halves, nil, isBound: false),
            ]
            let verdict = Placer.place(PlacementRequest(host: host, policy: .plain(), guests: guests)).verdict
            #expect(verdict == (halves == 7 ? .placed : .infeasible))
        }
    }

    @Test("memory that does not suffice on all cells together is no matter of page sizes, nor of a search")
    func doesNotAddUp() {
        // More ways to give them sizes than are tried.
        #expect(verdict(12, largePages: 7, page: .any, steps: 0) == .infeasible)
        #expect(verdict(12, largePages: 7, page: .small, steps: 0) == .infeasible)
    }
}
