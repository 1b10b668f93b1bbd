/// Snapshots and checkpoints of a domain in words: `2 snapshots and 1 checkpoint`.
public struct SnapshotCount: CustomStringConvertible {
    private let snapshots: Int
    private let checkpoints: Int

    /// Counts them.
    package init(_ snapshots: Int, _ checkpoints: Int) {
        self.snapshots = snapshots
        self.checkpoints = checkpoints
    }

    /// Whether there is exactly one.
    public var isOne: Bool { snapshots + checkpoints == 1 }

    /// What there is, the snapshots first; `no snapshot` for nothing.
    public var description: String {
        let counts = [(snapshots, "snapshot"), (checkpoints, "checkpoint")].filter { $0.0 > 0 }
        guard !counts.isEmpty else { return "no snapshot" }
        return counts.map { "\($0) \($1)\($0 == 1 ? "" : "s")" }.joined(separator: " and ")
    }
}
