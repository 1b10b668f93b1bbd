public import HostModel
public import Planning

/// Has an interrupt come to other CPUs, or the work queues run on others.
public struct AffinityWrite: WriteKind {
    var id: AffinityID
    var name: String
    var cpus: CPUSet

    static var verb: HostWrite.Verb { .affinity }

    var action: HostWrite { .setAffinity(self) }
    var domain: String? { nil }
    var place: String { id.words(name) }
    var words: String { "move \(place) to CPUs \(cpus)" }

    func perform(in run: inout Run) throws(StepFailure) {
        try run.host.affinities.set(id, name: name, to: cpus)
        run.report.writes += 1
    }

    /// One that is gone comes nowhere.
    func holds(in run: Run) throws(StepFailure) -> Bool {
        try run.host.affinities.cpus(of: id, name: name).map { $0 == cpus } ?? true
    }

    func isUndone(by inverse: [HostWrite]) -> Bool {
        guard inverse.count == 1, case .setAffinity(let back) = inverse[0] else { return false }
        return back.id == id
    }

    /// What somebody else set meanwhile is undone as ours is: interrupts are moved by many.
    func add(to history: inout WriteHistory, _ entry: Transaction.RecordedWrite) {}

    /// Guests do not depend on where interrupts come.
    func guestsStanding(in run: Run) -> [String] { [] }

    /// One that the kernel manages stays, and the rest goes on.
    func isOptional(after failure: StepFailure, in run: inout Run) -> Bool {
        guard case .keptByKernel = failure else { return false }
        run.staying.insert(id)
        run.report.notes.append(Note(message: "\(failure)", kind: .isolation))
        return true
    }
}

extension HostWrite {
    /// Has an interrupt come to other CPUs, or the work queues run on others.
    public static func setAffinity(_ id: AffinityID, name: String, cpus: CPUSet) -> HostWrite {
        .setAffinity(AffinityWrite(id: id, name: name, cpus: cpus))
    }
}

extension SetAffinityStep: StepExecution {
    var phase: Phase { .setting }

    /// One that is gone needs nothing. Where it was meanwhile does not matter: others move interrupts too.
    func effect(in run: Run) throws(StepFailure) -> Effect? {
        guard let found = try run.host.affinities.cpus(of: id, name: name), found != target else { return nil }
        return Effect(
            [.setAffinity(self)], .setAffinity(id, name: name, cpus: target),
            inverse: [.setAffinity(id, name: name, cpus: found)])
    }

    func precheck(_ look: Lookout) throws(StepFailure) -> Effect? { try effect(in: look.run) }

    func mismatches(in run: Run, _ live: inout LiveDefinitions) throws(StepFailure) -> [Mismatch] {
        guard let found = try run.host.affinities.cpus(of: id, name: name), !run.staying.contains(id)
        else { return [] }
        return Mismatch.between(.text("\(target)"), .text("\(found)"), .isolation, id.words(name))
    }
}
