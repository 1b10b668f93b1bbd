internal import Diagnostics
internal import HostModel
internal import SiteFile

extension Check {
    /// What moves, merges or swaps the memory of guests.
    static let memory = [
        Check("numa_balancing") { host in
            guard let text = host.sysctl["kernel.numa_balancing"] else { return host.hasFiles ? [] : nil }
            guard text != "0", host.facts.cells.count > 1 else { return [] }
            let bound = host.site?.guests(where: \.isBound) ?? []
            return [
                Diagnostic(
                    found: .numaBalancingOn, bound.isEmpty ? .note : .warning, "automatic NUMA balancing is on",
                    why:
                        "the kernel keeps unmapping pages to see which CPU uses them, which slows pinned guests and brings them "
                        + "nothing; it may move memory bound by any policy but strict"
                        + (bound.isEmpty ? "" : ". Bound to cells: \(listed(bound))"),
                    help: setting("kernel.numa_balancing", "numa"))
            ]
        },
        Check("transparent_huge_pages") { host in
            guard let text = host.sysfs["kernel/mm/transparent_hugepage/enabled"] else {
                return host.hasFiles ? [] : nil
            }
            guard selected(text) == "always" else { return [] }
            return [
                Diagnostic(
                    found: .transparentHugePages, .note, "transparent huge pages are always on",
                    why: "khugepaged merges memory of every process at unpredictable moments; guests with "
                        + "mem_page_size do not need that, and less contiguous memory is left for pools",
                    help: "echo madvise > /sys/kernel/mm/transparent_hugepage/enabled; permanently: "
                        + "transparent_hugepage=madvise on the kernel's command line")
            ]
        },
        Check("swap") { host in
            guard let swaps = host.swaps else { return nil }
            let exposed = host.site?.guests { $0.cpuPolicy != .shared && $0.pageSize == nil && !$0.lockedMemory } ?? []
            guard !swaps.isEmpty, host.site == nil || !exposed.isEmpty else { return [] }
            return [
                Diagnostic(
                    found: .swapOn, exposed.isEmpty ? .note : .warning, "memory may be swapped out to \(listed(swaps))",
                    why: exposed.isEmpty
                        ? "a guest stalls while its memory is read back from swap"
                        : "guests with dedicated CPUs whose memory may be swapped out: \(listed(exposed))",
                    help: "swapoff -a, or give the guests mem_page_size (huge pages are never swapped) or locked_memory"
                )
            ]
        },
        Check("ksm") { host in
            guard let run = host.sysfs["kernel/mm/ksm/run"] else { return host.hasFiles ? [] : nil }
            guard run == "1" else { return [] }
            let crosses = host.sysfs["kernel/mm/ksm/merge_across_nodes"] != "0" && host.facts.cells.count > 1
            return [
                Diagnostic(
                    found: .ksmOn, crosses ? .warning : .note,
                    crosses ? "KSM merges pages across cells" : "KSM merges equal pages of guests",
                    why: crosses
                        ? "a page that two guests share is on the cell of one of them and remote for the other"
                        : "writing to a merged page costs a copy, and ksmd takes CPU time from the shared CPUs",
                    help: crosses
                        ? "echo 2 > /sys/kernel/mm/ksm/run && echo 0 > /sys/kernel/mm/ksm/merge_across_nodes && "
                            + "echo 1 > /sys/kernel/mm/ksm/run"
                        : "systemctl disable --now ksmtuned ksm; echo 2 > /sys/kernel/mm/ksm/run")
            ]
        },
        Check("zone_reclaim") { host in
            guard let text = host.sysctl["vm.zone_reclaim_mode"] else { return host.hasFiles ? [] : nil }
            guard text != "0" else { return [] }
            return [
                Diagnostic(
                    found: .zoneReclaimOn, .note, "vm.zone_reclaim_mode is \(text)",
                    why:
                        "when a cell is full, allocations wait for its caches to be dropped before they use another cell",
                    help: setting("vm.zone_reclaim_mode", "zone-reclaim"))
            ]
        },
    ]

    /// The word in brackets: `always [madvise] never`.
    private static func selected(_ text: String) -> String {
        guard let start = text.firstIndex(of: "["), let end = text.firstIndex(of: "]"), start < end else { return text }
        return String(text[text.index(after: start)..<end])
    }
}
