internal import CLibXML2

/// Reads XML into ``XMLElement`` values through libxml2, without touching the network, a file or a process-wide setting.
public enum XMLReader {
    /// What a text may ask of the reader.
    public struct Limits: Hashable, Sendable {
        /// The longest text, in bytes.
        public var maximumBytes: Int
        /// The deepest nesting of elements; above 256 libxml2's own limit holds.
        public var maximumDepth: Int

        /// Sets both limits.
        public init(maximumBytes: Int = 16 << 20, maximumDepth: Int = 256) {
            self.maximumBytes = maximumBytes
            self.maximumDepth = maximumDepth
        }
    }

    /// Reads a text; an encoding that it declares is ignored, since a string has none.
    ///
    /// - Returns: The document's element. What stands before and after it (comments, instructions) is left out.
    /// - Throws: ``XMLError`` at the first thing that is wrong.
    public static func read(_ text: String, limits: Limits = Limits()) throws(XMLError) -> XMLElement {
        var text = text
        return try read(text.withUTF8 { parse($0, isText: true, limits: limits) })
    }

    /// Reads bytes in the encoding that they declare, UTF-8 by default.
    ///
    /// - Returns: The document's element. What stands before and after it (comments, instructions) is left out.
    /// - Throws: ``XMLError`` at the first thing that is wrong.
    public static func read(bytes: [UInt8], limits: Limits = Limits()) throws(XMLError) -> XMLElement {
        try read(bytes.withUnsafeBufferPointer { parse($0, isText: false, limits: limits) })
    }

    private static func read(_ result: Result<XMLElement, XMLError>) throws(XMLError) -> XMLElement {
        try result.get()
    }

    /// Runs libxml2 over the bytes. Its callbacks build the element directly, so no document of libxml2's ever exists.
    private static func parse(
        _ bytes: UnsafeBufferPointer<UInt8>, isText: Bool, limits: Limits
    ) -> Result<XMLElement, XMLError> {
        guard bytes.count <= limits.maximumBytes, let size = Int32(exactly: bytes.count) else {
            return .failure(.tooLarge(bytes: bytes.count, maximum: limits.maximumBytes))
        }
        guard let address = bytes.baseAddress, size > 0 else {
            return .failure(.malformed(line: 1, column: 1, message: "Document is empty"))
        }
        guard let context = xmlNewParserCtxt() else {
            return .failure(.malformed(line: 1, column: 1, message: "out of memory"))
        }
        defer { xmlFreeParserCtxt(context) }
        var builder = TreeBuilder(context: context, maximumDepth: limits.maximumDepth)
        // `NOENT` makes plain characters of `&amp;` in attributes. There is no other entity that it could put in: a document type
        // declaration, which alone declares entities, ends the parse.
        var flags = [XML_PARSE_NONET, XML_PARSE_NOERROR, XML_PARSE_NOWARNING, XML_PARSE_NOENT]
        if isText { flags.append(XML_PARSE_IGNORE_ENC) }
        let options = Int32(flags.reduce(0) { $0 | $1.rawValue })
        // Told that it is UTF-8, libxml2 copies the text through a converter. It takes it for that anyway, unless zeros make it
        // look like UTF-16 or UTF-32.
        let encoding = isText && bytes.prefix(4).contains(0) ? "UTF-8" : nil
        let document = address.withMemoryRebound(to: CChar.self, capacity: bytes.count) { characters in
            withUnsafeMutablePointer(to: &builder) { builder in
                TreeBuilder.install(builder)
                return xmlCtxtReadMemory(context, characters, size, nil, encoding, options)
            }
        }
        xmlFreeDoc(document)
        return builder.result
    }
}
