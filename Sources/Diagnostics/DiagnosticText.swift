/// Writes diagnostics the way a compiler does.
public struct DiagnosticText {
    private let sources: [String: SourceText]
    private let wrap: LineWrap

    /// Takes the texts from which excerpts are shown, and the columns of a line. Words and commands that are longer stay whole.
    public init(sources: [SourceText] = [], width: Int = 80) {
        wrap = LineWrap(width: width)
        self.sources = Dictionary(sources.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// One finding: `file:line:col: error NP304: …`, the line, a caret, notes and a hint, each line ended.
    public func render(_ diagnostic: Diagnostic) -> String {
        let place = diagnostic.mark.map { displayable("\($0): ") } ?? ""
        let lead = "\(place)\(diagnostic.severity.rawValue) \(diagnostic.code.rawValue): "
        var lines = wrap.lines(quoted(diagnostic.message), lead: lead, indent: 4)
        if let mark = diagnostic.mark, let line = sources[mark.file]?.line(mark.line) {
            let label = diagnostic.label.map { quoted($0) } ?? ""
            lines += Excerpt(of: line, at: mark, length: diagnostic.length, label: label, width: wrap.width).lines
        }
        for note in diagnostic.notes {
            for line in note.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false) {
                lines += noteLines(quoted(String(line), keepingTabs: true))
            }
        }
        return ended(lines + hintLines(diagnostic))
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
        var lines = [
            "\(group.first.severity.rawValue) \(group.first.code.rawValue): \(group.all.count) findings"
        ]
        let shown = group.first.severity == .error ? group.all.count : DiagnosticGroup.shown
        for finding in group.all.prefix(shown) {
            let place = finding.mark.map { displayable("\($0): ") } ?? ""
            lines += wrap.lines(quoted(finding.message), lead: "  \(place)", indent: 4)
        }
        let rest = group.all.count - shown
        if rest > 0 { lines.append("  … and \(rest) more; --format json has all of them") }
        return ended(lines + hintLines(group.first))
    }

    private func noteLines(_ note: String) -> [String] {
        let blanks = note.prefix { $0 == " " }.count
        return wrap.lines(note, lead: "  ", indent: blanks + 4)
    }

    private func hintLines(_ diagnostic: Diagnostic) -> [String] {
        guard let hint = diagnostic.hint else { return [] }
        return wrap.lines(quoted(hint), lead: "  hint: ", indent: 8, keepsCommands: true)
    }

    private func ended(_ lines: [String]) -> String { lines.map { $0 + "\n" }.joined() }

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
}
