/// What a document may cost: everything beyond is refused, however it is written.
public struct YAMLLimits: Hashable, Sendable {
    /// The largest text in bytes.
    public var bytes: Int
    /// How many collections may stand inside each other.
    public var depth: Int
    /// How many nodes the document may have once aliases are replaced by what they name.
    public var nodes: Int

    /// Sets limits; the defaults suit files that people write: 4 MiB, 64 levels, 200,000 nodes.
    public init(bytes: Int = 4 << 20, depth: Int = 64, nodes: Int = 200_000) {
        self.bytes = bytes
        self.depth = depth
        self.nodes = nodes
    }
}
