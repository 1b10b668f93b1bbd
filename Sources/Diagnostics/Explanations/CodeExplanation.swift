/// What one code means, for operators.
struct CodeExplanation {
    let code: DiagnosticCode
    /// A few words without a full stop.
    let title: String
    /// What it means, the usual causes and what to do: paragraphs, one a line.
    let text: String

    init(_ code: DiagnosticCode, _ title: String, _ text: String) {
        self.code = code
        self.title = title
        self.text = text
    }

    /// Every code's explanation.
    static let all =
        textFormats + schema + guests + placement + host + residence + doctor + libvirt + preflight + policy + trust
        + actors + journal
        + planFiles
        + confirmation

    static let byCode = Dictionary(all.map { ($0.code, $0) }, uniquingKeysWith: { first, _ in first })
}
