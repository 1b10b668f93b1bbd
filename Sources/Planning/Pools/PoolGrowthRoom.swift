internal import Diagnostics
internal import HostModel
internal import Placement
internal import SiteFile

/// How far the pools can grow while guests still have memory on a cell that they will leave.
///
/// Pools grow first of all, so the memory of guests that are power cycled, shut down or removed in the same plan is not free yet;
/// the kernel may then grant less, which is warned of. Memory that a guest has until a restart which nobody asked for will not be
/// free at all: there a pool grows no further than what is left, and the rest waits. What guests leave that move while they run is
/// free after that: there a pool grows a second time.
struct PoolGrowthRoom {
    let request: PlanRequest
    let occupancy: Occupancy
    let foreign: [ForeignLoad]
    /// By host cell: what the plan sets aside for QEMU itself.
    let overhead: [CellID: KiB]

    /// What each pool can hold now.
    func reachable(_ targets: [PoolID: PageCount]) -> [PoolID: PageCount] {
        var reachable = targets
        for cell in request.host.cells where !holders(on: cell.id, leaving: false).isEmpty {
            var room = room(on: cell, countsLeaving: false)
            for pool in cell.pools.sorted(by: { $0.pageSize > $1.pageSize }) {
                room -= Int(clamping: (pool.persistent * pool.pageSize).count)
            }
            for pool in cell.pools.sorted(by: { $0.pageSize > $1.pageSize }) {
                let id = PoolID(cell: cell.id, pageSize: pool.pageSize)
                guard let target = targets[id], target > pool.persistent else { continue }
                let more = min(target.count - pool.persistent.count, UInt64(max(0, room)) / pool.pageSize.size.count)
                reachable[id] = pool.persistent + PageCount(more)
                room -= Int(clamping: (PageCount(more) * pool.pageSize).count)
            }
        }
        return reachable
    }

    /// Pools that stay too small for now, and growths that may be granted less.
    func diagnostics(_ targets: [PoolID: PageCount]) -> [Diagnostic] {
        let reachable = reachable(targets)
        let held = targets.keys.sorted().compactMap { id -> Diagnostic? in
            guard let target = targets[id], let now = reachable[id], now < target else { return nil }
            let holders = holders(on: id.cell, leaving: false)
            return Diagnostic(
                .poolGrowthHeld,
                "the pool of \(id.pageSize) pages on cell \(id.cell) grows to \(now) of \(target) pages for now: "
                    + "\(list(holders)) \(holders.count == 1 ? "has" : "have") memory there until restarted",
                severity: .warning, hint: "apply again after a restart of \(list(holders))")
        }
        return held + request.host.cells.compactMap { tight($0, reachable) }
    }

    /// A cell on which pools grow into memory that is only free later in the same plan.
    private func tight(_ cell: Cell, _ targets: [PoolID: PageCount]) -> Diagnostic? {
        let holders = holders(on: cell.id, leaving: true)
        var wanted = 0
        var grows = false
        for pool in cell.pools {
            let target = targets[PoolID(cell: cell.id, pageSize: pool.pageSize)] ?? pool.persistent
            grows = grows || target > pool.persistent
            wanted += Int(clamping: (max(target, pool.persistent) * pool.pageSize).count)
        }
        guard grows, !holders.isEmpty, wanted > room(on: cell, countsLeaving: true) else { return nil }
        return Diagnostic(
            .poolGrowthHeld,
            "the pools of cell \(cell.id) grow while \(list(holders)) still \(holders.count == 1 ? "has" : "have") memory "
                + "there: the kernel may grant less; then everything is rolled back", severity: .warning,
            hint: "if so, shut \(list(holders)) down, then apply again")
    }

    /// Ordinary memory and pools together, in KiB.
    private func room(on cell: Cell, countsLeaving: Bool) -> Int {
        var room = Int(
            clamping: (cell.memory ?? .zero).subtractingDownToZero(request.policy.reserve(of: cell.id)).count)
        room -= Int(clamping: (overhead[cell.id] ?? .zero).count)
        for load in foreign {
            for part in load.memory where part.cell == cell.id { room -= Int(clamping: part.amount.count) }
        }
        let ratio = max(1, Int(clamping: request.policy.ramAllocationRatio.thousandths))
        for guest in occupancy.running.values {
            let held = guest.leaves && !countsLeaving ? guest.planned ?? Tenancy() : guest.live
            let amount = held.memory[cell.id, default: 0]
            room -= held.isReserved ? amount : (amount * 1_000 + ratio - 1) / ratio
        }
        return room
    }

    private func holders(on cell: CellID, leaving: Bool) -> [String] {
        occupancy.running.filter { _, guest in
            guest.leaves == leaving && guest.live.excess(over: guest.planned, on: cell) > 0
        }.map(\.key).sorted()
    }

    private func list(_ names: [String]) -> String {
        names.prefix(5).map { "'\($0)'" }.joined(separator: ", ") + (names.count > 5 ? ", …" : "")
    }
}
