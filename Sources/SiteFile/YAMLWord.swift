internal import HostModel

/// Words as they are written into a site file.
public enum YAMLWord {
    /// What YAML 1.1 or 1.2 reads as something else than text, in small letters.
    private static let others: Set<String> = [
        "null", "true", "false", "yes", "no", "on", "off", "y", "n", "nan", "inf", "infinity",
    ]

    /// A word as YAML: plain where every reader takes that for the same text, quoted otherwise.
    public static func text(of word: String) -> String {
        if isPlain(word) { return word }
        let isPrintable = word.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F && !isBreak($0) }
        return isPrintable ? "'\(word.replacing("'", with: "''"))'" : escaped(word)
    }

    /// Letters first, and neither a word for something else nor what could be a number: `e5`, `0x1f` and `12:30` begin otherwise.
    private static func isPlain(_ word: String) -> Bool {
        word.wholeMatch(of: /[A-Za-z][A-Za-z0-9._-]*/) != nil && !others.contains(word.lowercased())
    }

    private static func isBreak(_ scalar: Unicode.Scalar) -> Bool {
        (0x80...0x9F).contains(scalar.value) || [0x2028, 0x2029, 0xFEFF].contains(scalar.value)
    }

    private static func escaped(_ word: String) -> String {
        let text = word.unicodeScalars.map { scalar in
            switch scalar {
            case "\"", "\\": "\\\(scalar)"
            case _ where scalar.value < 0x20 || scalar.value == 0x7F || isBreak(scalar):
                "\\U" + scalar.value.padded(to: 8, radix: 16)
            default: "\(scalar)"
            }
        }
        return "\"\(text.joined())\""
    }
}
