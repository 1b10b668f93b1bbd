public import HostModel
public import Planning

/// Takes CPUs offline, or brings them back.
public struct CPUsWrite: WriteKind {
    var cpus: CPUSet
    var online: Bool

    static var verb: HostWrite.Verb { .cpus }

    var action: HostWrite { .setCPUs(self) }
    var domain: String? { nil }
    var place: String { "CPUs \(cpus)" }
    var words: String { online ? "bring \(place) online" : "take \(place) offline" }

    /// A CPU that the kernel keeps online is noted. One that does not come back is a failure: a guest is to have it.
    func perform(in run: inout Run) throws(StepFailure) {
        let kept = try run.host.cpus.set(cpus, online: online)
        run.report.writes += 1
        guard !kept.isEmpty else { return }
        guard !online else { throw .cpusStay(kept) }
        run.keptOnline.formUnion(kept)
        run.report.notes.append(Note(message: "the kernel keeps CPUs \(kept) online", kind: .isolation))
    }

    func holds(in run: Run) throws(StepFailure) -> Bool {
        let now = try run.host.cpus.online()
        return online ? cpus.isSubset(of: now) : now.isDisjoint(with: cpus.subtracting(run.keptOnline))
    }

    func isUndone(by inverse: [HostWrite]) -> Bool {
        guard inverse.count == 1, case .setCPUs(let back) = inverse[0] else { return false }
        return back.cpus == cpus && back.online != online
    }

    /// What somebody else did with them meanwhile is undone as ours is.
    func add(to history: inout WriteHistory, _ entry: Transaction.RecordedWrite) {}

    /// Guests that were started may stand on CPUs that came back for them.
    func guestsStanding(in run: Run) -> [String] { online ? [] : run.report.started }
}

extension HostWrite {
    /// Brings CPUs online or takes them offline.
    public static func setCPUs(_ cpus: CPUSet, online: Bool) -> HostWrite {
        .setCPUs(CPUsWrite(cpus: cpus, online: online))
    }
}

extension SetCPUsStep: StepExecution {
    var phase: Phase { online ? .setting : .park }

    func effect(in run: Run) throws(StepFailure) -> Effect? {
        let now = try run.host.cpus.online()
        let left = online ? cpus.subtracting(now) : cpus.intersection(now)
        guard !left.isEmpty else { return nil }
        return Effect(
            [.setCPUs(self)], .setCPUs(left, online: online), inverse: [.setCPUs(left, online: !online)])
    }

    func precheck(_ look: Lookout) throws(StepFailure) -> Effect? { try effect(in: look.run) }

    func mismatches(in run: Run, _ live: inout LiveDefinitions) throws(StepFailure) -> [Mismatch] {
        let now = try run.host.cpus.online()
        let wrong = online ? cpus.subtracting(now) : cpus.intersection(now).subtracting(run.keptOnline)
        guard !wrong.isEmpty else { return [] }
        return Mismatch.between(
            .text(online ? "online" : "offline"), .text(online ? "offline" : "online"), .isolation, "cpus[\(wrong)]")
    }
}
