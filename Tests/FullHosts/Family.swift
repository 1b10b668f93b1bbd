internal import Diagnostics
internal import HostModel
public import Placement
internal import SiteFile

/// A kind of question that is hard to decide: nearly full hosts, or guests of which just one too many is there.
public struct Family: Sendable, CustomStringConvertible {
    /// What it is.
    public let name: String
    /// The answer, where it is known by the way in which the guests were made.
    public let verdict: Placement.SearchVerdict?
    /// Numbers of host cells and of guests.
    public let sizes: [(cells: Int, guests: Int)]
    /// Memory is cut in multiples of this, in MiB.
    let grain: Int
    let make: @Sendable (inout Cutter) -> [GuestDemand]

    /// The name.
    public var description: String { name }

    /// One question of the family; the same seed makes the same.
    public func request(cells: Int, guests: Int, seed: Int) -> PlacementRequest {
        var cutter = Cutter(cells: cells, guests: guests, grain: grain, seed: seed)
        var demands = make(&cutter)
        demands.shuffle(using: &cutter.dice)
        return PlacementRequest(
            host: cutter.host, policy: cutter.policy,
            guests: demands.enumerated().map { PlacementGuest(name: "g\($0)", demand: $1) })
    }

    private init(
        _ name: String, _ verdict: Placement.SearchVerdict?, grain: Int = 1_024,
        sizes: [(cells: Int, guests: Int)] = Family.allSizes,
        make: @escaping @Sendable (inout Cutter) -> [GuestDemand]
    ) {
        self.name = name
        self.verdict = verdict
        self.sizes = sizes
        self.grain = grain
        self.make = make
    }

    private static let allSizes = [(3, 12), (4, 24), (6, 18), (7, 21), (8, 32), (12, 36), (16, 56)]
    private static let threeEach = [(3, 9), (4, 12), (6, 18), (7, 21), (8, 24), (12, 36), (16, 48)]

    /// All families.
    public static let all = [
        Family("one size, exactly full", .placed) { cutter in
            cutter.same(cutter.most, of: Cutter.Piece(vcpus: 4, memory: 16))
        },
        Family("one size, one too many", .infeasible) { cutter in
            // Seven vCPUs: two a cell, though four CPUs more are left on each.
            cutter.same(2 * cutter.cells + 1, of: Cutter.Piece(vcpus: 7, memory: 1))
        },
        Family("two sizes, one too many", .infeasible) { cutter in
            cutter.same(cutter.cells + 1, of: Cutter.Piece(vcpus: 9, memory: 9))
                + cutter.same(cutter.guests - cutter.cells - 1, of: Cutter.Piece(vcpus: 1, memory: 1))
        },
        Family("exactly full", .placed) { cutter in cutter.cut().joined().map { cutter.dedicated([$0]) } },
        Family("exactly full, cut finely", .placed, grain: 1) { cutter in
            cutter.cut().joined().map { cutter.dedicated([$0]) }
        },
        Family("just over in CPUs and memory", nil) { cutter in cutter.swapped().map { cutter.dedicated([$0]) } },
        Family("97 % in CPUs", nil) { cutter in
            cutter.drawn(of: 31, fill: 97, memory: 1).map { cutter.dedicated([$0]) }
        },
        Family("three a cell by memory, exactly full", .placed, grain: 1, sizes: threeEach) { cutter in
            cutter.triplets().map { cutter.dedicated([$0]) }
        },
        Family("three a cell by memory, drawn", nil, grain: 1, sizes: threeEach) { cutter in
            cutter.thirds(perMille: 985).map { cutter.dedicated([$0]) }
        },
        Family("three a cell by memory, drawn, shared", nil, grain: 256, sizes: threeEach) { cutter in
            cutter.thirds(perMille: 998).map { cutter.shared([$0]) }
        },
        Family("pools taken as they are", .placed) { cutter in
            cutter.policy.managesPools = false
            let pieces = cutter.cut()
            cutter.fixPools(pieces)
            return pieces.joined().map { cutter.dedicated([$0], page: 1_024 * 1_024) }
        },
        Family("pools taken as they are, drawn", nil, sizes: threeEach) { cutter in
            cutter.policy.managesPools = false
            let pieces = cutter.thirds(perMille: 985)
            cutter.fixPools(Array(repeating: [Cutter.Piece(vcpus: 0, memory: cutter.memory)], count: cutter.cells))
            return pieces.map { cutter.dedicated([$0], page: 1_024 * 1_024) }
        },
        Family("isolate, exactly full", .placed) { cutter in
            cutter.cut(cpus: 8).joined().map { cutter.dedicated([$0], threads: .isolate) }
        },
        Family("isolate and prefer, 97 %", nil) { cutter in
            let pieces = cutter.drawn(of: 11, fill: 94, memory: 1)
            return pieces.enumerated().map { index, piece in
                var piece = piece
                if index % 2 == 0 { piece.vcpus = (piece.vcpus + 1) / 2 }
                return cutter.dedicated([piece], threads: index % 2 == 0 ? .isolate : .prefer)
            }
        },
        Family("two cells each, exactly full", .placed) { cutter in
            let count = 2 * cutter.guests
            cutter.guests = min(count, cutter.cells * 12)
            return cutter.joined(2).map { cutter.dedicated($0) }
        },
        Family("two even cells each, one too many", .infeasible) { cutter in
            cutter.same(cutter.cells + cutter.cells / 2 + 1, of: Cutter.Piece(vcpus: 5, memory: 4), cells: 2)
        },
        Family("one and two cells each, exactly full", .placed) { cutter in
            cutter.guests = min(cutter.guests * 3 / 2, cutter.cells * 12)
            let pieces = cutter.joined(2)
            return pieces.enumerated().flatMap { index, pair in
                index % 2 == 0 ? [cutter.dedicated(pair)] : pair.map { cutter.dedicated([$0]) }
            }
        },
        Family("one and two cells each, just over in CPUs and memory", nil) { cutter in
            let pieces = cutter.swapped()
            let paired = pieces.count / 4 * 2
            return stride(from: 0, to: paired, by: 2).map { cutter.dedicated([pieces[$0], pieces[$0 + 1]]) }
                + pieces[paired...].map { cutter.dedicated([$0]) }
        },
        Family("pages of any size, pools to spare, exactly full", .placed) { cutter in
            // Where all that one pool has is in use, the rest may have pages of either size.
            let pages = PageCount(UInt64(cutter.memory / 4 * cutter.grain / 2))
            for index in cutter.host.cells.indices {
                cutter.host.cells[index].pools[0] = HugepagePool(pageSize: PageSize(2_048), total: pages, free: pages)
            }
            return cutter.cut().joined().map { cutter.dedicated([$0], page: .any) }
        },
        Family("pages of either size, pools taken as they are, exactly full", .placed) { cutter in
            cutter.policy.managesPools = false
            return cutter.cutFromPools().map { cutter.dedicated([$0], page: .large) }
        },
        Family("uneven cells, exactly full", .placed) { cutter in cutter.uneven().map { cutter.dedicated([$0]) } },
        Family("four cells each, exactly full", .placed, sizes: [(4, 12), (6, 24), (8, 32), (12, 48), (16, 64)]) {
            cutter in cutter.joined(4).map { cutter.dedicated($0) }
        },
        Family("one guest that fits no cell", .infeasible) { cutter in
            let pieces = cutter.cut().joined().dropLast()
            return pieces.map { cutter.dedicated([$0]) } + [cutter.dedicated([Cutter.Piece(vcpus: 17, memory: 1)])]
        },
        Family("memory that may be elsewhere, nearly full", .placed, sizes: [(2, 16), (4, 32), (8, 64)]) { cutter in
            // With five strict guests of 12 GiB the host is full but for a little.
            let room = cutter.cells * cutter.memory - 5 * 12 - 4
            let preferred = (0..<cutter.guests).map { index in
                Cutter.Piece(vcpus: 1 + index % 2, memory: room / cutter.guests)
            }
            return preferred.map { cutter.shared([$0], policy: .preferred) }
                + (0..<5).map { _ in cutter.shared([Cutter.Piece(vcpus: 2, memory: 12)]) }
        },
    ]
}
