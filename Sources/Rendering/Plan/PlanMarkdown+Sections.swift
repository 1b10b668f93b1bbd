internal import Diagnostics
internal import HostModel
internal import Placement
internal import Planning

extension PlanMarkdown {
    /// What does not fit and what changes, in tables.
    var tables: [MarkdownPage.Part] { [moveTable, shortageTable, remedyList, changeTable, findingTable] }

    /// Folded: the placement, one diff a change that has settings, one a definition that is shown; each in the order of the plan.
    var details: [MarkdownPage.Part] { placement + settings() + definitions() }

    /// One diff a change that has settings; `prefix` stands before its address.
    func settings(prefix: String = "") -> [MarkdownPage.Part] {
        plan.changes.filter { !$0.parts.isEmpty }.map { change in
            let title = "\(prefix)<code>\(MarkdownText.html(change.address))</code> \(change.action.rawValue)"
            return .diff(title, change.parts.map(diffLine) + change.kept.map { "  keeps \(displayable($0))" })
        }
    }

    /// One diff a definition; `prefix` stands before its address.
    func definitions(prefix: String = "") -> [MarkdownPage.Part] {
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

    private var moveTable: MarkdownPage.Part {
        .table(["Move to a better place"], plan.moves.map { [MarkdownText.code($0.words)] })
    }

    /// One row a pool, and one a guest or several that are alike.
    private var changeTable: MarkdownPage.Part {
        let pools = plan.changes.filter { !$0.isGuest }.map { change in
            [
                MarkdownText.code(change.address), change.action.rawValue, Words.impact([change]),
                change.parts.map { MarkdownText.code(Words.values($0)) }.joined(separator: ", "),
            ]
        }
        let guests = GuestLine.all(of: plan) { _ in false }.map { line in
            [
                line.names.count == 1 ? MarkdownText.code(line.change.address) : line.title(quote: MarkdownText.code),
                line.change.action.words, Words.impact([line.change]), what(line),
            ]
        }
        return .table(["Change", "Action", "Impact", "What"], pools + guests)
    }

    /// What a guest gets and where, and what changes.
    private func what(_ line: GuestLine) -> String {
        let place = (line.columns + [line.cpus.text]).filter { !$0.isEmpty }.joined(separator: ", ")
        let settings = ActionWords.settings(of: line.change).map { MarkdownText.code($0) }
        return ([place] + [settings ?? ""]).filter { !$0.isEmpty }.joined(separator: "; ")
    }

    /// What each guest without a place was short of, cell by cell.
    var shortageTable: MarkdownPage.Part {
        let rows = plan.placement.unplaced.flatMap { guest in
            guest.reasons.map { shortage in
                [
                    MarkdownText.code(guest.name), guest.code.rawValue,
                    shortage.hostCell.map { "\($0)" } ?? "all", Words.resource(shortage.resource),
                    Words.amount(shortage.needed, of: shortage.resource),
                    Words.amount(shortage.free, of: shortage.resource),
                    Words.holders(shortage.heldBy, quote: MarkdownText.code),
                ]
            } + (guest.reasons.isEmpty ? [[MarkdownText.code(guest.name), guest.code.rawValue] + blanks(5)] : [])
        }
        return .table(["Not placed", "Code", "Host cell", "Short of", "Needed", "Free", "Held by"], rows)
    }

    private var remedyList: MarkdownPage.Part {
        let rows = plan.placement.unplaced.filter { !$0.remedies.isEmpty }.map { guest in
            let list = guest.remedies.map { MarkdownText.code($0.words) }.joined(separator: ", ")
            return "\n\(MarkdownText.code(guest.name)) would fit with any of: \(list)\n"
        }
        return .rows(head: "", rows: rows)
    }

    /// Where everybody goes; nothing for a plan that changes nothing.
    private var placement: [MarkdownPage.Part] {
        guard plan.verdict != .noChanges, !plan.placement.guests.isEmpty else { return [] }
        let rows = plan.placement.guests.flatMap { guest -> [[String]] in
            let name = MarkdownText.code(guest.name)
            if guest.cells.isEmpty {
                return [[name, "", "", "", Amount.text(guest.memory), "", FloatingPlace(guest).text]]
            }
            return guest.cells.map { cell in
                [
                    name, "\(cell.id)", "\(cell.hostCell)", "\(cell.vcpus)", Amount.text(of: cell),
                    "\(cell.pageSize)", CellPins(cell).text,
                ]
            }
        }
        let count = Amount.count(plan.placement.guests.count, "guest")
        let title =
            plan.placement.verdict == .placed ? "Placement after apply" : "Placement without those that do not fit"
        let headings = ["Placed", "Cell", "Host cell", "vCPUs", "Memory", "Page", "CPUs"]
        let table = MarkdownPage.Part.table(headings, rows).whole
        return [.folded("\(title): \(count)", String(table.drop { $0 == "\n" }))]
    }

    /// Errors, warnings and notes.
    var findingTable: MarkdownPage.Part { PlanMarkdown.findingTable(plan.diagnostics) }

    static func findingTable(_ findings: [Diagnostic]) -> MarkdownPage.Part {
        .table(
            ["Finding", "Message", "Where"],
            DiagnosticGroup.of(findings).map { group in
                let finding = group.first
                let messages = group.all.prefix(DiagnosticGroup.shown).map(\.message)
                let rest = group.all.count - messages.count
                let places = Set(group.all.compactMap(\.mark)).sorted().prefix(DiagnosticGroup.shown)
                return [
                    "\(finding.severity.rawValue) \(finding.code.rawValue)"
                        + (group.all.count > 1 ? " (\(group.all.count))" : ""),
                    (messages + (rest > 0 ? ["and \(rest) more"] : []) + [finding.hint ?? ""])
                        .filter { !$0.isEmpty }.map { MarkdownText.code($0) }.joined(separator: "; "),
                    places.map { MarkdownText.code("\($0)") }.joined(separator: ", "),
                ]
            })
    }

    private func blanks(_ count: Int) -> [String] { Array(repeating: "", count: count) }
}
