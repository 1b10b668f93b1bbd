public import HostModel
public import Planning

/// Has threads of the machine run on other CPUs.
public struct ConfineWrite: WriteKind {
    var threads: [ThreadID]
    /// The CPUs that they have.
    var from: CPUSet
    var cpus: CPUSet

    static var verb: HostWrite.Verb { .confine }

    var action: HostWrite { .confineThreads(self) }
    var domain: String? { nil }
    var place: String { "\(threads.count) thread\(threads.count == 1 ? "" : "s")" }
    var words: String { "move \(place) to CPUs \(cpus)" }

    /// A thread that began meanwhile has the CPUs of the one that began it, before or after that was moved: those are looked for until
    /// there are none, a few times at most. An undo gives CPUs back to those alone that lost them. Threads that cannot be moved stay,
    /// and are noted.
    func perform(in run: inout Run) throws(StepFailure) {
        let moved = Set(threads)
        let stayed = try run.host.programs.confine(threads, to: cpus)
        run.report.writes += 1
        if cpus.isSubset(of: from) {
            for _ in 1...ConfineWrite.mostLooks {
                let late = try run.host.programs.movableThreads()
                    .filter { $0.allowed == from && !moved.contains($0.id) }
                guard !late.isEmpty else { break }
                _ = try run.host.programs.confine(late.map(\.id), to: cpus)
            }
        }
        guard !stayed.isEmpty else { return }
        run.unmovable.formUnion(stayed)
        let place = ConfineWrite(threads: stayed, from: from, cpus: cpus).place
        let numbers = stayed.prefix(8).map { "\($0.number)" }.joined(separator: ", ") + (stayed.count > 8 ? " …" : "")
        run.report.notes.append(
            Note(
                message: "the kernel keeps \(place) where \(stayed.count == 1 ? "it is" : "they are"): \(numbers)",
                kind: .isolation))
    }

    private static let mostLooks = 5

    /// Those that have ended are nowhere. A program may give its own threads other CPUs again at any time, which is not ours to judge;
    /// where every one of them has the CPUs that it had, the kernel has taken nothing.
    func holds(in run: Run) throws(StepFailure) -> Bool {
        let moved = Set(threads).subtracting(run.unmovable)
        let present = try run.host.programs.movableThreads().filter { moved.contains($0.id) }
        return present.isEmpty || present.contains { $0.allowed != from }
    }

    /// Where CPUs are given back, once every thread has them: somebody else may have given some of them to it meanwhile.
    func isAsBefore(in run: Run) throws(StepFailure) -> Bool {
        guard !cpus.isSubset(of: from) else { return try holds(in: run) }
        let moved = Set(threads).subtracting(run.unmovable)
        return try run.host.programs.movableThreads().allSatisfy {
            !moved.contains($0.id) || cpus.isSubset(of: $0.allowed)
        }
    }

    func isUndone(by inverse: [HostWrite]) -> Bool {
        guard inverse.count == 1, case .confineThreads(let back) = inverse[0] else { return false }
        return back.threads == threads && back.cpus == from && back.from == cpus
    }

    /// What somebody else set meanwhile is undone as ours is.
    func add(to history: inout WriteHistory, _ entry: Transaction.RecordedWrite) {}

    /// Guests do not depend on where programs run.
    func guestsStanding(in run: Run) -> [String] { [] }
}

extension HostWrite {
    /// Has threads run on other CPUs.
    public static func confineThreads(_ threads: [ThreadID], from: CPUSet, cpus: CPUSet) -> HostWrite {
        .confineThreads(ConfineWrite(threads: threads, from: from, cpus: cpus))
    }
}

extension ConfineThreadsStep: StepExecution {
    var phase: Phase { .setting }

    /// All threads that have those CPUs now: others begin and end all the time.
    func effect(in run: Run) throws(StepFailure) -> Effect? {
        let threads = try run.host.programs.movableThreads().filter { $0.allowed == prior }.map(\.id)
        guard !threads.isEmpty else { return nil }
        return Effect(
            [.confineThreads(self)], .confineThreads(threads, from: prior, cpus: target),
            inverse: [.confineThreads(threads, from: target, cpus: prior)])
    }

    /// Whatever threads there are is right.
    func precheck(_ look: Lookout) throws(StepFailure) -> Effect? { nil }

    /// The write itself looks at each thread again: new ones may have any CPUs by now.
    func mismatches(in run: Run, _ live: inout LiveDefinitions) throws(StepFailure) -> [Mismatch] { [] }
}
