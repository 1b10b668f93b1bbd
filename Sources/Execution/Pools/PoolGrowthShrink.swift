internal import HostModel

extension PoolGrowth {
    /// Takes pages out of one pool, down to the target, or none at all.
    ///
    /// No more pages may go than are free on the cell and free on the host beyond what is promised: below that the kernel calls
    /// it a success and turns the pages in use into surplus ones. If pages come into use between reading and writing, the
    /// old size is written back at once, which turns them back.
    public func shrink(_ target: PoolTarget) -> PoolShrinkOutcome<Access.Failure> {
        do throws(Access.Failure) {
            let prior = try access.read(target.pool)
            guard prior.persistent > target.pages else { return .done(prior) }
            let spare = try spare(target.pool, prior)
            guard prior.persistent.subtractingDownToZero(target.pages) <= spare else {
                return .refused(prior, spare: spare)
            }
            let now = try access.set(target.pool, to: target.pages)
            guard now.surplus > prior.surplus || now.persistent != target.pages else { return .done(now) }
            return .undone(try access.set(target.pool, to: prior.persistent))
        } catch {
            return .failed(error)
        }
    }
}
