internal import Diagnostics

/// Says in a diagnostic why libyaml stopped.
///
/// What is wrong is told from the text at the place of the error, never from libyaml's words: these are passed on.
struct YAMLSyntaxReport {
    let lines: LineTable
    let text: UnsafeBufferPointer<UInt8>

    func diagnostic(for problem: YAMLProblem) -> Diagnostic {
        let position = position(of: problem.place)
        let mark = position.map(lines.mark)
        let byte = position.flatMap(byte(at:))
        if byte == UInt8(ascii: "\t") {
            return Diagnostic(
                .yamlTab, "tabs are not allowed for indentation in YAML", at: mark, label: "this is a tab",
                hint: "indent with spaces; 'expand -t 2' turns the tabs of a file into spaces")
        }
        var notes: [String] = []
        if let context = problem.context {
            let start = lines.mark(context.start)
            notes.append("libyaml was \(context.words) that begins at line \(start.line), column \(start.column)")
        }
        return Diagnostic(
            .yamlSyntax, "this is not YAML: \(problem.words)", at: mark, notes: notes, hint: hint(at: byte))
    }

    private func hint(at byte: UInt8?) -> String? {
        switch byte {
        case UInt8(ascii: ":"): "quote a value that contains ': ', and check the indentation of the lines above"
        case UInt8(ascii: "@"), UInt8(ascii: "`"), UInt8(ascii: "%"):
            "quote a value that begins with this character"
        case let byte? where byte < 0x20 || byte == 0x7F: "remove the control character"
        default: nil
        }
    }

    private func position(of place: YAMLProblem.ProblemPlace) -> Int? {
        switch place {
        case .scalar(let position): position
        case .byte(let offset): text.prefix(max(0, offset)).count { $0 & 0xC0 != 0x80 }
        case .nowhere: nil
        }
    }

    /// The first byte of the scalar at a position, or nil at the end.
    private func byte(at position: Int) -> UInt8? {
        var number = -1
        for byte in text where byte & 0xC0 != 0x80 {
            number += 1
            if number == position { return byte }
        }
        return nil
    }
}
