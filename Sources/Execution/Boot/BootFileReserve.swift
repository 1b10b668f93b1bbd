public import HostModel

/// What became of one pool at boot.
public struct BootGrant<Failure: Error & Hashable & Sendable>: Hashable, Sendable {
    /// The pool.
    public var pool: PoolID
    /// The persistent pages that the boot file asks for.
    public var asked: PageCount
    /// The persistent pages that the cell's memory allows; fewer than asked where the rest must stay free.
    public var allowed: PageCount
    /// The persistent pages that the pool holds now; for a report, those it holds before anything is done.
    public var granted: PageCount
    /// What the system said, when a call failed.
    public var failure: Failure?

    package init(
        pool: PoolID, asked: PageCount, allowed: PageCount, granted: PageCount, failure: Failure? = nil
    ) {
        self.pool = pool
        self.asked = asked
        self.allowed = allowed
        self.granted = granted
        self.failure = failure
    }

    /// Whether the pool holds fewer pages than the boot file asks for.
    public var isShort: Bool { granted < asked }
}

extension BootFile {
    /// The targets as far as the cells' memory allows them, ascending by pool.
    ///
    /// A cell's room is its memory without all its pools and without what it keeps free. New pages come out of the room, the
    /// largest pages first. A pool is never asked for fewer pages than it holds. A cell that does not report its memory has no
    /// room.
    public func allowedTargets(on facts: HostFacts) -> [PoolTarget] {
        cells.flatMap { known in
            guard let cell = facts.cell(known.id) else { return [PoolTarget]() }
            var room = cell.memoryOutsidePools.subtractingDownToZero(known.keepFree)
            let largestFirst = targets.filter { $0.pool.cell == known.id }
                .sorted { $0.pool.pageSize > $1.pool.pageSize }
            return largestFirst.map { target in
                let held = cell.pool(of: target.pool.pageSize)?.persistent ?? .zero
                let size = target.pool.pageSize
                let fitting = PageCount(room.count / size.size.count)
                let new = min(target.pages.subtractingDownToZero(held), fitting)
                room = room.subtractingDownToZero(new * size)
                return PoolTarget(target.pool, pages: held + new)
            }
        }
        .sorted()
    }
}

extension Cell {
    /// The memory that no pool holds; none when the host does not tell.
    fileprivate var memoryOutsidePools: KiB {
        pools.reduce(memory ?? .zero) { rest, pool in
            let (held, overflow) = pool.total.count.multipliedReportingOverflow(by: pool.pageSize.size.count)
            return overflow ? .zero : rest.subtractingDownToZero(KiB(held))
        }
    }
}

extension PoolGrowth {
    /// Reserves what the boot file asks for, as far as memory allows, and keeps what is granted.
    ///
    /// - Returns: What became of every pool, ascending by pool.
    public func reserve(
        _ file: BootFile, on facts: HostFacts, by run: CellRunner = { $0.map($1) }
    ) -> [BootGrant<Access.Failure>] {
        let asked = Dictionary(file.targets.map { ($0.pool, $0.pages) }, uniquingKeysWith: max)
        return growKeeping(file.allowedTargets(on: facts), by: run).map { grown in
            BootGrant(
                pool: grown.pool, asked: asked[grown.pool] ?? grown.grant.asked, allowed: grown.grant.asked,
                granted: grown.grant.granted, failure: grown.failure)
        }
    }

    /// What ``reserve(_:on:by:)`` would begin with; nothing is written.
    public func report(_ file: BootFile, on facts: HostFacts) -> [BootGrant<Access.Failure>] {
        let asked = Dictionary(file.targets.map { ($0.pool, $0.pages) }, uniquingKeysWith: max)
        return file.allowedTargets(on: facts).map { target in
            var grant = BootGrant<Access.Failure>(
                pool: target.pool, asked: asked[target.pool] ?? target.pages, allowed: target.pages, granted: .zero)
            do throws(Access.Failure) {
                grant.granted = try access.read(target.pool).persistent
            } catch {
                grant.failure = error
            }
            return grant
        }
    }
}
