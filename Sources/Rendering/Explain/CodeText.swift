public import Diagnostics

/// The long text of a code, for a terminal.
public struct CodeText {
    private let code: DiagnosticCode

    /// Takes the code.
    public init(_ code: DiagnosticCode) { self.code = code }

    /// The code and its title, then the explanation, each line ended and none longer than 100 columns.
    public var text: String {
        let paragraphs = code.explanation.split(separator: "\n").map { paragraph in
            wrapped(String(paragraph), to: textWidth - 2).map { "  \($0)\n" }.joined()
        }
        return "\(code.rawValue): \(code.title)\n\n" + paragraphs.joined(separator: "\n")
    }
}
