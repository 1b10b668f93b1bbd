public import HostModel
public import Planning

/// Records the CPUs of an actor, or forgets the actor.
public struct ActorWrite: WriteKind {
    var actor: String
    var site: String
    var record: ActorRecord?

    static var verb: HostWrite.Verb { .actor }

    var action: HostWrite { .setActor(self) }
    var domain: String? { nil }
    var place: String { "the record of actor \(actor)" }
    var words: String { record.map { "record CPUs \($0.cpus) of actor \(actor)" } ?? "forget actor \(actor)" }

    func perform(in run: inout Run) throws(StepFailure) {
        try run.host.actors.set(record, of: actor, site: site)
        run.report.writes += 1
    }

    func holds(in run: Run) throws(StepFailure) -> Bool {
        try run.host.actors.record(of: actor, site: site) == record
    }

    func isUndone(by inverse: [HostWrite]) -> Bool {
        guard inverse.count == 1, case .setActor(let back) = inverse[0] else { return false }
        return (back.actor, back.site) == (actor, site)
    }

    func add(to history: inout WriteHistory, _ entry: Transaction.RecordedWrite) {
        guard case .setActor(let back)? = entry.write.inverse.first else { return }
        history.edit(TouchedActor(actor: actor, site: site)) { $0.records += [back.record, record] }
    }

    /// Guests do not depend on the CPUs of others.
    func guestsStanding(in run: Run) -> [String] { [] }
}

/// An actor with what was recorded of it; nil for nothing.
private struct TouchedActor: TouchedThing {
    let actor: String
    let site: String
    var records: [ActorRecord?] = []

    var id: String { "\(site)/\(actor)" }

    init(actor: String, site: String) { (self.actor, self.site) = (actor, site) }

    func obstacle(_ look: inout RollbackLook) throws(StepFailure) -> RollbackCheck.ForeignChange? {
        records.contains(try look.run.host.actors.record(of: actor, site: site)) ? nil : .actor(actor)
    }
}

extension RollbackCheck.ForeignChange {
    /// An actor has other CPUs.
    public static func actor(_ name: String) -> Self {
        Self("actor \(name) is recorded neither as before nor as the transaction left it")
    }
}

extension HostWrite {
    /// Records the CPUs of an actor, or forgets the actor.
    public static func setActor(_ actor: String, site: String, to record: ActorRecord?) -> HostWrite {
        .setActor(ActorWrite(actor: actor, site: site, record: record))
    }
}

extension SetActorStep: StepExecution {
    var phase: Phase { .setting }

    func effect(in run: Run) throws(StepFailure) -> Effect? {
        let found = try run.host.actors.record(of: actor, site: site)
        guard found != target else { return nil }
        guard found == prior else { throw .actorChanged(actor) }
        return Effect(
            [.setActor(self)], .setActor(actor, site: site, to: target),
            inverse: [.setActor(actor, site: site, to: found)])
    }

    func precheck(_ look: Lookout) throws(StepFailure) -> Effect? { try effect(in: look.run) }

    func mismatches(in run: Run, _ live: inout LiveDefinitions) throws(StepFailure) -> [Mismatch] {
        let found = try run.host.actors.record(of: actor, site: site)
        return Mismatch.between(
            .text("\(target?.cpus ?? [])"), .text("\(found?.cpus ?? [])"), .actor(actor), "cpus")
    }
}
