package import DomainXML
package import XMLTree

/// What a step wants of a definition: the managed settings and our mark. A saved plan holds them as lines of XML.
package struct WantedDefinition: Hashable, Sendable {
    package var settings: WantedSettings
    package var mark: OwnershipMark

    /// The document with the settings and the mark put in.
    package func applied(to document: XMLElement) -> XMLElement {
        DomainPatch.apply(settings, mark: mark, to: document)
    }
}

extension WantedDefinition: Codable {
    package init(from decoder: any Decoder) throws {
        let element = try XMLLines(from: decoder).element
        func wrong(_ what: String) -> DecodingError {
            .dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: what))
        }
        guard let mark = OwnershipMark(reading: element) else { throw wrong("it has no ownership mark") }
        do { settings = try WantedSettings(fragment: element) } catch { throw wrong("\(error)") }
        self.mark = mark
        guard XMLWriter.write(settings.fragment(mark: mark)) == XMLWriter.write(element) else {
            throw wrong("it has more than managed settings and an ownership mark")
        }
    }

    package func encode(to encoder: any Encoder) throws {
        try XMLLines(settings.fragment(mark: mark)).encode(to: encoder)
    }
}

/// The settings that a step finds in a definition.
package struct PriorSettings: Hashable, Sendable {
    package var settings: FoundSettings

    init(_ settings: FoundSettings) { self.settings = settings }
}

extension PriorSettings: Codable {
    package init(from decoder: any Decoder) throws {
        let element = try XMLLines(from: decoder).element
        do {
            settings = try FoundSettings(fragment: element)
        } catch {
            throw DecodingError.dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: "\(error)"))
        }
    }

    package func encode(to encoder: any Encoder) throws { try XMLLines(settings.fragment()).encode(to: encoder) }
}
