import DomainXML
public import Planning

/// Has a running domain go from one number of vCPUs to another. A guest gives vCPUs up one after the other, so the domain may keep any
/// number between.
public struct VCPUsWrite: DomainWrite {
    var guest: String
    var from: Int
    var to: Int

    static var verb: HostWrite.Verb { .vcpus }

    var action: HostWrite { .setVCPUs(self) }
    var place: String { "the vCPUs of \(guest)" }
    var words: String { "set the vCPUs of \(guest) to \(to)" }

    /// - Throws: A refusal also where QEMU would end itself, which an undo can come to.
    func perform(in run: inout Run) throws(StepFailure) {
        if let live = try run.liveDefinition(of: guest), live.parts.presentVCPUs < to,
            !VCPUHotplug(of: live.document, live.parts).allows(to)
        {
            let message = "a QEMU that emulates CPUs may abort when one is plugged in after another change"
            throw .refused(HostRefusal(call: "not tried", kind: .other, code: 0, message: message))
        }
        try run.host.domains.setVCPUs(of: guest, to: to)
        run.report.writes += 1
    }

    /// A domain that does not run has its vCPUs from its definition.
    func holds(in run: Run) throws(StepFailure) -> Bool {
        guard let found = try run.liveDefinition(of: guest)?.parts.presentVCPUs else { return true }
        return found == to
    }

    func asOfNow(in run: Run) throws(StepFailure) -> HostWrite {
        .setVCPUs(name: guest, from: try run.liveDefinition(of: guest)?.parts.presentVCPUs ?? from, to: to)
    }

    /// A guest that was asked to give several up may have given up some.
    func noteFailed(_ failure: StepFailure, in run: inout Run) {
        if let found = present(in: run), found != from { run.report.writes += 1 }
    }

    /// What the machine does not take, and what the guest does not give up, waits for the next start: the definition has it. What was
    /// given up stays out.
    func isOptional(after failure: StepFailure, in run: inout Run) -> Bool {
        switch failure {
        case .refused(let refusal) where refusal.kind == .unreachable || refusal.kind == .notPermitted: return false
        case .refused, .notKept: break
        default: return false
        }
        // What was done although libvirt said no is not left standing beside a message that it was not.
        guard let found = present(in: run), found != to else { return false }
        run.waiting[guest, default: []].insert(SettingKey(CurrentVCPUs.self).path)
        let outcome =
            to > from
            ? "has \(found) of \(to) vCPUs before its next start"
            : "keeps \(found) vCPUs instead of \(to) until its next start, or until it gives them up later"
        run.report.notes.append(Note(guest: guest, message: "\(guest) \(outcome): \(failure)", kind: .nextStart))
        return true
    }

    /// How many vCPUs the running domain has; nil where it does not run, or cannot be read.
    private func present(in run: Run) -> Int? { (try? run.liveDefinition(of: guest))??.parts.presentVCPUs }

    var range: ClosedRange<Int> { min(from, to)...max(from, to) }

    var inverse: VCPUsWrite { VCPUsWrite(guest: guest, from: to, to: from) }

    func isUndone(by inverse: [HostWrite]) -> Bool { inverse == [self.inverse.action] }

    func add(to history: inout WriteHistory, _ entry: Transaction.RecordedWrite) {
        history.edit(TouchedVCPUs(id: guest, known: range)) {
            $0.known = min($0.known.lowerBound, range.lowerBound)...max($0.known.upperBound, range.upperBound)
        }
    }
}

extension HostWrite {
    /// Has the running domain go from one number of vCPUs to another.
    public static func setVCPUs(name: String, from: Int, to: Int) -> HostWrite {
        .setVCPUs(VCPUsWrite(guest: name, from: from, to: to))
    }
}

/// A running domain with the numbers of vCPUs that it may have had.
private struct TouchedVCPUs: TouchedThing {
    let id: String
    var known: ClosedRange<Int>

    func obstacle(_ look: inout RollbackLook) throws(StepFailure) -> RollbackCheck.ForeignChange? {
        guard let found = try look.live.definition(of: id)?.parts.presentVCPUs, !known.contains(found) else {
            return nil
        }
        return .vcpus(id, found: found)
    }
}

extension RollbackCheck.ForeignChange {
    /// The running domain has another number of vCPUs.
    public static func vcpus(_ name: String, found: Int) -> Self {
        Self("\(name) has \(found) vCPUs, which the transaction never set")
    }
}

extension SetVCPUsStep: StepExecution {
    var phase: Phase { .plug }

    private func write(from present: Int) -> VCPUsWrite { VCPUsWrite(guest: guest, from: present, to: target) }

    func effect(in run: Run) throws(StepFailure) -> Effect? {
        guard let present = try run.liveDefinition(of: guest)?.parts.presentVCPUs, present != target else { return nil }
        let write = write(from: present)
        return Effect([.setVCPUs(self)], write.action, inverse: [write.inverse.action])
    }

    func precheck(_ look: Lookout) throws(StepFailure) -> Effect? { nil }

    func mismatches(in run: Run, _ live: inout LiveDefinitions) throws(StepFailure) -> [Mismatch] {
        let path = SettingKey(CurrentVCPUs.self).path
        guard run.waiting[guest]?.contains(path) != true, let found = try live.definition(of: guest)?.parts.presentVCPUs
        else { return [] }
        return Mismatch.between(.number(UInt64(target)), .number(UInt64(found)), .guest(guest), path)
    }

    var changesRunning: Bool { true }

    func moved(in live: Definition, beside steps: [Step]) -> Moved? {
        let found = live.parts.presentVCPUs
        guard !write(from: prior).range.contains(found) else { return nil }
        return Moved(.guest(guest), "vCPUs", planned: "\(prior)", found: "\(found)")
    }
}
