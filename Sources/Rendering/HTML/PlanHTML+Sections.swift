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
        return HTML.section(
            "Not placed",
            HTML.table(
                PlanTables.shortages(of: guests),
                guests: guests.flatMap { guest in Array(repeating: [guest.name], count: max(1, guest.reasons.count)) })
                + (remedies.isEmpty ? [] : [HTML.element("ul", remedies)]))
    }

    /// Moves, then one unfoldable diff a change, with the diff of its definition.
    var changes: [XMLElement] {
        let definitions = Dictionary(
            review.definitions.map { ("guest/\($0.guest)", $0.lines) }, uniquingKeysWith: { first, _ in first })
        let moves = plan.moves.map { HTML.text("li", $0.words) }
        return (moves.isEmpty ? [] : [HTML.element("ul", moves)])
            + plan.changes.map { change in
                let what = " \(change.action.rawValue), impact: \(Words.impact([change]))"
                let summary = HTML.element(
                    "summary", [HTML.text("code", change.address), HTML.text("span", class: "soft", what)])
                let lines = change.parts.map(line) + change.kept.map { "  keeps \($0)" }
                let diffs = [lines, definitions[change.address] ?? []].filter { !$0.isEmpty }.map(HTML.diff)
                var details = HTML.element("details", [summary] + diffs)
                if plan.changes.count <= PlanHTML.unfolded { details[attribute: "open"] = "open" }
                return details
            }
    }

    private func line(_ part: ChangedPart) -> String {
        "\(Sign(part).rawValue) \(part.path)  \(Words.values(part))  (\(Words.when(part)))"
    }

    /// Guests and cells as tables.
    var placement: [XMLElement] {
        let guests = PlanTables.placement(plan.placement.guests)
        return HTML.table(guests, guests: guests.rows.map { [$0.cells[0]] })
            + HTML.table(PlanTables.cells(plan.placement))
    }

    /// Errors, warnings and notes.
    var findings: [XMLElement] { HTML.table(PlanTables.findings(plan.diagnostics)) }
}
