internal import HostModel

extension FactReader {
    /// The CPUs of a cell that share a last-level cache, one set a cache; empty when the kernel does not tell.
    ///
    /// The last level of a CPU is the highest that its cache folders name; instruction caches do not count.
    mutating func lastLevelCaches(of cpus: CPUSet) -> [CPUSet] {
        var rest = cpus
        var caches: [CPUSet] = []
        while let cpu = rest.first {
            rest.remove(cpu)
            guard let sharing = lastLevelCache(of: cpu) else { continue }
            let cache = sharing.intersection(rest).union([cpu])
            caches.append(cache)
            rest.subtract(cache)
        }
        return caches
    }

    private mutating func lastLevelCache(of cpu: CPU) -> CPUSet? {
        let folder = "\(cpuFolder)/cpu\(cpu)/cache"
        var last: (level: UInt64, folder: String)?
        for index in numbers(in: folder, after: "index") ?? [] {
            let cache = "\(folder)/index\(index)"
            guard let level = number("\(cache)/level"), level > last?.level ?? 0, !isForInstructions(cache) else {
                continue
            }
            last = (level, cache)
        }
        return last.flatMap { cpus(list: "\($0.folder)/shared_cpu_list", mask: "\($0.folder)/shared_cpu_map") }
    }

    /// The CPUs that share a CPU's cache of that level; nil where that is not told.
    mutating func cache(ofLevel level: UInt64, of cpu: CPU) -> CPUSet? {
        let folder = "\(cpuFolder)/cpu\(cpu)/cache"
        for index in numbers(in: folder, after: "index") ?? [] {
            let cache = "\(folder)/index\(index)"
            guard number("\(cache)/level") == level, !isForInstructions(cache) else { continue }
            return cpus(list: "\(cache)/shared_cpu_list", mask: "\(cache)/shared_cpu_map")
        }
        return nil
    }

    private mutating func isForInstructions(_ cache: String) -> Bool {
        text("\(cache)/type").map(SysfsText.trimmed) == "Instruction"
    }
}
