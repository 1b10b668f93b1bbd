internal import Diagnostics
internal import HostModel

extension Check {
    /// What apply and the boot unit keep off dedicated CPUs, against what may run there now, and who works against it.
    static let isolation = [
        Check("isolation_kept") { host in
            guard let wanted = host.isolation else { return [] }
            guard let facts = host.facts.isolation else { return nil }
            let changes = wanted.changes(facts, on: host.facts)
            let threads = facts.threads.filter { wanted.place(ofThreadsOn: $0.cpus) != nil }
            let count = threads.reduce(0) { $0 + $1.count }
            return [
                changes.isEmpty
                    ? nil
                    : Diagnostic(
                        found: .notIsolated, .warning,
                        "back on dedicated CPUs \(wanted.interruptsOff): "
                            + listed(changes.map { $0.id.words($0.name) }),
                        why: "each takes time from a guest's vCPU; irqbalance, tuned or a driver that was loaded "
                            + "since gave them these CPUs",
                        help: "numactl-plan apply"),
                count == 0
                    ? nil
                    : Diagnostic(
                        found: .notIsolated, .note,
                        "\(count) thread\(count == 1 ? "" : "s") may run on dedicated CPUs \(wanted.programsOff) again: "
                            + listed(Set(threads.flatMap(\.names)).sorted()),
                        why: "the kernel's new threads and what sets its CPUs itself start there",
                        help: "numactl-plan apply; who really ran there: numactl-plan verify --deep --for 10s"),
            ].compactMap(\.self)
        },
        Check("isolation_stays") { host in
            guard let wanted = host.isolation else { return [] }
            guard let facts = host.facts.isolation else { return nil }
            let fixed = facts.interrupts.filter { $0.isFixed && !$0.cpus.isDisjoint(with: wanted.interruptsOff) }
            guard !fixed.isEmpty else { return [] }
            return [
                Diagnostic(
                    found: .keptOnItsCPUs, .note,
                    "the kernel keeps \(fixed.count) interrupt\(fixed.count == 1 ? "" : "s") on dedicated CPUs: "
                        + listed(fixed.map { "\($0.name)(\($0.number))" }),
                    why: "a queue of a device for each CPU comes there only when that CPU uses the device",
                    help: "isolcpus=managed_irq,\(wanted.interruptsOff) on the kernel's command line")
            ]
        },
        Check("isolation_owner") { host in
            guard let wanted = host.isolation else { return [] }
            guard let facts = host.facts.isolation else { return nil }
            let open = facts.balancer.map { wanted.interruptsOff.subtracting($0.banned) } ?? []
            let started = facts.manager?.affinity?.intersection(wanted.programsOff) ?? []
            let off = host.facts.actors.reduce(into: wanted.programsOff) { $0.subtract($1.cpus) }
            let groups = (facts.manager?.groups ?? [:]).sorted { $0.key < $1.key }.filter {
                !($0.value.allowed ?? []).isDisjoint(with: off)
            }
            return [
                open.isEmpty
                    ? nil
                    : Diagnostic(
                        found: .notIsolated, .warning, "irqbalance runs, and does not leave CPUs \(open) alone",
                        why: "within ten seconds it moves interrupts back to dedicated CPUs",
                        help: IsolationFacts.Balancer.advice(keepingOff: wanted.interruptsOff)),
                started.isEmpty
                    ? nil
                    : Diagnostic(
                        found: .isolationOwned, .warning, "systemd starts programs on dedicated CPUs \(started)",
                        why: "CPUAffinity= in its settings names them, by a file that apply did not write",
                        help: "CPUAffinity=\(wanted.housekeeping) in /etc/systemd/system.conf"),
                groups.isEmpty
                    ? nil
                    : Diagnostic(
                        found: .isolationOwned, .warning,
                        "programs in \(groups.map(\.key).joined(separator: ", ")) may run on dedicated CPUs",
                        why: "AllowedCPUs= names some of \(off), in a file that apply did not write",
                        help: "systemctl revert \(groups.map(\.key).joined(separator: " ")); numactl-plan apply"),
            ].compactMap(\.self)
        },
        Check("isolation_booted") { host in
            guard let wanted = host.isolation, !wanted.programsOff.isEmpty else { return [] }
            guard let line = host.facts.host.commandLine else { return nil }
            let missing = wanted.pendingArguments(on: KernelCommandLine(line))
            guard !missing.isEmpty else { return [] }
            return [
                Diagnostic(
                    found: .rebootPending, .note, "the kernel was started without \(missing.joined(separator: " "))",
                    why: "its tick, what it puts off and interrupts of early drivers stay on dedicated CPUs",
                    help: "numactl-plan boot --emit grub > /etc/default/grub.d/60-numactl-plan.cfg && update-grub")
            ]
        },
    ]
}
