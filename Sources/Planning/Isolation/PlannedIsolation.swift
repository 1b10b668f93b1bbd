internal import Diagnostics
internal import HostModel
internal import Placement
internal import SiteFile

/// What goes to other CPUs, so that those that are dedicated to guests are left alone.
///
/// Where the host's entry asks for it, these are the dedicated CPUs of the entry, so that they stay the same from guest to guest, and
/// those of the placement; where a guest asks for more than the host, its own.
struct PlannedIsolation {
    private let policy: HostPolicy
    private let host: HostFacts
    private let site: String
    /// What is wanted; nil where that is nothing.
    private let wanted: CPUIsolation?
    /// The CPUs of programs beside the guests that have some to themselves.
    private let actorCPUs: CPUSet

    init(_ request: PlanRequest, _ placement: Placement) {
        (policy, host, site) = (request.policy, request.host, request.site)
        let all = (policy.dedicatedCPUs?.value ?? []).union(placement.dedicatedCPUs).intersection(host.onlineCPUs)
        let levels = Dictionary(
            request.guests.map { ($0.name.value, $0.demand.isolation) }, uniquingKeysWith: { first, _ in first })
        func off(_ level: HostPolicy.Isolation) -> CPUSet {
            guard request.policy.isolation < level else { return all }
            return placement.guests.filter { levels[$0.name].map { $0 >= level } ?? false }
                .reduce(into: CPUSet()) { $0.formUnion(placement.dedicatedCPUs(of: $1, on: request.host)) }
                .intersection(request.host.onlineCPUs)
        }
        let isolation = CPUIsolation(
            interruptsOff: off(.interrupts), programsOff: off(.full),
            housekeeping: (policy.housekeepingCPUs?.value ?? host.onlineCPUs).intersection(host.onlineCPUs)
                .subtracting(all))
        wanted = isolation.interruptsOff.isEmpty ? nil : isolation
        let recorded = request.host.actors.filter { $0.site != request.site }.map(\.cpus)
        actorCPUs = (placement.actors.map(\.cpus) + recorded).reduce(into: CPUSet()) { $0.formUnion($1) }
    }

    /// The steps; where nothing is isolated, or something is in the way, none but to take back what systemd was told.
    ///
    /// Groups of programs are confined once their threads are elsewhere: undone in reverse, the threads can have their CPUs back.
    var steps: [Step] { affinitySteps + UnitDropIn.isolating.compactMap(unitStep) }

    private var affinitySteps: [Step] {
        guard let lasting, let facts = host.isolation else { return [] }
        let affinities = lasting.changes(facts, on: host).map {
            Step.setAffinity($0.id, name: $0.name, prior: $0.now, target: $0.wanted)
        }
        return affinities
            + facts.threads.compactMap { threads in
                lasting.place(ofThreadsOn: threads.cpus).map { .confineThreads(threads, target: $0) }
            }
    }

    /// What holds from the next boot on; nil where nothing is isolated or something is in the way. What tuned does is left to it.
    var lasting: CPUIsolation? {
        guard let wanted, obstacle(wanted) == nil else { return nil }
        guard host.isolation?.tuned != nil else { return wanted }
        return CPUIsolation(interruptsOff: wanted.interruptsOff, housekeeping: wanted.housekeeping)
    }

    // MARK: What systemd is told

    /// What systemd is to be told of what it starts, or of a group of programs. Nothing where another file tells it already.
    private func unitStep(_ unit: String) -> Step? {
        let present = dropIn(unit)
        let own = present?.isIsolation(of: site) == true
        guard own || present == nil, wanted.map({ obstacle($0) == nil }) ?? true else { return nil }
        let cpus = cpusByOthers(unit) == nil ? confinement(unit) : nil
        let target = cpus.map { UnitDropIn(unit: unit, actor: nil, site: site, cpus: $0, cells: []) }
        let now = host.isolation?.manager?.groups[unit]?.now ?? cpus
        guard present != target || cpus.map({ $0 != now }) ?? false else { return nil }
        return .setUnit(unit, actor: nil, site: site, replaces: own, cpus: cpus)
    }

    /// The CPUs that systemd is to keep to: what it starts, and itself, to those for housekeeping, so that this is inherited; groups
    /// to all that are not isolated, for programs that somebody gave other CPUs, with those of actors, and of whoever has no others and
    /// so was put there on purpose. Nil where it does not run, the kernel cannot confine groups, or guests are started by a session's
    /// libvirt, which is in one.
    private func confinement(_ unit: String) -> CPUSet? {
        guard let lasting, !lasting.programsOff.isEmpty, let manager = host.isolation?.manager else { return nil }
        guard UnitDropIn.isGroup(unit) else { return lasting.housekeeping }
        guard let group = manager.groups[unit], policy.connect?.value.contains("/system") ?? true else { return nil }
        guard unit.hasSuffix(".slice") else { return lasting.housekeeping }
        let staying = group.placed.filter { $0.isSubset(of: lasting.programsOff) }
        let off = staying.reduce(into: lasting.programsOff.subtracting(actorCPUs)) { $0.subtract($1) }
        return host.onlineCPUs.subtracting(off)
    }

    private func cpusByOthers(_ unit: String) -> CPUSet? {
        let manager = host.isolation?.manager
        return UnitDropIn.isGroup(unit) ? manager?.groups[unit]?.allowed : manager?.affinity
    }

    private func dropIn(_ unit: String) -> UnitDropIn? { host.dropIns.first { $0.unit == unit } }

    /// Somebody else tells systemd which CPUs to use, and isolated ones are among them.
    private func ownedByOthers(_ unit: String) -> Diagnostic? {
        guard let confinement = confinement(unit), let off = lasting?.programsOff else { return nil }
        let key = UnitDropIn.key(of: unit)
        let folder = UnitDropIn.isGroup(unit) ? "/etc/systemd/system" : "/etc/systemd"
        let reason: String
        if let cpus = cpusByOthers(unit) {
            guard !cpus.isDisjoint(with: off.subtracting(actorCPUs)) else { return nil }
            reason = "\(key)=\(cpus) in systemd's settings"
        } else if let dropIn = dropIn(unit), !dropIn.isIsolation(of: site) {
            reason = "\(folder)/\(unit).d/\(UnitDropIn.fileName) was not written for this site"
        } else {
            return nil
        }
        let what =
            UnitDropIn.isGroup(unit)
            ? "programs in \(unit) may run on CPUs \(off)"
            : "systemd may start programs on CPUs \(off) from the next boot on"
        return Diagnostic(
            .isolationOwned, "\(what): \(reason)", at: policy.name.mark, severity: .warning,
            hint: "put \(key)=\(confinement) there, or remove it and apply again")
    }

    /// What keeps all of it from being done; nil for nothing.
    private func obstacle(_ isolation: CPUIsolation) -> Diagnostic? {
        func finding(_ what: String, hint: String) -> Diagnostic {
            let things = isolation.programsOff.isEmpty ? "interrupts stay" : "interrupts and programs stay"
            return Diagnostic(
                .notIsolated, "\(things) on dedicated CPUs: \(what)", at: policy.name.mark, severity: .warning,
                hint: hint)
        }
        guard let facts = host.isolation else {
            return finding(
                "it is not known which there are",
                hint: "make the facts with: numactl-plan facts --isolation --format json")
        }
        guard !isolation.housekeeping.isEmpty else {
            return finding(
                "there are no CPUs but dedicated ones", hint: "leave some out: 'cpus: {dedicated: …}' or 'housekeeping'"
            )
        }
        if let balancer = facts.balancer, !isolation.interruptsOff.isSubset(of: balancer.banned) {
            return finding(
                "irqbalance would take them back to CPUs \(isolation.interruptsOff.subtracting(balancer.banned))",
                hint: IsolationFacts.Balancer.advice(keepingOff: isolation.interruptsOff))
        }
        return nil
    }

    /// What is to be said: what is in the way, what is left to tuned, what stays because the kernel or somebody else keeps it, and which
    /// options the kernel was not booted with.
    var diagnostics: [Diagnostic] {
        guard let wanted else { return [] }
        if let obstacle = obstacle(wanted) { return [obstacle] }
        let owned = UnitDropIn.isolating.map(ownedByOthers)
        return ([tuned(wanted)] + owned + [fixedInterrupts(wanted), staying, pending]).compactMap(\.self)
    }

    /// tuned sets work queues, programs' CPUs and systemd's each time it starts: both would undo each other.
    private func tuned(_ isolation: CPUIsolation) -> Diagnostic? {
        guard let tuned = host.isolation?.tuned, !isolation.programsOff.isEmpty else { return nil }
        let missing = isolation.programsOff.subtracting(tuned.isolated)
        guard !missing.isEmpty else {
            return Diagnostic(
                .isolationOwned,
                "tuned (profile \(tuned.profile)) keeps programs off CPUs \(tuned.isolated); that is left to it",
                at: policy.name.mark, severity: .note)
        }
        return Diagnostic(
            .isolationOwned,
            "programs stay on CPUs \(missing): tuned (profile \(tuned.profile)) decides where they run",
            at: policy.name.mark,
            severity: .warning,
            hint: "put isolated_cores=\(isolation.programsOff) into /etc/tuned/\(tuned.profile)-variables.conf, then: "
                + "tuned-adm profile \(tuned.profile)")
    }

    private func fixedInterrupts(_ isolation: CPUIsolation) -> Diagnostic? {
        let off = isolation.interruptsOff
        let fixed = (host.isolation?.interrupts ?? []).filter { $0.isFixed && !$0.cpus.isDisjoint(with: off) }
        guard !fixed.isEmpty else { return nil }
        return Diagnostic(
            .keptOnItsCPUs,
            "the kernel keeps \(fixed.count) interrupt\(fixed.count == 1 ? "" : "s") on dedicated CPUs: "
                + PlannedIsolation.some(fixed.map { "\($0.name)(\($0.number))" }),
            at: policy.name.mark, severity: .note,
            hint: "it keeps such off CPUs that it isolates at boot: isolcpus=managed_irq,\(off)")
    }

    /// Threads that have nothing but CPUs to be kept free.
    private var staying: Diagnostic? {
        guard let off = lasting?.programsOff, !off.isEmpty else { return nil }
        let stay = (host.isolation?.threads ?? []).filter { !$0.cpus.isEmpty && $0.cpus.isSubset(of: off) }
        let count = stay.reduce(0) { $0 + $1.count }
        guard count > 0 else { return nil }
        return Diagnostic(
            .keptOnItsCPUs,
            "\(count) thread\(count == 1 ? " has" : "s have") no CPUs but dedicated ones, and stay\(count == 1 ? "s" : ""): "
                + PlannedIsolation.some(Set(stay.flatMap(\.names)).sorted()),
            at: policy.name.mark, severity: .note)
    }

    /// What only the kernel itself can do, from its start on.
    private var pending: Diagnostic? {
        guard let lasting, !lasting.programsOff.isEmpty else { return nil }
        let options = lasting.pendingArguments(on: KernelCommandLine(host.host.commandLine ?? ""))
        guard !options.isEmpty else { return nil }
        return Diagnostic(
            .rebootPending, "reboot pending: the kernel was started without \(options.joined(separator: " "))",
            at: policy.name.mark, severity: .note,
            hint: "numactl-plan boot --emit kernel-args prints what to put into the boot loader")
    }

    private static func some(_ names: [String]) -> String {
        names.prefix(8).joined(separator: ", ") + (names.count > 8 ? " and \(names.count - 8) more" : "")
    }

    /// The change that steps come to; nil for none.
    static func change(_ steps: [Step]) -> Change? {
        let parts = steps.compactMap { step -> ChangedPart? in
            func part(_ key: ChangedPart.PartKey, _ now: CPUSet, _ want: CPUSet) -> ChangedPart {
                ChangedPart(key, now: .text("\(now)"), want: .text("\(want)"), when: .live)
            }
            switch step {
            case .setAffinity(let step): return part(.affinity(step.id), step.prior, step.target)
            case .confineThreads(let step): return part(.threads(on: step.prior), step.prior, step.target)
            case .setUnit(let step) where step.subject == .isolation: return step.part
            case .setPartition(let step): return part(.partition(of: step.name), step.prior, step.cpus)
            case .setCPUs(let step):
                let (on, off) = (ChangedPart.PartValue.text("online"), ChangedPart.PartValue.text("offline"))
                return ChangedPart(
                    .cpus(step.cpus), now: step.online ? off : on, want: step.online ? on : off, when: .live)
            default: return nil
            }
        }
        return parts.isEmpty
            ? nil : Change(subject: .isolation, action: .update, disruption: .live, parts: parts)
    }
}

extension Placement {
    /// The CPUs that a guest has alone: its dedicated vCPUs' and its isolated emulator's, and siblings of these that nobody may use.
    fileprivate func dedicatedCPUs(of guest: GuestPlacement, on host: HostFacts) -> CPUSet {
        let pins = guest.cells.flatMap(\.pins.values) + guest.pins.values + [guest.emulatorCPUs]
        let own = pins.reduce(into: CPUSet()) { $0.formUnion($1) }.intersection(dedicatedCPUs)
        let siblings = host.cells.flatMap(\.siblings).filter { !$0.isDisjoint(with: own) }
        return siblings.reduce(into: own) { $0.formUnion($1.intersection(dedicatedCPUs)) }
    }
}
