/// Writes diagnostics the way a compiler does.
public struct DiagnosticText {
    private let sources: [String: SourceText]

    /// Takes the texts from which excerpts are shown.
    public init(sources: [SourceText] = []) {
        self.sources = Dictionary(sources.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// One finding: `file:line:col: error NP304: …`, the line, a caret, notes and a hint, each line ended.
    public func render(_ diagnostic: Diagnostic) -> String {
        var text = diagnostic.mark.map { "\($0): " } ?? ""
        text += "\(diagnostic.severity.rawValue) \(diagnostic.code.rawValue): \(clean(diagnostic.message))\n"
        if let mark = diagnostic.mark, let line = sources[mark.file]?.line(mark.line) {
            text += excerpt(of: line, mark: mark, diagnostic: diagnostic)
        }
        for note in diagnostic.notes {
            for line in note.split(separator: "\n", omittingEmptySubsequences: false) { text += "  \(clean(line))\n" }
        }
        if let hint = diagnostic.hint { text += "  hint: \(clean(hint))\n" }
        return text
    }

    /// All findings, sorted by place and parted by nothing; at most `limit` of them and a count of the rest.
    public func render(_ diagnostics: [Diagnostic], limit: Int = 50) -> String {
        var text = diagnostics.prefix(limit).map(render).joined()
        if diagnostics.count > limit { text += "… and \(diagnostics.count - limit) more\n" }
        return text
    }

    /// A text that quotes an operator's file, on one line of bearable length.
    private func clean(_ text: some StringProtocol) -> String {
        let limit = 1_000
        let scalars = Array(text.unicodeScalars.prefix(limit))
        let end = text.unicodeScalars.count > limit ? "…" : ""
        return DiagnosticText.string(scalars[...]).replacing("\t", with: " ") + end
    }

    private func excerpt(of line: String, mark: SourceMark, diagnostic: Diagnostic) -> String {
        let number = String(mark.line)
        let gutter = String(repeating: " ", count: max(0, 5 - number.count)) + number
        let scalars = Array(line.unicodeScalars)
        let shown = DiagnosticText.window(of: scalars, around: mark.column)
        // A tab before the caret stays a tab, so that the caret stands below its text in every terminal.
        let before = scalars[shown.range.lowerBound..<max(shown.range.lowerBound, min(mark.column - 1, scalars.count))]
        let indent = String(repeating: " ", count: shown.prefix.count) + before.map { $0 == "\t" ? "\t" : " " }.joined()
        let room = max(1, shown.range.upperBound - (mark.column - 1))
        let carets = String(repeating: "^", count: min(diagnostic.length, room))
        let label = diagnostic.label.map { " " + clean($0) } ?? ""
        return "\(gutter) | \(shown.text)\n      | \(indent)\(carets)\(label)\n"
    }

    /// The part of a long line that surrounds a column: at most 160 scalars.
    private static func window(
        of scalars: [Unicode.Scalar], around column: Int
    ) -> (text: String, prefix: String, range: Range<Int>) {
        let width = 160
        guard scalars.count > width else { return (string(scalars[...]), "", 0..<scalars.count) }
        let start = max(0, min(column - 1 - width / 2, scalars.count - width))
        let prefix = start > 0 ? "…" : ""
        let end = start + width
        return (prefix + string(scalars[start..<end]) + (end < scalars.count ? "…" : ""), prefix, start..<end)
    }

    /// Characters that control a terminal, break a line or turn the direction of text are shown as a replacement, so that no file
    /// can write to the terminal through us.
    private static func string(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
        var text = String.UnicodeScalarView()
        for scalar in scalars {
            text.append(isHarmful(scalar) ? "\u{FFFD}" : scalar)
        }
        return String(text)
    }

    private static func isHarmful(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09: false
        case ..<0x20, 0x7f...0x9f, 0x2028...0x202e, 0x2066...0x2069: true
        default: false
        }
    }
}
