import Diagnostics
import TestSupport
import Testing

@Suite("Diagnostics as text")
struct DiagnosticTextTests {
    /// Renders one error at the mark of `text`.
    private func rendered(_ text: String, length: Int = 1, label: String? = nil) -> String {
        let (text, mark) = marked(text)
        let source = SourceText(name: "site.yaml", text: text)
        let diagnostic = Diagnostic(.unknownKey, "no such key", at: mark, length: length, label: label)
        return DiagnosticText(sources: [source]).render(diagnostic)
    }

    /// The line of the source and the line of the caret, without the margin.
    private func excerpt(_ text: String, length: Int = 1) -> [String] {
        rendered(text, length: length).split(separator: "\n").dropFirst().map { String($0.dropFirst(8)) }
    }

    @Test(
        "puts the caret below the text",
        arguments: [
            ("▶vcpu: 1", 4, ["vcpu: 1", "^^^^"]),
            ("a: 1\n  ▶vcpu: 1\nb: 2", 4, ["  vcpu: 1", "  ^^^^"]),
            ("\t\ta:\t▶b", 1, ["\t\ta:\tb", "\t\t  \t^"]),
            ("größe: ▶x", 1, ["größe: x", "       ^"]),
            ("a: ▶b", 99, ["a: b", "   ^"]),
            ("a:▶", 1, ["a:", "  ^"]),
            ("a:▶", 5, ["a:", "  ^"]),
            ("a: ▶b\r\nc: d\r\n", 1, ["a: b", "   ^"]),
            ("a: b\r\nc: ▶d\r\n", 1, ["c: d", "   ^"]),
            ("a: \u{1B}▶b\u{7}\u{202E}", 1, ["a: \u{FFFD}b\u{FFFD}\u{FFFD}", "    ^"]),
        ] as [(String, Int, [String])])
    func caret(text: String, length: Int, lines: [String]) {
        #expect(excerpt(text, length: length) == lines)
    }

    @Test(
        "shows the part of a long line around the marked place, within every width",
        arguments: [40, 80, 140, 161], [0, 1, 31, 32, 33, 71, 72, 73, 200, 366, 367, 368, 398, 399, 400])
    func longLine(width: Int, column: Int) throws {
        let line = String((0..<400).map { Character(Unicode.Scalar(UInt8(97 + $0 % 26))) })
        let mark = SourceMark(file: "site.yaml", line: 1, column: column + 1)
        let found = Diagnostic(.unknownKey, "no such key", at: mark, length: 3)
        let text = DiagnosticText(sources: [SourceText(name: "site.yaml", text: line)], width: width).render(found)
        #expect(text.split(separator: "\n").allSatisfy { $0.count <= width }, "\(text)")
        let lines = text.split(separator: "\n").suffix(2).map { $0.dropFirst(8) }
        let caret = try #require(lines[1].firstIndex(of: "^"))
        let below = lines[0].dropFirst(lines[1].distance(from: lines[1].startIndex, to: caret)).first
        #expect(below == (column == 400 ? nil : line.dropFirst(column).first))
        #expect(lines[0].hasPrefix("…") == (column + 3 >= width - 8))
        #expect(lines[0].hasSuffix("…") == (column < 400 - (width - 8) / 2))
        #expect(lines[0].count == width - 8 - (column == 400 ? 1 : 0), "no room is wasted")
    }

    @Test("underlines no more than a long line shows")
    func wideRange() {
        let lines = excerpt("▶" + String(repeating: "x", count: 1_000), length: 1_000)
        #expect(lines[0] == String(repeating: "x", count: 71) + "…")
        #expect(lines[1] == String(repeating: "^", count: 71))
    }

    @Test("a line with tabs that may be too wide shows them as blanks")
    func wideTabs() {
        let lines = excerpt("a:\t" + String(repeating: "b", count: 66) + "\t▶c")
        #expect(lines[0] == "a: " + String(repeating: "b", count: 66) + " c")
        #expect(lines[1] == String(repeating: " ", count: 70) + "^")
    }

    @Test("what is said of the place stands below the carets where it is too long to stand beside them")
    func longLabel() {
        let text = rendered(
            "guests: {web01: {vcpus: ▶x}}", label: "a number from 1 to 4096 was expected here, in plain digits")
        #expect(
            text.split(separator: "\n").suffix(2) == [
                "      |                         ^",
                "      | a number from 1 to 4096 was expected here, in plain digits",
            ])
    }

    @Test("wraps messages, notes and hints at the width, but no command, name or list without need")
    func wrapping() {
        let finding = Diagnostic(
            .poolBestEffort, "a running kernel may not have room for pool/1GiB/cell/0, pool/1GiB/cell/1 and more",
            severity: .warning,
            notes: ["/sys/devices/system/node/node0/hugepages/hugepages-1048576kB/nr_hugepages: 1 of 4"],
            hint: "permanently: echo 'vm.swappiness = 0' > /etc/sysctl.d/60-x.conf && sysctl -p /etc/sysctl.d/60-x.conf"
        )
        #expect(
            DiagnosticText(width: 60).render(finding) == """
                warning NP412: a running kernel may not have room for
                    pool/1GiB/cell/0, pool/1GiB/cell/1 and more
                  /sys/devices/system/node/node0/hugepages/hugepages-1048576kB/nr_hugepages:
                    1 of 4
                  hint: permanently:
                        echo 'vm.swappiness = 0' > /etc/sysctl.d/60-x.conf && sysctl -p /etc/sysctl.d/60-x.conf

                """)
        #expect(DiagnosticText(width: 400).render(finding).split(separator: "\n").count == 3)
    }

    @Test("keeps the margin of line numbers with many digits")
    func margin() {
        let lines = rendered(String(repeating: "\n", count: 1_234_567) + "▶a").split(separator: "\n")
        #expect(lines.dropFirst() == ["1234568 | a", "        | ^"])
    }

    @Test("shows no line that the file does not have", arguments: [0, 3, 99])
    func missingLine(number: Int) {
        let source = SourceText(name: "site.yaml", text: "a\nb")
        let mark = SourceMark(file: "site.yaml", line: number, column: 1)
        let text = DiagnosticText(sources: [source]).render(Diagnostic(.unknownKey, "m", at: mark))
        #expect(text == "site.yaml:\(number):1: error NP201: m\n")
    }

    @Test("survives a column before the line and one far behind it", arguments: [0, 1_000])
    func columns(column: Int) {
        let source = SourceText(name: "f", text: "ab")
        let mark = SourceMark(file: "f", line: 1, column: column)
        let text = DiagnosticText(sources: [source]).render(Diagnostic(.unknownKey, "m", at: mark, length: 5))
        #expect(text.contains("    1 | ab\n"))
    }

    @Test("everything that a finding can have")
    func whole() throws {
        let (text, mark) = marked("guests:\n  ▶web-3: {flavor: big}\n")
        let diagnostic = Diagnostic(
            .doesNotFit, "guest web-3 does not fit", at: mark, severity: .warning, length: 5, label: "needs 8 CPUs",
            notes: ["cell  free\n   0     4\n   1     2", "libvirt said: no"], hint: "flavor: small")
        let rendering = DiagnosticText(sources: [SourceText(name: "site.yaml", text: text)])
        try expectGolden(rendering.render(diagnostic), "whole.txt")
    }

    @Test("nothing of others reaches the terminal as a command")
    func controls() throws {
        let evil = "\u{1B}[2J\u{9B}1m\u{7}\u{202E}\r\u{2028}"
        let mark = SourceMark(file: "f\(evil)", line: 1, column: 1)
        let source = SourceText(name: "f\(evil)", text: "a\(evil)")
        let diagnostic = Diagnostic(
            .unknownKey, "m\(evil)", at: mark, label: "l\(evil)", notes: ["n\(evil)\r\n\tindented"], hint: "h\(evil)")
        let text = DiagnosticText(sources: [source]).render(diagnostic)
        let allowed: [Unicode.Scalar] = ["\n", "\t"]
        #expect(
            text.unicodeScalars.allSatisfy {
                allowed.contains($0) || ![.control, .format, .lineSeparator].contains($0.properties.generalCategory)
            })
        try expectGolden(text, "controls.txt")
    }

    @Test("shows every error, however many, and counts the warnings and notes that it leaves out")
    func rest() {
        func findings(_ severity: Diagnostic.Severity, _ count: Int) -> [Diagnostic] {
            (0..<count).map { Diagnostic(.badNumber, "\(severity) \($0)", severity: severity, hint: "\($0)") }
        }
        let text = DiagnosticText()
        let errors = text.render(findings(.error, 120))
        #expect(errors.split(separator: "\n").count == 240)
        let mixed = text.render(findings(.note, 3) + findings(.error, 60) + findings(.warning, 1))
        #expect(mixed.contains("error 59"))
        #expect(mixed.hasSuffix("… and 1 more warning, 3 more notes; --format json has all of them\n"))
        #expect(text.render(findings(.error, 49) + findings(.warning, 1)).contains("warning 0"))
        #expect(text.render(findings(.error, 2) + findings(.warning, 3), limit: 4).contains("… and 1 more warning;"))
    }

    @Test(
        "shows alike warnings and notes as one, with their number and one hint; of errors only guests that do not fit")
    func groups() {
        func findings(_ severity: Diagnostic.Severity, _ count: Int, hint: String = "look") -> [Diagnostic] {
            (0..<count).map { Diagnostic(.notOurs, "guest \($0)", severity: severity, hint: hint) }
        }
        let text = DiagnosticText()
        let nine = text.render(findings(.warning, 9)).split(separator: "\n")
        #expect(nine.first == "warning NP601: 9 findings" && nine.last == "  hint: look")
        #expect(nine.count == 11 && nine[9] == "  … and 1 more; --format json has all of them")
        #expect(text.render(findings(.warning, 2)).split(separator: "\n").count == 4)
        #expect(text.render(findings(.error, 3)).split(separator: "\n").count == 6)
        let unplaced = (0..<20).map { Diagnostic(.doesNotFit, "guest \($0)") }
        #expect(text.render(unplaced).split(separator: "\n").count == 21, "all of them, and one line that counts")
        #expect(text.render(findings(.note, 2) + findings(.note, 2, hint: "else")).split(separator: "\n").count == 8)
    }

    @Test("sorts by place, those of no file last")
    func several() throws {
        func error(_ message: String, _ line: Int?, _ column: Int = 1) -> Diagnostic {
            let mark = line.map { SourceMark(file: "b.yaml", line: $0, column: column) }
            return Diagnostic(.badNumber, message, at: mark)
        }
        let first = Diagnostic(.badNumber, "other file", at: SourceMark(file: "a.yaml", line: 9, column: 9))
        let all = [
            error("no place", nil), error("late", 10), error("same, first", 2), error("same, second", 2), first,
            error("column", 2, 7), error("no place either", nil),
        ]
        let text = DiagnosticText()
        try expectGolden(text.render(all), "several.txt")
        #expect(text.render([]).isEmpty)
        #expect(text.render(all, limit: 7) == text.render(all))
    }
}
