internal import Diagnostics
internal import HostModel
internal import Placement
internal import Planning
internal import XMLTree

extension PlanHTML {
    /// Up to so many changes are unfolded.
    private static let unfolded = 6

    /// Who did not get a place, what was short, and what would help.
    var unplaced: [XMLElement] {
        let guests = plan.placement.unplaced
        let remedies = guests.flatMap { guest in
            guest.remedies.map { HTML.text("li", "\(guest.name) would fit with \($0.words)") }
        }
        let table = PlanTables.shortages(of: guests)
        return HTML.section(
            "Not placed",
            HTML.table(table, guests: table.rows.map { [$0.cells[0]] })
                + (remedies.isEmpty ? [] : [HTML.element("ul", remedies)]))
    }

    /// Moves, then one unfoldable diff a change, with the diff of its definition.
    var changes: [XMLElement] {
        let definitions = Dictionary(
            review.definitions.map { ("guest/\($0.guest)", $0.lines) }, uniquingKeysWith: { first, _ in first })
        let lines = GuestLine.all(of: plan) { _ in true }
        let guests = zip(PlanTables.guests(lines).rows, lines).map { ($0, $1.change, $1.names) }
        let pools = plan.changes.filter(\.isPool)
        let others = plan.changes.filter { !$0.isPool && !$0.isGuest && !$0.isActor }
        let actors = plan.changes.filter(\.isActor)
        let moves = plan.moves.map { HTML.text("li", $0.words) }
        var bars: [(row: Table.Row, change: Change, names: [String])] = []
        bars += zip(PlanTables.pools(pools).rows, pools).map { ($0, $1, []) }
        bars += others.map { (Table.Row(cells: [$0.address]), $0, []) }
        bars += zip(PlanTables.actors(actors).rows, actors).map { ($0, $1, []) }
        bars += guests
        let unfoldable = bars.map { row, change, names in
            let settings = settingLines(of: change) + change.kept.map { "  keeps \($0)" }
            let diffs = [settings, definitions[change.address] ?? []].filter { !$0.isEmpty }.map(HTML.diff)
            var details = HTML.element("details", [summary(row, change)] + diffs)
            if plan.changes.count <= PlanHTML.unfolded { details[attribute: "open"] = "open" }
            return HTML.about(names, details)
        }
        return (moves.isEmpty ? [] : [HTML.element("ul", moves)]) + unfoldable
    }

    /// What the bar of a change says: the subject, what it gets and where, and what happens to it.
    private func summary(_ row: Table.Row, _ change: Change) -> XMLElement {
        var words = row.cells.dropFirst().filter { !$0.isEmpty }
        if change.action == .create { words.insert("create", at: 0) }
        let name = HTML.text(
            "code", class: Sign(change.action).style, "\(Sign(change.action).rawValue) \(row.cells[0])")
        return HTML.element("summary", [name, HTML.text("span", class: "soft", words.joined(separator: " · "))])
    }

    /// A line a setting; of isolation one for all that goes to the same CPUs.
    private func settingLines(of change: Change) -> [String] {
        guard change.subject != .isolation else {
            return IsolationGroup.all(of: change).map {
                "\(Sign(change.action).rawValue) \($0.which)  \($0.wanted)"
            }
        }
        return change.parts.map {
            "\(Sign($0).rawValue) \($0.path)  \(Words.values($0))  (\(Words.when($0)))"
        }
    }

    /// Guests and cells as tables.
    var placement: [XMLElement] {
        let guests = PlanTables.placement(plan.placement.guests)
        return HTML.table(guests, guests: guests.rows.map { [$0.cells[0]] })
            + HTML.table(PlanTables.actors(at: plan.placement.actors))
            + HTML.table(PlanTables.cells(plan.placement))
    }

    /// Errors, warnings and notes.
    var findings: [XMLElement] { HTML.table(PlanTables.findings(plan.diagnostics)) }
}
