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
            let impact = change.disruption > .live ? ", \(Words.impact([change]))" : ""
            table.add([
                change.address, pages.joined(separator: ", "), PlanSummary.memory(of: change),
                change.action.rawValue + impact,
            ])
        }
        let lines = zip(changes, table.blocks(indent: 4, width: paint.width)).flatMap { change, lines in
            let sign = Sign(change.action)
            return GuestLine.signed(lines, sign.rawValue).map { paint($0, sign) }
        }
        return [paint("Pools", .heading)] + lines
    }

    /// One line a guest, or for several that are alike; below it its settings where they are asked for.
    func guestChanges(_ paint: Paint) -> [String] {
        let lines = GuestLine.all(of: plan, isWhole: details.include)
        guard !lines.isEmpty else { return [] }
        var table = TextTable([.left, .right, .right, .left, .left, .left])
        for line in lines {
            table.add([line.title { displayable($0) }] + line.columns + [line.cpus.text, line.action])
        }
        let blocks = zip(lines, table.blocks(indent: 4, width: paint.width))
        return [paint("Guests", .heading)]
            + blocks.flatMap { line, texts in
                let sign = Sign(line.change.action)
                return GuestLine.signed(texts, sign.rawValue).map { paint($0, sign) } + settings(of: line, paint)
            }
    }

    private func settings(of line: GuestLine, _ paint: Paint) -> [String] {
        guard let name = line.names.first, details.include(name) else { return [] }
        let kept = line.change.kept.map { "      keeps \(displayable($0))" }
        return partLines(line.change.parts).map { paint($0.line, $0.sign) } + kept
    }

    /// One line a setting: path, now and wanted, when it takes effect.
    private func partLines(_ parts: [ChangedPart]) -> [(line: String, sign: Sign)] {
        var table = TextTable([.left, .left, .left])
        for part in parts {
            table.add([
                "\(Sign(part).rawValue) \(displayable(Words.path(part)))", Words.values(part), Words.when(part),
            ])
        }
        return zip(table.lines(indent: 6, width: .max), parts).map { ($0, Sign($1)) }
    }

    /// How to see the settings that are not shown.
    var advice: [String] {
        let hidden = plan.changes.contains { change in
            guard case .guest(let name) = change.subject else { return false }
            return !change.parts.isEmpty && !details.include(name)
        }
        return hidden ? ["--details shows every setting, --details GUEST those of one guest."] : []
    }
}

extension GuestLine {
    /// The lines with a sign before the first of them, in the margin.
    static func signed(_ lines: [String], _ sign: String) -> [String] {
        lines.enumerated().map { index, line in index == 0 ? "  \(sign) " + line.drop { $0 == " " } : line }
    }
}

extension Change {
    /// Whether a guest changes, and not a pool.
    var isGuest: Bool {
        if case .guest = subject { true } else { false }
    }
}
