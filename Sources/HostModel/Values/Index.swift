extension Sequence {
    /// The elements by a key, such as a name; of several with one key the first.
    @inlinable package func keyed<Key: Hashable>(by key: (Element) -> Key) -> [Key: Element] {
        Dictionary(map { (key($0), $0) }, uniquingKeysWith: { first, _ in first })
    }
}
