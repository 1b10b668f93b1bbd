internal import Diagnostics
internal import YAMLTree

/// Collects what a reader finds.
struct Findings {
    private(set) var diagnostics: [Diagnostic] = []

    /// Whether near names are still looked for: that is dear, and nobody reads the hundredth hint.
    var isWorthHints: Bool { diagnostics.count < 100 }

    mutating func error(
        _ code: DiagnosticCode, _ message: String, at mark: SourceMark, label: String? = nil, notes: [String] = [],
        hint: String? = nil
    ) {
        diagnostics.append(Diagnostic(code, message, at: mark, label: label, notes: notes, hint: hint))
    }

    mutating func warning(
        _ code: DiagnosticCode, _ message: String, at mark: SourceMark, label: String? = nil, hint: String? = nil
    ) {
        diagnostics.append(Diagnostic(code, message, at: mark, severity: .warning, label: label, hint: hint))
    }

    mutating func append(_ more: [Diagnostic]) { diagnostics += more }

    /// Everything in the order of the file, each finding once, with carets as long as the text that it is about.
    ///
    /// A flavor's mistake is found again for every guest that uses the flavor; equal findings are one.
    func finished(in roots: [YAMLNode]) -> [Diagnostic] {
        var lengths: [SourceMark: Int] = [:]
        let wanted = Set(diagnostics.compactMap(\.mark))
        for root in roots where !wanted.isEmpty { collect(root, wanted, &lengths) }
        var seen: Set<Diagnostic> = []
        var result: [Diagnostic] = []
        for var diagnostic in diagnostics {
            if diagnostic.length == 1, let mark = diagnostic.mark { diagnostic.length = lengths[mark, default: 1] }
            if seen.insert(diagnostic).inserted { result.append(diagnostic) }
        }
        return result.enumerated()
            .sorted { left, right in
                guard let a = left.element.mark, let b = right.element.mark, a != b else {
                    return left.offset < right.offset
                }
                return a < b
            }
            .map(\.element)
    }

    private func collect(_ node: YAMLNode, _ wanted: Set<SourceMark>, _ lengths: inout [SourceMark: Int]) {
        if wanted.contains(node.mark) { lengths[node.mark] = node.length }
        for element in node.elements ?? [] { collect(element, wanted, &lengths) }
        for pair in node.pairs ?? [] {
            collect(pair.value, wanted, &lengths)
            if wanted.contains(pair.mark) { lengths[pair.mark] = pair.length }
        }
    }
}
