/// What one pool was asked to hold, and what the kernel granted.
public struct PoolGrant: Hashable, Sendable {
    /// The pool.
    public var pool: PoolID
    /// The persistent pages that were asked for.
    public var asked: PageCount
    /// The most persistent pages that were read back.
    public var granted: PageCount

    package init(pool: PoolID, asked: PageCount, granted: PageCount) {
        self.pool = pool
        self.asked = asked
        self.granted = granted
    }

    /// Whether the pool holds fewer pages than asked.
    public var isShort: Bool { granted < asked }
}
