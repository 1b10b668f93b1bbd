internal import Diagnostics
internal import HostModel
internal import YAMLTree

extension ValueReader where Value == Int {
    /// A whole number in plain decimal digits.
    static func integer(_ range: ClosedRange<Int>) -> ValueReader {
        let kind = ValueKind.integer(range)
        return ValueReader(kind) { entry, report in
            guard let scalar = entry.scalar(kind, &report) else { return nil }
            if scalar.meaning == .integer, let number = wholeNumber(scalar.text), range.contains(number) {
                return number
            }
            report.error(
                .badNumber, "'\(entry.name)' must be \(kind.phrase)", at: entry.node.mark,
                hint: hint(for: scalar, in: range))
            return nil
        }
    }

    private static func hint(for scalar: YAMLScalar, in range: ClosedRange<Int>) -> String? {
        if scalar.meaning == .text, let number = wholeNumber(scalar.text), range.contains(number) {
            return "remove the quotes: \(number)"
        }
        let digits = String(scalar.text.drop { $0 == "0" })
        if digits != scalar.text, let number = wholeNumber(digits), range.contains(number) {
            return "remove the leading zeros: \(number)"
        }
        return nil
    }
}

/// A number in ASCII digits without leading zeros, or nil.
func wholeNumber(_ text: some StringProtocol) -> Int? {
    guard !text.isEmpty, text.utf8.count <= 15, text.utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
    guard text.utf8.count == 1 || text.utf8.first != 48 else { return nil }
    return Int(text)
}

extension ValueReader where Value == Bool {
    /// `true` or `false` in YAML 1.2's spellings.
    static var boolean: ValueReader {
        ValueReader(.boolean) { entry, report in
            guard let scalar = entry.scalar(.boolean, &report) else { return nil }
            if case .boolean(let value) = scalar.meaning { return value }
            report.error(
                .badBoolean, "'\(entry.name)' must be true or false, not '\(scalar.text)'", at: entry.node.mark,
                hint: hint(for: scalar.text.lowercased()))
            return nil
        }
    }

    private static func hint(for text: String) -> String? {
        if ["true", "false"].contains(text) { return "remove the quotes: \(text)" }
        if ["yes", "on", "y", "1"].contains(text) { return "write true" }
        if ["no", "off", "n", "0"].contains(text) { return "write false" }
        return nil
    }
}

extension ValueReader where Value == Ratio {
    /// A factor of overcommit.
    static var ratio: ValueReader {
        ValueReader(.ratio) { entry, report in
            guard let scalar = entry.scalar(.ratio, &report) else { return nil }
            if [.integer, .decimal].contains(scalar.meaning), let ratio = Ratio(parsing: scalar.text) { return ratio }
            report.error(
                .badRatio, "'\(entry.name)' must be \(ValueKind.ratio.phrase), not '\(scalar.text)'",
                at: entry.node.mark, hint: "write a plain number with at most three places, such as 4.0")
            return nil
        }
    }
}

extension ValueReader where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
    /// One of an enum's words.
    static var choice: ValueReader {
        let words = Value.allCases.map(\.rawValue)
        let kind = ValueKind.choice(words)
        return ValueReader(kind) { entry, report in
            guard let scalar = entry.scalar(kind, &report) else { return nil }
            if let value = Value(rawValue: scalar.text) { return value }
            report.unknownWord(scalar.text, of: words, entry.name, at: entry.node.mark)
            return nil
        }
    }
}

extension Findings {
    /// Reports a word that is none of those that may stand at a key.
    mutating func unknownWord(_ word: String, of words: [String], _ name: String, at mark: SourceMark) {
        let near = suggestion(for: word, among: words).map { "did you mean '\($0)'?" }
        error(
            .badChoice, "'\(name)' cannot be '\(word)'", at: mark, label: near,
            hint: "use \(words.count == 1 ? "" : "one of ")\(words.joined(separator: ", "))")
    }
}
