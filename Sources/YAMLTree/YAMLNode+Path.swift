extension YAMLNode {
    /// One step from a node to a node inside it.
    public enum PathComponent: Hashable, Sendable {
        /// To the value of a mapping's key.
        case key(String)
        /// To an element of a sequence, from 0.
        case index(Int)

        /// The step that a decoder took: an index where the key has a number, else a name.
        public init(_ codingKey: any CodingKey) {
            self = codingKey.intValue.map(PathComponent.index) ?? .key(codingKey.stringValue)
        }
    }

    /// The node that the path leads to, or nil when the document ends before.
    public func node(at path: [PathComponent]) -> YAMLNode? {
        var node = self
        for component in path {
            guard let next = node.child(component) else { return nil }
            node = next
        }
        return node
    }

    /// The node that lies farthest along the path: where to point when something is missing.
    public func nearest(to path: [PathComponent]) -> YAMLNode {
        var node = self
        for component in path {
            guard let next = node.child(component) else { return node }
            node = next
        }
        return node
    }

    private func child(_ component: PathComponent) -> YAMLNode? {
        switch component {
        case .key(let name):
            return pairs?.first { $0.name == name }?.value
        case .index(let index):
            guard let elements, elements.indices.contains(index) else { return nil }
            return elements[index]
        }
    }
}
