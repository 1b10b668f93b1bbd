/// Writes elements as text the way libvirt does: two blanks a level, attributes in single quotes, empty elements closed at once.
///
/// Content of elements, comments and instructions alone is indented, and blank text in it is dropped. As soon as an element has
/// text of its own, all below it is written as it is. So what is read back is the same element but for blank text.
public enum XMLWriter {
    /// The element as text, with a line break at the end and no XML declaration.
    public static func write(_ element: XMLElement) -> String {
        write(element, depth: 0) + "\n"
    }

    /// The element as it stands in a document below `depth` others: its first line without blanks before it, and no line break at the
    /// end.
    public static func write(_ element: XMLElement, depth: Int) -> String {
        var output = WrittenXML()
        output.write(element, depth: depth, isIndented: true)
        return output.text
    }
}

/// The text written so far.
private struct WrittenXML {
    var text = ""

    mutating func write(_ element: XMLElement, depth: Int, isIndented: Bool) {
        text += "<"
        text += element.name
        for attribute in element.attributes {
            text += " "
            text += attribute.name
            text += "='"
            append(attribute.value, escaping: attributeEscape)
            text += "'"
        }
        let layout = isIndented ? Layout(of: element.children) : .verbatim
        guard layout != .empty, !element.children.isEmpty else {
            text += "/>"
            return
        }
        text += ">"
        write(element.children, layout, depth: depth)
        text += "</"
        text += element.name
        text += ">"
    }

    private mutating func write(_ children: [XMLElement.Node], _ layout: Layout, depth: Int) {
        let isIndented = layout == .indented
        for child in children where !(isIndented && child.isBlank) {
            if isIndented { breakLine(depth + 1) }
            write(child, depth: depth + 1, isIndented: isIndented)
        }
        if isIndented { breakLine(depth) }
    }

    private mutating func write(_ node: XMLElement.Node, depth: Int, isIndented: Bool) {
        switch node {
        case .element(let element):
            write(element, depth: depth, isIndented: isIndented)
        case .text(let content):
            append(content, escaping: textEscape)
        case .comment(let content):
            text += "<!--"
            text += separating("--", in: content, last: "-")
            text += "-->"
        case .instruction(let target, let content):
            text += "<?"
            text += target
            if !content.isEmpty { text += " " }
            text += separating("?>", in: content, last: "")
            text += "?>"
        }
    }

    private mutating func breakLine(_ depth: Int) {
        text += "\n"
        for _ in 0..<depth { text += "  " }
    }

    /// Appends `content` with some characters replaced; runs without any are copied as a whole.
    private mutating func append(_ content: String, escaping escape: (Unicode.Scalar) -> String?) {
        let scalars = content.unicodeScalars
        var start = scalars.startIndex
        for index in scalars.indices {
            guard let replacement = escape(scalars[index]) else { continue }
            text += content[start..<index]
            text += replacement
            start = scalars.index(after: index)
        }
        text += content[start...]
    }
}

/// How the content of an element is laid out.
private enum Layout {
    case empty, indented, verbatim

    init(of children: [XMLElement.Node]) {
        if children.contains(where: { $0.isText && !$0.isBlank }) {
            self = .verbatim
        } else if children.contains(where: { !$0.isText }) {
            self = .indented
        } else {
            // Blank text alone: a line break is layout, blanks on one line may be a value.
            let isLayout = children.allSatisfy { if case .text(let text) = $0 { text.contains("\n") } else { true } }
            self = isLayout ? .empty : .verbatim
        }
    }
}

extension XMLElement.Node {
    fileprivate var isText: Bool { if case .text = self { true } else { false } }

    fileprivate var isBlank: Bool {
        guard case .text(let text) = self else { return false }
        return text.utf8.allSatisfy { $0 == 32 || $0 == 10 || $0 == 9 || $0 == 13 }
    }
}

/// What text cannot hold as it is. A carriage return would be read back as a line feed, and XML has no way to write most control
/// characters, so they become the replacement character.
private func textEscape(_ scalar: Unicode.Scalar) -> String? {
    switch scalar {
    case "&": "&amp;"
    case "<": "&lt;"
    case ">": "&gt;"
    case "\r": "&#13;"
    case "\t", "\n": nil
    case "\u{0}"..<" ", "\u{FFFE}", "\u{FFFF}": "\u{FFFD}"
    default: nil
    }
}

/// What an attribute cannot hold as it is: a reader makes blanks of line breaks and tabs.
private func attributeEscape(_ scalar: Unicode.Scalar) -> String? {
    switch scalar {
    case "'": "&apos;"
    case "\"": "&quot;"
    case "\t": "&#9;"
    case "\n": "&#10;"
    default: textEscape(scalar)
    }
}

/// Puts a blank into each `pair` in `content`, and behind it where it ends with `last`, since a comment or an instruction would end there.
private func separating(_ pair: String, in content: String, last: String) -> String {
    var result = ""
    for character in content {
        if let before = result.last, [before, character].elementsEqual(pair) { result += " " }
        result.append(character)
    }
    if !last.isEmpty, result.hasSuffix(last) { result += " " }
    return result
}
