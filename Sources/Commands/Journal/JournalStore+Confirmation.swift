internal import Diagnostics
internal import Execution
internal import HostModel
internal import LinuxHost

extension JournalStore {
    /// The transaction of that name if it waits to be confirmed; without a name the newest that does.
    ///
    /// - Throws: ``CommandFailure`` when it cannot be read: whether it can be put back is not known then.
    func unconfirmed(_ name: String? = nil) throws -> Stored? {
        do {
            guard let id = try name.map(id(of:)) ?? awaitingConfirmation().last?.id else { return nil }
            let stored = try read(id)
            return stored.transaction.isUnconfirmed ? stored : nil
        } catch let error as JournalStore.JournalFailure {
            throw CommandFailure(error, in: self)
        } catch let error as SysfsError {
            throw CommandFailure(unreadable: error)
        }
    }

    /// What there is to say while a transaction waits: nothing else may be written meanwhile, or it could not be rolled back.
    ///
    /// - Parameter id: A transaction that is passed over: the one that is written to.
    /// - Returns: nil when none waits.
    func waiting(severity: Diagnostic.Severity, besides id: TransactionID? = nil) throws(SysfsError) -> Diagnostic? {
        guard let (id, end) = try awaitingConfirmation().last(where: { $0.id != id }) else { return nil }
        let isOver = end < .now
        return Diagnostic(
            .confirmAwaited,
            isOver
                ? "transaction \(id) was not confirmed by \(UTCTime(end)) and is not rolled back yet"
                : "transaction \(id) is rolled back at \(UTCTime(end)) unless it is confirmed",
            severity: severity,
            hint: "keep it: numactl-plan confirm \(id); undo it: numactl-plan rollback \(id) --yes")
    }

    /// Lets nobody write to a host on which a transaction waits to be confirmed: its rollback would meet changes that it does not
    /// know, and would put nothing back.
    ///
    /// - Parameter id: A transaction that may be written to all the same.
    /// - Throws: ``CommandFailure`` with 75 when one waits, with 77 or 1 when that cannot be told.
    func refuseWhileWaiting(besides id: TransactionID? = nil) throws {
        do {
            guard let waiting = try waiting(severity: .error, besides: id) else { return }
            throw CommandFailure(.locked, [waiting])
        } catch let error as SysfsError {
            throw CommandFailure(unreadable: error)
        }
    }
}

extension Transaction {
    /// Whether it came to its end and somebody has still to confirm it.
    var isUnconfirmed: Bool { end?.outcome == .applied && end?.confirmUntil != nil }
}

extension UTCTime {
    /// The second in which the moment is.
    init(_ time: UnixTime) { self.init(seconds: time.milliseconds / 1_000) }
}
