internal import Diagnostics
internal import HostModel
internal import Planning

extension PlanText {
    /// One line a pool.
    func poolChanges(_ paint: Paint) -> [String] {
        let changes = plan.changes.filter { !$0.isGuest }
        guard !changes.isEmpty else { return [] }
        var table = TextTable([.left, .left, .right, .left])
        for change in changes {
            let pages = change.parts.map { "\(Words.values($0))\($0.key == .pages ? " pages" : "")" }
            let action = "\(change.action.rawValue), impact: \(Words.impact([change]))"
            table.add([change.address, pages.joined(separator: ", "), PlanSummary.memory(of: change), action])
        }
        let lines = zip(changes, table.lines(indent: 2)).map { change, line in
            let sign = Sign(change.action)
            return paint("  \(sign.rawValue)" + line.dropFirst(1), sign)
        }
        return [paint("Pools", .heading)] + lines
    }

    /// A heading a guest and one line a setting below it.
    func guestChanges(_ paint: Paint) -> [String] {
        let changes = plan.changes.filter(\.isGuest)
        guard !changes.isEmpty else { return [] }
        return [paint("Guests", .heading)]
            + changes.flatMap { change in
                let sign = Sign(change.action)
                let words = "\(change.action.rawValue), impact: \(Words.impact([change]))"
                let heading = "  \(sign.rawValue) \(displayable(change.address))  \(words)"
                let kept = change.kept.map { "      keeps \(displayable($0))" }
                return [paint(heading, sign)] + parts(change.parts, paint) + kept
            }
    }

    /// One line a setting: path, now and wanted, when it takes effect.
    private func parts(_ parts: [ChangedPart], _ paint: Paint) -> [String] {
        parts.isEmpty ? [] : partLines(parts).map { paint($0.line, $0.sign) }
    }

    private func partLines(_ parts: [ChangedPart]) -> [(line: String, sign: Sign)] {
        var table = TextTable([.left, .left, .left])
        for part in parts {
            table.add([
                "\(Sign(part).rawValue) \(displayable(part.path))", Words.values(part), Words.when(part),
            ])
        }
        return zip(table.lines(indent: 6, width: .max), parts).map { ($0, Sign($1)) }
    }
}

extension Change {
    /// Whether a guest changes, and not a pool.
    var isGuest: Bool {
        if case .guest = subject { true } else { false }
    }
}
