internal import DomainXML
public import HostModel

/// Moves the memory of a running guest, or of one of its cells, to another host cell while the guest runs.
///
/// A guest cell that goes by way of other host cells has a step for each; each begins where the one before ends.
public struct MoveMemoryStep: GuestStep {
    package var guest: String
    /// The guest cell; nil for all memory of a guest without cells.
    package var guestCell: GuestCellID?
    /// The host cell where it is.
    package var prior: CellID
    /// The host cell where it goes.
    package var target: CellID
    /// How much it is.
    package var memory: KiB

    static var word: Step.Word { .moveMemory }
    var step: Step { .moveMemory(self) }

    var sentence: String { "moved \(words) from cell \(prior) to cell \(target)" }
    var order: String { "move \(words) from cell \(prior) to cell \(target)" }
    var isOneWay: Bool { false }

    private var words: String {
        guestCell.map { "the memory of cell \($0) of \(guest)" } ?? "the memory of \(guest)"
    }

    func isSame(as other: Step) -> Bool {
        if case .moveMemory(let other) = other { guestCell == other.guestCell && prior == other.prior } else { false }
    }

    /// All moves of the same piece among some steps, in order.
    package func way(in steps: [Step]) -> [MoveMemoryStep] {
        steps.compactMap { step in
            guard case .moveMemory(let move) = step, move.guest == guest, move.guestCell == guestCell else {
                return nil
            }
            return move
        }
    }

    func problem(_ rules: GuestStepRules, _ domain: GuestPrecondition.Domain?) -> String? {
        guard domain?.isRunning == true else { return "the plan found the domain shut off" }
        let cells = rules.rules.host.cellIDs
        guard cells.contains(prior), cells.contains(target), prior != target else {
            return "cell \(prior) and cell \(target) are not two cells of this host, which has \(cells)"
        }
        let way = way(in: rules.steps)
        if let index = way.firstIndex(of: self), index > 0, way[index - 1].target != prior {
            return "the move before it goes to cell \(way[index - 1].target) and not to cell \(prior)"
        }
        return rules.ownership(domain)
    }

    var liveSetting: SettingKey? { guestCell.map(SettingKey.memNode) ?? .memoryBinding }

    /// Where the running domain's memory is bound to one host cell and is wanted on another, in the same way. Whether it may go there
    /// while it runs is decided elsewhere (``LiveMoves``).
    static func live(_ difference: SettingDifference, of guest: String, _ record: DomainRecord) -> Step? {
        guard let live = record.live, let now = difference.now, let want = difference.want,
            let prior = Self.cell(now), let target = Self.cell(want), prior.mode == target.mode
        else { return nil }
        if difference.key == .memoryBinding, live.guestCells.isEmpty {
            return .moveMemory(name: guest, cell: nil, prior: prior.cell, target: target.cell, memory: live.memory)
        }
        guard let cell = live.guestCells.first(where: { difference.key == .memNode($0.id) }) else { return nil }
        return .moveMemory(name: guest, cell: cell.id, prior: prior.cell, target: target.cell, memory: cell.memory)
    }

    /// The mode and the only cell of `strict 0`.
    private static func cell(_ value: SettingValue) -> (mode: Substring, cell: CellID)? {
        guard case .text(let text) = value else { return nil }
        let words = text.split(separator: " ")
        guard words.count == 2, let cells = try? CellSet(parsing: words[1]), cells.count == 1, let cell = cells.first
        else { return nil }
        return (words[0], cell)
    }

    func parts(_ told: GuestSteps) -> [ChangedPart] {
        let way = way(in: told.steps)
        guard way.last == self, let first = way.first, let liveSetting else { return [] }
        return told.live(liveSetting, now: .text("cell \(first.prior)"), want: .text("cell \(target)"))
    }

    private enum CodingKeys: String, CodingKey {
        case guest
        case guestCell = "guest_cell"
        case prior = "from"
        case target = "to"
        case memory = "memory_kib"
    }
}

extension Step {
    /// Moves the memory of a running guest, or of one of its cells, to another host cell while the guest runs.
    public static func moveMemory(
        name: String, cell: GuestCellID?, prior: CellID, target: CellID, memory: KiB
    ) -> Step {
        .moveMemory(MoveMemoryStep(guest: name, guestCell: cell, prior: prior, target: target, memory: memory))
    }
}
