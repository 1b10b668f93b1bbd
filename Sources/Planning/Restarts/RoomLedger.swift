internal import HostModel
internal import Placement
internal import SiteFile

/// The pages and the ordinary memory that guests find when they start, one after the other.
///
/// Pages are those of the pools once they have grown. Memory is looked at on cells where some of it is held by guests that will
/// leave it: everywhere else the placement has already counted it.
struct RoomLedger {
    /// Something that a guest does not find.
    struct MissingRoom: Hashable, Comparable {
        enum Room: Hashable {
            case pages(PoolID)
            case memory(CellID)
        }
        var resource: Room
        /// Pages or KiB.
        var needed: Int
        var free: Int

        static func < (left: MissingRoom, right: MissingRoom) -> Bool { left.key < right.key }

        private var key: (Int, CellID, UInt64) {
            switch resource {
            case .pages(let pool): (0, pool.cell, pool.pageSize.size.count)
            case .memory(let cell): (1, cell, 0)
            }
        }
    }

    private var freePages: [PoolID: Int] = [:]
    /// By host cell in KiB: ordinary memory of guests of ours that run, and what pools and foreign domains leave to them.
    private var reserved: [CellID: Int] = [:]
    private var overcommitted: [CellID: Int] = [:]
    private var room: [CellID: Int] = [:]
    /// By host cell: memory that guests have there and will leave.
    private var excess: [CellID: Int] = [:]
    private let ratio: Ratio

    /// The host with everybody on it who runs now.
    ///
    /// - Parameters:
    ///   - pools: What each pool holds once it has grown; empty when pools are taken as they are.
    ///   - overhead: By host cell: what the plan sets aside for QEMU itself.
    init(
        _ request: PlanRequest, pools: [PoolID: PageCount], foreign: [ForeignLoad], overhead: [CellID: KiB],
        occupancy: Occupancy
    ) {
        ratio = request.policy.ramAllocationRatio
        for cell in request.host.cells {
            var left = Int(
                clamping: (cell.memory ?? .zero).subtractingDownToZero(request.policy.reserve(of: cell.id)).count)
            left -= Int(clamping: (overhead[cell.id] ?? .zero).count)
            for pool in cell.pools {
                let id = PoolID(cell: cell.id, pageSize: pool.pageSize)
                let total = max(pools[id] ?? pool.persistent, pool.persistent)
                freePages[id] = Int(clamping: max(total, pool.total).count) - Int(clamping: pool.used.count)
                let stays = request.allowsShrink ? max(pools[id] ?? pool.total, pool.used) : max(total, pool.total)
                left -= Int(clamping: (stays * pool.pageSize).count)
            }
            for load in foreign {
                for part in load.memory where part.cell == cell.id { left -= Int(clamping: part.amount.count) }
            }
            room[cell.id] = left
        }
        for guest in occupancy.running.values { add(guest.live, excessOver: guest.planned, times: 1) }
    }

    /// A guest is gone.
    mutating func leave(_ live: Tenancy, planned: Tenancy?) {
        for (pool, count) in live.pages { freePages[pool, default: 0] += count }
        add(live, excessOver: planned, times: -1)
    }

    /// A guest runs as planned.
    mutating func enter(_ planned: Tenancy) {
        for (pool, count) in planned.pages { freePages[pool, default: 0] -= count }
        add(planned, excessOver: planned, times: 1)
    }

    private mutating func add(_ tenancy: Tenancy, excessOver planned: Tenancy?, times: Int) {
        for (cell, amount) in tenancy.memory {
            if tenancy.isReserved {
                reserved[cell, default: 0] += times * amount
            } else {
                overcommitted[cell, default: 0] += times * amount
            }
            excess[cell, default: 0] += times * tenancy.excess(over: planned, on: cell)
        }
    }

    /// A piece of a running guest's memory has gone from one cell to another, `last` being what it has once it is where it is planned.
    mutating func move(_ piece: Tenancy, to next: Tenancy, last: Tenancy) {
        leave(piece, planned: last)
        for (pool, count) in next.pages { freePages[pool, default: 0] -= count }
        add(next, excessOver: last, times: 1)
    }

    /// A pool has grown out of ordinary memory.
    mutating func grow(_ pool: PoolID, by pages: Int) {
        freePages[pool, default: 0] += pages
        room[pool.cell, default: 0] -= pages * Int(clamping: pool.pageSize.size.count)
    }

    /// What a guest would not find if it were started now, ascending.
    ///
    /// - Parameter isPlanned: Whether the placement counts it there; where not, memory is looked at on every cell.
    func lacks(_ planned: Tenancy, isPlanned: Bool = true) -> [MissingRoom] {
        var lacks: [MissingRoom] = []
        for (pool, needed) in planned.pages where freePages[pool, default: 0] < needed {
            lacks.append(MissingRoom(resource: .pages(pool), needed: needed, free: max(0, freePages[pool, default: 0])))
        }
        for (cell, needed) in planned.memory
        where needed > 0 && (!isPlanned || excess[cell, default: 0] > 0) {
            let free = free(on: cell, reserved: planned.isReserved)
            if free < needed { lacks.append(MissingRoom(resource: .memory(cell), needed: needed, free: max(0, free))) }
        }
        return lacks.sorted()
    }

    /// Ordinary memory that one more guest finds on a cell.
    func free(on cell: CellID, reserved isReserved: Bool = true) -> Int {
        let left = room[cell, default: 0] - reserved[cell, default: 0]
        let soft = overcommitted[cell, default: 0]
        guard isReserved else {
            return min(room[cell, default: 0], Int(clamping: ratio.applied(to: UInt64(max(0, left)))) - soft)
        }
        // What is overcommitted must still fit beside it: the ratio of the rest.
        let kept = ratio.thousandths > 0 ? (soft * 1_000 + Int(ratio.thousandths) - 1) / Int(ratio.thousandths) : soft
        return left - kept
    }
}
