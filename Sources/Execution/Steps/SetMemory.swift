import DomainXML
public import HostModel
import Planning

/// Has the balloon of a running domain go from one amount of memory to another. The guest follows as fast as its driver does, so the
/// domain may have anything between for a while.
public struct MemoryWrite: DomainWrite {
    var guest: String
    var from: KiB
    var to: KiB

    static var verb: HostWrite.Verb { .memory }

    var action: HostWrite { .setMemory(self) }
    var place: String { "the memory of \(guest)" }
    var words: String { "set the memory of \(guest) to \(to)" }

    func perform(in run: inout Run) throws(StepFailure) {
        try run.host.domains.setMemory(of: guest, to: to)
        run.report.writes += 1
    }

    /// A domain that does not run has no balloon.
    func holds(in run: Run) throws(StepFailure) -> Bool {
        guard let found = try run.liveDefinition(of: guest)?.presentMemory else { return true }
        return range.contains(found)
    }

    /// Also where the domain has that amount: it may be on its way to the other one.
    func isAsBefore(in run: Run) throws(StepFailure) -> Bool { try run.liveDefinition(of: guest) == nil }

    func asOfNow(in run: Run) throws(StepFailure) -> HostWrite {
        .setMemory(name: guest, from: try run.liveDefinition(of: guest)?.presentMemory ?? from, to: to)
    }

    var range: ClosedRange<KiB> { min(from, to)...max(from, to) }

    var inverse: MemoryWrite { MemoryWrite(guest: guest, from: to, to: from) }

    func isUndone(by inverse: [HostWrite]) -> Bool { inverse == [self.inverse.action] }

    func add(to history: inout WriteHistory, _ entry: Transaction.RecordedWrite) {
        history.edit(TouchedMemory(id: guest, known: range)) {
            $0.known = min($0.known.lowerBound, range.lowerBound)...max($0.known.upperBound, range.upperBound)
        }
    }

    private enum CodingKeys: String, CodingKey {
        case guest
        case from = "from_kib"
        case to = "to_kib"
    }
}

extension HostWrite {
    /// Has the balloon of the running domain go from one amount of memory to another.
    public static func setMemory(name: String, from: KiB, to: KiB) -> HostWrite {
        .setMemory(MemoryWrite(guest: name, from: from, to: to))
    }
}

/// A running domain with the amounts of memory that it may have had.
private struct TouchedMemory: TouchedThing {
    let id: String
    var known: ClosedRange<KiB>

    func obstacle(_ look: inout RollbackLook) throws(StepFailure) -> RollbackCheck.ForeignChange? {
        guard let found = try look.live.definition(of: id)?.presentMemory, !known.contains(found) else { return nil }
        return .memory(id, found: found)
    }
}

extension RollbackCheck.ForeignChange {
    /// The running domain has another amount of memory.
    public static func memory(_ name: String, found: KiB) -> Self {
        Self("\(name) has \(found) of memory, which the transaction never set")
    }
}

extension SetMemoryStep: StepExecution {
    var phase: Phase { .setting }

    private func write(from present: KiB) -> MemoryWrite { MemoryWrite(guest: guest, from: present, to: target) }

    /// A domain that does not run has its memory from its definition.
    func effect(in run: Run) throws(StepFailure) -> Effect? {
        guard let present = try run.liveDefinition(of: guest)?.presentMemory, present != target else { return nil }
        let write = write(from: present)
        return Effect([.setMemory(self)], write.action, inverse: [write.inverse.action])
    }

    func precheck(_ look: Lookout) throws(StepFailure) -> Effect? { nil }

    func mismatches(in run: Run, _ live: inout LiveDefinitions) throws(StepFailure) -> [Mismatch] {
        guard let found = try live.definition(of: guest)?.presentMemory, !write(from: prior).range.contains(found)
        else {
            return []
        }
        return Mismatch.between(
            .number(target.count), .number(found.count), .guest(guest), SettingKey(CurrentMemory.self).path)
    }

    var changesRunning: Bool { true }

    func moved(in live: Definition, beside steps: [Step]) -> Moved? {
        guard !write(from: prior).range.contains(live.presentMemory) else { return nil }
        return Moved(.guest(guest), "memory", planned: "\(prior)", found: "\(live.presentMemory)")
    }
}

extension Definition {
    /// What a running domain has of its memory.
    fileprivate var presentMemory: KiB { parts.currentMemory ?? parts.memory }
}
