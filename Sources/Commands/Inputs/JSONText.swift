internal import FoundationEssentials

/// Writes documents as every command writes them: keys sorted, indented, one line break at the end.
enum JSONText {
    static func of(_ document: some Encodable) throws -> String {
        String(decoding: try bytes(of: document), as: UTF8.self) + "\n"
    }

    private static func bytes(of document: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return [UInt8](try encoder.encode(document))
    }

    /// An element of a list inside of a document, indented so deep, without a line break at its end.
    static func element(_ value: some Encodable, depth: Int) throws -> String {
        let margin = [UInt8](repeating: UInt8(ascii: " "), count: 2 * depth)
        let lineBreak = UInt8(ascii: "\n")
        var text: [UInt8] = []
        // Line breaks inside of texts are escaped, so that each one here ends a line; empty lines of empty lists are left out.
        for line in try bytes(of: value).split(separator: lineBreak) {
            if !text.isEmpty { text.append(lineBreak) }
            text += margin
            text += line
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// A member of the outermost object of a document, without a comma or line break at its end.
    static func member(_ key: String, _ value: some Encodable) throws -> String {
        "  \"\(key)\" : " + String(try element(value, depth: 1).dropFirst(2))
    }
}
