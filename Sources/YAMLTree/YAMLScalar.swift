/// A single value as it is written.
public struct YAMLScalar: Hashable, Sendable {
    /// How a scalar is written.
    public enum ScalarStyle: Hashable, Sendable { case plain, singleQuoted, doubleQuoted, literal, folded }

    /// A tag of YAML's core schema; other tags are refused by the reader.
    public enum Tag: String, Hashable, Sendable {
        case text = "str"
        case null, bool, int, float
    }

    /// What a scalar means by the YAML 1.2 core schema.
    public enum Meaning: Hashable, Sendable { case null, boolean(Bool), integer, decimal, text }

    /// The text with escapes and line folding resolved.
    public var text: String
    /// How the scalar is written.
    public var style: ScalarStyle
    /// The explicit tag, or nil; `!` alone is ``Tag/text``.
    public var tag: Tag?

    package init(_ text: String, style: ScalarStyle = .plain, tag: Tag? = nil) {
        self.text = text
        self.style = style
        self.tag = tag
    }

    /// What the scalar means: quoted text is text, plain text is what it looks like, and a tag overrules both.
    ///
    /// `yes`, `on`, `010` and `1_000` mean what YAML 1.2 says: text, text, an integer with a leading zero, text.
    public var meaning: Meaning {
        switch tag {
        case .text: .text
        case .null: .null
        case .bool, .int, .float: plainMeaning
        case nil: style == .plain ? plainMeaning : .text
        }
    }

    private var plainMeaning: Meaning {
        switch text {
        case "", "~", "null", "Null", "NULL": return .null
        case "true", "True", "TRUE": return .boolean(true)
        case "false", "False", "FALSE": return .boolean(false)
        default: return numberMeaning ?? .text
        }
    }

    /// An integer is digits with an optional sign, or `0o…`, `0x…`; a decimal has a point or an exponent.
    private var numberMeaning: Meaning? {
        let unsigned = text.first == "-" || text.first == "+" ? text.dropFirst() : text[...]
        if [".inf", ".Inf", ".INF", ".nan", ".NaN", ".NAN"].contains(unsigned) { return .decimal }
        if let rest = unsigned.dropping("0x"), isDigits(rest, radix: 16) { return .integer }
        if let rest = unsigned.dropping("0o"), isDigits(rest, radix: 8) { return .integer }
        if isDigits(unsigned, radix: 10) { return .integer }
        let exponent = unsigned.split(separator: "e", maxSplits: 1, omittingEmptySubsequences: false)
        let pieces = (exponent.first ?? "").split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard pieces.contains(where: { !$0.isEmpty }), pieces.allSatisfy({ $0.isEmpty || isDigits($0, radix: 10) })
        else { return nil }
        guard exponent.count == 2 else { return .decimal }
        let power = exponent[1].first == "-" || exponent[1].first == "+" ? exponent[1].dropFirst() : exponent[1]
        return isDigits(power, radix: 10) ? .decimal : nil
    }

    private func isDigits(_ text: Substring, radix: Int) -> Bool {
        !text.isEmpty && text.allSatisfy { $0.isASCII && ($0.hexDigitValue ?? 16) < radix }
    }
}

extension Substring {
    fileprivate func dropping(_ prefix: String) -> Substring? { hasPrefix(prefix) ? dropFirst(prefix.count) : nil }
}
