import Diagnostics
import FullHosts
import HostModel
import Planning
import SiteFile

/// A host and guests of which it is known whether they fit: each cell's CPUs and memory are cut into guest cells, one in ten of
/// which is joined with one of another cell; then, for the infeasible case, a single guest is given one vCPU more.
struct Workload {
    let host: HostFacts
    let guests: [GuestSpec]

    /// How much of the host is cut.
    enum Load: CaseIterable {
        case fitting, nearlyFull, full, oneTooMany

        /// The share of the dedicated CPUs and of the memory, in per cent.
        var percent: Int {
            switch self {
            case .fitting: 60
            case .nearlyFull: 97
            case .full, .oneTooMany: 100
            }
        }

        var name: String {
            switch self {
            case .fitting: "fits, 60 %"
            case .nearlyFull: "fits, 97 %"
            case .full: "fits, 100 %"
            case .oneTooMany: "1 CPU too many"
            }
        }
    }

    /// Cuts `guestCount` guests; `cpus` is divided among the cells, of 2 threads a core, with 2 GiB for each CPU.
    ///
    /// What the CPUs do not suffice for becomes guests with one shared vCPU, one guest cell and little memory.
    init(cells cellCount: Int, cpus: Int, guests guestCount: Int, load: Load, seed: Int = 1) {
        var dice = SplitMix(seed: seed)
        let perCell = cpus / cellCount
        host = Workload.host(cells: cellCount, perCell: perCell)
        // On a full host no CPU is left to share, so there are no more guest cells than CPUs.
        let most = load.percent < 100 ? guestCount / 10 : max(0, min(guestCount / 10, cpus - guestCount))
        let joined = cellCount > 1 ? most : 0
        var pieces: [[Piece]] = (0..<cellCount).map { cell in
            let total = guestCount + joined
            let wanted = total / cellCount + (cell < total % cellCount ? 1 : 0)
            return Workload.pieces(
                min(wanted, perCell * load.percent / 100), cpus: perCell * load.percent / 100,
                memory: UInt64(perCell) * 1_024 * UInt64(load.percent) / 100, dice: &dice)
        }
        var demands: [GuestDemand] = []
        for index in 0..<joined {
            let (left, right) = (index % cellCount, (index + 1) % cellCount)
            guard let a = pieces[left].popLast(), let b = pieces[right].popLast() else { continue }
            demands.append(Workload.dedicated([a, b]))
        }
        demands += pieces.joined().map { Workload.dedicated([$0]) }
        while demands.count < guestCount { demands.append(Workload.shared) }
        demands.shuffle(using: &dice)
        if load == .oneTooMany,
            let index = demands.firstIndex(where: { $0.cpuPolicy == .dedicated && $0.cells.count == 1 })
        {
            let cell = demands[index].cells[0]
            demands[index] = Workload.dedicated([Piece(vcpus: cell.vcpus.count + 1, memory: cell.memory)])
        }
        guests = demands.enumerated().map { number, demand in
            GuestSpec(name: located(Workload.name(number)), demand: demand)
        }
    }

    /// The plan to make.
    func request(explains: Bool = false) -> PlanRequest {
        PlanRequest(
            host: host, site: "bench", policy: HostPolicy(name: located("bench"), reserved: 0, guestOverhead: .none),
            guests: guests,
            explains: explains)
    }

    // MARK: Cutting

    struct Piece {
        var vcpus: Int
        var memory: KiB
    }

    /// Cuts CPUs and memory (in multiples of 256 MiB) into `count` pieces, each with at least one of both.
    private static func pieces(_ count: Int, cpus: Int, memory: UInt64, dice: inout SplitMix) -> [Piece] {
        let vcpus = parts(cpus, count, dice: &dice)
        let grains = parts(Int(memory / 128), count, dice: &dice)
        return zip(vcpus, grains).map { Piece(vcpus: $0, memory: KiB(UInt64($1) * 128 * 2_048)) }
    }

    private static func parts(_ total: Int, _ count: Int, dice: inout SplitMix) -> [Int] {
        guard count > 1 else { return count == 1 ? [total] : [] }
        var cuts = Set<Int>()
        while cuts.count < count - 1 { cuts.insert(dice.number(1...total - 1)) }
        let edges = [0] + cuts.sorted() + [total]
        return zip(edges.dropFirst(), edges).map { $0 - $1 }
    }

    static func dedicated(_ pieces: [Piece]) -> GuestDemand {
        var next = 0
        let cells = pieces.enumerated().map { index, piece in
            defer { next += piece.vcpus }
            return GuestCellDemand(
                id: GuestCellID(index), vcpus: VCPUSet(numbers: next..<next + piece.vcpus), memory: piece.memory)
        }
        return GuestDemand(
            vcpus: next, memory: cells.reduce(.zero) { $0 + $1.memory }, cells: cells, cpuPolicy: .dedicated,
            dedicatedVCPUs: VCPUSet(numbers: 0..<next), pageSize: located(.exactly(PageSize(2_048))))
    }

    private static var shared: GuestDemand {
        GuestDemand(
            vcpus: 1, memory: 8_192, cells: [GuestCellDemand(id: 0, vcpus: [0], memory: 8_192)])
    }

    static func name(_ number: Int) -> String {
        let digits = String(number)
        return "g" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }

    static func host(cells: Int, perCell: Int) -> HostFacts {
        HostFacts(
            host: HostIdentity(name: "bench"), onlineCPUs: CPUSet(numbers: 0..<cells * perCell),
            cells: (0..<cells).map { id in
                let first = id * perCell
                return Cell(
                    id: CellID(id), cpus: CPUSet(numbers: first..<first + perCell),
                    memory: KiB(UInt64(perCell) << 21),
                    siblings: (0..<perCell / 2).map { [CPU(first + 2 * $0), CPU(first + 2 * $0 + 1)] },
                    pools: [HugepagePool(pageSize: PageSize(2_048), total: 0, free: 0)])
            })
    }
}

/// A value from nowhere in particular.
func located<Value>(_ value: Value) -> Located<Value> {
    Located(value, at: SourceMark(file: "bench", line: 1, column: 1))
}
