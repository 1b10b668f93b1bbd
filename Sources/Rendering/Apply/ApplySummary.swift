public import Diagnostics
public import HostModel

/// What an apply did to one host.
public struct ApplySummary: Hashable, Sendable {
    /// How the apply ended.
    public enum ApplyOutcome: String, Hashable, Sendable, CaseIterable {
        /// There was nothing to do.
        case nothingToDo = "nothing_to_do"
        /// Everything was done and read back.
        case applied
        /// A step failed; what was done before it was put back.
        case rolledBack = "rolled_back"
        /// A step failed, and not everything could be put back.
        case incomplete
    }

    /// The host's name.
    public var host: String
    /// How the apply ended.
    public var outcome: ApplyOutcome
    /// What was done, one sentence a step without a full stop, in order.
    public var steps: [String]
    /// Disks and NVRAM of removed domains, which stay.
    public var kept: [String]
    /// What was put back, one sentence a step, in order.
    public var undone: [String]
    /// What was left as it is since guests that the run started need it, one sentence each.
    public var left: [String]
    /// What could not be put back and needs a person, one sentence each.
    public var notUndone: [String]
    /// Guests that were asked to shut down, did not in time, and may still do so.
    public var mayStillStop: [String] = []
    /// Pools for which the kernel granted fewer pages than it was asked for, ascending.
    public var shortPools: [PoolGrant]
    /// The pages that each pool shall have, for the kernel's command line.
    public var wantedPools: [PoolID: PageCount]
    /// Guests that wait for a restart, ascending.
    public var restartPending: [String]
    /// How many settings and pools were read back and found as wanted.
    public var verified: Int
    /// Findings, in the order in which they were made.
    public var diagnostics: [Diagnostic]

    package init(
        host: String, outcome: ApplyOutcome, steps: [String] = [], kept: [String] = [], undone: [String] = [],
        left: [String] = [],
        notUndone: [String] = [],
        shortPools: [PoolGrant] = [], wantedPools: [PoolID: PageCount] = [:], restartPending: [String] = [],
        verified: Int = 0, diagnostics: [Diagnostic] = []
    ) {
        self.host = host
        self.outcome = outcome
        self.steps = steps
        self.kept = kept
        self.undone = undone
        self.left = left
        self.notUndone = notUndone
        self.shortPools = shortPools
        self.wantedPools = wantedPools
        self.restartPending = restartPending
        self.verified = verified
        self.diagnostics = diagnostics
    }

    /// Whether the host is different from before.
    public var changed: Bool { outcome == .applied || outcome == .incomplete || !left.isEmpty }
}
