internal import ArgumentParser
internal import Diagnostics
internal import Execution
internal import LinuxHost
internal import SystemPackage

/// Where journals are kept.
struct StateOption: ParsableArguments {
    @Option(
        help: ArgumentHelp("Where the journals are stored.", valueName: "dir"),
        completion: .directory)
    var stateDir = JournalStore.standardPath.string

    /// The journals.
    var journals: JournalStore { JournalStore(FilePath(stateDir)) }

    /// Lets nobody write to a host on which something is half done.
    ///
    /// - Throws: ``CommandFailure`` with 75 when there is an open journal, with 77 when the journals may not be read.
    func refuseWhenOpen() throws {
        try journals.refuseWhileWaiting()
        do {
            guard try !journals.open().isEmpty else { return }
        } catch {
            throw CommandFailure(unreadable: error)
        }
        throw CommandFailure(.locked, journals.findings(severity: .error))
    }

    /// Closes the open journals, since another transaction has gone on from there and come to its end.
    ///
    /// - Returns: What could not be closed.
    func closeOpen(overtakenBy next: TransactionID?) -> [Diagnostic] {
        let note = next.map { "by \($0)" } ?? "nothing left to do"
        let open: [TransactionID]
        do {
            open = try journals.open()
        } catch {
            return [Diagnostic(.journalUnwritable, "the unfinished journals could not be closed: \(error)")]
        }
        return open.compactMap { id in
            do {
                try journals.close(id, as: .overtaken, note: note)
                return nil
            } catch {
                return Diagnostic(
                    .journalUnwritable, "the journal of \(id) could not be closed: \(error)")
            }
        }
    }
}

extension CommandFailure {
    /// The folder of journals, or one of them, cannot be read.
    init(unreadable error: SysfsError) {
        self.init(
            error.isNotPermitted ? .notPermitted : .unexpected,
            [
                Diagnostic(
                    .journalUnwritable, "the journals cannot be used: \(error)",
                    hint: error.isNotPermitted ? "run as root" : "choose another folder with --state-dir")
            ])
    }
}
