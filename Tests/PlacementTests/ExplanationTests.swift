import Diagnostics
import FullHosts
import HostModel
import Placement
import SiteFile
import Testing

@Suite("Why guests do not fit")
struct ExplanationTests {
    private func place(_ guests: [PlacementGuest], host: HostFacts = twoCells) -> Placement {
        Placer.place(PlacementRequest(host: host, policy: .plain(), guests: guests, explains: true))
    }

    /// Two cells of four CPUs, 4 GiB and pools of 2 MiB pages.
    static let twoCells = HostFacts(
        host: HostIdentity(name: "h"), onlineCPUs: CPUSet(numbers: 0..<8),
        cells: (0..<2).map {
            Cell(
                id: CellID($0), cpus: CPUSet(numbers: $0 * 4..<$0 * 4 + 4), memory: 4_194_304,
                pools: [HugepagePool(pageSize: PageSize(2_048), total: 0, free: 0)])
        })

    private func dedicated(_ name: String, _ vcpus: Int, memory: KiB = 1_048_576) -> PlacementGuest {
        PlacementGuest(name: name, demand: .even(1, vcpus: vcpus, memory: memory, policy: .dedicated))
    }

    @Test("the conflict is the guests that exclude each other, and no other")
    func conflict() {
        let placement = place([dedicated("a", 3), dedicated("b", 3), dedicated("c", 2), dedicated("tiny", 0 + 1)])
        #expect(placement.verdict == .infeasible)
        #expect(placement.conflict == ["a", "b", "c"])
    }

    @Test("one guest alone is its own conflict")
    func alone() {
        let placement = place([dedicated("big", 5), dedicated("small", 1)])
        #expect(placement.conflict == ["big"])
        #expect(placement.unplaced.map(\.name) == ["big"])
    }

    @Test("what would help is proven: fewer vCPUs, more cells, more CPUs")
    func remedies() throws {
        let remedies = try #require(place([dedicated("big", 6)]).unplaced.first).remedies
        #expect(remedies.contains(.vcpus(4)))
        #expect(remedies.contains(.cells(2)))
        #expect(remedies.contains(.moreCPUs(2, cell: 0)))
        #expect(!remedies.contains { if case .memory = $0 { true } else { false } })
    }

    @Test("cells of different sizes help where even ones do not fit, and are proven")
    func uneven() throws {
        // Three CPUs are left on one cell and one on the other.
        let guests = [dedicated("taken", 3), dedicated("big", 5)]
        let placement = place(guests)
        let remedies = try #require(placement.unplaced.first { $0.name == "big" }).remedies
        let cells = try #require(
            remedies.compactMap { if case .unevenCells(let cells) = $0 { cells } else { nil } }.first)
        #expect(cells.map(\.vcpus.count).sorted() == [1, 4])
        #expect(cells.reduce(KiB.zero) { $0 + $1.memory } == KiB(1_048_576))
        var changed = guests
        changed[1].demand.cells = cells
        #expect(place(changed).verdict == .placed)
        #expect(!remedies.contains { if case .cells = $0 { true } else { false } })
    }

    @Test("cells that the guest does not see help where more cells do")
    func hidden() throws {
        let remedies = try #require(place([dedicated("big", 6)]).unplaced.first).remedies
        #expect(remedies.contains(.hiddenCells(2)))
        let few = try #require(place([dedicated("big", 9)]).unplaced.first).remedies
        #expect(!few.contains { if case .hiddenCells = $0 { true } else { false } })
    }

    @Test("memory that may come from elsewhere helps where a cell has too little")
    func preferred() throws {
        let shared = PlacementGuest(name: "wide", demand: .even(1, vcpus: 1, memory: 5_242_880, policy: .shared))
        let remedies = try #require(place([shared]).unplaced.first).remedies
        #expect(remedies.contains(.memoryPolicy(.preferred)))
        let pinned = try #require(place([dedicated("wide", 5)]).unplaced.first).remedies
        #expect(!pinned.contains(.memoryPolicy(.preferred)), "CPUs were short")
    }

    @Test("free pages of another size are named as who holds the memory, and giving them back helps where it does")
    func otherPages() throws {
        var host = Self.twoCells
        for cell in host.cells.indices {
            host.cells[cell].pools.append(HugepagePool(pageSize: PageSize(1_048_576), total: 3, free: 3))
        }
        var guest = dedicated("paged", 1, memory: 2_097_152)
        guest.demand.pageSize = Located(.exactly(PageSize(2_048)))
        let refused = try #require(place([guest], host: host).unplaced.first)
        #expect(refused.reasons.flatMap(\.heldBy).contains("pool/1GiB/cell/0"))
        #expect(refused.remedies.contains(.shrinkPools))
        guest.demand.memory = 5_242_880
        guest.demand.cells[0].memory = 5_242_880
        let large = try #require(place([guest], host: host).unplaced.first)
        #expect(!large.remedies.contains(.shrinkPools), "no cell has that much")
    }

    @Test("less memory and another guest left out help where memory is short")
    func memory() throws {
        let placement = place([
            dedicated("a", 1, memory: 3_145_728), dedicated("b", 1, memory: 3_145_728),
            dedicated("c", 1, memory: 2_097_152),
        ])
        let remedies = try #require(placement.unplaced.first).remedies
        #expect(remedies.contains { if case .memory = $0 { true } else { false } })
        #expect(remedies.contains { if case .without = $0 { true } else { false } })
        #expect(placement.conflict == ["a", "b", "c"])
    }

    @Test("on random hosts, each guest of a conflict left out lets the others fit", arguments: 0..<5)
    func minimal(block: Int) {
        var tried = 0
        for seed in block * 1_000..<block * 1_000 + 150 {
            var request = PlacementRequest.random(seed: seed)
            request.explains = true
            let placement = Placer.place(request)
            guard placement.conflict.count > 1 else { continue }
            tried += 1
            request.explains = false
            let set = request.guests.filter { placement.conflict.contains($0.name) }
            request.guests = set
            #expect(Placer.place(request).verdict == .infeasible, "seed \(seed)")
            for guest in set {
                request.guests = set.filter { $0.name != guest.name }
                #expect(Placer.place(request).verdict == .placed, "seed \(seed) without \(guest.name)")
            }
        }
        #expect(tried > 0)
    }
}
