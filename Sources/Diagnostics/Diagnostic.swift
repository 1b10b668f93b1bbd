/// One finding about the operator's files or the host, for people and for programs.
public struct Diagnostic: Hashable, Sendable {
    /// How much a finding weighs.
    public enum Severity: String, Hashable, Sendable, Codable, CaseIterable {
        case error, warning, note
    }

    /// The stable code; the manuals tell more.
    public var code: DiagnosticCode
    /// Whether the command can go on.
    public var severity: Severity
    /// One sentence in the operator's words, without a full stop.
    public var message: String
    /// Where the offending text stands, or nil when the finding is about no file.
    public var mark: SourceMark?
    /// How many columns the caret line underlines, at least 1.
    public var length: Int
    /// A few words right of the caret.
    public var label: String?
    /// Further lines: tables of numbers, libvirt's own words.
    public var notes: [String]
    /// What to do, best as something to paste.
    public var hint: String?

    /// Makes a finding; `severity` is an error unless said otherwise.
    public init(
        _ code: DiagnosticCode, _ message: String, at mark: SourceMark? = nil, severity: Severity = .error,
        length: Int = 1, label: String? = nil, notes: [String] = [], hint: String? = nil
    ) {
        self.code = code
        self.severity = severity
        self.message = message
        self.mark = mark
        self.length = max(1, length)
        self.label = label
        self.notes = notes
        self.hint = hint
    }
}

/// A value with what was found while it was made: readers go on after an error and report all of them.
public struct Checked<Value> {
    /// The value, or nil when there were errors.
    public var value: Value?
    /// Everything that was found, in the order of the file.
    public var diagnostics: [Diagnostic]

    /// Pairs a value with its findings.
    package init(_ value: Value?, _ diagnostics: [Diagnostic] = []) {
        self.value = value
        self.diagnostics = diagnostics
    }
}

extension Checked: Sendable where Value: Sendable {}

extension Sequence where Element == Diagnostic {
    /// Whether any finding is an error.
    public var hasErrors: Bool { contains { $0.severity == .error } }
}
