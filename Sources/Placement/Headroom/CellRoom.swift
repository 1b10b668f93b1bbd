public import HostModel
internal import SiteFile

/// What is free on one host cell.
public struct CellRoom: Hashable, Sendable {
    /// The host cell.
    public var id: CellID
    /// CPUs that a dedicated vCPU could have.
    public var cpus: CPUSet
    /// How many cores have all their threads free.
    public var wholeCores: Int
    /// How many last-level caches have all their CPUs free.
    public var caches: Int
    /// Ordinary memory that is free and not kept back: pools can grow out of it.
    public var memory: KiB
}

/// The most of one thing that a guest of one cell could have, and where.
public struct LargestGuest: Hashable, Sendable {
    /// How much: vCPUs, or KiB.
    public var amount: UInt64
    /// The host cell; of several the lowest.
    public var hostCell: CellID
}

extension Headroom {
    /// What is free on each host cell, ascending, with everybody where they are.
    public var rooms: [CellRoom] {
        let grid = HostGrid(request)
        return zip(grid.cells, request.host.cells).map { cell, facts in
            let usage = placed.cells.first { $0.id == cell.id }
            let taken = usage?.dedicatedCPUs ?? []
            let free = cell.cores.reduce(into: CPUSet()) { $0.formUnion($1.dedicated) }.subtracting(taken)
            let whole = cell.cores.filter { $0.isWhole && !$0.dedicated.isEmpty && $0.threads.isDisjoint(with: taken) }
            let memory = cell.servesMemory ? KiB(UInt64(max(0, cell.memory))) : .zero
            return CellRoom(
                id: cell.id, cpus: free, wholeCores: whole.count,
                caches: facts.lastLevelCaches.count { !$0.isEmpty && $0.isSubset(of: free) },
                memory: freeMemory(of: facts, atMost: memory, usage))
        }
    }

    private func freeMemory(of facts: Cell, atMost memory: KiB, _ usage: CellUsage?) -> KiB {
        guard let usage else { return memory }
        let inPools = usage.pools.reduce(KiB.zero) { sum, pool in
            let there = request.allowsShrink ? .zero : facts.pool(of: pool.pageSize)?.total ?? .zero
            return sum + max(pool.wanted, there) * pool.pageSize
        }
        return memory.subtractingDownToZero(usage.memoryUsed + usage.overhead + inPools)
    }

    /// The most dedicated vCPUs that a guest of one cell with 1 MiB could have; nil when not even one.
    public var mostVCPUs: LargestGuest? {
        largest { amount in
            var need = CellCounts()
            (need.singles, need.memory, need.isReserved) = (amount, 1_024, true)
            return need
        }
    }

    /// The most memory that a guest of one cell could have, in whole MiB, whatever its vCPUs; nil when there is none.
    public var mostMemory: LargestGuest? {
        let found = largest { amount in
            var need = CellCounts()
            (need.memory, need.isReserved) = (amount * 1_024, true)
            return need
        }
        return found.map { LargestGuest(amount: $0.amount * 1_024, hostCell: $0.hostCell) }
    }

    private func largest(_ need: (Int) -> CellCounts) -> LargestGuest? {
        guard let search = PlacementRun(request, budget: SearchBudget(0)).occupied else { return nil }
        var state = search.state
        var best: LargestGuest?
        for host in state.grid.cells.indices {
            func fits(_ amount: Int) -> Bool {
                guard let undo = state.put(need(amount), on: host, page: nil) else { return false }
                state.take(back: undo)
                return true
            }
            var (fitting, failing) = (0, 1)
            while fits(failing) { (fitting, failing) = (failing, failing * 2) }
            while failing - fitting > 1 {
                let middle = fitting + (failing - fitting) / 2
                if fits(middle) { fitting = middle } else { failing = middle }
            }
            if fitting > Int(best?.amount ?? 0) {
                best = LargestGuest(amount: UInt64(fitting), hostCell: state.grid.cells[host].id)
            }
        }
        return best
    }
}
