internal import FoundationEssentials

/// A second of coordinated universal time, as documents and people write it: `2026-02-11T09:14:07Z`.
struct UTCTime: Hashable, Comparable, Codable, CustomStringConvertible {
    /// Seconds since 1970-01-01T00:00:00Z, leap seconds left out.
    let seconds: Int64

    init(seconds: Int64) { self.seconds = seconds }

    /// Reads the one form that is written; nil for any other.
    init?(parsing text: String) {
        guard text.utf8.count == 20, let date = try? Date(text, strategy: .iso8601) else { return nil }
        seconds = Int64(date.timeIntervalSince1970.rounded(.down))
        guard description == text else { return nil }
    }

    var description: String { Date(timeIntervalSince1970: Double(seconds)).formatted(.iso8601) }

    /// The time that much later.
    func adding(_ duration: Duration) -> UTCTime { UTCTime(seconds: seconds + duration.components.seconds) }

    static func < (left: UTCTime, right: UTCTime) -> Bool { left.seconds < right.seconds }

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let time = UTCTime(parsing: try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "no time like 2026-02-11T09:14:07Z")
        }
        self = time
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
