internal import Diagnostics
internal import HostModel

extension DemandRules {
    /// Whether the guest has cells: it asks for some, for a page size, or for CPUs of its own.
    func hasCells(_ policy: PolicyChoice?) -> Bool {
        settings.numaNodes != nil || image.numaNodes != nil || settings.numaCells != nil || settings.pageSize != nil
            || policy?.isDedicating == true || isBroken("numa_nodes", "numa_cells", "mem_page_size", "cpu_policy")
    }

    /// The guest's cells: those that are listed, else vCPUs and memory divided evenly over the number of cells, else none.
    mutating func cells(_ policy: PolicyChoice?, pageSize: Located<GuestDemand.PageRequest>?) -> [GuestCellDemand] {
        guard !isBroken("numa_nodes", "numa_cells", "numa_cpus", "numa_mem") else { return [] }
        refuseImageCells()
        let nodes = settings.numaNodes ?? image.numaNodes
        let listed = numberedCells(nodes)
        if let cells = settings.numaCells {
            guard let wish = CellWish(cells) else { return [] }
            compare(wish, nodes: nodes, numbered: listed)
            return listedCells(wish)
        }
        switch listed {
        case .cells(let wish): return listedCells(wish)
        case .wrong: return []
        case .none: return hasCells(policy) ? evenCells(nodes) : []
        }
    }

    /// What Nova's numbered lists came to.
    enum NumberedCells {
        case none, wrong
        case cells(CellWish)
    }

    private mutating func refuseImageCells() {
        let pairs: [(SourceMark?, Bool, String)] = [
            (image.numaNodes?.mark, settings.numaNodes != nil || settings.numaCells != nil, "hw_numa_nodes"),
            (image.numaCPUs?.mark, settings.numaCPUs != nil || settings.numaCells != nil, "hw_numa_cpus.N"),
            (image.numaMemory?.mark, settings.numaMemory != nil || settings.numaCells != nil, "hw_numa_mem.N"),
        ]
        for (mark, isInFlavor, name) in pairs {
            guard let mark, isInFlavor else { continue }
            report.error(
                .imageConflict, "the image sets '\(name)', but the flavor defines the cells", at: mark,
                hint: "remove the image's property")
        }
    }

    private mutating func numberedCells(_ nodes: Located<Int>?) -> NumberedCells {
        let cpus = settings.numaCPUs ?? image.numaCPUs
        let memory = settings.numaMemory ?? image.numaMemory
        guard let mark = cpus?.mark ?? memory?.mark else { return .none }
        guard let nodes = nodes ?? settings.numaCells.map({ Located($0.value.count, at: $0.mark) }) else {
            incomplete(
                "hw:numa_cpus.N and hw:numa_mem.N need hw:numa_nodes", at: mark, hint: "add \"hw:numa_nodes\": \"2\"")
            return .wrong
        }
        guard let cpus, let memory else {
            let (given, missing) =
                memory == nil ? ("hw:numa_cpus.N", "hw:numa_mem.N") : ("hw:numa_mem.N", "hw:numa_cpus.N")
            incomplete("\(given) is given without \(missing)", at: mark, hint: "add \(missing) for every cell")
            return .wrong
        }
        guard checkNumbers(cpus, nodes), checkNumbers(memory, nodes) else { return .wrong }
        return .cells(CellWish(cpus: ascending(cpus), memory: ascending(memory), mark: mark))
    }

    private func ascending<Value>(_ list: Located<[Int: Located<Value>]>) -> [Located<Value>] {
        list.value.sorted { $0.key < $1.key }.map(\.value)
    }

    /// Whether a numbered list has an entry for every cell and no other.
    private mutating func checkNumbers<Value>(_ list: Located<[Int: Located<Value>]>, _ nodes: Located<Int>) -> Bool {
        for (number, entry) in list.value.sorted(by: { $0.key < $1.key }) where number >= nodes.value {
            incomplete("cell \(number) does not exist: numa_nodes is \(nodes.value)", at: entry.mark)
            return false
        }
        if let gap = (0..<nodes.value).first(where: { list.value[$0] == nil }) {
            incomplete(
                "the list has no entry for cell \(gap)", at: list.mark, hint: "add the entry that ends in .\(gap)")
            return false
        }
        return true
    }

    private mutating func incomplete(_ message: String, at mark: SourceMark, hint: String? = nil) {
        report.error(.incompleteCells, message, at: mark, hint: hint)
    }

    private mutating func compare(_ wish: CellWish, nodes: Located<Int>?, numbered: NumberedCells) {
        if let nodes, nodes.value != wish.memory.count {
            report.error(
                .cellsDoNotMatch, "numa_nodes is \(nodes.value), but numa_cells has \(wish.memory.count)",
                at: nodes.mark,
                hint: "remove numa_nodes: numa_cells is sufficient")
        }
        if case .cells(let other) = numbered, !wish.isEqual(other) {
            report.error(
                .conflictingKeys, "numa_cells and the numbered lists describe different cells", at: other.mark,
                hint: "keep one of the two")
        }
    }

    /// Equal shares in consecutive blocks. Whole MiB stay whole MiB, since that is what Nova and QEMU give a guest's cell.
    private mutating func evenCells(_ nodes: Located<Int>?) -> [GuestCellDemand] {
        guard let vcpus, let memory else { return [] }
        let count = nodes?.value ?? 1
        let share = KiB(memory.count / UInt64(count))
        let isWhole = share.count % 1_024 == 0 || memory.count % 1_024 != 0
        let isMemoryEven = memory.count % UInt64(count) == 0 && isWhole
        if let mark = nodes?.mark, vcpus % count != 0 || !isMemoryEven {
            let what = vcpus % count != 0 ? "\(vcpus) vCPUs" : "\(memory) of memory"
            report.error(
                .unevenCells, "\(what) cannot be divided evenly into \(count) cells", at: mark,
                hint: "write the cells out: numa_cells: [{cpus: …, ram: …}, …]")
            return []
        }
        let width = vcpus / count
        return (0..<count).map { cell in
            GuestCellDemand(
                id: GuestCellID(cell), vcpus: VCPUSet(numbers: cell * width..<(cell + 1) * width), memory: share)
        }
    }
}
