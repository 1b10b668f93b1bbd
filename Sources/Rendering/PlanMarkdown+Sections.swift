internal import Diagnostics
internal import HostModel
internal import Planning

extension PlanMarkdown {
    /// The tables, each with an empty line before it.
    var tables: [String] {
        [moveTable, changeTable, shortageTable, guestTable, findingTable].filter { !$0.isEmpty }
    }

    /// One folded diff a change that has settings, in the order of the plan.
    var details: [String] {
        plan.changes.filter { !$0.parts.isEmpty }.map { change in
            let lines = change.parts.map(diffLine) + change.kept.map { "  keeps \(displayable($0))" }
            let fence = MarkdownText.fence(for: lines)
            let title = "<code>\(MarkdownText.html(change.address))</code> \(change.action.rawValue)"
            let diff = "\(fence)diff\n\(lines.joined(separator: "\n"))\n\(fence)"
            return "\n<details><summary>\(title)</summary>\n\n\(diff)\n\n</details>\n"
        }
    }

    /// `!` marks an update: that is how a diff is coloured.
    private func diffLine(_ part: ChangedPart) -> String {
        let sign = Sign(part) == .updated ? "!" : Sign(part).rawValue
        return "\(sign) \(displayable(part.path)): \(Words.values(part)) (\(Words.when(part)))"
    }

    private var moveTable: String {
        table(["Move to a better place"], plan.moves.map { [MarkdownText.code($0.words)] })
    }

    private var changeTable: String {
        table(
            ["Change", "Action", "Impact", "Settings"],
            plan.changes.map { change in
                [
                    MarkdownText.code(change.address), change.action.rawValue, Words.impact(change.disruption),
                    settings(of: change),
                ]
            })
    }

    /// How many settings take effect when; for a pool its pages.
    private func settings(of change: Change) -> String {
        if !change.isGuest { return change.parts.map { MarkdownText.code(Words.values($0)) }.joined(separator: ", ") }
        let counts = ChangedPart.When.allCases.map { when in (when, change.parts.count { $0.when == when }) }
        return counts.filter { $0.1 > 0 }.map { "\($0.1) \(Words.when($0.0))" }.joined(separator: ", ")
    }

    private var shortageTable: String {
        let rows = plan.placement.unplaced.flatMap { guest in
            guest.reasons.map { shortage in
                [
                    MarkdownText.code(guest.name), guest.code.rawValue,
                    shortage.hostCell.map { "\($0)" } ?? "all", Words.resource(shortage.resource),
                    Words.amount(shortage.needed, of: shortage.resource),
                    Words.amount(shortage.free, of: shortage.resource),
                    shortage.heldBy.map { MarkdownText.code($0) }.joined(separator: ", "),
                ]
            } + (guest.reasons.isEmpty ? [[MarkdownText.code(guest.name), guest.code.rawValue] + blanks(5)] : [])
        }
        let help = plan.placement.unplaced.filter { !$0.remedies.isEmpty }.map { guest in
            let list = guest.remedies.map { MarkdownText.code($0.words) }.joined(separator: ", ")
            return "\n\(MarkdownText.code(guest.name)) would fit with any of: \(list)\n"
        }
        return table(["Not placed", "Code", "Host cell", "Short of", "Needed", "Free", "Held by"], rows)
            + help.joined()
    }

    private var guestTable: String {
        guard plan.verdict != .noChanges else { return "" }
        let rows = plan.placement.guests.flatMap { guest -> [[String]] in
            let name = MarkdownText.code(guest.name)
            if guest.cells.isEmpty {
                let cpus = guest.floatingCPUs.map { $0.text(empty: "none") } ?? "any"
                return [[name, "", "", "", Amount.text(guest.memory), "", cpus]]
            }
            return guest.cells.map { cell in
                [
                    name, "\(cell.id)", "\(cell.hostCell)", "\(cell.vcpus)", Amount.text(cell.memory),
                    "\(cell.pageSize)", CellPins(cell).text,
                ]
            }
        }
        return table(["Placed", "Cell", "Host cell", "vCPUs", "Memory", "Page", "CPUs"], rows)
    }

    private var findingTable: String {
        table(
            ["Finding", "Message", "Where"],
            plan.diagnostics.map { finding in
                [
                    "\(finding.severity.rawValue) \(finding.code.rawValue)",
                    [finding.message, finding.hint ?? ""].filter { !$0.isEmpty }.map { MarkdownText.code($0) }
                        .joined(separator: "; "),
                    finding.mark.map { MarkdownText.code("\($0)") } ?? "",
                ]
            })
    }

    private func blanks(_ count: Int) -> [String] { Array(repeating: "", count: count) }

    /// A table, or nothing when there is no row.
    private func table(_ headings: [String], _ rows: [[String]]) -> String {
        guard !rows.isEmpty else { return "" }
        let all = [headings, Array(repeating: "---", count: headings.count)] + rows
        return "\n" + all.map { "| \($0.joined(separator: " | ")) |\n" }.joined()
    }
}
