internal import Diagnostics
internal import YAMLTree

/// Reads one kind of value: what it reads, and what it says when it cannot.
struct ValueReader<Value: Sendable>: Sendable {
    /// What may stand there.
    let kind: ValueKind
    /// Whether the value's place is that of its key: so for collections, whose text begins anywhere.
    let isCollection: Bool
    /// The value, or nil after at least one error.
    let read: @Sendable (Entry, inout Findings) -> Value?

    init(
        _ kind: ValueKind, isCollection: Bool = false,
        read: @escaping @Sendable (Entry, inout Findings) -> Value?
    ) {
        self.kind = kind
        self.isCollection = isCollection
        self.read = read
    }

    /// The value with its place.
    func located(_ entry: Entry, _ report: inout Findings) -> Located<Value>? {
        read(entry, &report).map { Located($0, at: isCollection ? entry.mark : entry.node.mark) }
    }
}
