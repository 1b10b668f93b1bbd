public import HostModel
public import Planning

/// What came of a run.
public enum RunOutcome: Hashable, Sendable {
    /// Every step was carried out and read back, or was not needed.
    case applied(RunReport)
    /// The kernel granted less than was asked for; everything is as it was before. The arguments get the pages at boot.
    case poolsShort([PoolGrant], kernelArguments: String, RunReport)
    /// A step failed; what was done before it is undone.
    case failed(Step, StepFailure, RunReport)
    /// The file that goes with the steps could not be replaced; what was done before is undone.
    case fileFailed(String, StepFailure, RunReport)
    /// What was read back is not what was written; everything is undone.
    case verificationFailed([Mismatch], RunReport)
    /// The run halted, and not everything could be undone: the report says what a person has to look at.
    case rollbackIncomplete(Halt, RunReport)

    /// What was done, however it ended.
    public var report: RunReport {
        switch self {
        case .applied(let report), .poolsShort(_, _, let report), .failed(_, _, let report),
            .fileFailed(_, _, let report), .verificationFailed(_, let report), .rollbackIncomplete(_, let report):
            report
        }
    }

    /// How many writes to the host were made, undoing ones included; 0 means that nothing changed.
    public var writes: Int { report.writes }
}

/// Why a run did not go to its end.
public enum Halt: Error, Hashable, Sendable {
    /// The kernel granted less than was asked for; the arguments get the pages at boot.
    case poolsShort([PoolGrant], kernelArguments: String)
    /// A step failed.
    case failed(Step, StepFailure)
    /// The file that goes with the steps could not be replaced.
    case fileFailed(String, StepFailure)
    /// What was read back is not what was written.
    case verificationFailed([Mismatch])
}

/// What a run did.
public struct RunReport: Hashable, Sendable {
    /// Steps that were carried out, in the order in which their first write was done; some may have been undone since.
    public var done: [Step] = []
    /// Steps that needed no write, in the order in which they were looked at.
    public var inSync: [Step] = []
    /// How many settings, pools and threads were read back and compared. A run that compared nothing has verified nothing.
    public var verified = 0
    /// What was undone after a halt, in the order of undoing.
    public var undone: [UndoResult] = []
    /// Guests that this run started and that run now, in the order of starting.
    public var started: [String] = []
    /// Guests that were asked to shut down, did not in time, and ran when they were last looked at: they may still go down.
    public var mayStillStop: [String] = []
    /// What the operator should know although it is no failure.
    public var notes: [Note] = []
    /// How many writes to the host were made, undoing ones included.
    public var writes = 0

    /// A report of a run that did nothing.
    public init() {}

    /// Whether everything that had to be undone is.
    public var isRolledBack: Bool {
        !undone.contains { if case .failed = $0.result { true } else { false } }
    }
}

/// A remark on one guest.
public struct Note: Hashable, Sendable {
    /// What it is about.
    public enum NoteKind: Hashable, Sendable {
        /// What libvirt made of a definition.
        case definition
        /// Threads of the emulator that may not be where they belong.
        case threads
        /// What a running domain did not take or give up, which waits for the next start.
        case nextStart
        /// What a running guest was asked for and has not done yet; it may do so later.
        case following
        /// What stays on the CPUs of a guest: an interrupt, threads.
        case isolation
    }

    /// The guest; nil for a remark about the host.
    public var guest: String?
    /// One sentence.
    public var message: String
    /// What it is about.
    public var kind: NoteKind

    package init(guest: String? = nil, message: String, kind: NoteKind = .definition) {
        self.kind = kind
        self.guest = guest
        self.message = message
    }
}

/// What came of one undo.
public struct UndoResult: Hashable, Sendable {
    /// How it ended.
    public enum UndoOutcome: Hashable, Sendable {
        /// Done and read back.
        case restored
        /// The host was already as before.
        case notNeeded
        /// Left as it is on purpose: guests that this run started stand on it.
        case leftForRunning([String])
        /// Not done: a person is needed.
        case failed(StepFailure)
    }

    /// The write that leads back.
    public var action: HostWrite
    /// How it ended.
    public var result: UndoOutcome
}

/// A setting that is not as it was written.
public struct Mismatch: Hashable, Sendable {
    /// Whose setting it is.
    public var subject: Change.Subject
    /// The setting: `cputune.vcpupin[0]`, `pages`, `autostart`; `metadata` is our mark.
    public var path: String
    /// What was written; nil is absent.
    public var wanted: ChangedPart.PartValue?
    /// What is there; nil is absent.
    public var found: ChangedPart.PartValue?
}
