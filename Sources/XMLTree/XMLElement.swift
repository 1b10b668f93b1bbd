/// One XML element as a value: name, attributes, children. Prefixes are kept as written; namespaces are declared as attributes.
public struct XMLElement: Hashable, Sendable {
    /// A child of an element.
    public enum Node: Hashable, Sendable {
        case element(XMLElement)
        /// Character data, entities resolved.
        case text(String)
        /// A comment, without its delimiters.
        case comment(String)
        /// A processing instruction.
        case instruction(target: String, content: String)
    }

    /// An attribute; `xmlns` and `xmlns:…` declarations are attributes too.
    public struct Attribute: Hashable, Sendable {
        /// The name with its prefix.
        public var name: String
        /// The value, entities resolved.
        public var value: String

        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// The name with its prefix, as written: `np:guest`.
    public var name: String
    /// The attributes, in the order of the document.
    public var attributes: [Attribute]
    /// The children, in the order of the document.
    public var children: [Node]
    /// The line of the start tag, from 1; nil for an element that was not read.
    public var line: Int?

    package init(_ name: String, _ attributes: [Attribute] = [], children: [Node] = []) {
        self.name = name
        self.attributes = attributes
        self.children = children
    }

    /// Elements are equal when names, attributes and children are; where they stood does not matter.
    public static func == (left: XMLElement, right: XMLElement) -> Bool {
        left.name == right.name && left.attributes == right.attributes && left.children == right.children
    }

    /// Hashes what equality compares.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(name)
        hasher.combine(attributes)
        hasher.combine(children)
    }
}

extension XMLElement {
    /// The value of an attribute, or nil; setting nil removes it, setting a new one appends it.
    public subscript(attribute name: String) -> String? {
        get { attributes.first { $0.name == name }?.value }
        set {
            let index = attributes.firstIndex { $0.name == name }
            switch (index, newValue) {
            case (let index?, let value?): attributes[index].value = value
            case (let index?, nil): attributes.remove(at: index)
            case (nil, let value?): attributes.append(Attribute(name, value))
            case (nil, nil): break
            }
        }
    }

    /// The child elements, in order.
    public var elements: [XMLElement] {
        children.compactMap { if case .element(let element) = $0 { element } else { nil } }
    }

    /// The child elements of that name, in order.
    public func elements(named name: String) -> [XMLElement] {
        children.compactMap { if case .element(let element) = $0, element.name == name { element } else { nil } }
    }

    /// The first child element of that name, or nil.
    public func element(named name: String) -> XMLElement? {
        for case .element(let element) in children where element.name == name { return element }
        return nil
    }

    /// All character data directly below, joined, blanks at both ends removed.
    public var text: String {
        if children.count == 1, case .text(let text) = children[0] { return trimmed(text) }
        return trimmed(children.compactMap { if case .text(let text) = $0 { text } else { nil } }.joined())
    }
}

/// The text without blanks at both ends.
private func trimmed(_ text: String) -> String {
    func isPlain(_ byte: UInt8?) -> Bool { byte.map { (0x21..<0x7f).contains($0) } ?? false }
    // What stands between plain characters is all there is; to tell what else is a blank takes the tables of Unicode.
    if isPlain(text.utf8.first), isPlain(text.utf8.last) { return text }
    var rest = Substring(text)
    while let first = rest.first, first.isWhitespace { rest.removeFirst() }
    while let last = rest.last, last.isWhitespace { rest.removeLast() }
    return String(rest)
}
