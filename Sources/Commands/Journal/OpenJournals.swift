internal import Diagnostics
internal import Execution
internal import LinuxHost

extension JournalStore {
    /// A finding for each transaction that broke off and that nobody has settled, the newest first.
    ///
    /// - Parameter severity: What such a transaction means to the command.
    /// - Returns: Nothing as well where this user may not look.
    func findings(severity: Diagnostic.Severity) -> [Diagnostic] {
        do throws(SysfsError) {
            return try open().reversed().map { finding($0, severity) }
                + [try waiting(severity: severity)].compactMap(\.self)
        } catch {
            guard !error.isNotPermitted else { return [] }
            return [
                Diagnostic(
                    .journalUnwritable, "cannot tell whether a run was interrupted: \(error)", severity: severity)
            ]
        }
    }

    private func finding(_ id: TransactionID, _ severity: Diagnostic.Severity) -> Diagnostic {
        do throws(JournalStore.JournalFailure) {
            let stored = try read(id)
            return finding(stored, severity)
        } catch {
            return Diagnostic(
                .journalDamaged, "\(error)", severity: severity,
                notes: ["it may record unfinished changes"],
                hint: "numactl-plan history \(id) shows what can be read; once the host is repaired: "
                    + "numactl-plan history \(id) --close")
        }
    }

    private func finding(_ stored: Stored, _ severity: Diagnostic.Severity) -> Diagnostic {
        let transaction = stored.transaction
        if stored.isHeld {
            return Diagnostic(
                .journalOpen, "transaction \(stored.id) is running in process \(transaction.header.process)",
                severity: .note)
        }
        let count = transaction.entries.count
        return Diagnostic(
            .journalOpen,
            transaction.end == nil
                ? "transaction \(stored.id) of site \(transaction.header.site) is unfinished: "
                    + "the host may be partly changed"
                : "transaction \(stored.id) of site \(transaction.header.site) was only partly rolled back",
            severity: severity, notes: ["\(count) \(count == 1 ? "write was" : "writes were") begun"],
            hint: "undo it: numactl-plan rollback; complete it: numactl-plan apply --continue; "
                + "see it: numactl-plan history \(stored.id)")
    }
}
