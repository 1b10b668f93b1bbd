public import HostModel
public import Planning

/// What the interpreter needs of the kernel's pools of huge pages.
public protocol PoolHost {
    /// The persistent size of each of these pools: all pages but the surplus; a pool that the host does not have is left out.
    func persistentSizes(of pools: [PoolID]) throws(StepFailure) -> [PoolID: PageCount]

    /// What each of these pools holds; a pool that the host does not have is left out.
    func counts(of pools: [PoolID]) throws(StepFailure) -> [PoolID: HugepagePool]

    /// The pages that the pool could give back without anybody noticing: free on its cell, and promised to nobody.
    func sparePages(of pool: PoolID) throws(StepFailure) -> PageCount

    /// Changes the pools together, in this order where order matters: all of them, or none, with what was changed put back.
    func setPools(_ changes: [PoolChange]) throws(StepFailure) -> PoolOutcome
}

/// What came of a change of several pools.
public enum PoolOutcome: Hashable, Sendable {
    /// Every pool has its target.
    case granted
    /// At least one pool did not get its target, and all were put back as far as the kernel let them; whoever asked reads them
    /// again. Each pool that was asked for has a row, ascending by pool; `kernelArguments` are what gets the pages at boot.
    case short([PoolGrant], kernelArguments: String)
}
