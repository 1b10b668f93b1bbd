import Diagnostics
import Testing

@Suite("Values of diagnostics")
struct ValueTests {
    @Test(
        "a line by its number",
        arguments: [
            ("a\nb\nc", 1, "a"), ("a\nb\nc", 3, "c"), ("a\nb\n", 3, ""), ("a\nb", 3, nil), ("", 1, ""), ("", 2, nil),
            ("a", 0, nil), ("a", -1, nil), ("\n\n", 2, ""), ("a\r\nb\r\n", 1, "a"), ("a\r\nb\r\n", 2, "b"),
            ("a\r", 1, "a"), ("a\rb", 1, "a\rb"), ("e\u{301}\nb", 2, "b"),
        ] as [(String, Int, String?)])
    func lines(text: String, number: Int, line: String?) {
        #expect(SourceText(name: "f", text: text).line(number) == line)
    }

    @Test(
        "what a terminal would obey is replaced, one for one",
        arguments: [
            ("plain ü 漢 🙂", "plain ü 漢 🙂"), ("\u{1B}[31m", "\u{FFFD}[31m"), ("a\tb", "a\u{FFFD}b"),
            ("a\r\nb", "a\u{FFFD}\u{FFFD}b"), ("\u{202E}x\u{2066}", "\u{FFFD}x\u{FFFD}"), ("\u{9B}", "\u{FFFD}"),
            ("\u{2028}\u{2029}\u{FEFF}\u{200B}", "\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}"), ("", ""),
        ] as [(String, String)])
    func displayed(text: String, shown: String) {
        #expect(displayable(text) == shown)
    }

    @Test("marks sort by file, line and column")
    func marks() {
        let marks = [("a", 2, 1), ("a", 10, 1), ("a", 10, 3), ("b", 1, 1)].map {
            SourceMark(file: $0.0, line: $0.1, column: $0.2)
        }
        #expect(marks.reversed().sorted() == marks)
        #expect(marks[2].description == "a:10:3")
    }

    @Test("a caret is at least one column wide", arguments: [(-1, 1), (0, 1), (7, 7)])
    func length(given: Int, kept: Int) {
        #expect(Diagnostic(.badName, "m", length: given).length == kept)
    }

    @Test("only errors are errors")
    func errors() {
        let findings = Diagnostic.Severity.allCases.map { Diagnostic(.badName, "m", severity: $0) }
        #expect(findings.hasErrors)
        #expect(!findings.filter { $0.severity != .error }.hasErrors)
        #expect(![Diagnostic]().hasErrors)
    }

    @Test("codes are NP and three digits")
    func codes() {
        for code in DiagnosticCode.allCases {
            #expect(code.rawValue.wholeMatch(of: /NP[1-7][0-9]{2}/) != nil)
        }
    }

    @Test("a located value keeps its place when it is mapped")
    func located() {
        let mark = SourceMark(file: "f", line: 1, column: 2)
        #expect(Located("4", at: mark).map { Int($0) } == Located(4, at: mark))
    }
}
