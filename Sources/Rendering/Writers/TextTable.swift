/// Aligned columns for a terminal.
///
/// A column is as wide as its widest cell of at most ``longest`` characters; a longer cell pushes only the rest of its own
/// row. The last column is wrapped at blanks and after commas to stay within the width, and continues below its own start.
struct TextTable {
    enum Alignment { case left, right }

    /// The widest cell that still sets the width of its column.
    static let longest = 40
    /// The least room that a wrapped last column is given.
    static let leastRoom = 24

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
    func lines(indent: Int = 0, width: Int = textWidth) -> [String] {
        guard !rows.isEmpty else { return [] }
        let all = (headings.map { [$0] } ?? []) + rows
        let widths = alignments.indices.map { column in
            all.map { $0[column].count }.filter { $0 <= TextTable.longest }.max() ?? 0
        }
        return all.flatMap { line(of: $0, widths: widths, indent: indent, width: width) }
    }

    private func line(of row: [String], widths: [Int], indent: Int, width: Int) -> [String] {
        let last = row.count - 1
        var line = String(repeating: " ", count: indent)
        for column in 0..<last { line += padded(row[column], to: widths[column], alignments[column]) + "  " }
        if alignments[last] == .right { return [line + padded(row[last], to: widths[last], .right)] }
        let pieces = wrapped(row[last], to: max(TextTable.leastRoom, width - line.count))
        let margin = String(repeating: " ", count: line.count)
        return pieces.enumerated().map { trimmed(($0.offset == 0 ? line : margin) + $0.element) }
    }

    private func padded(_ text: String, to width: Int, _ alignment: Alignment) -> String {
        let blanks = String(repeating: " ", count: max(0, width - text.count))
        return alignment == .left ? text + blanks : blanks + text
    }
}

/// The width that text is kept within where names allow it.
let textWidth = 100

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
