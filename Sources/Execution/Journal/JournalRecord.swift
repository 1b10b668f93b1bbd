public import XMLTree

/// One line of a transaction's journal. It is on the disk before what it announces happens, and after what it reports has.
public enum JournalRecord: Hashable, Sendable {
    /// The first line: who wrote what, where and when.
    case opened(JournalHeader)
    /// The write of that number, from 1, comes next. Until it is said to be done or failed, it may have happened or not.
    case begun(Int, ReversibleWrite)
    /// The write was done; `found` is the definition as it was read back, where the write was one.
    case done(Int, found: XMLElement?)
    /// The write failed; it may have happened all the same.
    case failed(Int, reason: String)
    /// A file of the host is replaced next, after all writes: how journals told it before that was a write like the others.
    case replacing(FileChange)
    /// The run turns round, or somebody rolls back later: everything from here on leads back.
    case rollingBack(UnixTime, reason: String)
    /// One undo is over.
    case undone(what: String, UndoResultName, detail: String)
    /// Nothing more follows, unless it is rolled back later.
    case ended(JournalEnd)
}

/// How an undo ended, in one word.
public enum UndoResultName: String, Hashable, Sendable, CaseIterable, Codable {
    /// Done and read back.
    case restored
    /// The host was already as before.
    case notNeeded = "not_needed"
    /// Left as it is on purpose.
    case left
    /// Not done: a person is needed.
    case failed
}
