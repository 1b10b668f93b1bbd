extension CodeExplanation {
    /// Journals and going back.
    static let journal: [CodeExplanation] = [
        CodeExplanation(
            .journalOpen, "an unfinished run",
            """
            Before each write apply records it and its inverse. This journal has no final record: the process was \
            killed, the machine lost power, or something could not be undone. The host may be partly changed, so apply \
            refuses to write (exit code 75).
            numactl-plan rollback restores the host; numactl-plan apply --continue plans again from the present state \
            and completes the site; numactl-plan history TRANSACTION shows every write. If the host was repaired by \
            other means: numactl-plan history TRANSACTION --close.
            """),
        CodeExplanation(
            .journalDamaged, "a journal is damaged",
            """
            A line of the journal was altered: its checksum does not match, or it does not follow from the lines \
            before it. A truncated last line is not damage: a killed process leaves one.
            Such a journal is not rolled back. numactl-plan history shows the file; its intact lines are JSON and \
            contain the former definitions. Repair the host by hand, then close the transaction with numactl-plan \
            history TRANSACTION --close.
            """),
        CodeExplanation(
            .rollbackStale, "the host has changed since",
            """
            The rollback would overwrite later changes by others: a pool, a definition or a pin is neither as it was \
            before nor as the transaction left it, or pages that it added are in use. All of these are listed, and \
            nothing was rolled back (exit code 14).
            Resolve these first, or use --force, which rolls back what it can and reports the rest. If a later \
            transaction changed the same things, roll that one back first.
            """),
        CodeExplanation(
            .rollbackNeedsStop, "the rollback would have to stop running guests",
            """
            The transaction created, started or power cycled these guests, and they are running. Their definitions \
            and pages cannot be removed while they run, and a partial rollback would leave the host in a mixed \
            state, so nothing was rolled back (exit code 15).
            --stop-started shuts them down first; with --force-off they are powered off if they do not respond. To \
            keep them, run numactl-plan apply, with --continue after an unfinished run.
            """),
        CodeExplanation(
            .journalUnwritable, "the journal cannot be written",
            """
            The folder of journals (/var/lib/numactl-plan, or --state-dir) cannot be created, is full, belongs to \
            another user, or is accessible to other users. Nothing is written that cannot be recorded first, and \
            what was done is rolled back. As a warning: the run completed, and only the final record is missing.
            Free disk space, or name another folder on a local disk; then apply again. A journal that was left open \
            is closed by numactl-plan history TRANSACTION --close.
            """),
        CodeExplanation(
            .unknownTransaction, "there is no such transaction",
            """
            Transactions are named by their time, 20261125T091530.250Z. Completed ones are removed after 30 days, \
            except the last 20; at most 200 are kept.
            numactl-plan history lists them.
            """),
        CodeExplanation(
            .interrupted, "a run was interrupted",
            """
            apply received SIGINT, SIGTERM or SIGHUP. It finished the current step, began no other, and rolled back \
            what was done (exit code 130 or 143; 13 if that was incomplete). Further signals have no effect. A guest \
            that was asked to shut down may still do so.
            Apply again when ready.
            """),
    ]
}
