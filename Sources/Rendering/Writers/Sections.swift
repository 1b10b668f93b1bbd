internal import Diagnostics

/// Sections parted by empty lines, each line ended; empty sections are left out.
func joinedSections(_ sections: [[String]]) -> String {
    sections.filter { !$0.isEmpty }.map { $0.joined(separator: "\n") + "\n" }.joined(separator: "\n")
}

/// Findings as a compiler shows them, line by line.
func findingLines(_ diagnostics: [Diagnostic], width: Int) -> [String] {
    let text = DiagnosticText(width: width).render(diagnostics)
    return text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
}
