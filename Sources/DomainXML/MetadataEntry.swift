internal import XMLTree

/// A top-level element of a domain's `<metadata>` with the namespace that it is in.
struct MetadataEntry {
    /// The place among the children of `<metadata>`.
    let index: Int
    /// The element.
    let element: XMLElement
    /// The namespace, or nil for none.
    let namespace: String?

    /// Whether it is our mark.
    var isOurs: Bool {
        namespace == OwnershipMark.namespace && NamespaceScope.localName(of: element.name) == "guest"
    }

    /// The entries of the first `<metadata>`, in order. Declarations on `<metadata>` and on `<domain>` hold for them too.
    static func all(of domain: XMLElement) -> [MetadataEntry] {
        guard let metadata = domain.element(named: "metadata") else { return [] }
        let scope = NamespaceScope().entering(domain).entering(metadata)
        return metadata.children.enumerated().compactMap { index, node in
            guard case .element(let element) = node else { return nil }
            return MetadataEntry(
                index: index, element: element, namespace: scope.entering(element).uri(of: element.name))
        }
    }
}
