internal import Diagnostics
internal import HostModel
internal import Placement
internal import Planning

extension Move {
    /// Who goes where, and what that gains: one line.
    var words: String {
        let gains = gains.map(\.words).joined(separator: "; ")
        let when = isRunning ? "at its next start" : "on define"
        return "guest/\(displayable(guest))  host cells \(list(from)) -> \(list(to))  \(when)  (\(gains))"
    }

    private func list(_ cells: [CellID]) -> String { cells.map(\.description).joined(separator: ",") }

    var json: JSONValue {
        [
            "guest": .text(guest), "from": .list(from.map { .number($0.rawValue) }),
            "to": .list(to.map { .number($0.rawValue) }), "gains": .list(gains.map(\.json)),
            "running": .flag(isRunning),
        ]
    }
}

extension Move.Gain {
    fileprivate var words: String {
        switch self {
        case .distance(let before, let after): "its cells are nearer: distance \(before) -> \(after)"
        case .brokenCores(let before, let after): "broken cores \(before) -> \(after)"
        case .fullestCell(let before, let after):
            "the fullest cell goes from \(before / 10) % to \(after / 10) %"
        }
    }

    fileprivate var json: JSONValue {
        let (kind, before, after): (String, Int, Int) =
            switch self {
            case .distance(let before, let after): ("distance", before, after)
            case .brokenCores(let before, let after): ("broken_cores", before, after)
            case .fullestCell(let before, let after): ("fullest_cell_permille", before, after)
            }
        return ["gain": .text(kind), "now": .number(before), "want": .number(after)]
    }
}
