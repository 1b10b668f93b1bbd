internal import Diagnostics
internal import XMLTree

/// Elements of HTML. They are values, so all text in them is escaped when they are written, and everything that opens is closed.
///
/// The writer closes an element without content at once, which HTML knows only of elements that never have any: every other
/// element here has text.
enum HTML {
    /// An element with elements in it.
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

    /// A table that can be moved sideways where it is too wide; nothing without rows. Columns named in `numbers` are set to the
    /// right.
    static func table(
        _ headings: [String], _ rows: [[String]], numbers: Set<Int> = [], class style: String? = nil
    ) -> [XMLElement] {
        guard !rows.isEmpty else { return [] }
        func cell(_ name: String, _ column: Int, _ words: String) -> XMLElement {
            let styles = (numbers.contains(column) ? ["n"] : []) + (words.isEmpty ? ["e"] : [])
            return text(name, class: styles.isEmpty ? nil : styles.joined(separator: " "), words)
        }
        // On a narrow screen each row is a card, where every cell shows its heading.
        func row(_ cells: [String]) -> XMLElement {
            let cells = cells.enumerated().map { column, words in
                var cell = cell("td", column, words)
                cell[attribute: "data-label"] = headings[column]
                return cell
            }
            return element("tr", cells)
        }
        let head = element("thead", [element("tr", headings.enumerated().map { cell("th", $0, $1) })])
        let body = element("tbody", rows.map(row))
        return [element("div", class: "scroll", [element("table", class: style, [head, body])])]
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
