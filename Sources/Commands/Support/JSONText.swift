internal import FoundationEssentials

/// Writes documents as every command writes them: keys sorted, indented, one line break at the end.
enum JSONText {
    static func of(_ document: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(document), as: UTF8.self) + "\n"
    }
}
