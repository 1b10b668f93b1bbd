internal import XMLTree

/// A line of text in a drawing.
struct SVGText {
    /// Where the text stands from its point.
    enum Anchor: String { case start, middle, end }

    /// The font's size in pixels, never less than 11.
    var size = 11
    var isBold = false
    var fill = Palette.ink
    var anchor = Anchor.start

    /// The ordinary text of a drawing.
    static let plain = SVGText()
    /// Text of less weight.
    static let small = SVGText(fill: Palette.softInk)

    /// The text with its base line at `y`, cut so that it stays within `room` pixels.
    func element(_ text: String, _ x: Int, _ y: Int, room: Int = .max) -> XMLElement {
        var attributes = [
            XMLElement.Attribute("x", "\(x)"), XMLElement.Attribute("y", "\(y)"),
            XMLElement.Attribute("font-size", "\(size)"), XMLElement.Attribute("fill", fill),
        ]
        if isBold { attributes.append(XMLElement.Attribute("font-weight", "bold")) }
        if anchor != .start { attributes.append(XMLElement.Attribute("text-anchor", anchor.rawValue)) }
        return XMLElement("text", attributes, children: [.text(fitted(text, to: room))])
    }

    /// How wide the text is at most, in pixels. The viewer chooses the font, so this errs on the wide side.
    func width(of text: String) -> Int {
        let hundredths = text.unicodeScalars.reduce(0) { $0 + SVGText.advance(of: $1) }
        return (hundredths * size * (isBold ? 110 : 100) + 9_999) / 10_000
    }

    /// The text, or its beginning and an ellipsis where it would not stay within `room` pixels.
    func fitted(_ text: String, to room: Int) -> String {
        guard width(of: text) > room else { return text }
        var kept = ""
        for character in text {
            guard width(of: kept + String(character) + "…") <= room else { break }
            kept.append(character)
        }
        return kept + "…"
    }

    /// The words in lines of at most `room` pixels; a longer word is cut.
    func lines(_ words: [String], room: Int) -> [String] {
        var lines: [String] = []
        for word in words {
            if let last = lines.last, width(of: last + " " + word) <= room {
                lines[lines.count - 1] = last + " " + word
            } else {
                lines.append(fitted(word, to: room))
            }
        }
        return lines
    }

    /// The width of a character in hundredths of the font's size, as in the wider ones of the usual sans-serif fonts.
    private static func advance(of scalar: Unicode.Scalar) -> Int {
        switch scalar {
        case "i", "j", "l", "I", "t", "f", "r", " ", ".", ",", ":", ";", "'", "|", "!", "(", ")", "[", "]", "/", "-": 42
        case "m", "w", "M", "W", "@", "%": 100
        case "A"..."Z", "#", "&", "+", "<", "=", ">", "~", "_": 80
        case "\u{20}"..."\u{7E}": 64
        case "\u{A0}"..."\u{2AF}", "·", "×", "…": 80
        default: 120
        }
    }
}
