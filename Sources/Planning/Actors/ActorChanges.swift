internal import Diagnostics
internal import HostModel
internal import Placement
internal import SiteFile

/// What changes of the CPUs of programs beside the guests: what is recorded of them, and the settings of their units.
struct ActorChanges {
    private let request: PlanRequest
    /// By name: what is recorded of this site's actors.
    private let present: [String: ActorRecord]
    /// By name: what is to be recorded.
    private let wanted: [String: ActorRecord]
    /// By unit: the files of settings that are wanted.
    private var units: [String: (actor: String, place: ActorPlacement)] = [:]
    /// By unit: the files of settings that are there.
    private let dropIns: [String: UnitDropIn]
    /// By name: where the actors are.
    private let places: [String: ActorPlacement]

    /// With a part of the site alone, actors stay as they are recorded.
    init(_ request: PlanRequest, _ placement: Placement) {
        self.request = request
        let actors = request.consent.only == nil ? request.policy.actors : []
        let records = request.consent.only == nil ? request.host.actors : []
        places = placement.actors.keyed(by: \.name)
        present = records.filter { $0.site == request.site }.keyed(by: \.name)
        dropIns = request.host.dropIns.keyed(by: \.unit)
        var wanted: [String: ActorRecord] = [:]
        for actor in actors {
            let name = actor.name.value
            guard let place = places[name] else { continue }
            wanted[name] = ActorRecord(
                site: request.site, name: name, cpus: place.cpus, pages: place.pages, unit: actor.unit?.value)
            if let unit = actor.unit?.value { units[unit] = (name, place) }
        }
        self.wanted = wanted
    }

    /// The steps, by actor; none where all is as it is wanted.
    var steps: [Step] {
        let names = Set(present.keys).union(wanted.keys).sorted()
        let records = names.filter { present[$0] != wanted[$0] }.map { name in
            Step.setActor(name, site: request.site, prior: present[name], target: wanted[name])
        }
        return records + releasedUnits + confinedUnits
    }

    private var confinedUnits: [Step] {
        units.sorted { $0.key < $1.key }.compactMap { unit, wanted in
            let place = wanted.place
            let cells = place.pages != nil || place.memory > .zero ? place.hostCells : []
            let text = UnitDropIn(
                unit: unit, actor: wanted.actor, site: request.site, cpus: place.cpus, cells: cells)
            guard dropIns[unit] != text, dropIns[unit]?.isOurs ?? true else { return nil }
            return .setUnit(
                unit, actor: wanted.actor, site: request.site, replaces: dropIns[unit] != nil, cpus: place.cpus,
                cells: cells)
        }
    }

    /// Units that no actor of the site names any more.
    private var releasedUnits: [Step] {
        present.values.sorted { $0.name < $1.name }.compactMap { record in
            guard let unit = record.unit, units[unit] == nil, dropIns[unit]?.isOurs == true else { return nil }
            return .setUnit(unit, actor: record.name, site: request.site, replaces: true, cpus: nil)
        }
    }

    /// The place of an actor's entry; nil for one that goes.
    func source(of change: Change) -> SourceMark? {
        request.policy.actors.first { change.subject == .actor($0.name.value) }?.name.mark
    }

    // MARK: What is to be said

    /// Actors that get other CPUs, or do not have theirs alone yet, units that take theirs when they start, and files of settings that
    /// apply did not write.
    func diagnostics(beside occupancy: Occupancy) -> [Diagnostic] { moved + held(occupancy) + foreign + waiting }

    /// CPUs on which threads of running guests stay until a restart.
    private func held(_ occupancy: Occupancy) -> [Diagnostic] {
        request.policy.actors.compactMap { actor in
            let name = actor.name.value
            guard wanted[name] != nil, let cpus = places[name]?.takenCPUs else { return nil }
            let holders = occupancy.holders(own: cpus, shared: [], besides: name)
            guard !holders.isEmpty else { return nil }
            let list = holders.map { "'\($0)'" }.joined(separator: ", ")
            return Diagnostic(
                .heldUntilRestart,
                "actor '\(name)' does not get all of its CPUs yet: \(list) "
                    + "\(holders.count == 1 ? "has" : "have") some of them until restarted",
                at: actor.name.mark, severity: .warning,
                hint: "apply with " + holders.map { "--restart \($0)" }.joined(separator: " "))
        }
    }

    private var moved: [Diagnostic] {
        request.policy.actors.compactMap { actor in
            let name = actor.name.value
            guard let before = present[name], let after = wanted[name], before.cpus != after.cpus else { return nil }
            return Diagnostic(
                .actorMoves, "actor '\(name)' gets CPUs \(after.cpus) in place of \(before.cpus)", at: actor.name.mark,
                severity: .warning,
                notes: ["as long as it runs on the old ones it disturbs the guests that get them"],
                hint: "after apply change its own configuration: numactl-plan render --actor \(name)")
        }
    }

    private var foreign: [Diagnostic] {
        request.policy.actors.compactMap { actor in
            guard let unit = actor.unit, units[unit.value] != nil, dropIns[unit.value]?.isOurs == false else {
                return nil
            }
            return Diagnostic(
                .dropInForeign,
                "the settings \(UnitDropIn.fileName) of unit '\(unit.value)' are there and were not written by apply",
                at: unit.mark, hint: "rename that file, or remove 'unit'")
        }
    }

    private var waiting: [Diagnostic] {
        (releasedUnits + confinedUnits).compactMap { step in
            guard case .setUnit(let step) = step else { return nil }
            let actor = request.policy.actors.first { $0.name.value == step.actor }
            let what = step.target.map { "is confined to CPUs \($0.cpus)" } ?? "is released from its CPUs"
            return Diagnostic(
                .unitNeedsRestart, "unit '\(step.unit)' \(what) when it starts next",
                at: actor?.unit?.mark ?? actor?.name.mark, severity: .warning,
                hint: "after apply: systemctl daemon-reload && systemctl restart \(step.unit)")
        }
    }
}

extension ActorChanges {
    /// The changes that steps come to, one an actor, ascending by name.
    static func changes(_ steps: [Step]) -> [Change] {
        let all = Dictionary(grouping: steps) { step in
            if case .actor(let name) = step.subject { name } else { "" }
        }
        return all.filter { !$0.key.isEmpty }.sorted { $0.key < $1.key }.map { name, steps in
            Change(
                subject: .actor(name), action: action(steps), disruption: .none, parts: steps.flatMap(parts))
        }
    }

    private static func action(_ steps: [Step]) -> Change.Action {
        for case .setActor(let step) in steps {
            if step.prior == nil { return .create }
            if step.target == nil { return .remove }
        }
        return .update
    }

    private static func parts(of step: Step) -> [ChangedPart] {
        switch step {
        case .setActor(let step):
            [
                part(.actorCPUs, step.prior?.cpus, step.target?.cpus, .live),
                part(.actorPages, step.prior?.pages, step.target?.pages, .live),
                part(.actorUnit, step.prior?.unit, step.target?.unit, .live),
            ].compactMap(\.self)
        case .setUnit(let step):
            [step.part]
        default: []
        }
    }

    private static func part<Value: Equatable & CustomStringConvertible>(
        _ key: ChangedPart.PartKey, _ now: Value?, _ want: Value?, _ when: ChangedPart.When
    ) -> ChangedPart? {
        guard now != want else { return nil }
        return ChangedPart(
            key, now: now.map { .text($0.description) }, want: want.map { .text($0.description) }, when: when)
    }
}
