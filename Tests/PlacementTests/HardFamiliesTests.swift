import Foundation
import FullHosts
import HostModel
import Placement
import SiteFile
import Testing

/// Questions that took long, or had no answer, before sums, exchanges and memory cut the search short.
@Suite("Hard kinds of questions")
struct HardFamiliesTests {
    /// How many fit checks each question may take: far less than is allowed by default.
    private static let steps = 400_000
    /// Sizes up to this many guests are asked about here; the benchmark asks about all.
    private static let guests = 32
    /// How many questions are asked of each size: two, or fewer with NUMACTL_PLAN_FULL_HOSTS.
    private static let seeds = min(
        2, Int(ProcessInfo.processInfo.environment["NUMACTL_PLAN_FULL_HOSTS"] ?? "") ?? 2)

    @Test("are decided within a bound of steps", arguments: Family.all)
    func decided(family: Family) {
        for (cells, guests) in family.sizes where guests <= Self.guests {
            for seed in 0..<Self.seeds {
                var request = family.request(cells: cells, guests: guests, seed: seed)
                request.searchLimit = Self.steps
                let placement = Placer.place(request)
                let question: Comment = "\(cells) cells, \(guests) guests, seed \(seed)"
                #expect(placement.verdict != .undecided, question)
                if let verdict = family.verdict { #expect(placement.verdict == verdict, question) }
                // The checker takes all memory for that of the guest's own cells.
                if placement.verdict == .placed,
                    !request.guests.contains(where: { $0.demand.memoryPolicy == .preferred })
                {
                    #expect(ValidityChecker(request: request).faults(of: placement).isEmpty, question)
                }
            }
        }
    }

    @Test("have the same answer whatever the order of the guests", arguments: Family.all)
    func order(family: Family) {
        guard let (cells, guests) = family.sizes.first else { return }
        let request = family.request(cells: cells, guests: guests, seed: 3)
        var shuffled = request
        shuffled.guests.reverse()
        #expect(Placer.place(request) == Placer.place(shuffled))
    }

    @Test("three a cell: the pigeonhole refutes at once what no sum does")
    func pigeonhole() throws {
        let family = try #require(Family.all.first { $0.name == "two sizes, one too many" })
        var request = family.request(cells: 16, guests: 56, seed: 0)
        request.searchLimit = 0
        #expect(Placer.place(request).verdict == .infeasible)
    }

    @Test("three a cell, nearly full: what fits is found by changing places, what does not is refuted by whole thirds")
    func thirds() throws {
        let family = try #require(Family.all.first { $0.name == "three a cell by memory, drawn" })
        let verdicts = [0, 2, 6, 7].map { seed in
            var request = family.request(cells: 16, guests: 48, seed: seed)
            request.searchLimit = 2_000_000
            return Placer.place(request).verdict
        }
        // As CP-SAT has it.
        #expect(verdicts == [.placed, .placed, .infeasible, .infeasible])
    }

    @Test(
        "what neither sums nor filling cell after cell decides is decided by patterns, or by learning from dead ends",
        arguments: [
            ("exactly full", 56, 5, .placed),
            ("uneven cells, exactly full", 56, 13, .placed),
            ("just over in CPUs and memory", 56, 13, .infeasible),
            ("three a cell by memory, drawn, shared", 48, 17, .infeasible),
        ] as [(String, Int, Int, Placement.SearchVerdict)])
    func learned(name: String, guests: Int, seed: Int, verdict: Placement.SearchVerdict) throws {
        let family = try #require(Family.all.first { $0.name == name })
        var request = family.request(cells: 16, guests: guests, seed: seed)
        request.searchLimit = 4_000_000
        #expect(Placer.place(request).verdict == verdict)
    }

    @Test("guests with memory that may be elsewhere are not refused while nobody knows whether the others fit")
    func elsewhere() throws {
        let family = try #require(Family.all.first { $0.name == "three a cell by memory, exactly full" })
        let open = (0..<50).lazy.map { seed -> PlacementRequest in
            var request = family.request(cells: 6, guests: 18, seed: seed)
            request.searchLimit = 0
            return request
        }.first { Placer.place($0).verdict == .undecided }
        var request = try #require(open)
        for id in 6..<8 { request.host.cells.append(Cell(id: CellID(id), cpus: [], memory: KiB(64 << 20))) }
        // More than one cell has.
        var large = GuestDemand.even(1, vcpus: 1, memory: KiB(65 << 20))
        large.memoryPolicy = .preferred
        request.guests.append(PlacementGuest(name: "large", demand: large))
        #expect(Placer.place(request).verdict == .undecided)
        request.searchLimit = PlacementRequest.defaultSearchLimit
        #expect(Placer.place(request).verdict == .placed)
    }

    @Test("guests whose CPUs alone do not fit are refused, though no two cells have the same pools")
    func cpusAlone() {
        let host = HostFacts(
            host: HostIdentity(name: "h"), onlineCPUs: CPUSet(numbers: 0..<96),
            cells: (0..<8).map { id in
                let pages = PageCount(UInt64(id) * 100)
                return Cell(
                    id: CellID(id), cpus: CPUSet(numbers: 12 * id..<12 * id + 12), memory: KiB(32 << 20),
                    siblings: (0..<6).map { [CPU(12 * id + 2 * $0), CPU(12 * id + 2 * $0 + 1)] },
                    pools: [
                        HugepagePool(pageSize: PageSize(2_048), total: pages, free: pages),
                        HugepagePool(pageSize: PageSize(1_048_576), total: 0, free: 0),
                    ])
            })
        func mixed(_ dedicated: VCPUSet, _ threads: GuestDemand.ThreadPolicy, memory: KiB) -> GuestDemand {
            var demand = GuestDemand.even(
                1, vcpus: 6, memory: memory, policy: .mixed, threads: threads, emulator: .isolate)
            demand.dedicatedVCPUs = dedicated
            return demand
        }
        let small = GuestDemand.PageRequest.exactly(PageSize(2_048))
        let large = GuestDemand.PageRequest.exactly(PageSize(1_048_576))
        let demands = [
            mixed([0, 1, 5], .isolate, memory: KiB(7_424 << 10)),
            mixed([1, 2, 3, 4, 5], .require, memory: KiB(4_288 << 10)),
            .even(4, vcpus: 16, memory: KiB(3_328 << 10), policy: .dedicated, threads: .require, page: small),
            .even(2, vcpus: 6, memory: KiB(10 << 20), policy: .dedicated, threads: .isolate),
            .even(4, vcpus: 12, memory: KiB(8 << 20), policy: .dedicated, threads: .prefer, emulator: .isolate),
            .even(
                4, vcpus: 12, memory: KiB(4 << 20), policy: .dedicated, threads: .isolate, emulator: .share,
                page: large),
        ]
        func verdict(_ demands: [GuestDemand]) -> Placement.SearchVerdict {
            var request = PlacementRequest(
                host: host, policy: .plain(),
                guests: demands.enumerated().map { PlacementGuest(name: "g\($0)", demand: $1) })
            request.searchLimit = 1_000_000
            return Placer.place(request).verdict
        }
        // As CP-SAT has it.
        #expect(verdict(demands) == .infeasible)
        for index in demands.indices {
            #expect(verdict(demands.enumerated().filter { $0.offset != index }.map(\.element)) == .placed)
        }
    }

    @Test("a guest that fits no cell is refused without a search")
    func alone() throws {
        let family = try #require(Family.all.first { $0.name == "one guest that fits no cell" })
        var request = family.request(cells: 16, guests: 56, seed: 0)
        request.searchLimit = 0
        #expect(Placer.place(request).verdict == .infeasible)
    }

    @Test("a set of guests that was cut off is said not to be minimal, and does not fit together all the same")
    func conflict() throws {
        let family = try #require(Family.all.first { $0.name == "three a cell by memory, drawn" })
        var cutOff = 0
        for seed in 0..<12 {
            var request = family.request(cells: 6, guests: 18, seed: seed)
            request.explains = true
            let placement = Placer.place(request)
            guard placement.verdict == .infeasible, !placement.conflict.isEmpty else { continue }
            var rest = request
            rest.explains = false
            rest.guests = request.guests.filter { placement.conflict.contains($0.name) }
            #expect(Placer.place(rest).verdict == .infeasible, "seed \(seed)")
            if !placement.conflictIsMinimal { cutOff += 1 }
        }
        #expect(cutOff < 12)
    }
}
