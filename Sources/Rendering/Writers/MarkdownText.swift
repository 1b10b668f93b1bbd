internal import Diagnostics

/// Text of others inside Markdown: shown as it is, never interpreted.
enum MarkdownText {
    /// A code span, for use in tables too. A text that could end a span or a table cell is written as an HTML element in
    /// which every scalar that could mean something is an entity.
    static func code(_ text: String) -> String {
        let text = displayable(text)
        let isPlain = !text.isEmpty && text.unicodeScalars.allSatisfy { !"`|\\<&".unicodeScalars.contains($0) }
        let isBordered = text.hasPrefix(" ") || text.hasSuffix(" ")
        return isPlain && !isBordered ? "`\(text)`" : "<code>\(entities(text))</code>"
    }

    /// A code span of at most so many scalars as a name may have in a part that must stand.
    static func shortCode(_ text: String) -> String { code(cut(text, to: MarkdownPage.longestName)) }

    /// The text as HTML, for places where Markdown is not read.
    static func html(_ text: String) -> String { escaped(text) { !"&<>\"'".unicodeScalars.contains($0) } }

    /// A cell of a table.
    static func cell(_ text: String, isQuoted: Bool, isBold: Bool) -> String {
        if isQuoted, !["", "-"].contains(text) { return code(text) }
        let words = escaped(text) { !"&<|`".unicodeScalars.contains($0) }
        return isBold ? "**\(words)**" : words
    }

    /// The text inside an HTML comment, which it cannot end.
    static func comment(_ text: String) -> String {
        escaped(text) { isAlphanumeric($0) || "._".unicodeScalars.contains($0) }
    }

    /// A hidden line that names what the page is about, by which a comment can be found again; long names are cut.
    static func marker(_ names: [(key: String, name: String)]) -> String {
        let words = names.map { "\($0.key)=\(comment(cut($0.name, to: MarkdownPage.longestName)))" }
        return "<!-- numactl-plan \(words.joined(separator: " ")) -->\n"
    }

    /// The text, or its first scalars and an ellipsis where it has more of them than that.
    static func cut(_ text: String, to length: Int) -> String {
        let scalars = text.unicodeScalars
        guard scalars.count > length else { return text }
        return String(String.UnicodeScalarView(scalars.prefix(length - 1))) + "…"
    }

    private static func entities(_ text: String) -> String {
        escaped(text) { isAlphanumeric($0) || " ,-/=".unicodeScalars.contains($0) }
    }

    private static func escaped(_ text: String, keeping isKept: (Unicode.Scalar) -> Bool) -> String {
        let text = displayable(text)
        if text.unicodeScalars.allSatisfy({ !$0.isASCII || isKept($0) }) { return text }
        return text.unicodeScalars.reduce(into: "") { result, scalar in
            result += !scalar.isASCII || isKept(scalar) ? String(Character(scalar)) : "&#\(scalar.value);"
        }
    }

    /// A fence longer than any run of backticks in the lines.
    static func fence(for lines: [String]) -> String {
        guard lines.contains(where: { $0.utf8.contains(UInt8(ascii: "`")) }) else { return "```" }
        var (longest, run) = (0, 0)
        for character in lines.joined(separator: "\n") {
            run = character == "`" ? run + 1 : 0
            longest = max(longest, run)
        }
        return String(repeating: "`", count: max(3, longest + 1))
    }

    private static func isAlphanumeric(_ scalar: Unicode.Scalar) -> Bool {
        ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar) || ("0"..."9").contains(scalar)
    }
}
