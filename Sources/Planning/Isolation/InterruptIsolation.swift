internal import Diagnostics
internal import HostModel
internal import Placement
internal import SiteFile

/// Which interrupts go to other CPUs, so that those that are dedicated to guests are left alone.
///
/// The dedicated CPUs are those of the host's entry, so that they stay the same from guest to guest; without them those of the
/// placement. An interrupt that may come to none of them stays as it is.
struct InterruptIsolation {
    private let policy: HostPolicy
    private let host: HostFacts
    /// The CPUs that interrupts are kept off.
    let dedicated: CPUSet
    /// The CPUs for them.
    let housekeeping: CPUSet

    init(_ request: PlanRequest, _ placement: Placement) {
        (policy, host) = (request.policy, request.host)
        let placed = placement.cells.reduce(into: CPUSet()) { $0.formUnion($1.dedicatedCPUs) }
        dedicated = (policy.dedicatedCPUs?.value ?? placed).union(placed)
            .intersection(host.onlineCPUs)
        housekeeping = (policy.housekeepingCPUs?.value ?? host.onlineCPUs)
            .intersection(host.onlineCPUs).subtracting(dedicated)
    }

    /// The steps, those for interrupts to come first, then ascending by number; none where nothing is isolated or something is in the
    /// way.
    var steps: [SetInterruptStep] {
        guard let facts = host.interrupts, obstacle == nil else { return [] }
        let future = facts.future.flatMap { cpus in
            step(.future, "", cpus, to: away(from: cpus, near: nil))
        }
        return [future].compactMap(\.self)
            + facts.interrupts.filter { !$0.isFixed }.compactMap {
                step(.number($0.number), $0.name, $0.cpus, to: away(from: $0.cpus, near: $0.cell))
            }
    }

    private func step(_ interrupt: InterruptID, _ name: String, _ now: CPUSet, to wanted: CPUSet) -> SetInterruptStep? {
        now == wanted ? nil : SetInterruptStep(interrupt: interrupt, name: name, prior: now, target: wanted)
    }

    /// Where an interrupt may come that keeps off dedicated CPUs: as far as it can where it may now, else on its device's cell, else
    /// anywhere.
    private func away(from cpus: CPUSet, near cell: CellID?) -> CPUSet {
        guard !cpus.isDisjoint(with: dedicated) else { return cpus }
        let rest = cpus.subtracting(dedicated)
        let kept = policy.housekeepingCPUs == nil ? rest : rest.intersection(housekeeping)
        // Numbers of CPUs that are not there are no place to come to.
        guard kept.isDisjoint(with: host.onlineCPUs) else { return kept }
        let home = cell.flatMap { host.cell($0)?.cpus.intersection(housekeeping) } ?? []
        return home.isEmpty ? housekeeping : home
    }

    /// What keeps all of it from being done; nil for nothing.
    private var obstacle: Diagnostic? {
        guard policy.isolation != .none, !dedicated.isEmpty else { return nil }
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
        guard !housekeeping.isEmpty else {
            return finding(
                "there are no CPUs but dedicated ones", hint: "leave some out: 'cpus: {dedicated: …}' or 'housekeeping'"
            )
        }
        if let balancer = facts.balancer, !dedicated.isSubset(of: balancer.banned) {
            return finding(
                "irqbalance would take them back to CPUs \(dedicated.subtracting(balancer.banned))",
                hint:
                    "put IRQBALANCE_BANNED_CPULIST=\(dedicated) into /etc/default/irqbalance (Fedora: /etc/sysconfig), then "
                    + "systemctl restart irqbalance")
        }
        return nil
    }

    /// What is to be said: what is in the way, and which interrupts stay because the kernel manages them.
    var diagnostics: [Diagnostic] {
        guard policy.isolation != .none, !dedicated.isEmpty else { return [] }
        if let obstacle { return [obstacle] }
        let fixed = (host.interrupts?.interrupts ?? []).filter { $0.isFixed && !$0.cpus.isDisjoint(with: dedicated) }
        guard !fixed.isEmpty else { return [] }
        let names = fixed.map { "\($0.number) (\($0.name))" }
        let more = names.count > 8 ? " and \(names.count - 8) more" : ""
        return [
            Diagnostic(
                .interruptsFixed,
                "the kernel keeps \(fixed.count) interrupt\(fixed.count == 1 ? "" : "s") on dedicated CPUs: "
                    + names.prefix(8).joined(separator: ", ") + more,
                at: policy.name.mark, severity: .note,
                hint: "it keeps such off CPUs that it isolates at boot: isolcpus=managed_irq,\(dedicated)")
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
