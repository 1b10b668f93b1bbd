internal import Diagnostics
internal import Planning
internal import XMLTree

/// Elements of HTML. They are values, so all text in them is escaped when they are written, and everything that opens is closed.
///
/// The writer closes an element without content at once, which HTML knows only of elements that never have any: every other
/// element here has text.
enum HTML {
    static func element(_ name: String, class style: String? = nil, _ children: [XMLElement]) -> XMLElement {
        XMLElement(name, style.map { [.init("class", $0)] } ?? [], children: children.map { .element($0) })
    }

    /// An element with a text of others or of ours; text that would be obeyed instead of shown is replaced, a blank stands for
    /// nothing.
    static func text(_ name: String, class style: String? = nil, _ text: String) -> XMLElement {
        let shown = displayable(text)
        let isBlank = shown.allSatisfy { $0 == " " }
        return XMLElement(
            name, style.map { [.init("class", $0)] } ?? [], children: [.text(isBlank ? "\u{A0}" : shown)])
    }

    /// A table that can be moved sideways where it is too wide; nothing without rows.
    ///
    /// - Parameter guests: For each row the names of the guests that it is about, by which it is highlighted and found.
    static func table(_ table: Table, guests: [[String]] = []) -> [XMLElement] {
        guard !table.rows.isEmpty else { return [] }
        let headings = table.capitalizedHeadings
        let shown = table.columns.indices.filter { column in table.rows.contains { !$0.cells[column].isEmpty } }
        func cell(_ name: String, _ column: Int, _ words: String) -> XMLElement {
            let form = table.columns[column]
            let styles = [
                form.alignment == .right ? "n" : form.wraps || form.isQuoted ? nil : "s", words.isEmpty ? "e" : nil,
                form.wraps && form.isQuoted ? "q" : nil,
            ].compactMap { $0 }
            return text(name, class: styles.isEmpty ? nil : styles.joined(separator: " "), words)
        }
        // On a narrow screen each row is a card, where every cell shows its heading.
        func row(_ row: Table.Row) -> XMLElement {
            let cells = shown.map { column in
                let sign = column == 0 ? row.sign.map { "\($0.rawValue) " } ?? "" : ""
                var cell = cell("td", column, sign + row.cells[column])
                cell[attribute: "data-label"] = headings[column]
                return cell
            }
            return element("tr", class: row.sign?.style ?? (row.isBad ? "bad" : nil), cells)
        }
        let head = element("thead", [element("tr", shown.map { cell("th", $0, headings[$0]) })])
        let rows = zip(table.rows, guests + table.rows.dropFirst(guests.count).map { _ in [] }).map {
            about($1, row($0))
        }
        return [element("div", class: "scroll", [element("table", [head, element("tbody", rows)])])]
    }

    /// The element, marked as one about these guests.
    static func about(_ guests: [String], _ element: XMLElement) -> XMLElement {
        guard !guests.isEmpty else { return element }
        var element = element
        element[attribute: "data-g"] = guests.map { displayable($0) }.joined(separator: "\t")
        return element
    }

    /// A part of the page with its heading; nothing without content.
    static func section(_ heading: String, _ content: [XMLElement]) -> [XMLElement] {
        content.isEmpty ? [] : [element("section", [text("h2", heading)] + content)]
    }

    /// Lines of a diff, coloured by their first character.
    static func diff(_ lines: [String]) -> XMLElement {
        element("div", class: "diff", lines.map { text("div", class: diffClass(of: $0), $0) })
    }

    private static func diffClass(of line: String) -> String? {
        switch line.first {
        case _ where line.hasPrefix("--- ") || line.hasPrefix("+++ ") || line.hasPrefix("@@ "): "at"
        case "+": "add"
        case "-": "del"
        case "~", "!": "mod"
        default: nil
        }
    }
}

extension HTML {
    /// What stands behind the class `verdict`.
    static func style(of verdict: Plan.PlanVerdict?) -> String {
        switch verdict {
        case .noChanges: " good"
        case .changes: ""
        case .infeasible, .undecided, .refused, nil: " bad"
        }
    }
}

extension Sign {
    /// The class of what has the sign.
    var style: String {
        switch self {
        case .added: "add"
        case .removed: "del"
        case .updated: "mod"
        }
    }
}
