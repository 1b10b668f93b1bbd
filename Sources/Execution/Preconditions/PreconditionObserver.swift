public import Planning
public import XMLTree

/// Looks at a plan's preconditions once more right before the first write to each thing, and stops the run where one has moved.
///
/// After that first write the thing is as this run made it, and the interpreter's own checks hold.
public final class PreconditionObserver: StepObserver {
    private let check: PreconditionCheck
    private let inner: any StepObserver
    private var touched: Set<String> = []

    /// Passes everything on to `inner` after the check.
    package init(_ check: PreconditionCheck, _ inner: any StepObserver) {
        self.check = check
        self.inner = inner
    }

    /// Checks what is about to be written to.
    ///
    /// - Throws: ``StepFailure/moved(_:)`` with everything about it that has moved.
    public func willRun(_ effect: Effect) throws(StepFailure) {
        let moved: [Moved]
        switch effect.action {
        case .setPools(let write): moved = try check.moved(of: write.pools.map(\.pool))
        default:
            guard let name = effect.action.guest, touched.insert(name).inserted else {
                return try inner.willRun(effect)
            }
            moved = try check.moved(of: name)
        }
        guard moved.isEmpty else { throw .moved(moved) }
        try inner.willRun(effect)
    }

    /// Passes it on.
    public func mayRun(_ effects: [Effect]) throws(StepFailure) { try inner.mayRun(effects) }
    /// Passes it on.
    public func didSkip(_ step: Step) { inner.didSkip(step) }
    /// Passes it on.
    public func didRun(_ effect: Effect, found: XMLElement?) { inner.didRun(effect, found: found) }
    /// Passes it on.
    public func didFail(_ effect: Effect, _ failure: StepFailure) { inner.didFail(effect, failure) }
    /// Passes it on.
    public func willUndo(_ action: HostWrite) { inner.willUndo(action) }
    /// Passes it on.
    public func didUndo(_ result: UndoResult) { inner.didUndo(result) }
}
