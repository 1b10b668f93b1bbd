public import HostModel

/// How the growing of a set of pools ended.
public enum PoolGrowthOutcome<Failure: Error & Hashable & Sendable>: Hashable, Sendable {
    /// Every pool holds at least what was asked; ascending by pool.
    case granted([GrownPool<Failure>])
    /// At least one pool fell short, and every pool of the run was put back, as far as that went.
    case short(PoolShortage<Failure>)
}

/// What became of one pool.
public struct GrownPool<Failure: Error & Hashable & Sendable>: Hashable, Sendable {
    /// What it was asked to hold, and the persistent pages that were read back last.
    public var grant: PoolGrant
    /// The pool before the run; nil when it could not be read.
    public var prior: HugepagePool?
    /// How often the kernel was asked; 0 when the pool held enough, or was not reached.
    public var writes: Int
    /// What the system said, when a call failed.
    public var failure: Failure?

    package init(
        pool: PoolID, prior: HugepagePool?, asked: PageCount, granted: PageCount, writes: Int = 0,
        failure: Failure? = nil
    ) {
        grant = PoolGrant(pool: pool, asked: asked, granted: granted)
        self.prior = prior
        self.writes = writes
        self.failure = failure
    }

    /// The pool.
    public var pool: PoolID { grant.pool }
    /// Whether the kernel was asked and did not give what was asked; a pool that was not reached is short without that.
    public var isRefused: Bool { grant.isShort && (writes > 0 || failure != nil) }
}

/// A run that did not get everything.
public struct PoolShortage<Failure: Error & Hashable & Sendable>: Hashable, Sendable {
    /// What every pool of the run had been granted before it was put back, ascending by pool.
    public var grants: [GrownPool<Failure>]
    /// What putting back each written pool came to, ascending by pool.
    public var returns: [PoolRestoration<Failure>]
    /// What to put on the kernel's command line, so that the pages are there from boot on: `hugepagesz=1G hugepages=0:24,1:20`.
    public var kernelArguments: String

    package init(grants: [GrownPool<Failure>], returns: [PoolRestoration<Failure>], kernelArguments: String) {
        self.grants = grants
        self.returns = returns
        self.kernelArguments = kernelArguments
    }

    /// Whether every pool that was written was read back with the pages it had before.
    public var isPutBack: Bool { returns.allSatisfy(\.isPutBack) }

    /// The pools for which the kernel granted too little, without those that were not reached.
    public var shortPools: [GrownPool<Failure>] { grants.filter(\.isRefused) }
}

/// What became of one pool that was put back.
public struct PoolRestoration<Failure: Error & Hashable & Sendable>: Hashable, Sendable {
    /// The pool.
    public var pool: PoolID
    /// The persistent pages it had before the run.
    public var prior: PageCount
    /// The persistent pages that were read back; nil when it could not be read.
    public var left: PageCount?
    /// What the system said, when a call failed.
    public var failure: Failure?

    package init(pool: PoolID, prior: PageCount, left: PageCount?, failure: Failure? = nil) {
        self.pool = pool
        self.prior = prior
        self.left = left
        self.failure = failure
    }

    /// Whether the pool was read back with the pages it had before.
    public var isPutBack: Bool { left == prior }
}

/// How the shrinking of one pool ended.
public enum PoolShrinkOutcome<Failure: Error & Hashable & Sendable>: Hashable, Sendable {
    /// The pool holds what was asked, or held less already.
    case done(HugepagePool)
    /// Nothing was written: only `spare` pages may go, and more were to go.
    case refused(HugepagePool, spare: PageCount)
    /// Pages came into use meanwhile: the kernel made surplus pages, or kept some, and the old size was written back.
    case undone(HugepagePool)
    /// A call failed.
    case failed(Failure)
}
