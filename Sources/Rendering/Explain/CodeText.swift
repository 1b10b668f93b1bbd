package import Diagnostics

/// The long text of a code, for a terminal.
public struct CodeText {
    private let code: DiagnosticCode
    private let width: Int

    /// Takes the code and how many columns a line has.
    package init(_ code: DiagnosticCode, width: Int = standardWidth) {
        self.code = code
        self.width = width
    }

    /// The code and its title, then the explanation, each line ended and within the width.
    public var text: String {
        let paragraphs = code.explanation.split(separator: "\n").map { paragraph in
            wrapped(String(paragraph), to: width - 2).map { "  \($0)\n" }.joined()
        }
        return "\(code.rawValue): \(code.title)\n\n" + paragraphs.joined(separator: "\n")
    }
}
