public import HostModel
public import Planning

/// How the changing of several pools ended.
public enum PoolChangeOutcome<Failure: Error & Hashable & Sendable>: Hashable, Sendable {
    /// Every pool has its target.
    case done
    /// A pool did not grow as far as asked; all others are as before, as far as the kernel let them.
    case short(PoolShortage<Failure>)
    /// A pool cannot shrink as far as asked: only `spare` pages may go. All others are as before.
    case inUse(PoolID, spare: PageCount)
    /// A call failed at a pool that shrinks; all others are as before.
    case failed(Failure)
}

extension PoolGrowth {
    /// Changes pools in both directions, all or nothing: those that shrink first, one after another, then the others together.
    ///
    /// When one cannot, those that were shrunk get their pages back as far as the kernel has them; whoever asked reads the pools
    /// again.
    public func change(
        _ changes: [PoolChange], by run: CellRunner = { $0.map($1) }
    ) -> PoolChangeOutcome<Access.Failure> {
        let shrinking = changes.filter { $0.target < $0.prior }
        for (index, change) in shrinking.enumerated() {
            if let obstacle = obstacle(to: change) {
                giveBack(shrinking[..<index], by: run)
                return obstacle
            }
        }
        let targets = changes.filter { $0.target > $0.prior }.map { PoolTarget($0.pool, pages: $0.target) }
        guard !targets.isEmpty, case .short(let shortage) = grow(targets, by: run) else { return .done }
        giveBack(shrinking[...], by: run)
        return .short(shortage)
    }

    /// Shrinks one pool; why it could not be, or nil.
    private func obstacle(to change: PoolChange) -> PoolChangeOutcome<Access.Failure>? {
        switch shrink(PoolTarget(change.pool, pages: change.target)) {
        case .done: nil
        case .failed(let failure): .failed(failure)
        case .refused(_, let spare): .inUse(change.pool, spare: spare)
        case .undone: .inUse(change.pool, spare: .zero)
        }
    }

    private func giveBack(_ shrunk: ArraySlice<PoolChange>, by run: CellRunner) {
        guard !shrunk.isEmpty else { return }
        _ = growKeeping(shrunk.map { PoolTarget($0.pool, pages: $0.prior) }, by: run)
    }
}
