/// The colours and the width of a terminal; without colours every line means the same.
struct Paint {
    enum Style: String {
        case heading = "1"
        case added = "32"
        case removed = "31"
        case updated = "33"
        case attention = "1;33"
    }

    /// Whether anything is coloured.
    let isOn: Bool
    /// How many columns a line has.
    var width = standardWidth

    func callAsFunction(_ text: String, _ style: Style) -> String {
        isOn ? "\u{1B}[\(style.rawValue)m\(text)\u{1B}[0m" : text
    }

    /// The line of a diff in the style of its first character; common lines stay as they are.
    func callAsFunction(diffLine line: String) -> String {
        switch line.first {
        case "+": self(line, Style.added)
        case "-": self(line, Style.removed)
        default: line
        }
    }

    /// The text in the style of its sign.
    func callAsFunction(_ text: String, _ sign: Sign) -> String {
        switch sign {
        case .added: self(text, Style.added)
        case .removed: self(text, Style.removed)
        case .updated: self(text, Style.updated)
        }
    }
}
