public import HostModel

/// How old the facts are that a plan was made from.
public struct FactsOrigin: Hashable, Sendable {
    /// When the host was looked at; nil when the facts do not say.
    public let time: UTCTime?
    /// How many seconds ago that was; negative when the clocks disagree; nil when the facts do not say.
    public let age: Int64?

    /// Takes when the host was looked at and what time it is.
    public init(time: UTCTime?, now: UTCTime) {
        self.time = time
        age = time.map { now.seconds - $0.seconds }
    }

    /// The moment and the age: `2026-02-11 09:14Z (3 h old)`; nil when the facts do not say.
    var words: String? {
        guard let time, let age else { return nil }
        return "\(time.minute) (\(FactsOrigin.words(age)))"
    }

    /// An age in its largest unit: `3 h old`.
    static func words(_ age: Int64) -> String {
        switch age {
        case ..<0: "in the future"
        case ..<120: "\(age) s old"
        case ..<7_200: "\(age / 60) min old"
        case ..<172_800: "\(age / 3_600) h old"
        default: "\(age / 86_400) days old"
        }
    }
}

extension UTCTime {
    /// The moment to the minute: `2026-02-11 09:14Z`.
    var minute: String { "\(description.prefix(10)) \(description.dropFirst(11).prefix(5))Z" }
}
