public import XMLTree

/// What libvirt shows only to those who ask for a definition with its secrets: passwords of VNC and SPICE.
public enum DomainSecrets {
    /// The definition without them.
    public static func removed(from domain: XMLElement) -> XMLElement {
        var result = domain
        result.children = domain.children.map { node in
            guard case .element(let element) = node else { return node }
            var child = removed(from: element)
            if child.name == "graphics" { child[attribute: "passwd"] = nil }
            return .element(child)
        }
        return result
    }
}
