extension CodeExplanation {
    /// Journals and going back.
    static let journal: [CodeExplanation] = [
        CodeExplanation(
            .journalOpen, "a run broke off",
            """
            Before each write apply notes what it is about to do and what leads back. Such a journal has no end: the \
            process was killed, the machine lost power, or something could not be undone. The host may be between \
            before and after, so apply refuses to write (exit code 75).
            numactl-plan rollback brings the host to what it was before; numactl-plan apply --continue plans again from \
            what is there and goes on to what the site wants; numactl-plan history TRANSACTION shows every write. Once \
            the host is in order by other means: numactl-plan history TRANSACTION --close.
            """),
        CodeExplanation(
            .journalDamaged, "a journal cannot be relied on",
            """
            A line of the journal is not as it was written: its sum does not match, or it does not follow from the lines \
            before it. A last line that is cut off is no damage; that is what a killed process leaves.
            Nothing is undone from such a journal. numactl-plan history shows the file; its whole lines are JSON and hold \
            the definitions as they were. Put the host right by hand, then close the transaction with \
            numactl-plan history TRANSACTION --close.
            """),
        CodeExplanation(
            .rollbackStale, "the host has changed since",
            """
            Going back would undo what others did after the transaction: a pool, a definition or a pin is neither \
            as it was before nor as the transaction left it, or pages that it added are in use. All such things are \
            listed, and nothing was rolled back (exit code 14).
            Put these right first, or let them go with --force, which undoes all that can be undone and says what \
            cannot. A later transaction that touched the same things is rolled back before an earlier one.
            """),
        CodeExplanation(
            .rollbackNeedsStop, "guests run that would have to stop",
            """
            The transaction started or made these guests, or power cycled them, and they run. Their definitions and pages \
            cannot be taken from under them, and half a rollback would leave the host between before and after, so \
            nothing was rolled back (exit code 15).
            With --stop-started they are shut down first (with --force-off switched off when they do not listen). Or keep \
            them: numactl-plan apply goes on to what the site wants, after a broken-off run with --continue.
            """),
        CodeExplanation(
            .journalUnwritable, "the journal cannot be written",
            """
            The folder of journals (/var/lib/numactl-plan, or --state-dir) cannot be made, is not private to its owner, is \
            full, or is not yours. A write that cannot be noted beforehand is not begun, and what was done is rolled back. \
            As a warning, the work is done and only the note of its end is missing.
            Make room, or name another folder on a local disk; then apply again. A journal that was left open is closed \
            by numactl-plan history TRANSACTION --close.
            """),
        CodeExplanation(
            .unknownTransaction, "there is no such transaction",
            """
            Transactions are named by their time, 20261125T091530.250Z. Settled ones are removed after 30 days, save the \
            last 20; and beyond 200.
            numactl-plan history lists those that are there.
            """),
        CodeExplanation(
            .interrupted, "a run was interrupted",
            """
            SIGINT, SIGTERM or SIGHUP came while apply wrote. The step at hand was finished, nothing more was begun, and \
            what was done was rolled back (exit code 130 or 143; 13 when not all could be). More signals change nothing. A \
            guest that had been asked to shut down may still do so.
            Apply again when it suits.
            """),
    ]
}
