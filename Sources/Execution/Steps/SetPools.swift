public import HostModel
public import Planning

/// Changes pools together.
public struct PoolsWrite: WriteKind {
    var pools: [PoolChange]

    /// What each pool is set to.
    public var targets: [PoolID: PageCount] {
        Dictionary(pools.map { ($0.pool, $0.target) }, uniquingKeysWith: { _, last in last })
    }

    static var verb: HostWrite.Verb { .pools }

    var action: HostWrite { .setPools(self) }
    var domain: String? { nil }

    var place: String { pools.map { "the \($0.pool.pageSize) pool of cell \($0.pool.cell)" }.joined(separator: ", ") }

    var words: String {
        "set "
            + pools.map { "\($0.pool.pageSize) pool of cell \($0.pool.cell) to \($0.target)" }.joined(separator: ", ")
    }

    func perform(in run: inout Run) throws(StepFailure) {
        run.report.writes += pools.count
        guard case .granted = try run.host.pools.setPools(pools) else { throw .notKept(action) }
    }

    func holds(in run: Run) throws(StepFailure) -> Bool {
        let sizes = try run.host.pools.persistentSizes(of: pools.map(\.pool))
        // A pool that is gone with its cell has no pages.
        return pools.allSatisfy { sizes[$0.pool] ?? .zero == $0.target }
    }

    func asOfNow(in run: Run) throws(StepFailure) -> HostWrite {
        var now = self
        for index in pools.indices { now.pools[index].prior = try run.size(of: pools[index].pool) }
        return now.action
    }

    func guestsStanding(in run: Run) -> [String] {
        pools.contains { $0.target < $0.prior } ? run.report.started : []
    }

    /// It is undone pool by pool, so that one failure does not block the others.
    var inverse: [HostWrite] { pools.reversed().map { .setPools([$0.inverse]) } }

    func isUndone(by inverse: [HostWrite]) -> Bool { inverse == self.inverse }

    func add(to history: inout WriteHistory, _ entry: Transaction.RecordedWrite) {
        for change in pools {
            history.edit(TouchedPool(id: change.pool, before: change.prior)) { pool in
                for size in [change.prior, change.target] where !pool.known.contains(size) { pool.known.append(size) }
                if !entry.state.isDone { pool.isInDoubt = true }
            }
        }
    }
}

extension HostWrite {
    /// Changes pools together.
    public static func setPools(_ changes: [PoolChange]) -> HostWrite { .setPools(PoolsWrite(pools: changes)) }
}

/// A pool with its former sizes.
private struct TouchedPool: TouchedThing {
    let id: PoolID
    /// The size before the first write.
    let before: PageCount
    /// All sizes before and after the writes.
    var known: [PageCount] = []
    /// Whether the outcome of a write is unknown, so that any size between may be found.
    var isInDoubt = false

    func obstacle(_ look: inout RollbackLook) throws(StepFailure) -> RollbackCheck.ForeignChange? {
        guard let found = try look.run.host.pools.persistentSizes(of: [id])[id] else { return .poolGone(id) }
        return allows(found) ? nil : .pool(id, found: found, known: known)
    }

    /// Whether the transaction may have left the pool with that size.
    private func allows(_ size: PageCount) -> Bool {
        if known.contains(size) { return true }
        guard isInDoubt, let least = known.min(), let most = known.max() else { return false }
        return least < size && size < most
    }

    /// Pages that were added and cannot be freed.
    ///
    /// - Parameter leaving: Pages whose guests go back to another cell first.
    func pagesInUse(_ run: Run, leaving: PageCount) throws(StepFailure) -> RollbackCheck.ForeignChange? {
        let found = try run.size(of: id)
        guard found > before else { return nil }
        let spare = try run.host.pools.sparePages(of: id) + leaving
        let excess = found.subtractingDownToZero(before)
        return spare < excess ? .poolInUse(id, spare: spare, excess: excess) : nil
    }
}

extension WriteHistory {
    /// The pools whose added pages are in use, once no guest of the transaction runs any more.
    func pagesInUse(_ run: Run) throws(StepFailure) -> [RollbackCheck.ForeignChange] {
        var obstacles: [RollbackCheck.ForeignChange] = []
        var leaving: [PoolID: PageCount] = [:]
        for case let place as TouchedPlace in things { leaving.merge(try place.pagesGoingBack(run)) { $0 + $1 } }
        for case let pool as TouchedPool in things {
            obstacles += [try pool.pagesInUse(run, leaving: leaving[pool.id] ?? .zero)].compactMap(\.self)
        }
        return obstacles
    }
}

extension RollbackCheck.ForeignChange {
    /// The host has no such pool: its cell, or the kernel's support of that size, is gone.
    public static func poolGone(_ pool: PoolID) -> Self {
        Self("this host has no \(pool.pageSize) pool of cell \(pool.cell)")
    }

    /// The pool has another size.
    public static func pool(_ pool: PoolID, found: PageCount, known: [PageCount]) -> Self {
        Self(
            "the \(pool.pageSize) pool of cell \(pool.cell) has \(found) pages; the transaction recorded "
                + known.map(\.description).joined(separator: " and "))
    }

    /// Added pages are in use: not all of them can be freed.
    public static func poolInUse(_ pool: PoolID, spare: PageCount, excess: PageCount) -> Self {
        Self(
            "the \(pool.pageSize) pool of cell \(pool.cell) has pages in use: only \(spare) of \(excess) can be freed")
    }
}

extension Run {
    /// Changes the pools of these steps in one batch.
    ///
    /// - Parameter beforeMoves: Whether those that grow twice grow the first time.
    mutating func setPools(_ steps: [Step], beforeMoves: Bool = false) throws(Halt) {
        guard let effect = try batch(of: steps, beforeMoves: beforeMoves),
            case .setPools(let write) = effect.action
        else { return }
        let outcome: PoolOutcome
        do throws(StepFailure) {
            try host.observer.willRun(effect)
            begun.append(effect.write)
            report.writes += write.pools.count
            outcome = try host.pools.setPools(write.pools)
        } catch {
            host.observer.didFail(effect, error)
            throw .failed(effect.step, error)
        }
        guard case .short(let answers, let arguments) = outcome else { return note(effect) }
        let failure = StepFailure.notKept(effect.action)
        host.observer.didFail(effect, failure)
        // A pool that did not shrink was not granted too few pages.
        throw answers.contains(where: \.isShort)
            ? .poolsShort(answers, kernelArguments: arguments) : .failed(effect.step, failure)
    }

    /// The one write for the pools that have not their target yet; nil when all have.
    private mutating func batch(of steps: [Step], beforeMoves: Bool) throws(Halt) -> Effect? {
        var wanting: [Step] = []
        var changes: [PoolChange] = []
        for step in steps {
            do throws(StepFailure) {
                guard case .setPool(let pool) = step else { continue }
                guard let change = try pool.change(in: self, beforeMoves: beforeMoves) else {
                    if !beforeMoves || pool.beforeMoves == nil { skip(step) }
                    continue
                }
                wanting.append(step)
                changes.append(change)
            } catch {
                throw .failed(step, error)
            }
        }
        guard !changes.isEmpty else { return nil }
        let write = PoolsWrite(pools: changes)
        return Effect(wanting, write.action, inverse: write.inverse)
    }

    /// The pool's persistent size; a pool that the host does not have holds nothing.
    func size(of pool: PoolID) throws(StepFailure) -> PageCount {
        try host.pools.persistentSizes(of: [pool])[pool] ?? .zero
    }
}

extension PoolChange: StepExecution {
    var phase: Phase { target < prior ? .shrink : .grow }

    /// All pools of a phase are changed in one batch.
    func effect(in run: Run) throws(StepFailure) -> Effect? { nil }

    /// What the pool is changed by as it is now, before or after memory of running guests has moved; nil where it is as it shall be
    /// then.
    ///
    /// - Throws: ``StepFailure/poolChanged(_:planned:found:)`` for a pool that has none of the sizes which the step knows.
    func change(in run: Run, beforeMoves isBefore: Bool) throws(StepFailure) -> PoolChange? {
        let found = try run.size(of: pool)
        guard [prior, beforeMoves, target].contains(found) else {
            throw .poolChanged(pool, planned: prior, found: found)
        }
        let wanted = isBefore ? beforeMoves ?? target : target
        return found == wanted || found == target ? nil : PoolChange(pool: pool, prior: found, target: wanted)
    }

    func precheck(_ look: Lookout) throws(StepFailure) -> Effect? {
        _ = try change(in: look.run, beforeMoves: true)
        return nil
    }

    func mismatches(in run: Run, _ live: inout LiveDefinitions) throws(StepFailure) -> [Mismatch] {
        Mismatch.between(.number(target.count), .number(try run.size(of: pool).count), .pool(pool), "pages")
    }

    /// The largest pages first, since small ones fragment the memory that large ones need; then by cell.
    func isLarger(than other: PoolChange) -> Bool {
        pool.pageSize == other.pool.pageSize
            ? pool.cell < other.pool.cell : pool.pageSize > other.pool.pageSize
    }
}
