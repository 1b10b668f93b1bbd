/// A file of the host that a transaction replaces as a whole.
public struct FileChange: Hashable, Sendable, Codable {
    /// The file.
    public var path: String
    /// Its text before; nil when it was not there.
    public var before: String?
    /// Its text after.
    public var after: String

    /// Puts a change together.
    public init(path: String, before: String?, after: String) {
        self.path = path
        self.before = before
        self.after = after
    }
}
