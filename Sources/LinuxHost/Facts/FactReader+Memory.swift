internal import Diagnostics
internal import HostModel

/// How much memory there is and how much of it is free; nil is not told.
struct MemoryFacts {
    var total: KiB?
    var free: KiB?
    /// What is free, or would be if the kernel dropped what it can: see ``SysfsText/available(_:)``.
    var available: KiB?
    /// Huge pages of the default size.
    var hugePages: UInt64 = 0
}

extension FactReader {
    /// The memory of one cell, from the node's meminfo; of the only cell, from the machine's when the node's is missing.
    mutating func memory(of id: CellID, isOnlyCell: Bool) -> MemoryFacts {
        let name = "\(nodeFolder)/node\(id)/meminfo"
        guard var memory = meminfo(name) else {
            if isOnlyCell { return wholeMemory() }
            missing("cell \(id) does not report its memory: there is no usable \(files.path(name))")
            return MemoryFacts()
        }
        memory.available = memory.available?.subtractingDownToZero(lowWatermarks[id] ?? .zero)
        return memory
    }

    /// Reads how much of each cell's memory the kernel keeps free; nothing where it does not tell.
    mutating func readLowWatermarks(basePage: PageSize) {
        guard let text = text("proc/zoneinfo", limit: 1 << 24) else { return }
        lowWatermarks = SysfsText.lowWatermarks(text).mapValues { pages in
            let (amount, overflow) = pages.multipliedReportingOverflow(by: basePage.size.count)
            return overflow ? Size.maximum : KiB(amount)
        }
    }

    /// The memory of the whole machine.
    mutating func wholeMemory() -> MemoryFacts {
        if let memory = meminfo("proc/meminfo") { return memory }
        missing("the machine does not report its memory: there is no usable \(files.path("proc/meminfo"))")
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
        if free == nil { missing("\(files.path(name)) does not report the free memory", severity: .note) }
        return MemoryFacts(
            total: KiB(total), free: free, available: SysfsText.available(numbers).map { KiB(min($0, total)) },
            hugePages: numbers["HugePages_Total"] ?? 0)
    }
}

extension SysfsText {
    /// The memory in KiB that can be had without swapping, from the lines of a meminfo file; nil when it does not tell.
    ///
    /// The machine's file says it: `MemAvailable`. A node's file does not, so it is added up as the kernel does (`si_mem_available`):
    /// `MemFree`, the page cache (`Active(file)` and `Inactive(file)`), and what the kernel can reclaim of its own
    /// (`KReclaimable`, before Linux 4.20 `SReclaimable`). The low watermark is still to be taken off.
    static func available(_ numbers: [String: UInt64]) -> UInt64? {
        if let whole = numbers["MemAvailable"] { return whole }
        guard let free = numbers["MemFree"], let active = numbers["Active(file)"],
            let inactive = numbers["Inactive(file)"]
        else { return nil }
        return [free, active, inactive, numbers["KReclaimable"] ?? numbers["SReclaimable"] ?? 0].reduce(0) {
            let (sum, overflow) = $0.addingReportingOverflow($1)
            return overflow ? .max : sum
        }
    }

    /// By node: the pages that the kernel keeps free, the sum of its zones' low watermarks, of `/proc/zoneinfo`.
    static func lowWatermarks(_ text: String) -> [CellID: UInt64] {
        var (pages, node): ([CellID: UInt64], CellID?) = ([:], nil)
        for line in text.split(whereSeparator: \.isNewline) {
            let words = line.split(whereSeparator: \.isWhitespace)
            if words.count > 3, words[0] == "Node", words[2] == "zone" {
                node = number(words[1].dropLast()).flatMap { $0 <= UInt64(maximumListNumber) ? CellID(Int($0)) : nil }
            } else if words.count == 2, words[0] == "low", let node, let low = number(words[1]) {
                let (sum, overflow) = pages[node, default: 0].addingReportingOverflow(low)
                pages[node] = overflow ? .max : sum
            }
        }
        return pages
    }
}
