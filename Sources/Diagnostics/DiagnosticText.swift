/// Writes diagnostics the way a compiler does.
public struct DiagnosticText {
    private let sources: [String: SourceText]

    /// Takes the texts from which excerpts are shown.
    public init(sources: [SourceText] = []) {
        self.sources = Dictionary(sources.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// One finding: `file:line:col: error NP304: …`, the line, a caret, notes and a hint, each line ended.
    public func render(_ diagnostic: Diagnostic) -> String {
        var text = diagnostic.mark.map { displayable("\($0): ") } ?? ""
        text += "\(diagnostic.severity.rawValue) \(diagnostic.code.rawValue): \(quoted(diagnostic.message))\n"
        if let mark = diagnostic.mark, let line = sources[mark.file]?.line(mark.line) {
            text += excerpt(of: line, mark: mark, diagnostic: diagnostic)
        }
        for note in diagnostic.notes {
            for line in note.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false) {
                text += "  \(quoted(String(line), keepingTabs: true))\n"
            }
        }
        if let hint = diagnostic.hint { text += "  hint: \(quoted(hint))\n" }
        return text
    }

    /// All findings, those of files first and sorted by place, parted by nothing. Findings of one place, and those of no file, keep
    /// their order. Alike warnings and notes are one (see
    /// ``DiagnosticGroup``). All errors are shown, however many; of more than `limit` the warnings and notes beyond that are counted,
    /// notes first, and the errors come first.
    public func render(_ diagnostics: [Diagnostic], limit: Int = 50) -> String {
        let placed = Dictionary(grouping: diagnostics.filter { $0.mark != nil }, by: \.mark)
        let places = placed.keys.compactMap { $0 }.sorted()
        let sorted = places.flatMap { placed[$0] ?? [] } + diagnostics.filter { $0.mark == nil }
        let groups = DiagnosticGroup.of(sorted)
        guard groups.count > limit else { return groups.map(render).joined() }
        let weighed = (0...3).flatMap { weight in groups.filter { DiagnosticText.weight(of: $0.first) == weight } }
        let shown = max(limit, sorted.count { $0.severity == .error })
        return weighed.prefix(shown).map(render).joined()
            + DiagnosticText.rest(weighed.dropFirst(shown).flatMap(\.all)[...])
    }

    /// Several findings as one: their number, a line each, of warnings and notes the first, and the hint that they have in common.
    private func render(_ group: DiagnosticGroup) -> String {
        guard group.all.count > 1 else { return render(group.first) }
        var text = "\(group.first.severity.rawValue) \(group.first.code.rawValue): \(group.all.count) findings\n"
        let shown = group.first.severity == .error ? group.all.count : DiagnosticGroup.shown
        for finding in group.all.prefix(shown) {
            text += "  \(finding.mark.map { displayable("\($0): ") } ?? "")\(quoted(finding.message))\n"
        }
        let rest = group.all.count - shown
        if rest > 0 { text += "  … and \(rest) more; --format json has all of them\n" }
        if let hint = group.first.hint { text += "  hint: \(quoted(hint))\n" }
        return text
    }

    /// One line that counts what is left out; empty for nothing.
    private static func rest(_ left: ArraySlice<Diagnostic>) -> String {
        let counts = [(Diagnostic.Severity.warning, "warning"), (.note, "note")].compactMap { severity, word in
            let count = left.count { $0.severity == severity }
            return count == 0 ? nil : "\(count) more \(word)\(count == 1 ? "" : "s")"
        }
        return counts.isEmpty ? "" : "… and \(counts.joined(separator: ", ")); --format json has all of them\n"
    }

    /// What must not be cut away comes first.
    private static func weight(of diagnostic: Diagnostic) -> Int {
        switch diagnostic.severity {
        case .error: diagnostic.mark == nil ? 0 : 1
        case .warning: 2
        case .note: 3
        }
    }

    /// A text that may quote an operator's file, of bearable length.
    private func quoted(_ text: String, keepingTabs: Bool = false) -> String {
        let limit = 1_000
        let isLong = text.unicodeScalars.count > limit
        return displayable(isLong ? String(text.unicodeScalars.prefix(limit)) + "…" : text, keepingTabs: keepingTabs)
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
        let label = diagnostic.label.map { " " + quoted($0) } ?? ""
        let margin = String(repeating: " ", count: gutter.count)
        return "\(gutter) | \(shown.text)\n\(margin) | \(indent)\(carets)\(label)\n"
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

    /// Tabs stay, so that the caret's line can repeat them.
    private static func string(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
        var text = String.UnicodeScalarView()
        text.append(contentsOf: scalars)
        return displayable(String(text), keepingTabs: true)
    }
}
