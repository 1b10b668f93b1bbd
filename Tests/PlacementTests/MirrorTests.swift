import FullHosts
import HostModel
import Placement
import SiteFile
import Testing

@Suite("CPUs that a guest sees as they are pinned")
struct MirrorTests {
    /// Cells of cores with two threads, numbered as x86 does: siblings are far apart. Caches hold so many cores each, in the order of
    /// the numbers, or dealt out by turns.
    private static func host(
        cells: Int = 1, caches: Int, cores: Int, threads: Int = 2, byTurns: Bool = false, arch: String? = "x86_64"
    ) -> HostFacts {
        let ofCell = caches * cores
        let count = cells * ofCell
        let siblings = (0..<count).map { core in CPUSet(numbers: (0..<threads).map { core + $0 * count }) }
        return HostFacts(
            host: HostIdentity(name: "h", arch: arch), onlineCPUs: CPUSet(numbers: 0..<threads * count),
            cells: (0..<cells).map { cell in
                let own = Array(siblings[cell * ofCell..<(cell + 1) * ofCell])
                let groups = (0..<caches).map { cache in
                    own.indices.filter { (byTurns ? $0 % caches : $0 / cores) == cache }
                        .reduce(into: CPUSet()) { $0.formUnion(own[$1]) }
                }
                return Cell(
                    id: CellID(cell), cpus: own.reduce(into: []) { $0.formUnion($1) }, memory: 16_777_216,
                    siblings: own, lastLevelCaches: groups)
            })
    }

    private static func mirrored(
        _ demand: GuestDemand, on host: HostFacts
    ) throws -> (mirrored: MirroredCPUs, place: GuestPlacement) {
        let placement = Placer.place(
            PlacementRequest(
                host: host, policy: .plain(), guests: [PlacementGuest(name: "g", demand: demand)]))
        let place = try #require(placement.guests.first)
        return (MirroredCPUs(demand, at: place, on: host), place)
    }

    private static func guest(
        _ cells: Int, _ vcpus: Int, _ threads: GuestDemand.ThreadPolicy = .prefer
    ) -> GuestDemand {
        .even(cells, vcpus: vcpus, memory: KiB(4_096 * UInt64(cells)), policy: .dedicated, threads: threads)
    }

    @Test(
        "are a topology: sockets, dies, cores and threads, whole or not",
        arguments: [
            (host(caches: 1, cores: 8), guest(1, 4), "1/1/2/2", true),
            (host(caches: 1, cores: 8), guest(1, 4, .isolate), "1/1/4/1", false),
            (host(caches: 1, cores: 8, threads: 1), guest(1, 4), "1/1/4/1", true),
            (host(cells: 2, caches: 1, cores: 8), guest(2, 16), "2/1/4/2", true),
            (host(caches: 4, cores: 2), guest(1, 16), "1/4/2/2", true),
            (host(caches: 4, cores: 2), guest(1, 8), "1/2/2/2", true),
            (host(caches: 2, cores: 4), guest(1, 8, .isolate), "1/2/4/1", false),
            (host(cells: 2, caches: 2, cores: 4), guest(2, 32), "2/2/4/2", true),
            (host(cells: 2, caches: 2, cores: 4), guest(2, 16), "2/1/4/2", true),
            (host(caches: 4, cores: 2, byTurns: true), guest(1, 16), "1/4/2/2", true),
            (host(caches: 1, cores: 4, threads: 4), guest(1, 8, .require), "1/1/2/4", true),
        ] as [(HostFacts, GuestDemand, String, Bool)])
    func topologies(host: HostFacts, demand: GuestDemand, topology: String, isWhole: Bool) throws {
        let (mirrored, place) = try Self.mirrored(demand, on: host)
        let found = try #require(mirrored.topology, "\(String(describing: mirrored.flaw))")
        #expect("\(found.sockets)/\(found.dies)/\(found.cores)/\(found.threads)" == topology)
        #expect(mirrored.isWhole == isWhole && mirrored.cacheFlaw == nil)
        // What the numbers say of each vCPU holds for its pin.
        let cores = host.cells.flatMap(\.siblings), caches = host.cells.flatMap(\.lastLevelCaches)
        let pins = place.cells.flatMap { cell in cell.vcpus.compactMap { cell.pins[$0]?.first } }
        try #require(pins.count == demand.vcpus)
        func group(_ cpu: CPU, _ sets: [CPUSet]) -> Int? { sets.firstIndex { $0.contains(cpu) } }
        for (left, one) in pins.enumerated() {
            for (right, other) in pins.enumerated() {
                #expect((left / found.threads == right / found.threads) == (group(one, cores) == group(other, cores)))
                let die = found.cores * found.threads
                #expect((left / die == right / die) == (group(one, caches) == group(other, caches)))
            }
        }
    }

    @Test("without caches that are known have one die a cell")
    func unknownCaches() throws {
        var host = Self.host(caches: 2, cores: 2)
        host.cells[0].lastLevelCaches = []
        let (mirrored, _) = try Self.mirrored(Self.guest(1, 8), on: host)
        #expect(mirrored.topology == CPUTopology(sockets: 1, cores: 4, threads: 2))
        #expect(mirrored.cacheFlaw == nil && mirrored.isWhole)
    }

    @Test(
        "have no topology where they are not alike, and one die where the caches are not",
        arguments: [
            (host(caches: 1, cores: 8), guest(1, 3), .coresDiffer, nil),
            (host(caches: 2, cores: 4), guest(1, 12), nil, .cachesDiffer),
            (host(caches: 2, cores: 4, arch: "aarch64"), guest(1, 16), nil, .noDies),
        ] as [(HostFacts, GuestDemand, MirroredCPUs.MirrorFlaw?, MirroredCPUs.CacheFlaw?)])
    func flaws(
        host: HostFacts, demand: GuestDemand, flaw: MirroredCPUs.MirrorFlaw?, cacheFlaw: MirroredCPUs.CacheFlaw?
    ) throws {
        let (mirrored, _) = try Self.mirrored(demand, on: host)
        #expect(mirrored.flaw == flaw && mirrored.cacheFlaw == cacheFlaw)
        #expect((mirrored.topology == nil) == (flaw != nil) && mirrored.topology?.dies ?? 1 == 1 && !mirrored.isWhole)
    }

    @Test(
        "have no topology where cells differ, vCPUs are shared, or pins by hand are in disorder",
        arguments: [
            ("other sizes", .cellsDiffer, nil), ("mixed", .cellsMixed, nil), ("shared", .notDedicated, nil),
            ("apart", .siblingsApart, nil), ("caches apart", nil, .cachesApart),
        ] as [(String, MirroredCPUs.MirrorFlaw?, MirroredCPUs.CacheFlaw?)])
    func disorder(
        label: String, flaw: MirroredCPUs.MirrorFlaw?, cacheFlaw: MirroredCPUs.CacheFlaw?
    ) throws {
        let host = Self.host(cells: 2, caches: 2, cores: 2, threads: 1)
        var demand = Self.guest(2, 8)
        func place(_ pins: [[Int]], _ vcpus: [[Int]]) -> GuestPlacement {
            let cells = zip(pins, vcpus).enumerated().map { number, cell in
                GuestCellPlacement(
                    id: GuestCellID(number), hostCell: CellID(number), vcpus: VCPUSet(numbers: cell.1), memory: 4_096,
                    pageSize: PageSize(4),
                    pins: Dictionary(uniqueKeysWithValues: zip(cell.1.map { VCPU($0) }, cell.0.map { [CPU($0)] })),
                    dedicatedVCPUs: VCPUSet(numbers: cell.1))
            }
            return GuestPlacement(name: "g", memory: 8_192, cells: cells)
        }
        let straight = [[0, 1, 2, 3], [4, 5, 6, 7]]
        let mirrored: MirroredCPUs
        switch label {
        case "other sizes": mirrored = MirroredCPUs(demand, at: place([[0, 1, 2], [4]], [[0, 1, 2], [3]]), on: host)
        case "mixed": mirrored = MirroredCPUs(demand, at: place(straight, [[0, 2, 4, 6], [1, 3, 5, 7]]), on: host)
        case "shared":
            demand.dedicatedVCPUs = [0]
            mirrored = MirroredCPUs(demand, at: place(straight, straight), on: host)
        case "apart":
            let pairs = Self.host(cells: 2, caches: 1, cores: 2)
            mirrored = MirroredCPUs(demand, at: place([[0, 1, 4, 5], [2, 6, 3, 7]], straight), on: pairs)
        default: mirrored = MirroredCPUs(demand, at: place([[0, 2, 1, 3], [4, 5, 6, 7]], straight), on: host)
        }
        #expect(mirrored.flaw == flaw && mirrored.cacheFlaw == cacheFlaw)
    }
}
