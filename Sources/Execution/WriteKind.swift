import HostModel
import XMLTree

/// A kind of write to the host: all that is known of it, in one file a kind. A new kind is a case of ``HostWrite`` and answers here
/// what a run, its undo, its journal and a later rollback need to know.
///
/// Its stored members are its members in a journal.
protocol WriteKind: Hashable, Sendable, Codable {
    /// The word for it in a journal.
    static var verb: HostWrite.Verb { get }

    /// The write as one of all kinds.
    var action: HostWrite { get }

    /// The domain that is written to; nil for pools and files.
    var domain: String? { get }

    /// What it does, in a few words that never hold a document's content: `pin vCPU 0 of web01 to 0-3`.
    var words: String { get }

    /// What is written to, in words: `the definition of web01`.
    var place: String { get }

    /// Writes to the host, and counts the writes: a call that libvirt refuses is none; pools and a shutdown that took too long are.
    func perform(in run: inout Run) throws(StepFailure)

    /// Whether the host is as the write leaves it, as far as we manage it.
    func holds(in run: Run) throws(StepFailure) -> Bool

    /// Whether exactly these writes undo it. What is undone follows from them alone, so they must lead back to the same thing.
    func isUndone(by inverse: [HostWrite]) -> Bool

    /// Notes what the write may have made of things.
    func add(to history: inout WriteHistory, _ entry: Transaction.RecordedWrite)

    // MARK: Undoing; what most kinds answer alike

    /// Whether there is nothing to undo, where this write is the undo.
    func isAsBefore(in run: Run) throws(StepFailure) -> Bool

    /// The same write from what is there now, which need not be what was asked for.
    func asOfNow(in run: Run) throws(StepFailure) -> HostWrite

    /// The same write to the domain under another name, which it has now.
    func renamed(to name: String) -> HostWrite

    /// The guests that this run started and that need what the write, as an undo, would take away: their definition, or pages.
    func guestsStanding(in run: Run) -> [String]

    // MARK: Afterwards

    /// Whether it is read back right after the write; if not, the verification of the steps compares it with all others, to report
    /// every difference in one go.
    static var isReadBackAtOnce: Bool { get }

    /// Why the write counts as failed although the host said yes.
    var notHeld: StepFailure { get }

    /// Enters what a finished write means for others.
    func noteDone(in run: inout Run)

    /// Whether the run goes on without the write, which failed: then a note tells what that means.
    func isOptional(after failure: StepFailure, in run: inout Run) -> Bool

    /// Enters what a failed write, which may have happened all the same, means for others.
    func noteFailed(_ failure: StepFailure, in run: inout Run)
}

extension WriteKind {
    func isAsBefore(in run: Run) throws(StepFailure) -> Bool { try holds(in: run) }
    func asOfNow(in run: Run) throws(StepFailure) -> HostWrite { action }
    func renamed(to name: String) -> HostWrite { action }
    func guestsStanding(in run: Run) -> [String] { run.report.started.filter { $0 == domain } }
    static var isReadBackAtOnce: Bool { true }
    var notHeld: StepFailure { .notKept(action) }
    func noteDone(in run: inout Run) {}
    func noteFailed(_ failure: StepFailure, in run: inout Run) {}
    func isOptional(after failure: StepFailure, in run: inout Run) -> Bool { false }
}

/// A write to one domain.
protocol DomainWrite: WriteKind {
    /// The domain's name.
    var guest: String { get }
}

extension DomainWrite {
    var domain: String? { guest }
}
