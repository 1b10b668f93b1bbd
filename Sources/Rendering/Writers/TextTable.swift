internal import Diagnostics

/// The lines of a table on a terminal.
///
/// A column is as wide as its widest cell of at most ``longest`` characters; a longer name or number pushes only the rest of its own
/// row. Where the whole is too wide, the widest of the columns that wrap become narrower: first none below ``least``, then, with the
/// headings, down to their longest words. A column in which nothing stands, not even a heading, is left out.
struct TextTable {
    /// The widest cell that still sets the width of its column.
    private static let longest = 40
    /// The width below which columns are wrapped only where nothing else helps.
    private static let least = 18

    private let indent: Int
    private let width: Int
    private let columns: [Table.Column]
    /// The headings, if they are shown, and the rows.
    private var cells: [[String]]
    private var widths: [Int] = []
    private let headings: Int

    /// Lays a table out.
    init(_ table: Table, indent: Int, width: Int) {
        var rows = table.rows.map { $0.cells.map { displayable($0) } }
        if table.isGrouped {
            let names = rows.map { $0[0] }
            for index in rows.indices.dropFirst() where names[index] == names[index - 1] { rows[index][0] = "" }
        }
        let all = (table.hasHeadings ? [table.columns.map(\.heading)] : []) + rows
        let shown = table.columns.indices.filter { column in all.contains { !$0[column].isEmpty } }
        (self.indent, self.width) = (indent, width)
        columns = shown.map { table.columns[$0] }
        cells = all.map { row in shown.map { row[$0] } }
        headings = table.hasHeadings ? 1 : 0
        widths = fittingWidths
    }

    /// The lines of the headings, if they are shown, and of each row.
    var blocks: [[String]] { cells.enumerated().map { lines(of: $1, isHeading: $0 < headings) } }

    /// How wide each column is; the last one is at least that wide.
    private var fittingWidths: [Int] {
        var widths = columns.indices.map { column in
            let lengths = cells.map { $0[column].count }
            guard columns[column].wraps else { return lengths.filter { $0 <= TextTable.longest }.max() ?? 0 }
            return min(lengths.max() ?? 0, TextTable.longest)
        }
        guard let last = columns.indices.last else { return [] }
        let natural = widths[last]
        if columns[last].wraps { widths[last] = min(natural, TextTable.least) }
        narrow(&widths, to: columns.indices.map { columns[$0].wraps ? TextTable.least : widths[$0] })
        narrow(
            &widths,
            to: columns.indices.map { column in
                let words = cells.enumerated().map { row, cells in
                    row < headings || columns[column].wraps ? longestWord(of: cells[column]) : cells[column].count
                }
                return words.filter { $0 <= TextTable.longest }.max() ?? 0
            })
        return widths
    }

    /// Makes the widest columns narrower, as far as the whole is too wide and no further than to these widths.
    private func narrow(_ widths: inout [Int], to least: [Int]) {
        var lacking = widths.reduce(indent - 2) { $0 + $1 + 2 } - width
        while lacking > 0 {
            let wide = widths.indices.filter { widths[$0] > least[$0] }
            guard let widest = wide.max(by: { widths[$0] < widths[$1] }) else { return }
            widths[widest] -= 1
            lacking -= 1
        }
    }

    private func lines(of row: [String], isHeading: Bool) -> [String] {
        let last = row.count - 1
        let used = widths.dropLast().reduce(indent) { $0 + $1 + 2 }
        var (pieces, pushed) = ([[String]](), 0)
        for (index, cell) in row.enumerated() {
            let room = index < last ? widths[index] : max(widths[index], width - used - pushed)
            pieces.append(columns[index].wraps || isHeading ? wrapped(cell, to: room) : [cell])
            if index < last { pushed += max(0, (pieces[index].first?.count ?? 0) - widths[index]) }
        }
        return (0..<(pieces.map(\.count).max() ?? 0)).map { number in
            var line = String(repeating: " ", count: indent)
            for index in row.indices {
                let cell = number < pieces[index].count ? pieces[index][number] : ""
                let blanks = String(repeating: " ", count: max(0, widths[index] - cell.count))
                line += columns[index].alignment == .left ? cell + blanks : blanks + cell
                if index < last { line += "  " }
                if index == last - 1, number > 0 { line += String(repeating: " ", count: pushed) }
            }
            return trimmed(line)
        }
    }

    private func longestWord(of text: String) -> Int { words(of: text).map { trimmed($0).count }.max() ?? 0 }
}

/// The width that text is kept within, where names allow it, when nobody says how wide the terminal is.
public let standardWidth = 80

/// The text in pieces of at most `room` characters, broken at blanks and after commas; a longer word, and an amount with its unit, stay whole.
package func wrapped(_ text: String, to room: Int) -> [String] {
    guard text.count > room else { return [text] }
    var pieces = [""]
    for word in words(of: text) {
        let length = pieces[pieces.count - 1].count + trimmed(word).count
        if length > room, pieces != [""] { pieces.append("") }
        pieces[pieces.count - 1] += word
    }
    return pieces.map { trimmed($0) }
}

/// The text without blanks at its end.
private func trimmed(_ text: String) -> String {
    var text = text
    while text.last == " " { text.removeLast() }
    return text
}

/// The text cut after each blank and each comma, but not between an amount and its unit.
private func words(of text: String) -> [String] {
    var words = [""]
    for character in text {
        words[words.count - 1].append(character)
        if character == " " || character == "," { words.append("") }
    }
    return words.filter { !$0.isEmpty }.reduce(into: []) { words, word in
        if let amount = words.last, amount.hasSuffix(" "), amount.dropLast().last?.isNumber == true, isUnit(word) {
            words[words.count - 1] += word
        } else {
            words.append(word)
        }
    }
}

private func isUnit(_ word: String) -> Bool {
    ["KiB", "MiB", "GiB", "TiB", "%"].contains(String(word.prefix { !" ,.;)".contains($0) }))
}
