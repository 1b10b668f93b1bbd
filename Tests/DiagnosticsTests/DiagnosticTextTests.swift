import Diagnostics
import Testing

@Suite("Diagnostic as text")
struct DiagnosticTextTests {
    @Test("stands below its line, with label, notes and hint")
    func whole() {
        let source = SourceText(name: "s", text: "a: 1\r\nbb: 22\r\n")
        let mark = SourceMark(file: "s", line: 2, column: 5)
        let diagnostic = Diagnostic(
            .badNumber, "no", at: mark, length: 2, label: "here", notes: ["one\ntwo"], hint: "do")
        #expect(
            DiagnosticText(sources: [source]).render(diagnostic)
                == "s:2:5: error NP204: no\n    2 | bb: 22\n      |     ^^ here\n  one\n  two\n  hint: do\n")
    }

    @Test("cannot be used to write to the terminal")
    func harmless() {
        let evil = "\u{1B}[31m\0\n\u{202E}\u{9B}x"
        let source = SourceText(name: "s", text: evil)
        let mark = SourceMark(file: "s", line: 1, column: 1)
        let diagnostic = Diagnostic(.badName, evil, at: mark, label: evil, notes: [evil], hint: evil)
        let text = DiagnosticText(sources: [source]).render(diagnostic)
        #expect(
            text.unicodeScalars.allSatisfy {
                $0 == "\n" || $0.value >= 0x20 && !(0x7f...0x9f).contains($0.value) && $0 != "\u{202E}"
            })
        #expect(text.split(separator: "\n").count == 6)
    }

    @Test("does not grow with the text that it quotes")
    func bounded() {
        let diagnostic = Diagnostic(.badName, String(repeating: "x", count: 1_000_000))
        #expect(DiagnosticText().render(diagnostic).count < 1_100)
    }
}

@Suite("Source text")
struct SourceTextTests {
    @Test(
        "gives single lines, whatever ends them",
        arguments: [
            ("a\nb", 2, "b"), ("a\r\nb\r\n", 1, "a"), ("a\r\nb\r\n", 2, "b"), ("a", 2, nil), ("a", 0, nil),
            ("a\n", 2, ""),
        ]
            as [(String, Int, String?)])
    func lines(text: String, number: Int, line: String?) {
        #expect(SourceText(name: "s", text: text).line(number) == line)
    }
}
