internal import HostModel

extension HostFacts {
    /// Counts pages that running guests hold on whatever cell with the pools that have most pages in use by nobody known.
    ///
    /// - Parameter held: Pages that are known to be held of each pool.
    func share(_ anywhere: [PageSize: PageCount], into held: inout [PoolID: PageCount]) {
        for (size, count) in anywhere.sorted(by: { $0.key < $1.key }) {
            var left = count
            let pools = cells.compactMap { cell in
                cell.pool(of: size).map { pool -> (id: PoolID, unknown: PageCount) in
                    let id = PoolID(cell: cell.id, pageSize: size)
                    return (id, pool.used.subtractingDownToZero(held[id] ?? .zero))
                }
            }
            for pool in pools.sorted(by: { ($1.unknown, $0.id.cell) < ($0.unknown, $1.id.cell) }) {
                let share = min(left, pool.unknown)
                held[pool.id, default: .zero] += share
                left = left.subtractingDownToZero(share)
            }
        }
    }
}
