public import Planning
public import XMLTree

/// Hears of every write before and after it: for progress, and for a journal.
///
/// Documents in effects and actions hold secrets: they may go to a journal that only root can read, and nowhere else.
public protocol StepObserver {
    /// The step needs no write: the host is already so.
    func didSkip(_ step: Step)

    /// These writes of documents and files come later in the run, as far as can be told before the first of them.
    ///
    /// - Throws: To stop the run before its first write.
    func mayRun(_ effects: [Effect]) throws(StepFailure)

    /// The write comes next.
    ///
    /// - Throws: To stop the run before the write; what was done so far is undone.
    func willRun(_ effect: Effect) throws(StepFailure)

    /// The write was done; `found` is the definition as it was read back, where the write was one.
    func didRun(_ effect: Effect, found: XMLElement?)

    /// The write failed; it may have happened all the same.
    func didFail(_ effect: Effect, _ failure: StepFailure)

    /// An undo comes next. There is no stopping it.
    func willUndo(_ action: HostWrite)

    /// The undo is over, one way or the other.
    func didUndo(_ result: UndoResult)
}

extension StepObserver {
    /// Says nothing.
    public func didSkip(_ step: Step) {}
    /// Says nothing.
    public func mayRun(_ effects: [Effect]) throws(StepFailure) {}
    /// Says nothing.
    public func willRun(_ effect: Effect) throws(StepFailure) {}
    /// Says nothing.
    public func didRun(_ effect: Effect, found: XMLElement?) {}
    /// Says nothing.
    public func didFail(_ effect: Effect, _ failure: StepFailure) {}
    /// Says nothing.
    public func willUndo(_ action: HostWrite) {}
    /// Says nothing.
    public func didUndo(_ result: UndoResult) {}
}

/// An observer that does nothing.
public struct SilentObserver: StepObserver {
    /// Makes one.
    public init() {}
}
