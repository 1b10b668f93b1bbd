internal import Diagnostics
internal import HostModel
internal import Placement
internal import SiteFile

/// Which interrupts go to other CPUs, so that those that are dedicated to guests are left alone.
///
/// The dedicated CPUs are those of the host's entry, so that they stay the same from guest to guest; without them those of the
/// placement.
struct InterruptIsolation {
    private let policy: HostPolicy
    private let host: HostFacts
    /// Where interrupts are to come; nil where they may come anywhere.
    let affinity: InterruptAffinity?

    init(_ request: PlanRequest, _ placement: Placement) {
        (policy, host) = (request.policy, request.host)
        let dedicated = (policy.dedicatedCPUs?.value ?? []).union(placement.dedicatedCPUs)
            .intersection(host.onlineCPUs)
        let others = (policy.housekeepingCPUs?.value ?? host.onlineCPUs).intersection(host.onlineCPUs)
        let isWanted = policy.isolation != .none && !dedicated.isEmpty
        affinity = isWanted ? InterruptAffinity(off: dedicated, housekeeping: others) : nil
    }

    /// The steps; none where nothing is isolated or something is in the way.
    var steps: [SetInterruptStep] {
        guard let affinity, let facts = host.interrupts, obstacle(affinity) == nil else { return [] }
        return affinity.changes(facts, on: host).map {
            SetInterruptStep(interrupt: $0.interrupt, name: $0.name, prior: $0.now, target: $0.wanted)
        }
    }

    /// What holds from the next boot on; nil where nothing is isolated or something is in the way.
    var lasting: InterruptAffinity? { affinity.flatMap { obstacle($0) == nil ? $0 : nil } }

    /// What keeps all of it from being done; nil for nothing.
    private func obstacle(_ affinity: InterruptAffinity) -> Diagnostic? {
        func finding(_ what: String, hint: String) -> Diagnostic {
            Diagnostic(
                .notIsolated, "interrupts stay on dedicated CPUs: \(what)", at: policy.name.mark, severity: .warning,
                hint: hint)
        }
        guard let facts = host.interrupts else {
            return finding(
                "it is not known which there are",
                hint: "make the facts with: numactl-plan facts --interrupts --format json")
        }
        guard !affinity.housekeeping.isEmpty else {
            return finding(
                "there are no CPUs but dedicated ones", hint: "leave some out: 'cpus: {dedicated: …}' or 'housekeeping'"
            )
        }
        if let balancer = facts.balancer, !affinity.off.isSubset(of: balancer.banned) {
            return finding(
                "irqbalance would take them back to CPUs \(affinity.off.subtracting(balancer.banned))",
                hint:
                    "put IRQBALANCE_BANNED_CPULIST=\(affinity.off) into /etc/default/irqbalance (Fedora: /etc/sysconfig), then "
                    + "systemctl restart irqbalance")
        }
        return nil
    }

    /// What is to be said: what is in the way, and which interrupts stay because the kernel manages them.
    var diagnostics: [Diagnostic] {
        guard let affinity else { return [] }
        if let obstacle = obstacle(affinity) { return [obstacle] }
        let fixed = (host.interrupts?.interrupts ?? []).filter { $0.isFixed && !$0.cpus.isDisjoint(with: affinity.off) }
        guard !fixed.isEmpty else { return [] }
        let names = fixed.map { "\($0.name)(\($0.number))" }
        let more = names.count > 8 ? " and \(names.count - 8) more" : ""
        return [
            Diagnostic(
                .interruptsFixed,
                "the kernel keeps \(fixed.count) interrupt\(fixed.count == 1 ? "" : "s") on dedicated CPUs: "
                    + names.prefix(8).joined(separator: ", ") + more,
                at: policy.name.mark, severity: .note,
                hint: "it keeps such off CPUs that it isolates at boot: isolcpus=managed_irq,\(affinity.off)")
        ]
    }

    /// The change that steps come to; nil for none.
    static func change(_ steps: [SetInterruptStep]) -> Change? {
        guard !steps.isEmpty else { return nil }
        return Change(
            subject: .interrupts, action: .update, disruption: .live,
            parts: steps.map { step in
                ChangedPart(
                    .interrupt(step.interrupt), now: .text("\(step.prior)"), want: .text("\(step.target)"), when: .live)
            })
    }
}
