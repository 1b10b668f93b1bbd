/// A page of Markdown that stays within a size: what must stand, lists and tables of which as many rows stand as there is room for,
/// and details, each whole or not at all, the shortest first. What was left out is counted on a line of its own.
///
/// Each part closes what it opens, so that a page is well-formed whatever is left out.
struct MarkdownPage {
    /// A part of the page.
    enum PagePart {
        /// What must stand.
        case fixed(String)
        /// Rows below a head that is left out with the last of them; most important first.
        case rows(head: String, rows: [String])
        /// A part that is left out before any row is.
        case detail(String)
    }

    /// The least size that a page can be kept within, in bytes: fixed parts are shorter than that.
    static let leastBytes = 4_096

    /// The longest name that a fixed part quotes, in scalars.
    static let longestName = 100

    /// What is kept free for the line that says what was left out.
    private static let noteBytes = 120

    private var parts: [PagePart] = []
    /// Details that were never added for want of room.
    private var detailsLetGo = 0

    /// Adds a part at the end of the page.
    mutating func add(_ part: PagePart) { parts.append(part) }

    /// Counts details that are not even added, for want of room.
    mutating func letGo(details: Int) { detailsLetGo += details }

    /// The page within so many bytes; a size below ``leastBytes`` counts as that.
    func text(within bytes: Int) -> String {
        var room = max(bytes, MarkdownPage.leastBytes) - MarkdownPage.noteBytes
        for case .fixed(let text) in parts { room -= text.utf8.count }
        var texts = parts.map { part -> String in
            switch part {
            case .fixed(let text): text
            case .rows, .detail: ""
            }
        }
        let rows = takeRows(into: &texts, &room)
        let details = takeDetails(into: &texts, &room)
        return texts.dropLast().joined() + note(rows: rows, details: details + detailsLetGo) + (texts.last ?? "")
    }

    /// Puts in rows while there is room, in their order.
    ///
    /// - Returns: How many were left out.
    private func takeRows(into texts: inout [String], _ room: inout Int) -> Int {
        var left = 0
        for (index, part) in parts.enumerated() {
            guard case .rows(let head, let rows) = part else { continue }
            var text = head
            var taken = 0
            for row in rows {
                guard text.utf8.count + row.utf8.count <= room else { break }
                text += row
                taken += 1
            }
            left += rows.count - taken
            guard taken > 0 else { continue }
            texts[index] = text
            room -= text.utf8.count
        }
        return left
    }

    /// Puts in details while there is room, the shortest first.
    ///
    /// - Returns: How many were left out.
    private func takeDetails(into texts: inout [String], _ room: inout Int) -> Int {
        let details = parts.enumerated().compactMap { index, part -> (index: Int, text: String)? in
            if case .detail(let text) = part { (index, text) } else { nil }
        }
        let sorted = details.sorted { ($0.text.utf8.count, $0.index) < ($1.text.utf8.count, $1.index) }
        for (position, detail) in sorted.enumerated() {
            guard detail.text.utf8.count <= room else { return sorted.count - position }
            texts[detail.index] = detail.text
            room -= detail.text.utf8.count
        }
        return 0
    }

    private func note(rows: Int, details: Int) -> String {
        let counts = [(rows, "row"), (details, "detail")].filter { $0.0 > 0 }.map { Amount.count($0.0, $0.1) }
        return counts.isEmpty ? "" : "\n\(counts.joined(separator: " and ")) omitted: see the plan as text or JSON.\n"
    }
}

extension MarkdownPage.PagePart {
    /// A table; nothing where there is no row.
    static func table(_ table: Table) -> MarkdownPage.PagePart {
        let rule = table.columns.map { $0.alignment == .left ? "---" : "--:" }
        let rows = table.rows.map { row in
            line(
                table.columns.enumerated().map { index, column in
                    (index == 0 ? row.sign.map { "\($0.rawValue) " } ?? "" : "")
                        + MarkdownText.cell(
                            row.cells[index], isQuoted: column.isQuoted, isBold: row.isBad && index == 1)
                })
        }
        return .rows(head: "\n" + line(table.capitalizedHeadings) + line(rule), rows: rows)
    }

    /// A table folded below a title; nothing where there is no row.
    static func folded(_ title: String, _ table: Table) -> [MarkdownPage.PagePart] {
        table.rows.isEmpty ? [] : [folded(title, String(MarkdownPage.PagePart.table(table).whole.dropFirst()))]
    }

    /// Folded details below a title, which is HTML already.
    static func folded(_ title: String, _ body: String) -> MarkdownPage.PagePart {
        .detail("\n<details><summary>\(title)</summary>\n\n\(body)\n</details>\n")
    }

    /// Lines as a coloured diff, folded below a title.
    static func diff(_ title: String, _ lines: [String]) -> MarkdownPage.PagePart {
        let fence = MarkdownText.fence(for: lines)
        return folded(title, "\(fence)diff\n\(lines.joined(separator: "\n"))\n\(fence)\n")
    }

    /// The part with nothing left out.
    var whole: String {
        switch self {
        case .fixed(let text), .detail(let text): text
        case .rows(let head, let rows): rows.isEmpty ? "" : head + rows.joined()
        }
    }

    private static func line(_ cells: [String]) -> String { "| \(cells.joined(separator: " | ")) |\n" }
}
