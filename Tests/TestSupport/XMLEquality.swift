public import XMLTree

/// Equality of XML in meaning, as libvirt sees it.
public enum XMLEquality {
    /// Whether two elements mean the same: the order of attributes, of differently named siblings and blank text do not matter;
    /// the order of siblings of one name (disks, boot devices) does.
    public static func areEqual(_ left: XMLElement, _ right: XMLElement, comments: Bool = true) -> Bool {
        canonical(left, comments: comments) == canonical(right, comments: comments)
    }

    /// The form in which elements of equal meaning are equal values.
    public static func canonical(_ element: XMLElement, comments: Bool = true) -> XMLElement {
        var result = element
        result.line = nil
        result.attributes.sort { $0.name < $1.name }
        let kept = element.children.compactMap { canonical($0, comments: comments) }
        let order = kept.enumerated().sorted { (name($0.element), $0.offset) < (name($1.element), $1.offset) }
        result.children = order.map(\.element)
        return result
    }

    /// The element without blank text, everything else where it was.
    public static func withoutBlanks(_ element: XMLElement) -> XMLElement {
        var result = element
        result.children = element.children.compactMap { child in
            switch child {
            case .element(let element): .element(withoutBlanks(element))
            case .text(let text) where text.allSatisfy(\.isWhitespace): nil
            default: child
            }
        }
        return result
    }

    private static func canonical(_ node: XMLElement.Node, comments: Bool) -> XMLElement.Node? {
        switch node {
        case .element(let element): .element(canonical(element, comments: comments))
        case .text(let text): text.allSatisfy(\.isWhitespace) ? nil : node
        case .comment: comments ? node : nil
        case .instruction: node
        }
    }

    private static func name(_ node: XMLElement.Node) -> String {
        if case .element(let element) = node { element.name } else { "" }
    }
}
