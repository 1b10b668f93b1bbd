internal import Diagnostics
internal import HostModel
internal import SiteFile

extension Check {
    /// Pools of huge pages, and who else writes them.
    static let pages = [
        Check("surplus_pages") { host in
            host.facts.cells.flatMap { cell in
                cell.pools.filter { $0.surplus > .zero }.map { pool in
                    Diagnostic(
                        found: .surplusPages, .warning,
                        "cell \(cell.id) has \(pool.surplus) surplus pages of \(pool.pageSize)",
                        why:
                            "they disappear when freed, so a guest that fits now may fail to start again; some kernels "
                            + "miscount such pools",
                        help: "numactl-plan apply makes what guests need persistent; elsewhere: echo \(pool.total) > "
                            + "/sys/devices/system/node/node\(cell.id)/hugepages/\(pool.pageSize.folderName)/nr_hugepages"
                    )
                }
            }
        },
        Check("overcommit_pages") { host in
            guard let text = host.sysctl["vm.nr_overcommit_hugepages"] else { return nil }
            guard text != "0" else { return [] }
            return [
                Diagnostic(
                    found: .surplusPages, .note, "vm.nr_overcommit_hugepages is \(text)",
                    why: "pools may grow beyond the plan, by surplus pages on any cell",
                    help: setting("vm.nr_overcommit_hugepages", "overcommit"))
            ]
        },
        Check("sysctl_files") { host in
            host.sysctlFiles?.filter { Set(["vm.nr_hugepages", "vm.nr_hugepages_mempolicy"]).contains($0.name) }.map {
                line in
                Diagnostic(
                    found: .sysctlSetsPools, .warning, "\(line.file):\(line.line) sets \(line.name) = \(line.value)",
                    why:
                        "it spreads pages over all cells, and undoes the pools of single cells, whenever "
                        + "sysctl runs",
                    help:
                        "sed -i '\(line.line)s/^/#/' \(shellWord(line.file)) (pools.\(host.facts.defaultPoolSize) in the site file "
                        + "sets them per cell)")
            }
        },
        Check("tuned") { host in
            guard host.hasFiles else { return nil }
            guard let tuned = host.tuned, !tuned.lines.isEmpty else { return [] }
            return [
                Diagnostic(
                    found: .tunedInterferes, .warning, "tuned's profile \(tuned.name) sets \(listed(tuned.lines))",
                    why: "tuned sets it again at each start and overrides the plan",
                    help: "tuned-adm off, or use a profile that includes \(tuned.name) without these lines")
            ]
        },
        Check("command_line_pages") { host in
            guard let line = host.facts.host.commandLine else { return nil }
            return KernelCommandLine(line).hugePages.filter(\.isIgnored).map { option in
                Diagnostic(
                    found: .pagesOptionIgnored, .warning, "the kernel ignores '\(option.text)' on its command line",
                    why: "there is a second hugepages= for the same size, and the kernel uses only the first",
                    help: "numactl-plan boot --emit kernel-args prints them with one hugepages= after each hugepagesz="
                )
            }
        },
        Check("boot_pages") { host in
            guard host.hasFiles else { return nil }
            let large = (host.bootTargets ?? [:]).filter {
                $0.key.pageSize >= KernelArguments.bootPageSize && $0.value > .zero
            }
            guard !large.isEmpty else { return [] }
            let wanted = KernelArguments(large).text
            let present = KernelCommandLine(host.facts.host.commandLine ?? "").hugePages
            let covered = Set(present.filter { !$0.isIgnored }.compactMap(\.pageSize))
            let missing = Set(large.keys.map(\.pageSize)).subtracting(covered)
            return missing.isEmpty
                ? []
                : [
                    Diagnostic(
                        found: .largePagesNotAtBoot, .note,
                        "the kernel's command line reserves no pages of "
                            + missing.sorted().map { "\($0)" }.joined(separator: ", "),
                        why:
                            "once the kernel is up, pages this large are often unavailable; wanted: "
                            + wanted,
                        help: "numactl-plan boot --emit grub > /etc/default/grub.d/60-numactl-plan.cfg && update-grub")
                ]
        },
        Check("boot_unit") { host in
            guard let isEnabled = host.bootUnitEnabled else { return nil }
            guard host.bootTargets?.contains(where: { $0.value > .zero }) == true, !isEnabled else { return [] }
            return [
                Diagnostic(
                    found: .bootUnitOff, .warning, "there is a boot file, but the boot unit is not enabled",
                    why: "after a reboot the pools are empty, and guests with huge pages do not start",
                    help: "systemctl enable numactl-plan-hugepages.service")
            ]
        },
    ]
}

extension HostFacts {
    /// The size of huge pages that a sysctl is about.
    fileprivate var defaultPoolSize: PageSize { hugePageSizes.first ?? PageSize(2_048) }
}
