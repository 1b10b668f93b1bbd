package import XMLTree

/// A document as a list of its lines, for JSON that people read.
package struct XMLLines: Hashable, Sendable, Codable {
    private enum Source: Sendable {
        case element(XMLElement)
        case definition(GuestDefinition)
    }

    private let source: Source

    init(_ element: XMLElement) { source = .element(element) }

    init(_ definition: GuestDefinition) { source = .definition(definition) }

    /// The document.
    package var element: XMLElement {
        switch source {
        case .element(let element): element
        case .definition(let definition): definition.document
        }
    }

    /// A document with the same machine; of a definition that is not made yet, the settings and the mark are missing.
    var machine: XMLElement {
        switch source {
        case .element(let element): element
        case .definition(let definition): definition.machine
        }
    }

    /// Documents are the same however they come about.
    package static func == (left: XMLLines, right: XMLLines) -> Bool { left.element == right.element }

    /// Hashes the document.
    package func hash(into hasher: inout Hasher) { hasher.combine(element) }

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
            source = .element(try XMLReader.read(text))
        } catch {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "\(error)")
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(lines)
    }
}
