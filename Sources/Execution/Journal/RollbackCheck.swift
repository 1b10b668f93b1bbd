/// Whether a transaction can be undone on the host as it is now.
public struct RollbackCheck: Hashable, Sendable {
    /// Something that is neither as the transaction found it nor as it left it: undoing would undo what somebody else did.
    public struct ForeignChange: Hashable, Sendable, CustomStringConvertible {
        /// One sentence, without a full stop.
        public let description: String

        init(_ description: String) { self.description = description }
    }

    /// What stands in the way, in the order of the transaction.
    public var obstacles: [ForeignChange] = []
    /// Domains that the transaction says it wrote to, and that bear no mark of ours, neither now nor in anything that it read or wrote.
    /// This program writes to none of those, so a journal that says so is not followed.
    public var notManaged: [String] = []
    /// Guests that the transaction started or made, and that run now: they must be down before what they stand on can go.
    public var running: [String] = []
    /// Guests that were asked to shut down when the transaction broke off, and run: they may still go down, whatever is done.
    public var mayStillStop: [String] = []

    /// Whether nothing stands in the way.
    public var isClear: Bool { obstacles.isEmpty && notManaged.isEmpty && running.isEmpty }
}
