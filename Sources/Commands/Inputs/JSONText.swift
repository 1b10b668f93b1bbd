internal import FoundationEssentials

/// Writes documents as every command writes them: keys sorted, indented, one line break at the end.
enum JSONText {
    static func of(_ document: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(document), as: UTF8.self) + "\n"
    }

    /// An element of a list inside of a document, indented so deep, without a line break at its end.
    static func element(_ value: some Encodable, depth: Int) throws -> String {
        let margin = String(repeating: "  ", count: depth)
        let lines = try of(value).split(separator: "\n").map { margin + $0 }
        return lines.joined(separator: "\n")
    }

    /// A member of the outermost object of a document, without a comma or line break at its end.
    static func member(_ key: String, _ value: some Encodable) throws -> String {
        "  \"\(key)\" : " + String(try element(value, depth: 1).dropFirst(2))
    }
}
