/// What many parts of a JSON Schema are made of. Patterns are ECMA 262's, without flags.
enum SchemaPart {
    /// A whole number of a range.
    static func integer(_ range: ClosedRange<Int>) -> [String: JSONValue] {
        ["type": "integer", "minimum": .number(range.lowerBound), "maximum": .number(range.upperBound)]
    }

    /// A whole number of a range, or a text of its digits; of the text only that it is a number, and that it is not 0 where 0 is
    /// too small.
    static func digits(_ range: ClosedRange<Int>, _ phrase: String) -> [String: JSONValue] {
        either(integer(range), text(range.lowerBound > 0 ? "^[1-9][0-9]*$" : "^(?:0|[1-9][0-9]*)$", phrase))
    }

    /// Text that a pattern matches; with `orPlain` also what YAML takes for a number or a boolean.
    static func text(
        _ pattern: String, _ phrase: String, examples: [String] = [], orPlain: Bool = false
    ) -> [String: JSONValue] {
        var schema: [String: JSONValue] = [
            "type": orPlain ? ["string", "number", "boolean"] : "string", "pattern": .text(pattern),
            "patternErrorMessage": .text("must be \(phrase)"),
        ]
        if !examples.isEmpty { schema["examples"] = .texts(examples) }
        return schema
    }

    /// A list of numbers; a list of one number is a number in YAML.
    static func numbers(
        _ pattern: String, orEmpty: Bool, _ phrase: String, examples: [String] = []
    ) -> [String: JSONValue] {
        either(integer(0...65_535), text(orEmpty ? "\(pattern)|^ *$" : pattern, phrase))
            .merging(examples.isEmpty ? [:] : ["examples": .texts(examples)]) { first, _ in first }
    }

    /// One of several.
    static func either(_ schemas: [String: JSONValue]...) -> [String: JSONValue] {
        ["anyOf": .list(schemas.map { .object($0) })]
    }

    /// Control characters and separators of lines, for the inside of a class of characters.
    static let control = "\\u0000-\\u001f\\u007f-\\u009f\\u2028\\u2029"

    /// A character that a line may hold.
    static let printable = "[^\(control)]"

    /// A name: no slash, no dash or dot first, no blank at either end.
    static let name = "^(?![-.\\s])[^/\(control)]*[^/\\s\(control)]$"

    /// The number of a cell.
    static let cell = "^(?:0|[1-9][0-9]{0,4})$"

    /// An amount of memory with its unit.
    static let size = "^\(amount)$"

    /// The same without anchors.
    static let amount = "[0-9]+ *(?:KiB|MiB|GiB|TiB|K|M|G|T|B)"

    /// A power of two with a unit, from 4 KiB to beyond what processors have; without anchors.
    static let pageSize: String = {
        let powers = (0...16).map { String(1 << $0) }.joined(separator: "|")
        let kibibytes = (2...26).map { String(1 << $0) }.joined(separator: "|")
        return "(?:(?:\(kibibytes)) *(?:KiB|K)|(?:\(powers)) *(?:MiB|M|GiB|G|TiB|T))"
    }()

    /// A list such as `0-3,8,^2` or `0-31:2/8`; with `excludes` it may begin with an exclusion, and hold nothing else.
    static func list(excludes: Bool) -> String {
        let part = "[0-9]{1,5}(?: *- *[0-9]{1,5}(?::[0-9]+/[0-9]+)?)?"
        let only = excludes ? "" : "(?! *\\^[^,]*(?:, *\\^[^,]*)*$)"
        return "^\(only) *(?:\\^ *)?\(part) *(?:, *(?:\\^ *)?\(part) *)*$"
    }

    static func anyCase(_ word: String) -> String {
        word.map { $0.isLetter ? "[\($0.uppercased())\($0)]" : String($0) }.joined()
    }
}
