internal import HostModel

extension FactReader {
    /// CPUs on efficiency cores; empty where all cores are of one kind, or nothing tells.
    ///
    /// The first source that tells counts: the PMUs that a hybrid x86 has (`cpu_core`, `cpu_atom`), the scheduler's `cpu_capacity`
    /// (Arm, RISC-V, and x86 without SMT), the highest frequency, and where no speed is told, as in a virtual machine, caches.
    mutating func efficiencyCPUs(of online: CPUSet) -> CPUSet {
        let fast: CPUSet? = list("sys/devices/cpu_core/cpus")
        let slow: CPUSet? = list("sys/devices/cpu_atom/cpus")
        if let fast, let slow { return fast.isDisjoint(with: online) ? [] : slow.intersection(online) }
        return slowCPUs(of: online, by: { "\(cpuFolder)/cpu\($0)/cpu_capacity" })
            ?? slowCPUs(of: online, by: { "\(cpuFolder)/cpu\($0)/cpufreq/cpuinfo_max_freq" })
            ?? clusteredCPUs(of: online)
    }

    /// Cores of one thread that share their second-level cache with other cores, on a machine where cores of two threads have one to
    /// themselves: that is how Intel builds efficiency cores beside fast ones. Empty for any other machine.
    private mutating func clusteredCPUs(of online: CPUSet) -> CPUSet {
        var (clustered, hasPairs) = (CPUSet(), false)
        for cpu in online {
            let topology = "\(cpuFolder)/cpu\(cpu)/topology"
            guard
                let core = cpus(list: "\(topology)/thread_siblings_list", mask: "\(topology)/thread_siblings"),
                let cache = cache(ofLevel: 2, of: cpu)
            else { return [] }
            let isShared = !cache.intersection(online).isSubset(of: core)
            if core.count == 1, isShared { clustered.insert(cpu) }
            if core.count > 1 {
                guard !isShared else { return [] }
                hasPairs = true
            }
        }
        return hasPairs ? clustered : []
    }

    /// CPUs with less than four fifths of the largest number; nil where a CPU does not tell. Cores of one kind differ too, by less:
    /// some are allowed a higher turbo frequency than others.
    private mutating func slowCPUs(of online: CPUSet, by path: (CPU) -> String) -> CPUSet? {
        var speeds: [(cpu: CPU, speed: UInt64)] = []
        for cpu in online {
            guard let speed = number(path(cpu)), speed > 0 else { return nil }
            speeds.append((cpu, speed))
        }
        guard let best = speeds.map(\.speed).max() else { return nil }
        return CPUSet(speeds.filter { $0.speed < best - best / 5 }.map(\.cpu))
    }
}
