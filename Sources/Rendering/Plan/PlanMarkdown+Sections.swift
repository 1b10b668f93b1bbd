internal import Diagnostics
internal import HostModel
internal import Placement
internal import Planning

extension PlanMarkdown {
    /// What does not fit and what changes, in tables.
    var tables: [MarkdownPage.PagePart] {
        let moves = Table([.quoted("move to a better place")], plan.moves.map { [$0.words] })
        let pools = PlanTables.pools(plan.changes.filter(\.isPool))
        let isolation = PlanTables.isolation(plan.changes)
        let actors = PlanTables.actors(plan.changes)
        let guests = PlanTables.guests(GuestLine.all(of: plan) { _ in false })
        return [.table(moves)] + room + [
            shortageTable, remedyList, .table(pools), .table(isolation), .table(PlanTables.devices(plan.changes)),
            .table(actors), .table(guests), findingTable,
        ]
    }

    /// Folded: the placement, one diff a change that has settings, one a definition that is shown; each in the order of the plan.
    var details: [MarkdownPage.PagePart] { placement + settings() + definitions() }

    /// One diff a change that has settings; `prefix` stands before its address.
    func settings(prefix: String = "") -> [MarkdownPage.PagePart] {
        // Guests of one flavor often change alike, one after the other.
        var last: (parts: [ChangedPart], lines: [String]) = ([], [])
        return plan.changes.filter { !$0.parts.isEmpty }.map { change in
            let title = "\(prefix)<code>\(MarkdownText.html(change.address))</code> \(change.action.rawValue)"
            if change.parts != last.parts { last = (change.parts, change.parts.map(diffLine)) }
            return .diff(title, last.lines + change.kept.map { "  keeps \(displayable($0))" })
        }
    }

    /// One diff a definition; `prefix` stands before its address.
    func definitions(prefix: String = "") -> [MarkdownPage.PagePart] {
        review.definitions.map { definition in
            .diff(
                "\(prefix)<code>\(MarkdownText.html("guest/" + definition.guest))</code> definition", definition.lines)
        }
    }

    /// `!` marks an update: that is how a diff is coloured.
    private func diffLine(_ part: ChangedPart) -> String {
        let sign = Sign(part) == .updated ? "!" : Sign(part).rawValue
        return "\(sign) \(displayable(Words.path(part))): \(Words.values(part)) (\(Words.when(part)))"
    }

    /// What each guest without a place was short of, cell by cell.
    var shortageTable: MarkdownPage.PagePart { .table(PlanTables.shortages(of: plan.placement.unplaced)) }

    /// Errors, warnings and notes.
    var findingTable: MarkdownPage.PagePart { .table(PlanTables.findings(plan.diagnostics)) }

    private var remedyList: MarkdownPage.PagePart {
        let rows = plan.placement.unplaced.filter { !$0.remedies.isEmpty }.map { guest in
            let list = guest.remedies.map { MarkdownText.code($0.words) }.joined(separator: ", ")
            return "\n\(MarkdownText.code(guest.name)) would fit with any of: \(list)\n"
        }
        return .rows(head: "", rows: rows)
    }

    /// Where everybody goes, and what is used of each cell; nothing for a plan that changes nothing.
    private var placement: [MarkdownPage.PagePart] {
        let actors = PlanTables.actors(at: plan.placement.actors)
        let folded =
            actors.rows.isEmpty || plan.verdict == .noChanges
            ? [] : MarkdownPage.PagePart.folded("Actors: \(actors.rows.count)", actors)
        guard plan.verdict != .noChanges, !plan.placement.guests.isEmpty else { return folded }
        let title =
            plan.placement.verdict == .placed ? "Placement after apply" : "Placement without those that do not fit"
        let count = Amount.count(plan.placement.guests.count, "guest")
        return MarkdownPage.PagePart.folded("\(title): \(count)", PlanTables.placement(plan.placement.guests))
            + folded + MarkdownPage.PagePart.folded("Host cells with these guests", PlanTables.cells(plan.placement))
    }
}
