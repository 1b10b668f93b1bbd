/// The line of a source that a finding is about, with carets below the part that is meant, cut to the width of a terminal.
struct Excerpt {
    private let mark: SourceMark
    private let length: Int
    private let label: String
    private let gutter: String
    /// How many columns are left beside the line's number.
    private let room: Int
    private let scalars: [Unicode.Scalar]
    /// Which part of the line is shown.
    private let range: Range<Int>

    /// However narrow the terminal is, so much of the line is shown.
    private static let leastRoom = 16

    /// Takes a line and the place in it; `label` is what to say of it, empty for nothing.
    init(of line: String, at mark: SourceMark, length: Int, label: String, width: Int) {
        let number = String(mark.line)
        (self.mark, self.length, self.label) = (mark, length, label)
        gutter = String(repeating: " ", count: max(0, 5 - number.count)) + number
        room = max(Excerpt.leastRoom, width - gutter.count - 3)
        let scalars = Array(line.unicodeScalars)
        // A tab is as wide as the terminal likes: where it may be too wide it is shown as a blank.
        let isWide = scalars.reduce(0) { $0 + ($1 == "\t" ? 8 : 1) } > room
        self.scalars = isWide ? scalars.map { $0 == "\t" ? " " : $0 } : scalars
        range = Excerpt.window(of: scalars.count, around: mark.column - 1, length: length, room: room)
    }

    /// The line, the carets, and what is said of them.
    var lines: [String] {
        let margin = String(repeating: " ", count: gutter.count)
        let carets = indent + String(repeating: "^", count: caretCount)
        let isBeside =
            indent.unicodeScalars.reduce(0) { $0 + ($1 == "\t" ? 8 : 1) } + caretCount + 1 + label.count <= room
        let below = label.isEmpty || isBeside ? [] : LineWrap(width: room).lines(label, indent: 0)
        let marked = label.isEmpty || !isBeside ? carets : "\(carets) \(label)"
        return ["\(gutter) | \(shown)"] + ([marked] + below).map { "\(margin) | \($0)" }
    }

    /// The part of the line, with an ellipsis where more of it is left out.
    private var shown: String {
        var text = String.UnicodeScalarView()
        text.append(contentsOf: scalars[range])
        return (range.lowerBound > 0 ? "…" : "") + displayable(String(text), keepingTabs: true)
            + (range.upperBound < scalars.count ? "…" : "")
    }

    /// What stands before the carets: a tab stays a tab, so that they are below their text in every terminal.
    private var indent: String {
        let before = scalars[range.lowerBound..<max(range.lowerBound, min(mark.column - 1, scalars.count))]
        return (range.lowerBound > 0 ? " " : "") + before.map { $0 == "\t" ? "\t" : " " }.joined()
    }

    private var caretCount: Int { min(length, max(1, range.upperBound - (mark.column - 1))) }

    /// The part of a line of `count` scalars that fits, ellipses included: its beginning if the place is there, else what surrounds
    /// the place.
    private static func window(of count: Int, around place: Int, length: Int, room: Int) -> Range<Int> {
        let place = max(0, min(place, count))
        // The place behind the last scalar has a caret, too.
        let all = max(count, place + 1)
        guard all > room else { return 0..<count }
        if place + min(length, room / 2) < room { return 0..<min(count, room - 1) }
        let start = place - room / 2
        return start + room - 1 >= all ? (all - room + 1)..<count : start..<(start + room - 2)
    }
}
