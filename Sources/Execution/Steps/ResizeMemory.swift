import DomainXML
public import HostModel
public import Planning

/// Has a cell of a running domain plug another amount of its pluggable memory. The guest follows as fast as its driver does, and may keep
/// what it uses.
public struct ResizeWrite: DomainWrite {
    var guest: String
    var guestCell: GuestCellID
    var from: KiB
    var to: KiB

    static var verb: HostWrite.Verb { .resize }

    var action: HostWrite { .resizeMemory(self) }
    var place: String { "the plugged memory of cell \(guestCell) of \(guest)" }
    var words: String { "set \(place) to \(to)" }

    /// A domain that has lost the device since, or does not run, is left alone.
    func perform(in run: inout Run) throws(StepFailure) {
        guard let device = try device(in: run) else { throw .notRunning(guest) }
        var plug = device.plug
        plug.requested = to
        try run.host.domains.update(device.element(with: plug), of: guest) { live in
            MemoryPlugDevice.all(in: live)[guestCell]?.plugged == to
        }
        run.report.writes += 1
    }

    private func device(in run: Run) throws(StepFailure) -> MemoryPlugDevice? {
        try run.liveDefinition(of: guest).flatMap { MemoryPlugDevice.all(in: $0.document)[guestCell] }
    }

    /// A domain that does not run has its memory from its definition.
    func holds(in run: Run) throws(StepFailure) -> Bool {
        guard let found = try device(in: run)?.plug.requested else { return true }
        return found == to
    }

    func asOfNow(in run: Run) throws(StepFailure) -> HostWrite {
        .resizeMemory(
            name: guest, cell: guestCell, from: try device(in: run)?.plug.requested ?? from, to: to)
    }

    /// What the guest has not plugged, or given back, it may still: that is no failure.
    func noteDone(in run: inout Run) {
        guard let plugged = (try? device(in: run))??.plugged, plugged != to else { return }
        let message = MemoryFollowing(guest: guest, cell: guestCell, plugged: plugged, requested: to).sentence
        run.report.notes.append(Note(guest: guest, message: message, kind: .following))
    }

    var inverse: ResizeWrite { ResizeWrite(guest: guest, guestCell: guestCell, from: to, to: from) }

    func isUndone(by inverse: [HostWrite]) -> Bool { inverse == [self.inverse.action] }

    func add(to history: inout WriteHistory, _ entry: Transaction.RecordedWrite) {
        history.edit(TouchedPlug(id: .init(guest: guest, cell: guestCell), known: [from, to])) {
            $0.known.formUnion([from, to])
        }
    }

    private enum CodingKeys: String, CodingKey {
        case guest
        case guestCell = "guest_cell"
        case from = "from_kib"
        case to = "to_kib"
    }
}

extension HostWrite {
    /// Has a cell of a running domain plug another amount of its pluggable memory.
    public static func resizeMemory(name: String, cell: GuestCellID, from: KiB, to: KiB) -> HostWrite {
        .resizeMemory(ResizeWrite(guest: name, guestCell: cell, from: from, to: to))
    }
}

/// A cell of a running domain with the amounts that it may have been asked to plug.
private struct TouchedPlug: TouchedThing {
    struct ID: Hashable {
        let guest: String
        let cell: GuestCellID
    }

    let id: ID
    var known: Set<KiB>

    func obstacle(_ look: inout RollbackLook) throws(StepFailure) -> RollbackCheck.ForeignChange? {
        guard let found = try look.live.definition(of: id.guest)?.parts.pluggableMemory[id.cell]?.requested,
            !known.contains(found)
        else { return nil }
        return .pluggedMemory(id.guest, cell: id.cell, found: found)
    }
}

extension RollbackCheck.ForeignChange {
    /// A cell of the running domain is asked to plug another amount.
    public static func pluggedMemory(_ name: String, cell: GuestCellID, found: KiB) -> Self {
        Self("cell \(cell) of \(name) is asked to plug \(found), which the transaction never set")
    }
}

extension ResizeMemoryStep: StepExecution {
    var phase: Phase { .setting }

    private func requested(_ live: Definition?) -> KiB? { live?.parts.pluggableMemory[guestCell]?.requested }

    func effect(in run: Run) throws(StepFailure) -> Effect? {
        guard let present = requested(try run.liveDefinition(of: guest)), present != target else { return nil }
        let write = ResizeWrite(guest: guest, guestCell: guestCell, from: present, to: target)
        return Effect([.resizeMemory(self)], write.action, inverse: [write.inverse.action])
    }

    func precheck(_ look: Lookout) throws(StepFailure) -> Effect? { nil }

    func mismatches(in run: Run, _ live: inout LiveDefinitions) throws(StepFailure) -> [Mismatch] {
        guard let found = requested(try live.definition(of: guest)) else { return [] }
        return Mismatch.between(
            .number(target.count), .number(found.count), .guest(guest), SettingKey.requestedMemory(guestCell).path)
    }

    var changesRunning: Bool { true }

    func moved(in live: Definition, beside steps: [Step]) -> Moved? {
        let found = requested(live)
        guard found != prior, found != target else { return nil }
        return Moved(
            .guest(guest), "plugged memory of cell \(guestCell)", planned: "\(prior)",
            found: found.map { "\($0)" } ?? "none")
    }
}
