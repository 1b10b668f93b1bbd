public import HostModel

/// What the ladder needs of the kernel: one pool read or written, one cell compacted.
///
/// Calls for different cells may come from several threads at once.
public protocol PoolAccess: Sendable {
    /// Why a call failed.
    associatedtype Failure: Error, Hashable, Sendable

    /// The pool as it is now.
    func read(_ pool: PoolID) throws(Failure) -> HugepagePool

    /// Asks for `pages` persistent pages. The kernel may grant fewer and call it a success: only reading tells.
    func write(_ pages: PageCount, to pool: PoolID) throws(Failure)

    /// Lets the kernel move the cell's pages together, so that larger runs become free.
    func compact(_ cell: CellID) throws(Failure)

    /// The pages of one size on the whole host.
    func overall(_ pageSize: PageSize) throws(Failure) -> OverallPool
}

/// The pages of one size on the whole host, as far as the kernel counts them only there.
public struct OverallPool: Hashable, Sendable {
    /// Pages that nobody uses, promised ones included.
    public var free: PageCount
    /// Free pages that are promised to mappings which have not touched them yet: the kernel's `resv_hugepages`.
    public var reserved: PageCount
    /// Pages beyond the persistent pools, which go when they are given back.
    public var surplus: PageCount

    package init(free: PageCount, reserved: PageCount, surplus: PageCount = .zero) {
        self.free = free
        self.reserved = reserved
        self.surplus = surplus
    }

    /// Free pages that are promised to nobody.
    public var available: PageCount { free.subtractingDownToZero(reserved) }
}

extension PoolAccess {
    /// Asks for `pages` persistent pages and reads back what that came to.
    ///
    /// Linux before 6.7 takes the surplus pages of other cells for ordinary ones, and so leaves the pool that much too large.
    /// Where the excess is exactly that number, it is asked again for as many pages fewer.
    func set(_ pool: PoolID, to pages: PageCount) throws(Failure) -> HugepagePool {
        try write(pages, to: pool)
        let now = try read(pool)
        let excess = now.persistent.subtractingDownToZero(pages)
        guard excess > .zero, excess <= pages else { return now }
        let elsewhere = try overall(pool.pageSize).surplus.subtractingDownToZero(now.surplus)
        guard excess == elsewhere else { return now }
        try write(pages.subtractingDownToZero(excess), to: pool)
        return try read(pool)
    }
}

/// What one pool shall hold.
public struct PoolTarget: Hashable, Sendable, Comparable {
    /// The pool.
    public var pool: PoolID
    /// Its persistent pages: those that stay when they are given back.
    public var pages: PageCount

    /// Asks for that many persistent pages in that pool.
    package init(_ pool: PoolID, pages: PageCount) {
        self.pool = pool
        self.pages = pages
    }

    /// Orders by pool, then pages.
    public static func < (left: PoolTarget, right: PoolTarget) -> Bool {
        (left.pool, left.pages) < (right.pool, right.pages)
    }
}
