internal import Diagnostics
internal import Execution
internal import HostModel
internal import LinuxHost

extension JournalStore {
    /// The transaction of that name if it waits to be confirmed; without a name the newest that does.
    func unconfirmed(_ name: String? = nil) throws -> Stored? {
        if let name {
            do {
                let stored = try read(try id(of: name))
                return stored.transaction.isUnconfirmed ? stored : nil
            } catch let error as JournalStore.Failure {
                throw CommandFailure(error)
            }
        }
        do {
            return try transactions().reversed().lazy.prefix(20).compactMap { try? self.read($0) }
                .first(where: \.transaction.isUnconfirmed)
        } catch {
            throw CommandFailure(unreadable: error)
        }
    }

    /// What there is to say while a transaction waits: nothing else may be written meanwhile, or it could not be put back.
    func waiting(severity: Diagnostic.Severity) -> Diagnostic? {
        guard let stored = (try? unconfirmed()) ?? nil, let end = stored.transaction.end?.confirmUntil else {
            return nil
        }
        let isOver = end < .now
        return Diagnostic(
            .confirmAwaited,
            isOver
                ? "transaction \(stored.id) was not confirmed by \(UTCTime(end)) and is not rolled back: its timer is gone"
                : "transaction \(stored.id) is rolled back at \(UTCTime(end)) unless it is confirmed",
            severity: severity,
            hint: "numactl-plan confirm \(stored.id) keeps it; numactl-plan rollback \(stored.id) --yes puts it back")
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
