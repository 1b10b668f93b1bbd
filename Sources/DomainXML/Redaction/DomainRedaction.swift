public import XMLTree

/// A definition for others to read: what a plan, an import and a picture of the host need, by a list of what may stay.
///
/// Raw QEMU arguments and their environment, firmware strings, passwords, secrets of disks and networks, other programs' metadata
/// and free text may hold secrets. They, and all that is not on the list, stay out; an element that libvirt knows stays without
/// its content, so that it can be told that there is one.
public enum DomainRedaction {
    /// The part of a definition that may be shown, and the paths of what was left out, ascending and each once:
    /// `devices/disk/source/auth`, `devices/graphics@passwd`, `qemu:commandline`.
    public static func redacted(_ domain: XMLElement) -> (document: XMLElement, leftOut: [String]) {
        var left: Set<String> = []
        var document = keep(domain, Kept.domain, path: [], &left)
        guard let place = document.children.firstIndex(where: isMetadata) else { return (document, left.sorted()) }
        document.children[place] = .element(metadata(of: domain, &left))
        return (document, left.sorted())
    }

    /// Our own mark stays whole, since it says whose the domain is and what is managed in it; of other programs' entries the name
    /// stays, which tells whose they are.
    private static func metadata(of domain: XMLElement, _ left: inout Set<String>) -> XMLElement {
        var result = XMLElement("metadata")
        result.attributes = domain.element(named: "metadata")?.attributes.filter { $0.name.hasPrefix("xmlns") } ?? []
        for entry in MetadataEntry.all(of: domain) {
            guard !entry.isOurs else {
                result.children.append(.element(withoutComments(entry.element)))
                continue
            }
            let declarations = entry.element.attributes.filter { $0.name.hasPrefix("xmlns") }
            let kept = XMLElement(entry.element.name, declarations)
            if kept != withoutBlanks(entry.element) { left.insert("metadata/\(entry.element.name)") }
            result.children.append(.element(kept))
        }
        return result
    }

    private static func isMetadata(_ node: XMLElement.Node) -> Bool {
        if case .element(let element) = node { element.name == "metadata" } else { false }
    }

    private static func withoutBlanks(_ element: XMLElement) -> XMLElement {
        var result = element
        if element.elements.isEmpty, element.text.isEmpty { result.children = [] }
        return result
    }

    private static func keep(
        _ element: XMLElement, _ rule: Kept, path: [String], _ left: inout Set<String>
    ) -> XMLElement {
        guard case .parts(let attributes, let members) = rule else { return withoutComments(element) }
        if path == ["metadata"] { return XMLElement(element.name) }
        var result = XMLElement(element.name)
        let place = path.joined(separator: "/")
        for attribute in element.attributes {
            if attributes.contains(attribute.name) || attribute.name.hasPrefix("xmlns") {
                result.attributes.append(attribute)
            } else {
                left.insert("\(place)@\(attribute.name)")
            }
        }
        for child in element.elements {
            let inner = path + [child.name]
            if let rule = Kept.rule(for: child, in: members) {
                result.children.append(.element(keep(child, rule, path: inner, &left)))
            } else {
                left.insert(inner.joined(separator: "/"))
            }
        }
        if !element.text.isEmpty { left.insert("\(place)/text()") }
        return result
    }

    /// Comments and instructions are anybody's words.
    private static func withoutComments(_ element: XMLElement) -> XMLElement {
        var result = element
        result.children = element.children.compactMap { node in
            switch node {
            case .element(let child): .element(withoutComments(child))
            case .text: node
            case .comment, .instruction: nil
            }
        }
        return result
    }
}
