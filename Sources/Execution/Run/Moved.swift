public import Planning

/// Something that is not as it was when a plan was made, and not as the plan wants it either.
public struct Moved: Error, Hashable, Sendable {
    /// Whose it is.
    public var subject: Change.Subject
    /// What it is: `cputune.vcpupin[1]`, `persistent`, `state`.
    public var path: String
    /// What the plan found, in words.
    public var planned: String
    /// What is there now, in words.
    public var found: String

    package init(_ subject: Change.Subject, _ path: String, planned: String, found: String) {
        self.subject = subject
        self.path = path
        self.planned = planned
        self.found = found
    }
}

extension Moved: CustomStringConvertible {
    /// One sentence without a full stop: `guest/web01 cputune.vcpupin[1] was 0-3 when planned, is 5 now`.
    public var description: String {
        "\(subject.address) \(path) was \(planned) when planned, is \(found) now"
    }
}
