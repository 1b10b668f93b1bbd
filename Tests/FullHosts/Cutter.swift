internal import Diagnostics
internal import HostModel
internal import Placement
internal import SiteFile

/// Cuts a host into guests: cells of 8 cores with 2 threads and 64 GiB each.
struct Cutter: Sendable {
    /// Part of a cell for one guest cell; memory is in multiples of the grain.
    struct Piece {
        var vcpus: Int
        var memory: Int
    }

    let cells: Int
    var guests: Int
    /// What memory is cut in multiples of, in MiB.
    let grain: Int
    var dice: SplitMix
    var host: HostFacts
    var policy: HostPolicy

    /// A cell's memory in multiples of the grain.
    var memory: Int { 65_536 / grain }
    /// How many guests of 4 CPUs and a quarter of the memory there is room for.
    var most: Int { cells * 4 }

    init(cells: Int, guests: Int, grain: Int, seed: Int) {
        self.cells = cells
        self.guests = guests
        self.grain = grain
        dice = SplitMix(seed: seed)
        host = HostFacts(
            host: HostIdentity(name: "cut"), onlineCPUs: CPUSet(numbers: 0..<cells * 16),
            cells: (0..<cells).map { id in
                let first = id * 16
                return Cell(
                    id: CellID(id), cpus: CPUSet(numbers: first..<first + 16), memory: KiB(64 << 20),
                    siblings: (0..<8).map { [CPU(first + 2 * $0), CPU(first + 2 * $0 + 1)] },
                    pools: [2_048, 1_048_576].map { HugepagePool(pageSize: PageSize($0), total: 0, free: 0) })
            })
        policy = HostPolicy(name: Located("cut", at: Cutter.mark), reserved: 0, guestOverhead: .none)
    }

    private static let mark = SourceMark(file: "cut", line: 1, column: 1)

    // MARK: Pieces

    /// All of each cell in as many pieces as guests are wanted in all.
    mutating func cut(cpus: Int = 16) -> [[Piece]] {
        (0..<cells).map { cell in
            let count = max(1, min(cpus, guests / cells + (cell < guests % cells ? 1 : 0)))
            let (vcpus, amounts) = (parts(cpus, count), parts(memory, count))
            return zip(vcpus, amounts).map { Piece(vcpus: $0, memory: $1) }
        }
    }

    private mutating func parts(_ total: Int, _ count: Int) -> [Int] {
        var cuts = Set<Int>()
        while cuts.count < count - 1 { cuts.insert(dice.number(1...total - 1)) }
        let edges = [0] + cuts.sorted() + [total]
        return zip(edges.dropFirst(), edges).map { $0 - $1 }
    }

    /// Takes a third of the CPUs and half of the memory off every other cell, and cuts what is left.
    mutating func uneven() -> [Piece] {
        let count = max(1, guests / cells)
        return host.cells.indices.flatMap { cell -> [Piece] in
            guard cell % 2 == 1 else {
                return zip(parts(16, count), parts(memory, count)).map { Piece(vcpus: $0, memory: $1) }
            }
            let first = cell * 16
            host.onlineCPUs.subtract(CPUSet(numbers: first + 10..<first + 16))
            host.cells[cell].cpus = CPUSet(numbers: first..<first + 10)
            host.cells[cell].siblings.removeLast(3)
            host.cells[cell].memory = KiB(32 << 20)
            return zip(parts(10, count), parts(memory / 2, count)).map { Piece(vcpus: $0, memory: $1) }
        }
    }

    /// Pieces that fill the host in sum and were cut with CPUs and memory exchanged between cells.
    mutating func swapped() -> [Piece] {
        let pieces = Array(cut().joined())
        var amounts = pieces.map(\.memory)
        amounts.shuffle(using: &dice)
        return zip(pieces, amounts).map { Piece(vcpus: $0.vcpus, memory: $1) }
    }

    /// Pieces of so many vCPUs at most and about as much memory, up to a share of the host's CPUs or memory in per cent.
    mutating func drawn(of most: Int, fill: Int, memory unit: Int) -> [Piece] {
        var pieces: [Piece] = []
        var (cpus, amount) = (0, 0)
        while true {
            let piece = Piece(vcpus: min(16, dice.number(1...most / 2 + 1)), memory: unit + dice.number(0...unit))
            guard pieces.count < 64, cpus + piece.vcpus <= cells * 16 * fill / 100,
                amount + piece.memory <= cells * memory * fill / 100
            else { return pieces }
            cpus += piece.vcpus
            amount += piece.memory
            pieces.append(piece)
        }
    }

    /// Three pieces a cell by memory, each more than a quarter of it.
    mutating func triplets() -> [Piece] {
        (0..<cells).flatMap { _ -> [Piece] in
            while true {
                let (a, b) = (third(), third())
                let c = memory - a - b
                if c > memory / 4, c < memory / 2 { return [a, b, c].map { Piece(vcpus: 4, memory: $0) } }
            }
        }
    }

    /// The same, drawn until three for each cell come to so much of the host, at least that many per mille.
    mutating func thirds(perMille: Int) -> [Piece] {
        while true {
            let pieces = (0..<cells * 3).map { _ in Piece(vcpus: 4, memory: third()) }
            let sum = pieces.reduce(0) { $0 + $1.memory }
            if sum <= cells * memory, sum * 1_000 >= cells * memory * perMille { return pieces }
        }
    }

    private mutating func third() -> Int { dice.number(memory / 4 + 1...memory / 2 - 1) }

    /// All of the host in guests of so many cells, on as many host cells each.
    mutating func joined(_ count: Int) -> [[Piece]] {
        var pieces = cut()
        var demands: [[Piece]] = []
        while true {
            let fullest = pieces.indices.sorted { (pieces[$1].count, $0) < (pieces[$0].count, $1) }
                .prefix(count).filter { !pieces[$0].isEmpty }
            guard !fullest.isEmpty else { return demands }
            demands.append(fullest.map { pieces[$0].removeLast() })
        }
    }

    // MARK: Guests

    func same(_ count: Int, of piece: Piece, cells: Int = 1) -> [GuestDemand] {
        Array(repeating: dedicated(Array(repeating: piece, count: cells)), count: max(0, count))
    }

    func dedicated(
        _ pieces: [Piece], threads: GuestDemand.ThreadPolicy = .prefer, page: UInt64 = 2_048
    ) -> GuestDemand {
        var demand = shared(pieces)
        demand.cpuPolicy = .dedicated
        demand.dedicatedVCPUs = VCPUSet(numbers: 0..<demand.vcpus)
        demand.threadPolicy = threads
        if demand.cells.allSatisfy({ PageSize(KiB(page)).divides($0.memory) }) {
            demand.pageSize = Located(.exactly(PageSize(KiB(page))), at: Cutter.mark)
        }
        return demand
    }

    func dedicated(_ pieces: [Piece], page: GuestDemand.PageRequest) -> GuestDemand {
        var demand = dedicated(pieces)
        demand.pageSize = Located(page, at: Cutter.mark)
        return demand
    }

    func shared(_ pieces: [Piece], policy: GuestDemand.MemoryPolicy = .strict) -> GuestDemand {
        var first = 0
        let cells = pieces.enumerated().map { index, piece in
            defer { first += piece.vcpus }
            return GuestCellDemand(
                id: GuestCellID(index), vcpus: VCPUSet(numbers: first..<first + piece.vcpus),
                memory: KiB(UInt64(piece.memory * grain) * 1_024))
        }
        return GuestDemand(
            vcpus: first, memory: cells.reduce(.zero) { $0 + $1.memory }, cells: cells, memoryPolicy: policy)
    }

    /// Makes pools of small pages, which have half of each cell, and of large ones, and cuts both to the end.
    mutating func cutFromPools() -> [Piece] {
        for index in host.cells.indices {
            host.cells[index].pools = [2_048, 1_048_576].map { (size: UInt64) in
                let pages = PageCount(UInt64(32 << 20) / size)
                return HugepagePool(pageSize: PageSize(KiB(size)), total: pages, free: pages)
            }
        }
        return (0..<cells).flatMap { cell -> [Piece] in
            let count = max(2, min(16, guests / cells + (cell < guests % cells ? 1 : 0)))
            let vcpus = parts(16, count)
            let amounts = parts(memory / 2, count / 2) + parts(memory / 2, count - count / 2)
            return zip(vcpus, amounts).map { Piece(vcpus: $0, memory: $1) }
        }
    }

    /// Makes pools of the larger pages that hold what was cut of each cell.
    mutating func fixPools(_ pieces: [[Piece]]) {
        for (index, list) in pieces.enumerated() {
            let pages = PageCount(UInt64(list.reduce(0) { $0 + $1.memory } * grain / 1_024))
            host.cells[index].pools[1] = HugepagePool(pageSize: PageSize(1_048_576), total: pages, free: pages)
        }
    }
}
