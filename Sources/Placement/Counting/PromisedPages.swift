internal import HostModel

/// Pages that foreign domains need when the host starts them and that are bound to no cell: they stay somewhere on the host.
struct PromisedPages {
    let request: PlacementRequest
    let grid: HostGrid

    /// Adds them to the pages of others: where pages are to spare, most first, then where there is memory for more.
    func add(to usage: inout [CellUsage]) {
        for (index, pages) in grid.promisedPages.enumerated().reversed() where pages > 0 {
            let size = PageSize(KiB(UInt64(grid.pageSizes[index])))
            var left = pages
            give(&left, of: size, to: &usage) { spare($0, $1, index) }
            guard grid.managesPools else { continue }
            give(&left, of: size, to: &usage) { memory($0, $1) / grid.pageSizes[index] }
        }
    }

    /// Hands pages out to the cells, those that can take most first.
    private func give(
        _ left: inout Int, of size: PageSize, to usage: inout [CellUsage], most: (Int, CellUsage) -> Int
    ) {
        let rooms = usage.indices.map { max(0, most($0, usage[$0])) }
        for cell in usage.indices.sorted(by: { (rooms[$1], $0) < (rooms[$0], $1) }) where left > 0 {
            let count = min(left, rooms[cell])
            guard count > 0, let pool = usage[cell].pools.firstIndex(where: { $0.pageSize == size }) else { continue }
            usage[cell].pools[pool].others += PageCount(UInt64(count))
            left -= count
        }
    }

    /// Pages of a cell's pool that nobody else is to have.
    private func spare(_ cell: Int, _ usage: CellUsage, _ size: Int) -> Int {
        guard let total = grid.cells[cell].poolTotal[size] else { return 0 }
        let wanted = usage.pools.first { Int($0.pageSize.size.count) == grid.pageSizes[size] }?.wanted ?? .zero
        return total - Int(clamping: wanted.count)
    }

    /// Ordinary memory of a cell that pools could take, in KiB.
    private func memory(_ cell: Int, _ usage: CellUsage) -> Int {
        let inPools = usage.pools.reduce(KiB.zero) { sum, pool in
            let now = request.host.cells[cell].pool(of: pool.pageSize)?.total ?? .zero
            return sum + (request.allowsShrink ? pool.wanted : max(pool.wanted, now)) * pool.pageSize
        }
        return grid.cells[cell].memory - Int(clamping: (inPools + usage.memoryUsed + usage.overhead).count)
    }
}
