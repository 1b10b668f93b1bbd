internal import HostModel
internal import Placement
internal import Planning

/// The memory of one cell: all of it as one bar, and one bar for each pool that has pages.
struct MemoryBars: Hashable, Sendable {
    /// All memory of the cell; each pool is one part of it.
    var memory: MemoryBar
    /// The pools, ascending by page size, each to its own scale.
    var pools: [MemoryBar]

    /// All bars, memory first.
    var all: [MemoryBar] { [memory] + pools }

    /// The memory of a cell as it is now.
    init(_ cell: Cell) {
        let sizes = cell.pools.map { ($0.pageSize, Amount.memory(of: $0.total, $0.pageSize)) }
        let inPools = sizes.map(\.1).reduce(.zero, MemoryBar.sum)
        let used = cell.memoryFree.map { free in
            (cell.memory ?? .zero).subtractingDownToZero(MemoryBar.sum(free, inPools))
        }
        memory = MemoryBar(
            name: "memory", capacity: cell.memory,
            parts: sizes.map { MemoryBar.Segment(owner: .pool($0), amount: $1) }
                + [MemoryBar.Segment(owner: .used, amount: used ?? .zero)],
            rest: cell.memoryFree == nil ? .unknown : .free)
        pools = cell.pools.filter { $0.total > .zero }.map { pool in
            let used = MemoryBar.Segment(owner: .used, amount: Amount.memory(of: pool.used, pool.pageSize))
            return MemoryBar(pool: pool.pageSize, pages: pool.total, parts: [used])
        }
    }

    /// The memory of a cell with its guests.
    ///
    /// - Parameter pagesAfter: The pages that pools will have, where that is not what they have or need.
    init(
        _ cell: Cell, usage: CellUsage?, guests: [GuestPlacement], basePage: PageSize,
        pagesAfter: [PoolID: PageCount], reserve: KiB
    ) {
        func parts(_ size: PageSize) -> [MemoryBar.Segment] {
            guests.enumerated().map { index, guest in
                let cells = guest.cells.filter { $0.pageSize == size }
                return MemoryBar.Segment(
                    owner: .guest(index), amount: cells.map { $0.memory(on: cell.id) }.reduce(.zero, MemoryBar.sum))
            }
        }
        let sizes = Set(cell.pools.map(\.pageSize) + (usage?.pools ?? []).map(\.pageSize)).sorted()
        pools = []
        var poolParts: [MemoryBar.Segment] = []
        for size in sizes {
            let wanted = usage?.pools.first { $0.pageSize == size }
            let present = cell.pool(of: size)?.total ?? .zero
            let pages = pagesAfter[PoolID(cell: cell.id, pageSize: size)] ?? max(present, wanted?.wanted ?? .zero)
            guard pages > .zero else { continue }
            let others = MemoryBar.Segment(owner: .others, amount: Amount.memory(of: wanted?.others ?? .zero, size))
            pools.append(MemoryBar(pool: size, pages: pages, parts: parts(size) + [others]))
            poolParts.append(MemoryBar.Segment(owner: .pool(size), amount: Amount.memory(of: pages, size)))
        }
        let ordinary = parts(basePage)
        let ours = ordinary.map(\.amount).reduce(.zero, MemoryBar.sum)
        let others = MemoryBar.Segment(owner: .others, amount: (usage?.memoryUsed ?? .zero).subtractingDownToZero(ours))
        let kept = MemoryBar.Segment(owner: .reserve, amount: min(reserve, cell.memory ?? .zero))
        let overhead = MemoryBar.Segment(owner: .overhead, amount: usage?.overhead ?? .zero)
        memory = MemoryBar(
            name: "memory", capacity: cell.memory, parts: ordinary + [others, overhead] + poolParts + [kept])
    }
}

extension MemoryBar {
    /// The bar of a pool.
    fileprivate init(pool size: PageSize, pages: PageCount, parts: [Segment]) {
        self.init(
            name: "\(pages) x \(size) pages", capacity: Amount.memory(of: pages, size), parts: parts)
    }
}
