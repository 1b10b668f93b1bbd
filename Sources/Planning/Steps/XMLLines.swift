package import XMLTree

/// A document as a list of its lines, for JSON that people read.
package struct XMLLines: Hashable, Sendable, Codable {
    package let element: XMLElement

    init(_ element: XMLElement) { self.element = element }

    /// The lines of the document as libvirt indents it.
    var lines: [String] {
        var lines = XMLWriter.write(element).split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        if lines.last == "" { lines.removeLast() }
        return lines
    }

    /// The lines joined without what indents them.
    var oneLine: String { lines.map { String($0.drop { $0 == " " }) }.joined() }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode([String].self).joined(separator: "\n")
        do {
            element = try XMLReader.read(text)
        } catch {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "\(error)")
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(lines)
    }
}
