/// A value and the place where it was written, kept together until planning is over.
public struct Located<Value> {
    /// The value.
    public var value: Value
    /// Where it was written.
    public var mark: SourceMark

    /// Pairs a value with its place.
    package init(_ value: Value, at mark: SourceMark) {
        self.value = value
        self.mark = mark
    }

    /// The same place with another value.
    public func map<Other>(_ transform: (Value) throws -> Other) rethrows -> Located<Other> {
        Located<Other>(try transform(value), at: mark)
    }
}

extension Located: Equatable where Value: Equatable {}
extension Located: Hashable where Value: Hashable {}
extension Located: Sendable where Value: Sendable {}
