import DomainXML
public import HostModel
import Planning

/// Moves memory of a running domain from one host cell to another.
///
/// The domain's processes may have memory on both cells while it lasts. Killed in between, the memory is on both: going on moves the
/// rest, going back all of it.
public struct MoveWrite: DomainWrite {
    var guest: String
    var guestCell: GuestCellID?
    var from: CellID
    var to: CellID

    static var verb: HostWrite.Verb { .move }

    var action: HostWrite { .moveMemory(self) }
    var place: String { guestCell.map { "the memory of cell \($0) of \(guest)" } ?? "the memory of \(guest)" }
    var words: String { "move \(place) from cell \(from) to cell \(to)" }

    func perform(in run: inout Run) throws(StepFailure) {
        guard let live = try run.liveDefinition(of: guest) else { return }
        let memory = piece(live)
        // Whatever comes of it, a write may have happened.
        run.report.writes += 1
        var onTheWay = MovedMemory(reading: live.document)
        onTheWay.moving[guestCell] = to
        try run.note(onTheWay, of: guest)
        try run.host.memory.admit(to, to: guest)
        try run.host.memory.move(memory, to: to)
        // Before the note says that all is done: after a kill in between, nobody would come back to it.
        try run.host.memory.confine(guest, to: moved(live).cells(of: live))
        try run.note(moved(live), of: guest)
    }

    /// A domain that does not run has its memory from its definition.
    func holds(in run: Run) throws(StepFailure) -> Bool {
        guard let live = try run.liveDefinition(of: guest) else { return true }
        guard moved(live) == MovedMemory(reading: live.document) else { return false }
        return try isThere(live, in: run)
    }

    /// Whether the memory is on the cell, but for what may be elsewhere: of ordinary pages one in a hundred, some of which no kernel
    /// moves at any time; of huge pages none.
    private func isThere(_ live: Definition, in run: Run) throws(StepFailure) -> Bool {
        let places = try run.host.memory.places(of: piece(live))
        let all = places.values.reduce(KiB.zero) { $0 + $1 }
        let elsewhere = all.subtractingDownToZero(places[to] ?? .zero)
        let isHuge = live.parts.hugePages != nil
        return isHuge ? elsewhere == .zero : elsewhere.count * 100 <= all.count
    }

    private func piece(_ live: Definition) -> PieceOfMemory {
        PieceOfMemory(guest: guest, cell: guestCell, live: live.parts)
    }

    /// What is noted in the running domain afterwards: nothing of a piece that is where the domain was started.
    private func moved(_ live: Definition) -> MovedMemory {
        var moved = MovedMemory(reading: live.document)
        moved.cells[guestCell] = live.startCells(of: guestCell) == [to] ? nil : to
        moved.moving[guestCell] = nil
        return moved
    }

    func isUndone(by inverse: [HostWrite]) -> Bool { inverse == [self.inverse.action] }

    var inverse: MoveWrite { MoveWrite(guest: guest, guestCell: guestCell, from: to, to: from) }

    /// Also guests that were started since into the room that it would go back to.
    func guestsStanding(in run: Run) -> [String] {
        run.report.started.filter { name in
            guard name != guest else { return true }
            do throws(StepFailure) {
                guard let live = try run.liveDefinition(of: name) else { return false }
                let bound = MovedMemory(reading: live.document).cells(of: live)
                return bound.isEmpty || bound.contains(to)
            } catch {
                return true
            }
        }
    }

    func add(to history: inout WriteHistory, _ entry: Transaction.RecordedWrite) {
        history.edit(TouchedPlace(id: .init(guest: guest, cell: guestCell), before: from)) {
            $0.known.formUnion([from, to])
        }
    }

    private enum CodingKeys: String, CodingKey {
        case guest, from, to
        case guestCell = "guest_cell"
    }
}

extension Run {
    /// Notes in a running domain where its memory is that was moved; nothing moved takes the note away.
    fileprivate func note(_ moved: MovedMemory, of guest: String) throws(StepFailure) {
        try host.domains.note(
            moved.element, of: guest,
            in: MetadataNamespace(uri: MovedMemory.namespace, prefix: MovedMemory.prefix))
    }
}

extension Run {
    /// Whether the memory that a step moves is where a later move of the same piece takes it.
    func isBeyond(_ step: Step, of moves: [Step]) throws(StepFailure) -> Bool {
        guard case .moveMemory(let move) = step, try liveDefinition(of: move.guest) != nil else { return false }
        for later in move.way(in: moves).drop(while: { $0 != move }).dropFirst() where try later.write.holds(in: self) {
            return true
        }
        return false
    }
}

extension MovedMemory {
    /// The host cells that a running domain's memory is bound to now; empty for none.
    fileprivate func cells(of live: Definition) -> CellSet {
        let tune = live.parts.with(self).numaTune
        let nodes = tune?.memNodes.values.reduce(into: CellSet()) { $0.formUnion($1.hostCells) } ?? []
        return nodes.union(tune?.hostCells ?? [])
    }
}

extension HostWrite {
    /// Moves memory of the running domain.
    public static func moveMemory(name: String, cell: GuestCellID?, from: CellID, to: CellID) -> HostWrite {
        .moveMemory(MoveWrite(guest: name, guestCell: cell, from: from, to: to))
    }
}

/// A piece of a running domain's memory with the host cells that it may be on.
struct TouchedPlace: TouchedThing {
    struct ID: Hashable {
        let guest: String
        let cell: GuestCellID?
    }

    let id: ID
    /// The host cell before the first write.
    let before: CellID
    var known = CellSet()

    /// Huge pages that the guest has elsewhere, and leaves when it goes back.
    func pagesGoingBack(_ run: Run) throws(StepFailure) -> [PoolID: PageCount] {
        guard let live = try run.liveDefinition(of: id.guest),
            let size = live.parts.hugePages?.size(of: id.cell ?? 0, defaultSize: run.host.defaultHugePage)
        else { return [:] }
        let places = try run.host.memory.places(of: .init(guest: id.guest, cell: id.cell, live: live.parts))
        return places.filter { $0.key != before }.reduce(into: [:]) {
            $0[PoolID(cell: $1.key, pageSize: size)] = PageCount($1.value.count / size.size.count)
        }
    }

    func obstacle(_ look: inout RollbackLook) throws(StepFailure) -> RollbackCheck.ForeignChange? {
        guard let live = try look.live.definition(of: id.guest) else { return nil }
        let places = try look.run.host.memory.places(of: .init(guest: id.guest, cell: id.cell, live: live.parts))
        let all = places.values.reduce(KiB.zero) { $0 + $1 }
        let strange = places.filter { !known.contains($0.key) && $0.value.count * 100 > all.count }
        guard let cell = strange.keys.min() else { return nil }
        return .memoryPlace(id.guest, found: cell)
    }
}

extension RollbackCheck.ForeignChange {
    /// The running domain's memory is somewhere else.
    public static func memoryPlace(_ name: String, found: CellID) -> Self {
        Self("memory of \(name) is on cell \(found), where the transaction never put it")
    }
}

extension MoveMemoryStep: StepExecution {
    var phase: Phase { .move }

    fileprivate var write: MoveWrite { MoveWrite(guest: guest, guestCell: guestCell, from: prior, to: target) }

    /// A domain that does not run gets its memory where its definition says.
    func effect(in run: Run) throws(StepFailure) -> Effect? {
        guard try run.liveDefinition(of: guest) != nil, try !write.holds(in: run) else { return nil }
        return Effect([.moveMemory(self)], write.action, inverse: [write.inverse.action])
    }

    /// Nothing is begun where the memory cannot even be looked at.
    func precheck(_ look: Lookout) throws(StepFailure) -> Effect? {
        guard try !look.isUnsettled(guest), let live = try look.view.liveDefinition(of: guest) else { return nil }
        _ = try look.run.host.memory.places(of: .init(guest: guest, cell: guestCell, live: live.parts))
        return nil
    }

    func mismatches(in run: Run, _ live: inout LiveDefinitions) throws(StepFailure) -> [Mismatch] {
        guard try live.definition(of: guest) != nil, try !write.holds(in: run) else { return [] }
        return [
            Mismatch(
                subject: .guest(guest), path: (guestCell.map(SettingKey.memNode) ?? .memoryBinding).path,
                wanted: .text("cell \(target)"), found: .text("not all on cell \(target)"))
        ]
    }

    var changesRunning: Bool { true }

    /// A piece that goes by way of other cells may be on any of them: it was on its way.
    func moved(in live: Definition, beside steps: [Step]) -> Moved? {
        let way = way(in: steps)
        let now = MovedMemory(reading: live.document).cells[guestCell] ?? live.startCells(of: guestCell)?.first
        guard way.first == self, let now, now != prior, !way.contains(where: { $0.target == now }) else { return nil }
        return Moved(.guest(guest), "memory", planned: "cell \(prior)", found: "cell \(now)")
    }
}

extension Definition {
    /// The host cells that a running domain's memory, or that of a guest cell, was bound to when it started; nil for none.
    fileprivate func startCells(of guestCell: GuestCellID?) -> CellSet? {
        guestCell.flatMap { parts.numaTune?.memNodes[$0]?.hostCells } ?? parts.numaTune?.hostCells
    }
}
