internal import HostModel
internal import Placement
internal import Planning

/// One pool as it is and as it is wanted.
struct PoolStatus {
    var pageSize: PageSize
    /// The pages that guests and others need, or nil without a site.
    var wanted: PageCount?
    var total: PageCount
    var free: PageCount
    var surplus: PageCount

    /// The pools that the cell has or that are wanted of it, ascending by page size.
    static func all(of cell: HostStatus.CellStatus) -> [PoolStatus] {
        let sizes = Set(cell.cell.pools.map(\.pageSize) + (cell.usage?.pools ?? []).map(\.pageSize)).sorted()
        return sizes.map { size in
            let pool = cell.cell.pool(of: size)
            let wanted = cell.usage.map { usage in usage.pools.first { $0.pageSize == size }?.wanted ?? .zero }
            return PoolStatus(
                pageSize: size, wanted: wanted, total: pool?.total ?? .zero, free: pool?.free ?? .zero,
                surplus: pool?.surplus ?? .zero)
        }
    }

    /// What is odd about the pool, or "".
    var remark: String {
        let missing = wanted.map { $0.subtractingDownToZero(total) } ?? .zero
        let remarks = [
            missing > .zero ? "\(missing) short" : nil, surplus > .zero ? "\(surplus) surplus" : nil,
        ]
        return remarks.compactMap { $0 }.joined(separator: ", ")
    }
}
