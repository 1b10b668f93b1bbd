internal import Diagnostics
internal import HostModel
internal import SiteFile

/// What one guest cell takes of the host cell it is put on, as counts.
struct CellCounts: Hashable {
    /// Whole cores, one thread of each used: `isolate`.
    var wholeCores = 0
    /// vCPUs under `require`: at least two on each core, one odd thread allowed. 0 when not under that policy.
    var paired = 0
    /// Threads wherever they are: `prefer`, and emulator threads of their own.
    var singles = 0
    /// vCPUs that share.
    var shared = 0
    /// Memory in KiB.
    var memory = 0
    /// Ordinary memory for the guest's QEMU in KiB: of its first cell.
    var overhead = 0
    /// Whether the memory may not be overcommitted.
    var isReserved = false
    /// Whether the host cell must have SMT: `require`.
    var needsSMT = false
    /// Devices that must be near to it, by lane of the ``DeviceStock``; empty for none.
    var devices: [Int] = []

    /// CPUs that somebody has alone, without siblings kept empty.
    var dedicated: Int { wholeCores + paired + singles }
    /// Pairs of siblings that `require` takes at most.
    var pairs: Int { paired / 2 }
    /// Pairs that could be saved by making other pairs triples: with p pairs, x of them triples and at most one odd thread there
    /// are 2p + x + 1 threads, and x is at most p.
    var savablePairs: Int { paired % 2 == 0 ? (pairs + 1) / 3 : pairs / 3 }
    /// Whether the first saved pair costs one triple instead of two: an even guest's odd thread is still to be had.
    var hasCheapSaving: Bool { paired % 2 == 0 && savablePairs > 0 }
}

/// What one guest takes of the host, as counts.
struct GuestCounts: Hashable {
    /// The guest's cells; empty when it is bound to no cell.
    var cells: [CellCounts]
    /// By guest cell: the index of the host cell that the operator chose.
    var forced: [Int?]
    /// Page size indices that the guest may have, the best first; nil is ordinary pages.
    var pages: [Int?]
    /// Whether all cells have pages of one size, whatever fits: the guest does not see them.
    var isUniform = false
    /// By guest cell: the page size that the guest has and keeps; nil when it is chosen.
    var keptPages: [Int?]?
    /// Memory that comes from other host cells than those of the guest's CPUs; ``cells`` are without it.
    var spread: [SpreadNeed] = []
    /// Shared vCPUs of a guest that is bound to no cell.
    var floatingShared = 0
    /// Memory of a guest that is bound to no cell, in KiB.
    var floatingMemory = 0
    /// Ordinary memory for the QEMU of a guest that is bound to no cell, in KiB.
    var floatingOverhead = 0
    /// Whether that memory may come out of the cells' reserve: the guest has a virtual topology only.
    var mayUseReserve = false
    /// Sets of host cells of which the guest must have at least one each: where its devices are. No two have a cell in common.
    var mustIncludeOneOf: [Set<Int>] = []
    /// Sets of host cells that the guest had better be near to: where its devices are.
    var shouldTouch: [Set<Int>] = []
    /// Whether the guest fits only where some CPU is left for shared use: its emulator has nowhere else to go.
    var needsSharedCPU = false
    /// Devices that must be near to one of several cells, by lane; near which is a matter of ``DeviceSplits``. Empty for none.
    var devices: [Int] = []
    /// Devices that may be anywhere, by lane; empty for none.
    var floatingDevices: [Int] = []
}

/// Why a guest fits no host with these cells and page sizes, before any counting.
enum StaticObstacle: Error, Hashable {
    case pageSizeMissing(PageSize?)
    case tooManyCells(guest: Int, host: Int)
    case cellMissing(CellID)
    /// Devices that the host does not have.
    case devicesMissing([PCIAddress])
    /// A device that no cell is near to, while one must be.
    case deviceWithoutCell(PCIAddress)
    /// Devices on so many cells that the guest's own cannot be near each of them.
    case devicesApart([PCIAddress])
    /// A wish that no device suits which guests may have.
    case noDevice(DeviceWish)
}

extension GuestCounts {
    /// Translates a demand.
    ///
    /// - Throws: ``StaticObstacle`` when the host lacks a page size or cells altogether.
    init(_ demand: GuestDemand, on grid: HostGrid, spreading: SpreadChoice = SpreadChoice()) throws(StaticObstacle) {
        let devices = try DeviceNeed(demand, on: grid)
        let chosen = grid.stock.amounts(of: demand)
        if let wish = demand.deviceWishes.first(where: { grid.stock.hopeless.contains($0.value.wish) }) {
            throw StaticObstacle.noDevice(wish.value.wish)
        }
        guard demand.isBound else {
            self.init(cells: [], forced: [], pages: [nil])
            floatingDevices = chosen
            floatingShared = demand.vcpus
            floatingMemory = Int(demand.memory.count)
            floatingOverhead = Int(grid.overhead(of: demand).count)
            mayUseReserve = !demand.cells.isEmpty
            return
        }
        var forced: [Int?] = []
        for cell in demand.cells {
            guard let wanted = demand.forcedCells[cell.id]?.value else {
                forced.append(grid.home(of: cell, demand))
                continue
            }
            guard let index = grid.indexOfCell[wanted] else { throw StaticObstacle.cellMissing(wanted) }
            forced.append(index)
        }
        let together = forced.count { $0 != nil } - Set(forced.compactMap(\.self)).count
        guard demand.cells.count - together <= grid.cells.count else {
            throw StaticObstacle.tooManyCells(guest: demand.cells.count - together, host: grid.cells.count)
        }
        self.init(
            cells: demand.cells.enumerated().map { index, cell in
                let pinned = grid.ownPins(of: cell, demand, on: forced[index]).count
                return GuestCounts.need(of: cell, isFirst: index == 0, demand: demand, pinned: pinned)
            },
            forced: forced, pages: try GuestCounts.pages(for: demand, on: grid))
        isUniform = demand.hidesCells
        try spread(demand, on: grid, by: spreading)
        addOverhead(of: demand, on: grid)
        mustIncludeOneOf = devices.mustIncludeOneOf
        shouldTouch = devices.shouldTouch
        if demand.devicePolicy == .preferred {
            floatingDevices = chosen
            let near = grid.stock.cells(offering: chosen)
            if !near.isEmpty, !shouldTouch.contains(near) { shouldTouch.append(near) }
        } else if cells.count == 1 {
            cells[0].devices = chosen
        } else {
            self.devices = chosen
        }
        guard canTouchAll else { throw StaticObstacle.devicesApart(demand.devices.map(\.value)) }
        needsSharedCPU = demand.emulatorPolicy == .share && demand.realtimeVCPUs.count == demand.vcpus
    }

    /// - Parameter pinned: How many vCPUs have a CPU of their own by hand, which is not to be found any more.
    private static func need(of cell: GuestCellDemand, isFirst: Bool, demand: GuestDemand, pinned: Int) -> CellCounts {
        let all = cell.vcpus.intersection(demand.dedicatedVCPUs).count
        let dedicated = all - pinned
        var need = CellCounts()
        need.shared = cell.vcpus.count - all
        need.memory = Int(cell.memory.count)
        need.isReserved = demand.reservesMemory
        switch demand.threadPolicy {
        case .prefer: need.singles = dedicated
        case .isolate: need.wholeCores = dedicated
        case .require:
            need.needsSMT = all > 0
            if dedicated >= 2 { need.paired = dedicated } else { need.singles = dedicated }
        }
        if isFirst, demand.emulatorPolicy == .isolate { need.singles += 1 }
        return need
    }

    private static func pages(for demand: GuestDemand, on grid: HostGrid) throws(StaticObstacle) -> [Int?] {
        let huge: [Int?] = grid.pageSizes.indices.reversed().filter { index in
            demand.isWhole(in: grid.pageSize(index))
        }
        switch demand.pageSize?.value {
        case nil, .small: return [nil]
        case .any: return huge + [nil]
        case .large:
            guard !huge.isEmpty else { throw StaticObstacle.pageSizeMissing(nil) }
            return huge
        case .exactly(let size):
            if Int(size.size.count) == grid.basePage { return [nil] }
            guard let index = grid.sizeIndex(size) else { throw StaticObstacle.pageSizeMissing(size) }
            return [index]
        }
    }
}
