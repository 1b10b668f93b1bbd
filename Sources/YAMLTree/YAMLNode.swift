public import Diagnostics

/// A value of a YAML document together with the place where it stands.
///
/// Aliases are already replaced by what they name: such a node stands where the alias stands, the nodes inside it stand where they
/// were written.
public struct YAMLNode: Hashable, Sendable {
    /// What a node holds.
    public enum Content: Hashable, Sendable {
        /// A single value.
        case scalar(YAMLScalar)
        /// Values in order.
        case sequence([YAMLNode])
        /// Named values in the order of the file; no name occurs twice.
        case mapping([YAMLPair])
    }

    /// What the node holds.
    public var content: Content
    /// Where the node begins.
    public var mark: SourceMark
    /// How many columns of its first line the node takes, at least 1; 1 for collections in block style.
    public var length: Int

    package init(_ content: Content, at mark: SourceMark, length: Int = 1) {
        self.content = content
        self.mark = mark
        self.length = max(1, length)
    }

    /// The scalar, or nil for a collection.
    public var scalar: YAMLScalar? {
        if case .scalar(let scalar) = content { scalar } else { nil }
    }

    /// The elements, or nil when the node is no sequence.
    public var elements: [YAMLNode]? {
        if case .sequence(let elements) = content { elements } else { nil }
    }

    /// The pairs, or nil when the node is no mapping.
    public var pairs: [YAMLPair]? {
        if case .mapping(let pairs) = content { pairs } else { nil }
    }
}

/// One entry of a mapping.
public struct YAMLPair: Hashable, Sendable {
    /// The key's text, whatever its style.
    public var name: String
    /// Where the key begins.
    public var mark: SourceMark
    /// How many columns of its line the key takes.
    public var length: Int
    /// What the key names.
    public var value: YAMLNode

    package init(name: String, at mark: SourceMark, length: Int, value: YAMLNode) {
        self.name = name
        self.mark = mark
        self.length = max(1, length)
        self.value = value
    }
}
