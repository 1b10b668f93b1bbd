public import HostModel

/// Whether a transaction can be undone on the host as it is now.
public struct RollbackCheck: Hashable, Sendable {
    /// Something that is neither as the transaction found it nor as it left it: undoing would undo what somebody else did.
    public enum Obstacle: Hashable, Sendable {
        /// The host has no such pool: its cell, or the kernel's support of that size, is gone.
        case poolGone(PoolID)
        /// The pool has another size.
        case pool(PoolID, found: PageCount, known: [PageCount])
        /// Pages that were added are in use: fewer can be given back than would have to be.
        case poolInUse(PoolID, spare: PageCount, excess: PageCount)
        /// The definition is another one; `isGone` when there is none.
        case definition(String, isGone: Bool)
        /// The domain that got that name has neither it nor its old one, or both names are taken.
        case name(String, from: String)
        /// The thread runs elsewhere.
        case pin(String, thread: String, found: CPUSet)
        /// The file has another text.
        case file(String)
    }

    /// What stands in the way, in the order of the transaction.
    public var obstacles: [Obstacle] = []
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

extension RollbackCheck.Obstacle: CustomStringConvertible {
    /// One sentence, without a full stop.
    public var description: String {
        switch self {
        case .poolGone(let pool): "this host has no \(pool.pageSize) pool of cell \(pool.cell)"
        case .pool(let pool, let found, let known):
            "the \(pool.pageSize) pool of cell \(pool.cell) has \(found) pages; the transaction knows of "
                + known.map(\.description).joined(separator: " and ")
        case .poolInUse(let pool, let spare, let excess):
            "the \(pool.pageSize) pool of cell \(pool.cell) has pages in use: it can give back \(spare) of \(excess)"
        case .definition(let name, isGone: true): "the domain \(name) is gone"
        case .definition(let name, isGone: false):
            "the definition of \(name) is neither what it was before nor what the transaction made of it"
        case .name(let name, let from):
            "the domain that was renamed from \(from) to \(name) has neither name, or both are taken"
        case .pin(let name, let thread, let found):
            "\(thread) of \(name) runs on \(found), where the transaction never put it"
        case .file(let path): "\(path) is neither what it was before nor what the transaction made of it"
        }
    }
}
