internal import HostModel

/// What was put on one host cell so far, as sums.
struct CellLoad: Hashable {
    var wholeCores = 0
    /// Pairs that `require` guests take at most, how many of these triples could save, and how many of those at half the price.
    var pairs = 0
    var savablePairs = 0
    var cheapSavings = 0
    var paired = 0
    var singles = 0
    var shared = 0
    /// The largest number of shared vCPUs of one guest cell.
    var sharedMost = 0
    /// Ordinary memory that is not overcommitted, and that which is, in KiB.
    var reserved = 0
    var overcommittable = 0
    /// The largest overcommittable guest cell in KiB.
    var softMost = 0
    /// Devices by lane; empty for none.
    var devices: [Int] = []

    mutating func add(_ need: CellCounts, inHugePages: Bool) {
        add(need, memory: need.memory, inHugePages: inHugePages)
    }

    /// - Parameter memory: What it takes of memory, whatever ``CellCounts/memory`` says.
    mutating func add(_ need: CellCounts, memory: Int, inHugePages: Bool) {
        wholeCores += need.wholeCores
        pairs += need.pairs
        savablePairs += need.savablePairs
        cheapSavings += need.hasCheapSaving ? 1 : 0
        paired += need.paired
        singles += need.singles
        devices.addAmounts(need.devices)
        shared += need.shared
        sharedMost = max(sharedMost, need.shared)
        // QEMU's own memory is ordinary, whatever backs the guest's.
        let ordinary = need.overhead + (inHugePages ? 0 : memory)
        if need.isReserved {
            reserved += ordinary
        } else {
            overcommittable += ordinary
            softMost = max(softMost, ordinary)
        }
    }
}

extension IsolateOption {
    /// Whether the pairs of `require` guests are there, some of them saved by triples.
    func hasPairs(for load: CellLoad) -> Bool {
        let missing = load.pairs - pairs
        guard missing > 0 else { return true }
        let cheap = min(missing, load.cheapSavings)
        return missing <= load.savablePairs && cheap + 2 * (missing - cheap) <= triples
    }
}

/// What a cell still has for guests that are bound to no cell.
struct CellRest: Hashable {
    /// CPUs left for shared use.
    var sharedCPUs: Int
    /// Ordinary memory that shared guests may use in KiB, the ratio applied.
    var overcommittableCapacity: Int
    /// Ordinary memory in KiB, nothing taken off and no ratio applied.
    var ordinary: Int
}

/// The first thing that a cell lacks for a load.
struct Lack: Error, Hashable {
    var resource: Shortage.Resource
    /// How much all that is on the cell needs, and how much there is.
    var needed: Int
    var available: Int

    init(_ resource: Shortage.Resource, needed: Int, available: Int) {
        (self.resource, self.needed, self.available) = (resource, needed, available)
    }
}

/// Checks a load against one cell.
struct CellCheck {
    var cell: GridCell
    let capacity: CellCapacity
    let pageSizes: [Int]
    let cpuRatio: Ratio
    let ramRatio: Ratio
    let managesPools: Bool
    let allowsShrink: Bool
    let setsOverlap: Bool
    private let index: Int
    private let stock: DeviceStock
    /// What of devices is the cell's own: equal for cells that can change places.
    let deviceLikeness: [[Int]]

    init(_ index: Int, of grid: HostGrid) {
        self.index = index
        stock = grid.stock
        deviceLikeness = grid.stock.likeness(of: index)
        cell = grid.cells[index]
        capacity = CellCapacity(cell)
        pageSizes = grid.pageSizes
        cpuRatio = grid.cpuRatio
        ramRatio = grid.ramRatio
        managesPools = grid.managesPools
        allowsShrink = grid.allowsShrink
        setsOverlap = grid.setsOverlap
    }

    /// What is left when the load is there, or what it lacks.
    ///
    /// - Parameter pages: Pages of guests by page size index.
    func rest(with load: CellLoad, pages: ArraySlice<Int>) -> Result<CellRest, Lack> {
        if !load.devices.isEmpty, let lack = stock.lack(stock.draws(load.devices, on: index)) { return .failure(lack) }
        return switch sharedCPUs(with: load) {
        case .failure(let lack): .failure(lack)
        case .success(let sharedCPUs): memory(with: load, pages: pages, sharedCPUs: sharedCPUs)
        }
    }

    /// The most CPUs that can be left for shared use, over the ways of choosing whole cores.
    private func sharedCPUs(with load: CellLoad) -> Result<Int, Lack> {
        guard load.wholeCores < capacity.options.count else {
            return lack(.wholeCores, load.wholeCores, capacity.options.count - 1)
        }
        let threads = load.paired + load.singles
        var best: Int?
        var firstLack: Lack?
        for option in capacity.options[load.wholeCores] {
            if !option.hasPairs(for: load) {
                firstLack = firstLack ?? Lack(.siblingPairs, needed: load.pairs, available: option.pairs)
            } else if threads > option.threads {
                firstLack = firstLack ?? Lack(.dedicatedCPUs, needed: threads, available: option.threads)
            } else {
                let left = capacity.sharedCPUs - option.sharedLost - (setsOverlap ? threads : 0)
                best = max(best ?? left, left)
            }
        }
        guard let left = best else {
            return .failure(firstLack ?? Lack(.wholeCores, needed: load.wholeCores, available: 0))
        }
        guard load.sharedMost <= left else { return lack(.sharedCPUs, load.sharedMost, max(0, left)) }
        let allowed = Int(cpuRatio.applied(to: UInt64(max(0, left))))
        let shared = load.shared + cell.foreignShared
        guard load.shared == 0 || shared <= allowed else { return lack(.sharedVCPUs, shared, allowed) }
        return .success(max(0, left))
    }

    private func memory(
        with load: CellLoad, pages: ArraySlice<Int>, sharedCPUs: Int
    ) -> Result<CellRest, Lack> {
        if !cell.servesMemory {
            let wanted = load.reserved + load.overcommittable + zip(pages, pageSizes).reduce(0) { $0 + $1.0 * $1.1 }
            guard wanted == 0 else { return lack(.memory, wanted, 0) }
            return .success(CellRest(sharedCPUs: sharedCPUs, overcommittableCapacity: 0, ordinary: 0))
        }
        var inPools = 0
        var isGrown = false
        for (size, used) in pages.enumerated() {
            guard let total = cell.poolTotal[size] else {
                if used > 0 { return lack(.pageSize(PageSize(KiB(UInt64(pageSizes[size])))), used, 0) }
                continue
            }
            let wanted = cell.poolBase[size] + used
            if !managesPools {
                guard used == 0 || wanted <= total else {
                    return lack(.pages(PageSize(KiB(UInt64(pageSizes[size])))), wanted, total)
                }
                inPools += total * pageSizes[size]
            } else {
                isGrown = isGrown || wanted > total
                inPools += (allowsShrink ? wanted : max(wanted, total)) * pageSizes[size]
            }
        }
        let ordinary = max(0, cell.memory - inPools)
        let reserved = load.reserved + cell.foreignMemory
        if isGrown || load.reserved > 0 || load.overcommittable > 0 {
            guard inPools + reserved <= cell.memory else { return lack(.memory, inPools + reserved, cell.memory) }
        }
        let overcommittableCapacity = Int(ramRatio.applied(to: UInt64(max(0, ordinary - reserved))))
        guard load.overcommittable <= overcommittableCapacity else {
            return lack(.memory, load.overcommittable, overcommittableCapacity)
        }
        guard load.softMost <= ordinary else { return lack(.memory, load.softMost, ordinary) }
        return .success(
            CellRest(sharedCPUs: sharedCPUs, overcommittableCapacity: overcommittableCapacity, ordinary: ordinary))
    }

    private func lack<Value>(_ resource: Shortage.Resource, _ needed: Int, _ available: Int) -> Result<Value, Lack> {
        .failure(Lack(resource, needed: needed, available: available))
    }
}
