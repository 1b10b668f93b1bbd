/// How a transaction ended.
public struct JournalEnd: Hashable, Sendable, Codable {
    /// What it came to.
    public enum TransactionOutcome: String, Hashable, Sendable, CaseIterable, Codable {
        /// Everything was done and read back.
        case applied
        /// Everything is as it was before.
        case rolledBack = "rolled_back"
        /// Rolled back, save what guests that were started need.
        case left = "rolled_back_in_part"
        /// Something could not be put back: a person is needed.
        case incomplete
        /// A person looked at it and said that it is settled.
        case closed
        /// A later transaction went on from where this one broke off, and came to its end.
        case overtaken
    }

    /// What it came to.
    public var outcome: TransactionOutcome
    /// When.
    public var time: UnixTime
    /// A few words more, or nothing.
    public var note: String
    /// Until when somebody must confirm it, or it is rolled back; nil when nobody must.
    public var confirmUntil: UnixTime?

    package init(_ outcome: TransactionOutcome, at time: UnixTime, note: String = "", confirmUntil: UnixTime? = nil) {
        self.confirmUntil = confirmUntil
        self.outcome = outcome
        self.time = time
        self.note = note
    }

    private enum CodingKeys: String, CodingKey {
        case outcome, note
        case time = "time_ms"
        case confirmUntil = "confirm_until_ms"
    }
}
