/// What the interpreter needs of the host's files: small texts that are there whole or not at all.
public protocol FileHost {
    /// The file's text; nil when there is no such file.
    func text(of path: String) throws(StepFailure) -> String?

    /// Looks whether the change can be made, without making it: that the file is as it was before, that its folder is there or can be
    /// made, and may be written to.
    func check(_ change: FileChange) throws(StepFailure)

    /// Makes the change. The old text or the new one is there at any time, and the change is on the disk when this returns.
    func make(_ change: FileChange) throws(StepFailure)
}

/// A host without files to write, which refuses all of them.
public struct NoFiles: FileHost {
    /// Makes one.
    public init() {}

    /// Refuses.
    public func text(of path: String) throws(StepFailure) -> String? { throw refusal(path) }
    /// Refuses.
    public func check(_ change: FileChange) throws(StepFailure) { throw refusal(change.path) }
    /// Refuses.
    public func make(_ change: FileChange) throws(StepFailure) { throw refusal(change.path) }

    private func refusal(_ path: String) -> StepFailure {
        .refused(HostRefusal(call: path, kind: .other, code: 0, message: "this host's files are read-only here"))
    }
}
