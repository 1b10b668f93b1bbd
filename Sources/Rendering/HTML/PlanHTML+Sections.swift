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
        let rows = guests.flatMap { guest in
            guest.reasons.map { shortage in
                [
                    guest.name, guest.code.rawValue, shortage.hostCell.map { "\($0)" } ?? "all",
                    Words.resource(shortage.resource), Words.amount(shortage.needed, of: shortage.resource),
                    Words.amount(shortage.free, of: shortage.resource), Words.holders(shortage.heldBy) { $0 },
                ]
            } + (guest.reasons.isEmpty ? [[guest.name, guest.code.rawValue, "", "", "", "", ""]] : [])
        }
        let remedies = guests.flatMap { guest in
            guest.remedies.map { HTML.text("li", "\(guest.name) would fit with \($0.words)") }
        }
        return HTML.section(
            "Not placed",
            HTML.table(
                ["Guest", "Code", "Host cell", "Short of", "Needed", "Free", "Held by"], rows, numbers: [2, 4, 5],
                class: "wide")
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
        let guests = plan.placement.guests.flatMap { guest -> [[String]] in
            guard !guest.cells.isEmpty else {
                let cpus = guest.floatingCPUs.map { $0.text(empty: "none") } ?? "any"
                return [[guest.name, "–", "–", "–", Amount.text(guest.memory), "–", cpus]]
            }
            let emulator = guest.emulatorCPUs.isEmpty ? "" : "; emulator \(guest.emulatorCPUs)"
            return guest.cells.enumerated().map { index, cell in
                [
                    guest.name, "\(cell.id)", "\(cell.hostCell)", cell.vcpus.text(empty: "none"),
                    Amount.text(of: cell), "\(cell.pageSize)", CellPins(cell).text + (index == 0 ? emulator : ""),
                ]
            }
        }
        let cells = plan.placement.cells.map { cell in
            let pools = cell.pools.filter { $0.wanted > .zero }.map { "\($0.wanted) × \($0.pageSize)" }
            return [
                "\(cell.id)", cell.dedicatedCPUs.text(empty: "none"), cell.sharedCPUs.text(empty: "none"),
                "\(cell.sharedVCPUs)", Amount.text(cell.memoryUsed), pools.joined(separator: ", "),
            ]
        }
        return HTML.table(
            ["Guest", "Cell", "Host cell", "vCPUs", "Memory", "Page", "CPUs"], guests, numbers: [1, 2, 4, 5],
            class: "wide")
            + HTML.table(
                ["Host cell", "Dedicated CPUs", "Shared CPUs", "Shared vCPUs", "Memory used", "Pools wanted"], cells,
                numbers: [0, 3, 4])
    }

    /// Errors, warnings and notes.
    var findings: [XMLElement] {
        HTML.table(
            ["Finding", "Message", "Where"],
            plan.diagnostics.map { finding in
                let words = [finding.message] + finding.notes + (finding.hint.map { ["help: \($0)"] } ?? [])
                return [
                    "\(finding.severity.rawValue) \(finding.code.rawValue)", words.joined(separator: "; "),
                    finding.mark.map { "\($0)" } ?? "",
                ]
            }, class: "findings")
    }
}
