internal import Diagnostics
internal import HostModel

/// The folder of all cells.
let nodeFolder = "sys/devices/system/node"

extension FactReader {
    /// The cells of the host, ascending. A host without node folders is one cell of all CPUs and all memory.
    mutating func cells(online: CPUSet) -> [Cell] {
        let ids = cellIDs()
        guard !ids.isEmpty else { return [wholeMachine(online: online)] }
        var homes = CPUHomes()
        let columns = distanceColumns(cells: ids)
        let cells = ids.map { id in
            let cpus = homes.claim(listedCPUs(of: id).intersection(online), for: id)
            return cell(id, cpus: cpus, memory: memory(of: id, isOnlyCell: ids.count == 1), columns: columns)
        }
        report(homes, online: online)
        return cells
    }

    private mutating func cell(_ id: CellID, cpus: CPUSet, memory: MemoryFacts, columns: [CellID]) -> Cell {
        let pools = pools(in: "\(nodeFolder)/node\(id)/hugepages")
        if pools.isEmpty, memory.hugePages > 0 {
            missing("cell \(id) has \(memory.hugePages) huge pages, but no file reports their size")
        }
        return Cell(
            id: id, cpus: cpus, memory: memory.total, memoryFree: memory.free, memoryAvailable: memory.available,
            siblings: cores(of: cpus),
            lastLevelCaches: lastLevelCaches(of: cpus), distances: distances(of: id, columns: columns), pools: pools,
            socket: socket(of: cpus))
    }

    /// The nodes that have a folder and are not offline.
    private mutating func cellIDs() -> [CellID] {
        let folders = (numbers(in: nodeFolder, after: "node") ?? []).map { CellID($0) }
        guard let online = onlineNodes() else { return folders }
        let absent = online.subtracting(CellSet(folders))
        if !folders.isEmpty, !absent.isEmpty {
            missing("cells \(absent) are online but have no folder; they are left out")
        }
        let offline = folders.filter { !online.contains($0) }
        guard !offline.isEmpty, offline.count < folders.count else { return folders }
        missing("cells \(CellSet(offline)) have folders but are not online; they are left out")
        return folders.filter(online.contains)
    }

    /// The kernel's list of online nodes, or nil when it does not tell.
    mutating func onlineNodes() -> CellSet? {
        let nodes: CellSet? = list("\(nodeFolder)/online")
        return nodes?.isEmpty == true ? nil : nodes
    }

    /// What a node says its CPUs are, online or not: its list, else its mask, else the CPU entries of its folder.
    private mutating func listedCPUs(of id: CellID) -> CPUSet {
        let folder = "\(nodeFolder)/node\(id)"
        if let cpus = cpus(list: "\(folder)/cpulist", mask: "\(folder)/cpumap") { return cpus }
        let entries = CPUSet(numbers: numbers(in: folder, after: "cpu") ?? [])
        if entries.isEmpty { missing("cell \(id) does not report its CPUs; assuming none") }
        return entries
    }

    private mutating func wholeMachine(online: CPUSet) -> Cell {
        missing("the kernel shows no NUMA cells; the machine counts as one cell 0", severity: .note)
        let memory = wholeMemory()
        return Cell(
            id: 0, cpus: online, memory: memory.total, memoryFree: memory.free, memoryAvailable: memory.available,
            siblings: cores(of: online),
            lastLevelCaches: lastLevelCaches(of: online), pools: pools(in: "sys/kernel/mm/hugepages"),
            socket: socket(of: online))
    }

    private mutating func report(_ homes: CPUHomes, online: CPUSet) {
        for clash in homes.clashes {
            garbled(
                nodeFolder, "CPUs \(clash.cpus) are in cell \(clash.other) as well; they stay in the lower cell")
        }
        let homeless = online.subtracting(homes.all)
        if !homeless.isEmpty { missing("CPUs \(homeless) are online but in no cell; nothing is placed on them") }
    }
}

/// Gives every CPU to the first cell that claims it.
private struct CPUHomes {
    private(set) var all = CPUSet()
    private(set) var clashes: [(cpus: CPUSet, other: CellID)] = []

    mutating func claim(_ cpus: CPUSet, for cell: CellID) -> CPUSet {
        let taken = cpus.intersection(all)
        if !taken.isEmpty { clashes.append((taken, cell)) }
        all.formUnion(cpus)
        return cpus.subtracting(taken)
    }
}
