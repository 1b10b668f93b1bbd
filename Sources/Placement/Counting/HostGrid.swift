internal import Diagnostics
internal import HostModel
internal import SiteFile

/// One core of a host cell, as far as placement may use it.
struct Core: Hashable {
    /// All online threads.
    let threads: CPUSet
    /// Threads that a dedicated vCPU may still take.
    var dedicated: CPUSet
    /// Threads that shared vCPUs may still use.
    var shared: CPUSet
    /// Whether no thread is in use by one vCPU alone, or by vCPUs that are not ours: `isolate` may take it.
    var isWhole: Bool
    /// Whether it is an efficiency core of a host that has fast ones too.
    var isEfficient = false
}

/// One host cell with what is left after everything that does not move was taken away.
struct GridCell {
    let id: CellID
    /// The cell's cores, ascending by lowest thread.
    var cores: [Core]
    /// Whether any core has two online threads.
    var hasSMT: Bool
    /// The last-level cache that each CPU is behind, as an index; CPUs without one are behind cache 0.
    let cacheOf: [CPU: Int]
    /// Memory minus reserve in KiB, pools included; 0 when the host does not tell.
    var memory: Int
    /// Whether guests may use that memory at all.
    var servesMemory: Bool
    /// By page size index: pages of the pool now, or nil where the cell has no such pool.
    var poolTotal: [Int?]
    /// By page size index: pages for the site's `pools` and for foreign users.
    var poolBase: [Int]
    /// Shared vCPUs of foreign domains that may run on this cell alone.
    var foreignShared = 0
    /// Ordinary memory of foreign domains that is bound to this cell, and of their QEMU.
    var foreignMemory = 0
    /// How much of that is their QEMU's.
    var foreignOverhead = 0
}

/// A host as placement sees it: cells by index, page sizes by index, whole numbers in KiB and pages.
struct HostGrid {
    var cells: [GridCell]
    /// Sizes of huge pages, ascending, in KiB.
    let pageSizes: [Int]
    /// The size of an ordinary page in KiB.
    let basePage: Int
    /// Distances between cells by index.
    let distances: [[Int]]
    let cpuRatio: Ratio
    let ramRatio: Ratio
    let managesPools: Bool
    let allowsShrink: Bool
    /// Whether dedicated vCPUs take CPUs that shared vCPUs could use: no CPU sets are configured.
    let setsOverlap: Bool
    /// Shared vCPUs of foreign domains that may run on several cells.
    var foreignFloatingShared = 0
    /// Ordinary memory of foreign domains, and of their QEMU, that is bound to no single cell.
    var foreignFloatingMemory = 0

    /// By page size index: pages that foreign domains need when the host starts them, on whatever cell.
    var promisedPages: [Int] = []

    /// Ordinary memory for each guest's QEMU.
    let guestOverhead: GuestOverhead
    /// Memory left to the host on all cells together, in KiB.
    let reserve: Int
    let indexOfCell: [CellID: Int]

    /// Where the host's PCI devices are.
    let devices: [PCIAddress: DevicePlace]
    /// Those that may be chosen for guests.
    var stock = DeviceStock()

    /// What a guest's QEMU needs of ordinary memory, in KiB.
    func overhead(of demand: GuestDemand) -> KiB {
        demand.overhead(by: guestOverhead, basePage: PageSize(KiB(UInt64(basePage))))
    }

    /// The index of a page size, or nil when no cell of the host has it.
    func sizeIndex(_ size: PageSize) -> Int? { pageSizes.firstIndex(of: Int(size.size.count)) }

    /// The page size of an index.
    func pageSize(_ index: Int) -> PageSize { PageSize(KiB(UInt64(pageSizes[index]))) }
}

extension HostGrid {
    /// Lays the host out: configured CPU sets, reserve, `pools`, foreign domains.
    init(_ request: PlacementRequest) {
        let (host, policy) = (request.host, request.policy)
        let sizes = host.hugePageSizes
        let taken = request.foreign.reduce(into: CPUSet()) { $0.formUnion($1.takenCPUs) }
        let pinned = request.guests.reduce(into: CPUSet()) { $0.formUnion($1.demand.sharedPins) }
        let blocked = request.foreign.reduce(into: pinned) { set, load in
            for group in load.sharedVCPUs { set.formUnion(group.cpus ?? []) }
        }
        let hasSets = policy.dedicatedCPUs != nil || policy.sharedCPUs != nil
        let dedicated = (hasSets ? policy.dedicatedCPUs?.value ?? [] : host.onlineCPUs).intersection(host.guestCPUs)
            .subtracting(policy.housekeepingCPUs?.value ?? [])
        let shared = (hasSets ? policy.sharedCPUs?.value ?? [] : host.onlineCPUs).intersection(host.guestCPUs)
        cells = host.cells.map { cell in
            GridCell(
                cell, sizes: sizes, request: request, dedicated: dedicated.subtracting(taken).subtracting(blocked),
                shared: shared.subtracting(taken), occupied: taken.union(blocked))
        }
        pageSizes = sizes.map { Int($0.size.count) }
        basePage = Int(host.host.basePage.size.count)
        distances = host.cells.map { from in host.cells.map { host.distance(from: from.id, to: $0.id) } }
        cpuRatio = policy.cpuAllocationRatio
        ramRatio = policy.ramAllocationRatio
        managesPools = policy.managesPools
        allowsShrink = request.allowsShrink
        guestOverhead = policy.guestOverhead
        setsOverlap = !hasSets
        reserve = host.cells.reduce(0) { $0 + Int(min($1.memory ?? .zero, policy.reserve(of: $1.id)).count) }
        devices = HostGrid.places(of: host)
        stock = DeviceStock(request, places: devices)
        indexOfCell = Dictionary(host.cells.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
        addForeign(request.foreign)
        promisedPages = sizes.map { size in
            request.foreign.reduce(0) { $0 + Int(clamping: ($1.promisedPages[size] ?? .zero).count) }
        }
    }

    private mutating func addForeign(_ foreign: [ForeignLoad]) {
        for load in foreign {
            for group in load.sharedVCPUs {
                let homes = cells.indices.filter { index in
                    guard let cpus = group.cpus else { return true }
                    return cells[index].cores.contains { !$0.threads.isDisjoint(with: cpus) }
                }
                if homes.count == 1 {
                    cells[homes[0]].foreignShared += group.count
                } else {
                    foreignFloatingShared += group.count
                }
            }
            for part in load.memory { addForeign(part) }
            if let overhead = load.overhead {
                addForeign(overhead)
                if let index = overhead.cell.flatMap({ indexOfCell[$0] }) {
                    cells[index].foreignOverhead += Int(overhead.amount.count)
                }
            }
        }
    }

    private mutating func addForeign(_ memory: ForeignLoad.HeldMemory) {
        if let index = memory.cell.flatMap({ indexOfCell[$0] }) {
            cells[index].foreignMemory += Int(memory.amount.count)
        } else {
            foreignFloatingMemory += Int(memory.amount.count)
        }
    }
}

extension GridCell {
    init(
        _ cell: Cell, sizes: [PageSize], request: PlacementRequest, dedicated: CPUSet, shared: CPUSet, occupied: CPUSet
    ) {
        id = cell.id
        cores = cell.siblings.map { threads in
            Core(
                threads: threads, dedicated: threads.intersection(dedicated), shared: threads.intersection(shared),
                isWhole: threads.isDisjoint(with: occupied),
                isEfficient: !threads.isDisjoint(with: request.host.efficiencyCPUs))
        }
        hasSMT = cell.siblings.contains { $0.count > 1 }
        var cacheOf: [CPU: Int] = [:]
        for (index, cache) in cell.lastLevelCaches.enumerated() {
            for cpu in cache { cacheOf[cpu] = index }
        }
        self.cacheOf = cacheOf
        memory = Int((cell.memory ?? .zero).subtractingDownToZero(request.policy.reserve(of: cell.id)).count)
        servesMemory = request.host.guestsMayUseMemory(of: cell.id)
        poolTotal = sizes.map { cell.pool(of: $0).map { Int($0.total.count) } }
        poolBase = sizes.map { size in
            let pool = PoolID(cell: cell.id, pageSize: size)
            return Int(OtherPages(pool, of: cell, request: request).all.count)
        }
    }
}
