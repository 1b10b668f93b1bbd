/// Aligned columns for a terminal.
///
/// A column is as wide as its widest cell of at most ``longest`` characters. Longer texts are wrapped at blanks and after commas, and
/// go on below their own start; a longer name or number pushes only the rest of its own row. So are those of the last column, which
/// stays within the width, and of the widest others where it would have no room. A column without headings in which nothing stands is
/// left out.
struct TextTable {
    enum Alignment { case left, right }

    /// The widest cell that still sets the width of its column.
    static let longest = 40
    /// The least room that a wrapped last column is given.
    static let leastRoom = 18
    /// The width below which no other column is wrapped.
    static let least = 18

    private let alignments: [Alignment]
    private let headings: [String]?
    private var rows: [[String]] = []

    /// A table with these columns; `headings` may be left out.
    init(_ alignments: [Alignment], headings: [String]? = nil) {
        self.alignments = alignments
        self.headings = headings
    }

    /// Adds a row; it has as many cells as there are columns.
    mutating func add(_ row: [String]) { rows.append(row) }

    /// How many rows were added.
    var count: Int { rows.count }

    /// Whether no row was added.
    var isEmpty: Bool { rows.isEmpty }

    /// The headings and rows as lines, indented, without blanks at their ends; nothing when there is no row.
    func lines(indent: Int = 0, width: Int) -> [String] {
        blocks(indent: indent, width: width).flatMap { $0 }
    }

    /// The lines of the headings, if there are any, and of each row; nothing when there is no row.
    func blocks(indent: Int = 0, width: Int) -> [[String]] {
        guard !rows.isEmpty else { return [] }
        let all = (headings.map { [$0] } ?? []) + rows
        let columns = shown
        let widths = widths(of: columns, in: all, room: width - indent)
        return all.map { row in lines(of: columns.map { row[$0] }, columns, widths, indent: indent, width: width) }
    }

    /// The columns in which anything stands; with headings all of them.
    private var shown: [Int] {
        alignments.indices.filter { column in headings != nil || rows.contains { !$0[column].isEmpty } }
    }

    /// How wide each column but the last is: as wide as what stands in it, less where the last one would have no room.
    private func widths(of columns: [Int], in all: [[String]], room: Int) -> [Int] {
        var widths = columns.map { column -> Int in
            let lengths = all.map { $0[column].count }
            guard isWrapped(column), room < .max / 2 else {
                return lengths.filter { $0 <= TextTable.longest }.max() ?? 0
            }
            return min(lengths.max() ?? 0, TextTable.longest)
        }
        guard room < .max / 2, let last = columns.last, alignments[last] == .left else { return widths }
        let needed = min(all.map { $0[last].count }.max() ?? 0, TextTable.leastRoom)
        var lacking = widths.dropLast().reduce(needed) { $0 + $1 + 2 } - room
        while lacking > 0 {
            let wrappable = columns.indices.dropLast().filter { isWrapped(columns[$0]) }
            guard let widest = wrappable.max(by: { widths[$0] < widths[$1] }), widths[widest] > TextTable.least
            else { break }
            let less = min(lacking, widths[widest] - TextTable.least)
            widths[widest] -= less
            lacking -= less
        }
        return widths
    }

    /// Whether long cells of the column go on below: texts, but never the names that begin a row.
    private func isWrapped(_ column: Int) -> Bool { column > 0 && alignments[column] == .left }

    private func lines(of row: [String], _ columns: [Int], _ widths: [Int], indent: Int, width: Int) -> [String] {
        let last = row.count - 1
        let isBounded = width < .max / 2
        var pieces = row.indices.map { index in
            index < last && isBounded && isWrapped(columns[index])
                ? wrapped(row[index], to: widths[index]) : [row[index]]
        }
        let used = widths.dropLast().reduce(indent) { $0 + $1 + 2 }
        let pushed = row.indices.dropLast().reduce(0) { $0 + max(0, (pieces[$1].first?.count ?? 0) - widths[$1]) }
        if isBounded, last >= 0, alignments[columns[last]] == .left {
            pieces[last] = wrapped(row[last], to: max(TextTable.leastRoom, width - used - pushed))
        }
        return (0..<(pieces.map(\.count).max() ?? 0)).map { number in
            var line = String(repeating: " ", count: indent)
            for index in row.indices {
                let cell = number < pieces[index].count ? pieces[index][number] : ""
                line += padded(cell, to: index == last && number > 0 ? 0 : widths[index], alignments[columns[index]])
                if index < last { line += "  " }
                if index == last - 1, number > 0 { line += String(repeating: " ", count: pushed) }
            }
            return trimmed(line)
        }
    }

    private func padded(_ text: String, to width: Int, _ alignment: Alignment) -> String {
        let blanks = String(repeating: " ", count: max(0, width - text.count))
        return alignment == .left ? text + blanks : blanks + text
    }
}

/// The width that text is kept within, where names allow it, when nobody says how wide the terminal is.
public let standardWidth = 80

/// The text in pieces of at most `room` characters, broken at blanks and after commas; a longer word stays whole.
func wrapped(_ text: String, to room: Int) -> [String] {
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

/// The text cut after each blank and each comma.
private func words(of text: String) -> [String] {
    var words = [""]
    for character in text {
        words[words.count - 1].append(character)
        if character == " " || character == "," { words.append("") }
    }
    return words.filter { !$0.isEmpty }
}
