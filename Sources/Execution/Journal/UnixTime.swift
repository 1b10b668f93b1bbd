/// A moment: milliseconds since 1970-01-01T00:00:00Z, leap seconds left out.
public struct UnixTime: Hashable, Sendable, Comparable {
    /// The milliseconds.
    public let milliseconds: Int64

    /// Names a moment.
    package init(milliseconds: Int64) { self.milliseconds = milliseconds }

    /// The moment that much later.
    public func adding(_ duration: Duration) -> UnixTime {
        UnixTime(milliseconds: milliseconds + duration.components.seconds * 1_000)
    }

    /// Orders by time.
    public static func < (left: UnixTime, right: UnixTime) -> Bool { left.milliseconds < right.milliseconds }
}

extension UnixTime: Codable {
    /// Reads the number of milliseconds.
    public init(from decoder: any Decoder) throws {
        self.init(milliseconds: try decoder.singleValueContainer().decode(Int64.self))
    }

    /// Writes the number of milliseconds.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(milliseconds)
    }
}
