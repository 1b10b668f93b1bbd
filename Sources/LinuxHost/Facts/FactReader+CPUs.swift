internal import Diagnostics
internal import HostModel

/// The folder of all CPUs.
let cpuFolder = "sys/devices/system/cpu"

extension FactReader {
    /// The CPUs that are online: what the kernel's list says; else, on kernels without that list, the CPUs whose `online`
    /// file does not say 0; else those of `/proc/cpuinfo`. Empty when nothing tells.
    mutating func onlineCPUs() -> CPUSet {
        if let cpus: CPUSet = list("\(cpuFolder)/online"), !cpus.isEmpty { return cpus }
        let (cpus, source) = onlineByFolder().map { ($0, "the CPUs' own folders") } ?? onlineByCPUInfo()
        if !cpus.isEmpty {
            missing("\(files.path("\(cpuFolder)/online")) cannot be used; CPUs \(cpus) from \(source)", severity: .note)
        }
        return cpus
    }

    /// CPUs that the scheduler leaves alone; empty when the kernel does not tell.
    mutating func isolatedCPUs() -> CPUSet { list("\(cpuFolder)/isolated") ?? [] }

    /// The online threads of each core of a cell, every CPU of the cell in exactly one set.
    ///
    /// Going up from the lowest CPU, a core is what the CPU calls its siblings, as far as they are the cell's and in no core
    /// yet. A CPU that does not tell is a core of its own.
    mutating func cores(of cpus: CPUSet) -> [CPUSet] {
        var rest = cpus
        var cores: [CPUSet] = []
        var silent = CPUSet()
        while let cpu = rest.first {
            let told = siblings(of: cpu)
            if told == nil { silent.insert(cpu) }
            let core = (told ?? []).intersection(rest).union([cpu])
            cores.append(core)
            rest.subtract(core)
        }
        if !silent.isEmpty {
            missing("CPUs \(silent) do not report their siblings; each counts as a core", severity: .note)
        }
        return cores
    }

    private mutating func siblings(of cpu: CPU) -> CPUSet? {
        let folder = "\(cpuFolder)/cpu\(cpu)/topology"
        return cpus(list: "\(folder)/thread_siblings_list", mask: "\(folder)/thread_siblings")
            ?? cpus(list: "\(folder)/core_cpus_list", mask: "\(folder)/core_cpus")
    }

    private mutating func onlineByFolder() -> CPUSet? {
        guard let numbers = numbers(in: cpuFolder, after: "cpu"), !numbers.isEmpty else { return nil }
        var online = CPUSet()
        for number in numbers {
            let folder = "\(cpuFolder)/cpu\(number)"
            if self.number("\(folder)/online") ?? 1 == 1 { online.insert(CPU(number)) }
        }
        return online.isEmpty ? nil : online
    }

    private mutating func onlineByCPUInfo() -> (CPUSet, String) {
        let lines = (text("proc/cpuinfo", limit: 1 << 24) ?? "").split(whereSeparator: \.isNewline)
        let numbers = lines.compactMap { line -> Int? in
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2, SysfsText.trimmed(String(parts[0])) == "processor" else { return nil }
            return SysfsText.number(in: String(SysfsText.trimmed(String(parts[1]))), after: "")
        }
        return (CPUSet(numbers: numbers), "/proc/cpuinfo")
    }
}
