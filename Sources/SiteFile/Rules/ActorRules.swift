internal import Diagnostics
internal import HostModel

/// Turns the entries of `actors` of a host into values, and checks what concerns the host's entry alone.
struct ActorRules {
    let host: HostDraft
    var report = Findings()

    /// The actors, ascending by name; those are left out whose CPUs could not be read.
    mutating func actors() -> [ActorSpec] {
        let actors = (host.actors?.value ?? []).compactMap { entry -> ActorSpec? in
            guard let draft = entry.value, let cpus = draft.cpus else { return nil }
            return ActorSpec(
                name: entry.name, cpus: cpus, device: draft.device, cell: draft.cell?.map { CellID($0) },
                threadPolicy: draft.threadPolicy?.value ?? .prefer, pages: draft.pages,
                memory: draft.memory?.value ?? .zero, unit: draft.unit)
        }
        for (index, actor) in actors.enumerated() {
            checkKeys(actor)
            checkSets(actor)
            for earlier in actors[..<index] { check(actor, beside: earlier) }
        }
        return actors.sorted { $0.name.value < $1.name.value }
    }

    /// A place that is named twice, and policies that a list leaves no room for.
    private mutating func checkKeys(_ actor: ActorSpec) {
        let places = [actor.device.map { ("near", $0.mark) }, actor.cell.map { ("cell", $0.mark) }].compactMap(\.self)
        if actor.listedCPUs != nil, let (key, mark) = places.first {
            report.error(
                .conflictingKeys, "'\(key)' has no effect beside a list of CPUs", at: mark,
                hint: "remove '\(key)', or write a number of CPUs")
        } else if places.count == 2 {
            report.error(
                .conflictingKeys, "'near' and 'cell' both say where the actor is", at: places[1].1,
                hint: "remove one of them")
        }
        if actor.listedCPUs != nil, actor.threadPolicy == .require {
            report.error(
                .conflictingKeys, "cpu_thread_policy: require has no effect beside a list of CPUs", at: actor.cpus.mark,
                hint: "remove cpu_thread_policy, or write a number of CPUs")
        }
    }

    /// CPUs by hand that the host's entry keeps for others.
    private mutating func checkSets(_ actor: ActorSpec) {
        guard let cpus = actor.listedCPUs else { return }
        let kept = cpus.intersection(host.housekeeping?.value ?? [])
        if !kept.isEmpty {
            report.error(
                .actorCPUsReserved, "actor '\(actor.name.value)' cannot have CPU \(kept): it is for housekeeping",
                at: actor.cpus.mark, hint: "remove \(kept) from one of the lists")
        }
        guard let sets = host.cpus?.value, sets.dedicated != nil || sets.shared != nil else { return }
        let outside = cpus.subtracting(sets.dedicated?.value ?? []).subtracting(kept)
        guard !outside.isEmpty else { return }
        report.error(
            .actorCPUsReserved,
            "actor '\(actor.name.value)' cannot have CPU \(outside): it is not among the host's dedicated CPUs",
            at: actor.cpus.mark, hint: "add \(outside) to 'cpus: {dedicated: …}', or choose others")
    }

    private mutating func check(_ actor: ActorSpec, beside earlier: ActorSpec) {
        let both = (actor.listedCPUs ?? []).intersection(earlier.listedCPUs ?? [])
        if !both.isEmpty {
            report.error(
                .actorCPUsTwice, "CPU \(both) is given to the actors '\(earlier.name.value)' and '\(actor.name.value)'",
                at: actor.cpus.mark, label: "the other list is at line \(earlier.cpus.mark.line)",
                hint: "remove \(both) from one of the lists")
        }
        if let unit = actor.unit, unit.value == earlier.unit?.value {
            report.error(
                .conflictingKeys, "the unit '\(unit.value)' is named by two actors", at: unit.mark,
                hint: "give all its CPUs to one actor")
        }
    }
}

extension ActorRules {
    /// What is wrong with the names of actors beside those of guests: what holds CPUs is told by its name.
    static func names(_ hosts: [HostPolicy], _ guests: [GuestSpec]) -> [Diagnostic] {
        let actors = hosts.flatMap { host in host.actors.map { (host: host.name.value, name: $0.name) } }
        guard !actors.isEmpty else { return [] }
        let places = Dictionary(grouping: guests, by: \.name.value)
        return actors.compactMap { actor in
            let same = places[actor.name.value]?.first { ($0.host?.value ?? actor.host) == actor.host }
            guard let same else { return nil }
            return Diagnostic(
                .actorNameTaken, "'\(actor.name.value)' is a guest and an actor", at: actor.name.mark,
                label: "the guest is at line \(same.name.mark.line)", hint: "rename one of the two")
        }
    }
}
