internal import Diagnostics
internal import HostModel
internal import SiteFile

extension Check {
    /// CPUs that the kernel was told to leave alone, against those that guests have for themselves.
    static let cpus = [
        Check("isolated_cpus") { host in
            guard let shared = host.sharedCPUs else {
                return host.site == nil && host.facts.isolatedCPUs.isEmpty ? [] : nil
            }
            let wrong = shared.intersection(host.facts.isolatedCPUs)
            guard !wrong.isEmpty else { return [] }
            return [
                Diagnostic(
                    found: .isolatedCPUsShared, .warning,
                    "CPUs \(wrong) are isolated (isolcpus) and serve shared vCPUs",
                    why:
                        "the scheduler does not spread threads over isolated CPUs: all vCPUs that may use them stay on one",
                    help: "take them out of isolcpus= on the kernel's command line, or out of cpus.shared of the host")
            ]
        },
        Check("full_dynticks") { host in
            guard let line = host.facts.host.commandLine else { return nil }
            guard let shared = host.sharedCPUs, let text = KernelCommandLine(line).value(of: "nohz_full") else {
                return []
            }
            guard let cpus = try? CPUSet(parsing: text) else { return nil }
            let wrong = shared.intersection(cpus)
            guard !wrong.isEmpty else { return [] }
            return [
                Diagnostic(
                    found: .isolatedCPUsShared, .note,
                    "CPUs \(wrong) run without ticks (nohz_full) and serve shared vCPUs",
                    why: "system calls cost more there, which pays off only on CPUs that run a single thread",
                    help: "take them out of nohz_full= on the kernel's command line")
            ]
        },
        Check("dedicated_isolation") { host in
            guard let site = host.site else { return [] }
            let realtime = site.guests { !$0.realtimeVCPUs.isEmpty }
            guard !realtime.isEmpty, let dedicated = site.policy.dedicatedCPUs?.value else { return [] }
            let open = dedicated.subtracting(host.facts.isolatedCPUs)
            guard !open.isEmpty else { return [] }
            return [
                Diagnostic(
                    found: .dedicatedNotIsolated, .note, "dedicated CPUs \(open) are not isolated",
                    why: "host processes may run there as well, which disturbs real-time guests: "
                        + listed(realtime),
                    help:
                        "isolcpus=managed_irq,domain,\(dedicated) nohz_full=\(dedicated) rcu_nocbs=\(dedicated) on the "
                        + "kernel's command line")
            ]
        },
        Check("guest_limits") { host in
            guard let limits = host.facts.guestLimits else { return [] }
            let (cpus, cells) = (host.facts.shutOutCPUs, host.facts.shutOutCells)
            let parts = [
                cpus.isEmpty ? nil : "CPUs \(cpus)", cells.isEmpty ? nil : "the memory of cells \(cells)",
            ].compactMap { $0 }
            guard !parts.isEmpty else { return [] }
            return [
                Diagnostic(
                    found: .guestsConfined, .warning, "guests may not use \(parts.joined(separator: " and "))",
                    why: "\(limits.source) excludes them: guests pinned or bound there do not start (EINVAL)",
                    help: "remove the limits: systemctl set-property machine.slice AllowedCPUs= AllowedMemoryNodes=")
            ]
        },
        Check("cells_without_memory") { host in
            host.facts.cells.filter { !$0.cpus.isEmpty && $0.memory == .zero }.map { cell in
                Diagnostic(
                    found: .cellWithoutMemory, .note, "cell \(cell.id) has CPUs \(cell.cpus) and no memory",
                    why:
                        "no guest cell can be placed there; guests elsewhere cannot use its CPUs without remote memory",
                    help: "check the memory modules of that socket: dmidecode -t memory")
            }
        },
    ]
}

extension Observations {
    /// CPUs that serve shared vCPUs by the site file; nil when it does not say.
    fileprivate var sharedCPUs: CPUSet? {
        guard let policy = site?.policy else { return nil }
        if let shared = policy.sharedCPUs?.value { return shared }
        // Without sets any CPU may serve either, as long as there is a guest that shares.
        guard policy.dedicatedCPUs == nil, site?.guests.contains(where: { $0.demand.cpuPolicy != .dedicated }) == true
        else {
            return []
        }
        return facts.onlineCPUs
    }
}
