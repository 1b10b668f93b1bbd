extension DiagnosticCode {
    /// The code in a few words, without a full stop; never empty.
    public var title: String { CodeExplanation.byCode[self]?.title ?? "" }

    /// What the code means, its usual causes and what to do; paragraphs that a single line break parts, each ending with a full
    /// stop. Never empty.
    public var explanation: String { CodeExplanation.byCode[self]?.text ?? "" }
}
