internal import HostModel

/// A value of a site file that is being written.
indirect enum SketchValue: Hashable {
    case word(String)
    case number(Int)
    case flag(Bool)
    case map([SketchKey])
    case list([SketchValue])
}

/// A key of a site file that is being written.
struct SketchKey: Hashable {
    let name: String
    let value: SketchValue

    init(_ name: String, _ value: SketchValue) {
        self.name = name
        self.value = value
    }
}

/// A site file that is being written: one host, and the guests that are on it already.
struct SiteSketch {
    /// A domain that is left out, or of which something is.
    struct LeftOut {
        var name: String
        /// Why it is left out; or what is not said of it.
        var reasons: [String]
        /// Keys that bring more of it under management, each as it may stand beside those that it has; empty for none.
        var suggestion: [SketchKey] = []
        /// What a plan with these keys changes in the domain.
        var changes: [String] = []
    }

    var site: String
    var host: String
    var hostKeys: [SketchKey] = []
    /// Flavors with their keys, in the order in which they are written.
    var flavors: [(name: String, keys: [SketchKey])] = []
    /// Guests with their keys, in the order in which they are written.
    var guests: [(name: String, keys: [SketchKey])] = []
    /// What is left out, in the order in which it is written.
    var leftOut: [LeftOut] = []
    /// By guest of which something is not said, and stays as it is: that.
    var asTheyAre: [String: LeftOut] = [:]

    /// The file.
    var text: String {
        var lines = ["site: \(Self.text(.word(site)))", "", "hosts:"]
        lines.append("  \(Self.text(.word(host))): \(Self.text(.map(hostKeys)))")
        if !flavors.isEmpty { lines += ["", "flavors:"] + flavors.map(Self.entry) }
        lines += ["", guests.isEmpty ? "guests: {}" : "guests:"]
        for guest in guests {
            let rest = asTheyAre[guest.name]
            if rest?.suggestion.isEmpty ?? true {
                lines.append(Self.entry(guest))
            } else {
                lines.append("  \(Self.text(.word(guest.name))):")
                lines += guest.keys.map { "    \(Self.line($0))" }
            }
            lines += rest.map(Self.comments) ?? []
        }
        if !leftOut.isEmpty {
            lines += [
                "",
                "  # No site can manage these; they are left alone:",
            ]
        }
        for domain in leftOut {
            let why = domain.reasons.map(Self.comment).joined(separator: "; ")
            lines.append("  # \(Self.comment(Self.text(.word(domain.name)))): \(why)")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// What stands below the entry of a guest that does not say all of it.
    private static func comments(_ domain: LeftOut) -> [String] {
        let unsaid =
            ["    # Not in this entry; stays as it is:"] + domain.reasons.map { "    #   \(comment($0))" }
        guard !domain.suggestion.isEmpty else { return unsaid }
        let changes = domain.changes.isEmpty ? "nothing" : domain.changes.joined(separator: ", ")
        return unsaid + ["    # Uncomment these to have it placed like other guests; that changes \(comment(changes)):"]
            + domain.suggestion.map { "    # \(comment(line($0)))" }
    }

    /// A key with its value, as a line of an entry.
    private static func line(_ key: SketchKey) -> String { "\(text(.word(key.name))): \(text(key.value))" }

    private static func entry(_ entry: (name: String, keys: [SketchKey])) -> String {
        "  \(text(.word(entry.name))): \(text(.map(entry.keys)))"
    }

    /// A value in YAML's flow style, on one line.
    static func text(_ value: SketchValue) -> String {
        switch value {
        case .word(let word): isPlain(word) ? word : quoted(word)
        case .number(let number): "\(number)"
        case .flag(let flag): flag ? "true" : "false"
        case .map(let keys):
            "{" + keys.map { "\(text(.word($0.name))): \(text($0.value))" }.joined(separator: ", ") + "}"
        case .list(let values): "[" + values.map(text).joined(separator: ", ") + "]"
        }
    }

    /// Whether YAML takes the word for that word without quotes: letters first, and none of the words for something
    /// else; a number is read as its digits wherever a word may stand.
    private static func isPlain(_ word: String) -> Bool {
        let others: Set<String> = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"]
        if word.count <= 9, let number = Int(word), number >= 0, "\(number)" == word { return true }
        guard let first = word.unicodeScalars.first, first.isASCII, !others.contains(word.lowercased()) else {
            return false
        }
        let isRange =
            word.split(separator: "-", omittingEmptySubsequences: false).count == 2 && !word.contains("+")
            && word.split(separator: "-", omittingEmptySubsequences: false).allSatisfy { Int($0) != nil }
        if isRange { return true }
        let isSize = first.properties.numericType != nil && word.hasSuffix("iB")
        return (first.properties.isAlphabetic || isSize)
            && word.unicodeScalars.allSatisfy { scalar in
                scalar.isASCII
                    && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil
                        || "-_.".unicodeScalars.contains(scalar))
            }
    }

    private static func quoted(_ word: String) -> String {
        var text = "\""
        for scalar in word.unicodeScalars {
            switch scalar {
            case "\"", "\\": text += "\\\(scalar)"
            case _ where scalar.value < 0x20 || (0x7f...0x9f).contains(scalar.value) || scalar.value == 0xfeff:
                text += "\\u" + scalar.value.padded(to: 4, radix: 16)
            case "\u{2028}": text += "\\L"
            case "\u{2029}": text += "\\P"
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text + "\""
    }

    /// A text that may stand in a comment: whatever could end the line is gone.
    private static func comment(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { scalar in
                    scalar.value < 0x20 || (0x7f...0x9f).contains(scalar.value) || scalar == "\u{2028}"
                        || scalar == "\u{2029}" || scalar.value == 0xfeff ? "?" : scalar
                }))
    }
}
