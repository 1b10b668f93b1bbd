internal import Diagnostics
public import HostModel
public import Placement
internal import SiteFile

/// A host that is full to a certain share, cut into guests that fit together for certain, since that is how they were cut.
public struct FullHost {
    /// The host and its guests, in an order that tells nothing.
    public let request: PlacementRequest

    /// Cuts guests out of `cellCount` cells of 8 cores with 2 threads and 32 GiB each.
    ///
    /// - Parameters:
    ///   - fill: The share of each cell's cores and memory that is cut into guests, in per cent.
    ///   - grain: Memory is cut in multiples of this.
    public init(cells cellCount: Int, fill: Int, seed: Int, grain: KiB = KiB(256 * 1_024)) {
        var dice = SplitMix(seed: seed)
        let cells = (0..<cellCount).map { id in
            let first = id * 16
            return Cell(
                id: CellID(id), cpus: CPUSet(numbers: first..<first + 16), memory: KiB(32 << 20),
                siblings: (0..<8).map { [CPU(first + 2 * $0), CPU(first + 2 * $0 + 1)] },
                pools: [
                    HugepagePool(pageSize: PageSize(2_048), total: 0, free: 0),
                    HugepagePool(pageSize: PageSize(1_048_576), total: 0, free: 0),
                ])
        }
        var pieces = (0..<cellCount).map { FullHost.pieces(of: $0, fill: fill, grain: grain, dice: &dice) }
        var demands: [GuestDemand] = []
        while let cell = pieces.indices.filter({ !pieces[$0].isEmpty }).randomElement(using: &dice) {
            let first = pieces[cell].removeLast()
            let partners = pieces.indices.filter { other in
                other != cell && pieces[other].contains { $0.policy == first.policy && $0.page == first.page }
            }
            if dice.chance(30), let other = partners.randomElement(using: &dice),
                let index = pieces[other].firstIndex(where: { $0.policy == first.policy && $0.page == first.page })
            {
                demands.append(FullHost.demand([first, pieces[other].remove(at: index)]))
            } else {
                demands.append(FullHost.demand([first]))
            }
        }
        demands.shuffle(using: &dice)
        request = PlacementRequest(
            host: HostFacts(
                host: HostIdentity(name: "full"), onlineCPUs: CPUSet(numbers: 0..<cellCount * 16), cells: cells),
            policy: HostPolicy(name: Located("full", at: FullHost.mark), reserved: 0, guestOverhead: .none),
            guests: demands.enumerated().map { PlacementGuest(name: "g\($0)", demand: $1) })
    }

    private static let mark = SourceMark(file: "full", line: 1, column: 1)

    /// Part of a cell for one guest cell.
    private struct Piece {
        var vcpus: Int
        var memory: KiB
        var policy: GuestDemand.ThreadPolicy
        var page: GuestDemand.PageRequest?
    }

    private static func pieces(of cell: Int, fill: Int, grain: KiB, dice: inout SplitMix) -> [Piece] {
        var cores = max(1, 8 * fill / 100)
        var units = Int((32 << 20) / grain.count) * fill / 100
        var pieces: [Piece] = []
        while cores > 0 {
            let taken = dice.number(1...min(cores, 4))
            let isLast = taken == cores
            let share = units * taken / cores
            let memory = isLast ? units : max(1, dice.number(share / 2...share + share / 2))
            let used = min(memory, units - (cores - taken))
            let policy = dice.pick([GuestDemand.ThreadPolicy.prefer, .isolate, .require])
            let size = KiB(UInt64(used) * grain.count)
            var pages: [GuestDemand.PageRequest?] = [nil, .small]
            if PageSize(2_048).divides(size) { pages += [.exactly(PageSize(2_048)), .large] }
            if PageSize(1_048_576).divides(size) { pages.append(.exactly(PageSize(1_048_576))) }
            pieces.append(
                Piece(
                    vcpus: policy == .isolate ? taken : 2 * taken, memory: size, policy: policy, page: dice.pick(pages))
            )
            cores -= taken
            units -= used
        }
        return pieces
    }

    private static func demand(_ pieces: [Piece]) -> GuestDemand {
        var first = 0
        let cells = pieces.enumerated().map { index, piece in
            defer { first += piece.vcpus }
            return GuestCellDemand(
                id: GuestCellID(index), vcpus: VCPUSet(numbers: first..<first + piece.vcpus), memory: piece.memory)
        }
        return GuestDemand(
            vcpus: first, memory: cells.reduce(.zero) { $0 + $1.memory }, cells: cells, cpuPolicy: .dedicated,
            dedicatedVCPUs: VCPUSet(numbers: 0..<first), threadPolicy: pieces[0].policy,
            pageSize: pieces[0].page.map { Located($0, at: mark) })
    }
}
