extension KernelCommandLine {
    /// The options that say how CPUs, memory and huge pages are used: what a plan and a checkup read. Others may hold anything.
    private static let shown: Set<String> = [
        "amd_iommu", "amd_pstate", "cgroup_disable", "cgroup_no_v1", "clocksource", "cma", "default_hugepagesz",
        "hugepages", "hugepagesz", "hugetlb_cma", "hugetlb_free_vmemmap", "idle", "intel_idle.max_cstate",
        "intel_iommu",
        "intel_pstate", "iommu", "iommu.passthrough", "iommu.strict", "irqaffinity", "isolcpus", "kernelcore",
        "kthread_cpus", "kvm-amd.nested", "kvm-intel.nested", "kvm.nested", "kvm_amd.nested", "kvm_intel.nested",
        "maxcpus", "mem", "memmap", "mitigations", "movable_node", "movablecore", "nohz", "nohz_full", "nosmt",
        "nr_cpus",
        "numa", "numa_balancing", "numactl-plan", "possible_cpus", "preempt", "processor.max_cstate", "psi", "quiet",
        "rcu_nocb_poll", "rcu_nocbs", "ro", "rw", "skew_tick", "smt", "swiotlb", "systemd.unified_cgroup_hierarchy",
        "transparent_hugepage", "tsc",
    ]

    /// The line with those options alone that say how CPUs, memory and huge pages are used, and how many others it had.
    public static func redacted(_ line: String) -> (text: String, leftOut: Int) {
        let words = options(of: line)
        let kept = words.filter { word in
            !word.contains("\"") && shown.contains(String(word.prefix { $0 != "=" }))
        }
        return (kept.joined(separator: " "), words.count - kept.count)
    }

    /// The options; blanks between double quotes part none.
    private static func options(of line: String) -> [Substring] {
        var isQuoted = false
        return line.split { character in
            if character == "\"" { isQuoted.toggle() }
            return character.isWhitespace && !isQuoted
        }
    }
}
