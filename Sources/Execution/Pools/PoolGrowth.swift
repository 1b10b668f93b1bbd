public import HostModel

/// Grows pools of huge pages to their targets, all or nothing.
///
/// Memory of one cell is of no use to another, so cells do not wait for each other; on a cell the largest pages come first,
/// since small ones break up the room that large ones need. Each pool goes up the ladder of ``PoolLadder``. When a pool of a
/// cell falls short, the cell's smaller ones are not begun. When any cell fell short, every pool that was written is put back
/// to what it held before, and read back.
///
/// Pools only grow: one that holds its target or more is left alone.
public struct PoolGrowth<Access: PoolAccess>: Sendable {
    /// What one cell's pools were granted, in the order in which they were grown.
    public typealias CellGrants = [GrownPool<Access.Failure>]
    /// Calls a function for each cell, one after another or at the same time, and gathers the answers in any order.
    public typealias CellRunner = ([CellID], @escaping @Sendable (CellID) -> CellGrants) -> [CellGrants]

    let access: Access
    let limits: PoolLadderLimits

    /// Grows through `access`, trying as long as `limits` says.
    package init(_ access: Access, limits: PoolLadderLimits = PoolLadderLimits()) {
        self.access = access
        self.limits = limits
    }

    /// Grows the pools, and puts every one back when one falls short.
    ///
    /// - Parameters:
    ///   - targets: What the pools shall hold; of several targets for one pool the highest counts. Pools that hold enough
    ///     belong here as well: they are left alone, and are named in the kernel arguments.
    ///   - run: How cells are gone through; one after another unless said otherwise.
    public func grow(
        _ targets: [PoolTarget], by run: CellRunner = { $0.map($1) }
    ) -> PoolGrowthOutcome<Access.Failure> {
        let grants = grants(targets, stopsWhenShort: true, by: run)
        guard grants.contains(where: \.grant.isShort) else { return .granted(grants) }
        return .short(
            PoolShortage(grants: grants, returns: putBack(grants), kernelArguments: argumentsThatHelp(grants)))
    }

    /// Grows the pools and keeps what is granted, be it less than asked: what is right while the machine boots.
    ///
    /// - Returns: What every pool was granted, ascending by pool.
    public func growKeeping(_ targets: [PoolTarget], by run: CellRunner = { $0.map($1) }) -> CellGrants {
        grants(targets, stopsWhenShort: false, by: run)
    }

    private func grants(_ targets: [PoolTarget], stopsWhenShort: Bool, by run: CellRunner) -> CellGrants {
        var highest: [PoolID: PageCount] = [:]
        for target in targets { highest[target.pool] = max(highest[target.pool] ?? .zero, target.pages) }
        let byCell = Dictionary(grouping: highest.map { PoolTarget($0, pages: $1) }, by: \.pool.cell)
        let ladder = PoolLadder(access: access, limits: limits)
        let grants = run(byCell.keys.sorted()) { cell in
            let largestFirst = (byCell[cell] ?? []).sorted { $0.pool.pageSize > $1.pool.pageSize }
            return growCell(largestFirst, stopsWhenShort: stopsWhenShort, ladder)
        }
        return grants.flatMap { $0 }.sorted { $0.pool < $1.pool }
    }

    private func growCell(_ targets: [PoolTarget], stopsWhenShort: Bool, _ ladder: PoolLadder<Access>) -> CellGrants {
        var grants: CellGrants = []
        for target in targets {
            let isOver = stopsWhenShort && grants.contains(where: \.grant.isShort)
            grants.append(isOver ? ladder.untouched(target) : ladder.climb(to: target))
        }
        return grants
    }

    /// Options for every pool of the page sizes that fell short, so that those which are filled already are asked for too.
    private func argumentsThatHelp(_ grants: CellGrants) -> String {
        let sizes = Set(grants.filter(\.isRefused).map(\.pool.pageSize))
        let targets = grants.filter { sizes.contains($0.pool.pageSize) }.map { grown in
            (grown.pool, max(grown.grant.asked, grown.prior?.persistent ?? .zero))
        }
        return KernelArguments(Dictionary(targets, uniquingKeysWith: max)).text
    }
}
