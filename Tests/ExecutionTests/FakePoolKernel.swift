import Execution
import HostModel
import Synchronization

/// A kernel's pools as far as the ladder sees them: it grants what there is room for, and calls every write a success.
final class FakePoolKernel: PoolAccess {
    enum Failure: Error, Hashable { case denied, noSuchPool }
    enum Call: Hashable { case write(PoolID, PageCount), compact(CellID) }

    struct State {
        var pools: [PoolID: HugepagePool] = [:]
        /// Free memory on each cell in runs that pages can be made of.
        var room: [CellID: KiB] = [:]
        /// What each compaction of a cell adds to its room, first to last.
        var compactions: [CellID: [KiB]] = [:]
        /// The most pages that one write grants.
        var step: UInt64 = .max
        var reserved: PageCount = .zero
        /// The number of the write that is refused, from 1.
        var refusedWrites: Set<Int> = []
        /// Pages that a guest takes right before the write of that number, from 1.
        var takenBeforeWrite: [Int: (PoolID, PageCount)] = [:]
        /// Takes the surplus of other cells for ordinary pages.
        var miscountsSurplus = false
        var calls: [Call] = []

        var writes: Int { calls.count { if case .write = $0 { true } else { false } } }
    }

    private let state: Mutex<State>

    init(
        _ pools: [HugepagePool] = [], on cell: CellID = 0, room: KiB = .zero, _ change: (inout State) -> Void = { _ in }
    ) {
        var state = State()
        for pool in pools { state.pools[PoolID(cell: cell, pageSize: pool.pageSize)] = pool }
        state.room[cell] = room
        change(&state)
        self.state = Mutex(state)
    }

    var calls: [Call] { state.withLock(\.calls) }
    var pools: [PoolID: HugepagePool] { state.withLock(\.pools) }

    func read(_ pool: PoolID) throws(Failure) -> HugepagePool {
        guard let found = pools[pool] else { throw .noSuchPool }
        return found
    }

    func overall(_ pageSize: PageSize) throws(Failure) -> OverallPool {
        state.withLock { $0.overall(pageSize) }
    }

    func compact(_ cell: CellID) throws(Failure) {
        state.withLock {
            $0.calls.append(.compact(cell))
            guard $0.compactions[cell]?.isEmpty == false, let gain = $0.compactions[cell]?.removeFirst() else { return }
            $0.room[cell] = ($0.room[cell] ?? .zero) + gain
        }
    }

    func write(_ pages: PageCount, to pool: PoolID) throws(Failure) {
        let failure = state.withLock { $0.write(pages, to: pool) }
        if let failure { throw failure }
    }
}

extension FakePoolKernel.State {
    func overall(_ pageSize: PageSize) -> OverallPool {
        let all = pools.filter { $0.key.pageSize == pageSize }.values
        return OverallPool(
            free: all.reduce(.zero) { $0 + $1.free }, reserved: reserved, surplus: all.reduce(.zero) { $0 + $1.surplus }
        )
    }

    mutating func write(_ pages: PageCount, to id: PoolID) -> FakePoolKernel.Failure? {
        calls.append(.write(id, pages))
        if let (pool, taken) = takenBeforeWrite[writes] {
            let free = pools[pool]?.free ?? .zero
            pools[pool]?.free = free.subtractingDownToZero(taken)
        }
        if refusedWrites.contains(writes) { return .denied }
        guard var pool = pools[id] else { return .noSuchPool }
        var wanted = pages
        if miscountsSurplus { wanted += overall(id.pageSize).surplus.subtractingDownToZero(pool.surplus) }
        var granted: UInt64 = 0
        while pool.persistent < wanted, granted < step {
            if pool.surplus > .zero {
                pool.surplus = pool.surplus.subtractingDownToZero(1)
            } else if let left = room[id.cell], left >= id.pageSize.size {
                (pool.total, pool.free) = (pool.total + 1, pool.free + 1)
                room[id.cell] = left.subtractingDownToZero(id.pageSize.size)
            } else {
                break
            }
            granted += 1
        }
        pools[id] = pool
        while pool.persistent > wanted, pool.free > .zero, overall(id.pageSize).available > .zero {
            pool.total = pool.total.subtractingDownToZero(1)
            pool.free = pool.free.subtractingDownToZero(1)
            room[id.cell] = (room[id.cell] ?? .zero) + id.pageSize.size
            pools[id] = pool
        }
        while pool.persistent > wanted { pool.surplus += 1 }
        pools[id] = pool
        return nil
    }
}
