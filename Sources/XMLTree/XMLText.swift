internal import Synchronization

/// A text of XML that is read when somebody first asks, and only once however often and from whichever copy of the value.
public struct XMLText: Hashable, Sendable, Codable {
    /// The text as it is.
    public let text: String
    private let reading = Reading()

    /// Takes a text, which need not be well formed.
    public init(_ text: String) { self.text = text }

    /// The document's element, as ``XMLReader/read(_:limits:)`` gives it.
    ///
    /// - Throws: ``XMLError`` at the first thing that is wrong, each time.
    public func read() throws(XMLError) -> XMLElement {
        try reading.result.withLock { result in
            let known = result ?? Result { () throws(XMLError) in try XMLReader.read(text) }
            result = known
            return known
        }.get()
    }

    /// Texts are the same when their characters are.
    public static func == (left: XMLText, right: XMLText) -> Bool { left.text == right.text }

    /// Hashes the text.
    public func hash(into hasher: inout Hasher) { hasher.combine(text) }

    /// Reads a string.
    public init(from decoder: any Decoder) throws {
        self.init(try decoder.singleValueContainer().decode(String.self))
    }

    /// Writes the text as a string.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }

    private final class Reading: Sendable {
        let result = Mutex<Result<XMLElement, XMLError>?>(nil)
    }
}
