/// Columns and rows, put together once and written in three ways: ``lines(indent:_:)`` for a terminal, ``MarkdownPage/Part`` for a
/// comment, ``HTML/table(_:class:)`` for a page. Cells are plain text; each writer makes them safe in its own way.
struct Table {
    /// One column.
    struct Column {
        enum Alignment { case left, right }

        /// What stands above the column, as inside a sentence; Markdown and HTML begin it with a capital letter.
        let heading: String
        var alignment = Alignment.left
        /// Whether long cells go on below their own start on a terminal. Names never do.
        var wraps = false
        /// Whether the cells are names or words of others, which Markdown shows as code.
        var isQuoted = false

        static func name(_ heading: String = "") -> Column { Column(heading: heading, isQuoted: true) }
        /// A list of numbers or a code, which stays on one line.
        static func list(_ heading: String) -> Column { Column(heading: heading) }
        /// Words or lists of others.
        static func quoted(_ heading: String = "") -> Column { Column(heading: heading, wraps: true, isQuoted: true) }
        /// Numbers and single amounts.
        static func number(_ heading: String = "") -> Column { Column(heading: heading, alignment: .right) }
        /// Amounts in more than one word.
        static func amounts(_ heading: String = "") -> Column {
            Column(heading: heading, alignment: .right, wraps: true)
        }
    }

    /// One row.
    struct Row {
        var cells: [String]
        /// What happens to the subject of the row: the margin of a terminal, the first cell elsewhere.
        var sign: Sign?
        /// Whether the row is bad news.
        var isBad = false
    }

    let columns: [Column]
    var rows: [Row]
    /// What stands above the table; "" for nothing.
    var title = ""
    /// Whether a terminal shows the headings.
    var hasHeadings: Bool
    /// Whether the first column names its subject once and not on each of its rows, where rows stand below each other.
    var isGrouped = false

    /// A table of rows that each have as many cells as there are columns.
    init(_ columns: [Column], _ rows: [Row], title: String = "", isGrouped: Bool = false) {
        (self.title, self.columns, self.rows, self.isGrouped) = (title, columns, rows, isGrouped)
        hasHeadings = columns.contains { !$0.heading.isEmpty }
    }

    /// A table of plain rows.
    init(_ columns: [Column], _ rows: [[String]], title: String = "", isGrouped: Bool = false) {
        self.init(columns, rows.map { Row(cells: $0) }, title: title, isGrouped: isGrouped)
    }

    /// A table without headings on a terminal.
    func headless() -> Table {
        var table = self
        table.hasHeadings = false
        return table
    }

    /// The headings for a page: with a capital letter, unless the word has one inside.
    var capitalizedHeadings: [String] {
        columns.map { column in
            let isSpelled = column.heading.dropFirst().first?.isUppercase ?? true
            return isSpelled ? column.heading : column.heading.prefix(1).uppercased() + column.heading.dropFirst()
        }
    }
}

extension Table.Column: ExpressibleByStringLiteral {
    /// A column of words of ours, or of long lists of numbers.
    init(stringLiteral heading: String) { self.init(heading: heading, wraps: true) }
}

extension Table {
    /// Title, headings and rows as lines; nothing when there is no row.
    func lines(indent: Int = 0, _ paint: Paint) -> [String] {
        guard !rows.isEmpty else { return [] }
        return (title.isEmpty ? [] : [paint(title, .heading)]) + blocks(indent: indent, paint).flatMap { $0 }
    }

    /// The lines of the headings, if they are shown, and of each row, without the title.
    func blocks(indent: Int = 0, _ paint: Paint) -> [[String]] {
        let blocks = TextTable(self, indent: indent, width: paint.width).blocks
        let (head, body) = (blocks.prefix(blocks.count - rows.count), blocks.suffix(rows.count))
        return head
            + zip(rows, body).map { row, lines in
                guard let sign = row.sign else { return row.isBad ? lines.map { paint($0, .attention) } : lines }
                let margin = String(repeating: " ", count: indent - 2) + "\(sign.rawValue) "
                return lines.enumerated().map {
                    paint(($0 == 0 ? margin : "") + $1.dropFirst($0 == 0 ? indent : 0), sign)
                }
            }
    }
}
