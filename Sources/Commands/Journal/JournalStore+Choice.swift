internal import Diagnostics
internal import Execution
internal import LinuxHost

extension JournalStore {
    /// The transaction of that name; without one the newest open one, else the last one.
    ///
    /// - Returns: nil when no name was given and there is none.
    /// - Throws: ``CommandFailure`` with 64 for what is no name, with 66 for a transaction that is not there, with 13 for a journal
    ///   that cannot be relied on, with 75 for one that another process is writing.
    func chosen(_ name: String?) throws -> Stored? {
        guard let id = try name.map(id(of:)) ?? newest() else { return nil }
        let stored = try stored(id)
        guard !stored.isHeld else {
            throw CommandFailure(
                .locked,
                [
                    Diagnostic(
                        .journalOpen,
                        "transaction \(id) is running in process \(stored.transaction.header.process)")
                ])
        }
        return stored
    }

    /// The name that was typed.
    func id(of name: String) throws -> TransactionID {
        if let id = TransactionID(name) { return id }
        throw CommandFailure(
            .usage,
            [
                Diagnostic(
                    .unknownTransaction, "'\(name)' is not the name of a transaction",
                    hint: "numactl-plan history lists them")
            ])
    }

    private func newest() throws -> TransactionID? {
        do throws(SysfsError) {
            if let open = try open().last { return open }
            return try transactions().last
        } catch {
            throw CommandFailure(unreadable: error)
        }
    }

    private func stored(_ id: TransactionID) throws -> Stored {
        do {
            return try read(id)
        } catch {
            throw CommandFailure(error)
        }
    }
}
