internal import Diagnostics
internal import HostModel

/// How much memory there is and how much of it is free; nil is not told.
struct MemoryFacts {
    var total: KiB?
    var free: KiB?
    /// Huge pages of the default size.
    var hugePages: UInt64 = 0
}

extension FactReader {
    /// The memory of one cell, from the node's meminfo; of the only cell, from the machine's when the node's is missing.
    mutating func memory(of id: CellID, isOnlyCell: Bool) -> MemoryFacts {
        let name = "\(nodeFolder)/node\(id)/meminfo"
        guard let memory = meminfo(name) else {
            if isOnlyCell { return wholeMemory() }
            missing("cell \(id) does not tell its memory: there is no usable \(files.path(name))")
            return MemoryFacts()
        }
        return memory
    }

    /// The memory of the whole machine.
    mutating func wholeMemory() -> MemoryFacts {
        if let memory = meminfo("proc/meminfo") { return memory }
        missing("the machine does not tell its memory: there is no usable \(files.path("proc/meminfo"))")
        return MemoryFacts()
    }

    /// The page size of the machine's default pool, or nil when the kernel has none or does not tell.
    mutating func defaultPageSize() -> PageSize? {
        guard let text = text("proc/meminfo"), let size = SysfsText.meminfo(text)["Hugepagesize"],
            (1...Size.maximum.count).contains(size)
        else { return nil }
        return PageSize(KiB(size))
    }

    private mutating func meminfo(_ name: String) -> MemoryFacts? {
        guard let text = text(name) else { return nil }
        let numbers = SysfsText.meminfo(text)
        guard let total = numbers["MemTotal"], total <= Size.maximum.count else {
            garbled(name, "there is no line with a sensible MemTotal")
            return nil
        }
        let free = numbers["MemFree"].flatMap { $0 <= total ? KiB($0) : nil }
        if free == nil { missing("\(files.path(name)) does not tell the free memory", severity: .note) }
        return MemoryFacts(total: KiB(total), free: free, hugePages: numbers["HugePages_Total"] ?? 0)
    }
}
