/// A contradiction inside facts: a document that no real host gives.
public enum FactsProblem: Hashable, Sendable {
    /// Two cells have the same id.
    case cellTwice(CellID)
    /// There is no cell at all.
    case noCells
    /// A CPU is in two cells.
    case cpuInTwoCells(CPU, CellID, CellID)
    /// The sibling sets do not hold each CPU of the cell exactly once.
    case siblingsDoNotMatch(CellID)
    /// A distance from the cell is none that firmware can give: one byte, in ACPI's table (SLIT).
    case distanceImpossible(CellID, Int)
    /// A pool has more free or surplus pages than pages.
    case poolImpossible(PoolID)
    /// A cell has two pools of one page size.
    case poolTwice(PoolID)
    /// The pools are larger than the cell's memory.
    case poolsAboveMemory(CellID)
    /// Two domains have the same name.
    case domainTwice(String)
    /// Two devices have the same address.
    case deviceTwice(PCIAddress)
    /// A site's actor is recorded twice.
    case actorTwice(String)
    /// A device is attached to a cell that is not there.
    case deviceOnMissingCell(PCIAddress, CellID)
}

extension FactsProblem: CustomStringConvertible {
    /// One sentence.
    public var description: String {
        switch self {
        case .cellTwice(let id): "cell \(id) is listed twice"
        case .noCells: "there are no cells"
        case .cpuInTwoCells(let cpu, let first, let second): "CPU \(cpu) is in cell \(first) and in cell \(second)"
        case .siblingsDoNotMatch(let id): "the siblings of cell \(id) do not hold each of its CPUs exactly once"
        case .distanceImpossible(let id, let distance): "the distance \(distance) from cell \(id) is not from 0 to 255"
        case .poolImpossible(let pool):
            "the \(pool.pageSize) pool of cell \(pool.cell) has more free or surplus pages than pages"
        case .poolTwice(let pool): "cell \(pool.cell) has two pools of \(pool.pageSize)"
        case .poolsAboveMemory(let id): "the pools of cell \(id) are larger than its memory"
        case .domainTwice(let name): "the domain \(name) is listed twice"
        case .deviceTwice(let address): "the device \(address) is listed twice"
        case .actorTwice(let name): "the actor \(name) is listed twice"
        case .deviceOnMissingCell(let address, let cell):
            "the device \(address) is on cell \(cell), which is not listed"
        }
    }
}

extension HostFacts {
    /// Everything about the facts that contradicts itself, cells first; empty for facts that can be planned with.
    public var problems: [FactsProblem] {
        var problems: [FactsProblem] = cells.isEmpty ? [.noCells] : []
        var home: [CPU: CellID] = [:]
        for (index, cell) in cells.enumerated() {
            if index > 0, cells[index - 1].id == cell.id { problems.append(.cellTwice(cell.id)) }
            for cpu in cell.cpus {
                if let other = home[cpu], other != cell.id { problems.append(.cpuInTwoCells(cpu, other, cell.id)) }
                home[cpu] = cell.id
            }
            problems += cell.problems
        }
        for (left, right) in zip(devices, devices.dropFirst()) where left.address == right.address {
            problems.append(.deviceTwice(left.address))
        }
        let known = cellIDs
        for device in devices {
            guard let cell = device.cell, !known.contains(cell) else { continue }
            problems.append(.deviceOnMissingCell(device.address, cell))
        }
        for (left, right) in zip(actors, actors.dropFirst()) where (left.name, left.site) == (right.name, right.site) {
            problems.append(.actorTwice(left.name))
        }
        for (left, right) in zip(domains, domains.dropFirst()) where left.name == right.name {
            problems.append(.domainTwice(left.name))
        }
        return problems
    }
}

extension Cell {
    fileprivate var problems: [FactsProblem] {
        var problems: [FactsProblem] = []
        let threads = siblings.reduce(into: CPUSet()) { $0.formUnion($1) }
        if threads != cpus || siblings.reduce(0, { $0 + $1.count }) != cpus.count {
            problems.append(.siblingsDoNotMatch(id))
        }
        for distance in (distances ?? [:]).values.sorted() where !(0...255).contains(distance) {
            problems.append(.distanceImpossible(id, distance))
        }
        for (index, pool) in pools.enumerated() {
            let poolID = PoolID(cell: id, pageSize: pool.pageSize)
            if pool.free > pool.total || pool.surplus > pool.total { problems.append(.poolImpossible(poolID)) }
            if index > 0, pools[index - 1].pageSize == pool.pageSize { problems.append(.poolTwice(poolID)) }
        }
        if let memory, !pools.fit(in: memory) { problems.append(.poolsAboveMemory(id)) }
        return problems
    }
}

extension [HugepagePool] {
    /// Whether the pools together are no larger than `memory`; whatever overflows is larger.
    fileprivate func fit(in memory: KiB) -> Bool {
        var rest = memory.count
        for pool in self {
            let (size, overflow) = pool.total.count.multipliedReportingOverflow(by: pool.pageSize.size.count)
            guard !overflow, size <= rest else { return false }
            rest -= size
        }
        return true
    }
}
