internal import CLibXML2

/// Builds an element from libxml2's callbacks, and keeps the first error.
struct TreeBuilder {
    private let context: xmlParserCtxtPtr
    private let maximumDepth: Int
    /// Elements whose end is still to come, the innermost last.
    private var open: [XMLElement] = []
    private var root: XMLElement?
    private var error: XMLError?

    init(context: xmlParserCtxtPtr, maximumDepth: Int) {
        self.context = context
        self.maximumDepth = maximumDepth
    }

    /// The element, or why there is none.
    var result: Result<XMLElement, XMLError> {
        if let error { return .failure(error) }
        guard let root, context.pointee.wellFormed != 0 else {
            return .failure(.malformed(line: line, column: 1, message: "the document ends too early"))
        }
        return .success(root)
    }

    /// Makes libxml2 call the builder at that place, which must outlive the parse.
    static func install(_ builder: UnsafeMutablePointer<TreeBuilder>) {
        let context = builder.pointee.context
        context.pointee.userData = UnsafeMutableRawPointer(builder)
        guard let sax = context.pointee.sax else { return }
        sax.pointee = xmlSAXHandler()
        sax.pointee.initialized = XML_SAX2_MAGIC
        sax.pointee.serror = { data, error in
            guard let error = error?.pointee, error.level == XML_ERR_FATAL else { return }
            TreeBuilder.of(data)?.pointee.fail(line: error.line, column: error.int2, message: error.message)
        }
        sax.pointee.internalSubset = { data, _, _, _ in TreeBuilder.of(data)?.pointee.refuseDocumentType() }
        sax.pointee.startElementNs = { data, name, prefix, _, declared, namespaces, count, _, attributes in
            guard let name = QualifiedName(prefix, name) else { return }
            var all = TreeBuilder.attributes(attributes, Int(count))
            if declared > 0 { all = TreeBuilder.declarations(namespaces, Int(declared)) + all }
            TreeBuilder.of(data)?.pointee.start(name.text, all, isMixed: declared > 0 && count > 0)
        }
        sax.pointee.endElementNs = { data, _, _, _ in TreeBuilder.of(data)?.pointee.end() }
        sax.pointee.characters = { data, text, length in TreeBuilder.of(data)?.pointee.append(text, length) }
        sax.pointee.ignorableWhitespace = sax.pointee.characters
        sax.pointee.cdataBlock = sax.pointee.characters
        sax.pointee.comment = { data, text in
            TreeBuilder.of(data)?.pointee.append(.comment(string(text)))
        }
        sax.pointee.processingInstruction = { data, target, content in
            TreeBuilder.of(data)?.pointee.append(.instruction(target: string(target), content: string(content)))
        }
    }

    private static func of(_ data: UnsafeMutableRawPointer?) -> UnsafeMutablePointer<TreeBuilder>? {
        data?.assumingMemoryBound(to: TreeBuilder.self)
    }
}

extension TreeBuilder {
    /// Opens an element. `isMixed` says that it has declarations and attributes both, so that their order must be looked up.
    private mutating func start(_ name: String, _ attributes: [XMLElement.Attribute], isMixed: Bool) {
        guard error == nil else { return }
        let (tag, breaks) = startTag
        let line = line - breaks
        guard open.count < maximumDepth else { return stop(.tooDeep(line: line, maximum: maximumDepth)) }
        var element = XMLElement(name, attributes)
        if isMixed, let tag { element.attributes = sorted(attributes, asIn: tag) }
        element.line = max(1, line)
        open.append(element)
    }

    private mutating func end() {
        guard error == nil, let element = open.popLast() else { return }
        if open.isEmpty { root = element } else { append(.element(element)) }
    }

    private mutating func append(_ text: UnsafePointer<xmlChar>?, _ length: Int32) {
        guard error == nil, let text, length > 0, !open.isEmpty else { return }
        let piece = String(decoding: UnsafeBufferPointer(start: text, count: Int(length)), as: UTF8.self)
        // libxml2 hands out one run of text in pieces; they become one node again.
        let last = open.count - 1
        if case .text(var whole) = open[last].children.last {
            open[last].children.removeLast()
            whole += piece
            open[last].children.append(.text(whole))
        } else {
            open[last].children.append(.text(piece))
        }
    }

    private mutating func append(_ node: XMLElement.Node) {
        guard error == nil, !open.isEmpty else { return }
        open[open.count - 1].children.append(node)
    }

    private mutating func refuseDocumentType() { stop(.documentType(line: line)) }

    private mutating func stop(_ error: XMLError) {
        self.error = self.error ?? error
        xmlStopParser(context)
    }

    private mutating func fail(line: Int32, column: Int32, message: UnsafePointer<CChar>?) {
        guard error == nil else { return }
        var text = Substring(message.map { String(cString: $0) } ?? "not well-formed")
        while let last = text.last, last.isWhitespace { text.removeLast() }
        error = .malformed(line: max(1, Int(line)), column: max(1, Int(column)), message: String(text))
    }
}

extension TreeBuilder {
    /// The line that libxml2 has come to.
    private var line: Int { max(1, Int(xmlSAX2GetLineNumber(context))) }

    /// The start tag that was just read, from its `<` on. libxml2 stands behind the tag's last attribute by now; a `<` cannot stand
    /// in an attribute, so the first one backwards is the tag's. Nil when it is no longer in libxml2's buffer.
    /// And how many line breaks are in it.
    private var startTag: (text: UnsafeBufferPointer<UInt8>?, breaks: Int) {
        guard let input = context.pointee.input, let base = input.pointee.base, let end = input.pointee.cur else {
            return (nil, 0)
        }
        var (place, breaks) = (end, 0)
        while place > base {
            place -= 1
            let byte = place.pointee
            if byte == UInt8(ascii: "<") { return (UnsafeBufferPointer(start: place, count: end - place), breaks) }
            if byte == UInt8(ascii: "\n") { breaks += 1 }
        }
        return (nil, 0)
    }

    /// libxml2 hands out namespace declarations apart from attributes; this puts them into the order of the tag.
    private func sorted(
        _ attributes: [XMLElement.Attribute], asIn tag: UnsafeBufferPointer<UInt8>
    ) -> [XMLElement.Attribute] {
        let names = attributeNames(in: tag)
        let placed = attributes.map { (place: names.firstIndex(of: $0.name) ?? 0, attribute: $0) }
        return placed.sorted { $0.place < $1.place }.map(\.attribute)
    }
}

/// The names in front of the `=` of a start tag, in order. Quoted values are skipped, so that what looks like a name in them does not count.
private func attributeNames(in tag: UnsafeBufferPointer<UInt8>) -> [String] {
    var names: [String] = []
    var (start, quote): (Int, UInt8?) = (0, nil)
    for (index, byte) in tag.enumerated() {
        if let open = quote {
            if byte == open { (quote, start) = (nil, index + 1) }
        } else if byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\"") {
            quote = byte
        } else if byte == UInt8(ascii: "=") {
            var end = index
            while end > start, tag[end - 1] <= 32 { end -= 1 }
            names.append(String(decoding: tag[start..<end], as: UTF8.self))
        } else if byte <= 32, index + 1 < tag.count, tag[index + 1] > 32, tag[index + 1] != UInt8(ascii: "=") {
            start = index + 1
        }
    }
    return names
}

/// A name with its prefix, from libxml2's two parts.
private struct QualifiedName {
    let text: String

    init?(_ prefix: UnsafePointer<xmlChar>?, _ local: UnsafePointer<xmlChar>?) {
        guard let local else { return nil }
        text = prefix.map { string($0) + ":" + string(local) } ?? string(local)
    }
}

extension TreeBuilder {
    /// libxml2's array of declarations: prefix and URI of each.
    private static func declarations(
        _ pairs: UnsafeMutablePointer<UnsafePointer<xmlChar>?>?, _ count: Int
    ) -> [XMLElement.Attribute] {
        guard let pairs else { return [] }
        return (0..<count).map { index in
            let name = pairs[2 * index].map { "xmlns:\(string($0))" } ?? "xmlns"
            return .init(name, string(pairs[2 * index + 1]))
        }
    }

    /// libxml2's array of attributes: local name, prefix, URI, start and end of the value of each.
    private static func attributes(
        _ fields: UnsafeMutablePointer<UnsafePointer<xmlChar>?>?, _ count: Int
    ) -> [XMLElement.Attribute] {
        guard let fields, count > 0 else { return [] }
        var attributes: [XMLElement.Attribute] = []
        attributes.reserveCapacity(count)
        for index in 0..<count {
            let field = fields + 5 * index
            guard let name = QualifiedName(field[1], field[0]), let start = field[3], let end = field[4] else {
                continue
            }
            let value = UnsafeBufferPointer(start: start, count: end - start)
            attributes.append(.init(name.text, String(decoding: value, as: UTF8.self)))
        }
        return attributes
    }
}

private func string(_ text: UnsafePointer<xmlChar>?) -> String {
    text.map { String(cString: $0) } ?? ""
}
