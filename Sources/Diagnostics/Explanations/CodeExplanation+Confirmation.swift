extension CodeExplanation {
    /// Runs that are put back unless somebody confirms them.
    static let confirmation: [CodeExplanation] = [
        CodeExplanation(
            .confirmAwaited, "a transaction waits to be confirmed",
            """
            apply --confirm-within has done what it should and has set a timer that puts everything back, unless \
            somebody confirms it before. Until then no other apply writes to the host (75), because the rollback would \
            meet changes that it does not know; this holds for apply --continue and for the rollback of another \
            transaction as well. When the machine was restarted meanwhile, the timer is gone and nothing is put back by \
            itself.
            Look at the host, then keep it: numactl-plan confirm. Or put it back at once: numactl-plan rollback.
            """),
        CodeExplanation(
            .confirmOneWay, "not all of the plan can be undone automatically",
            """
            With --confirm-within everything must be able to go back without asking anyone. Guests that are started \
            or stopped and pools that shrink are not: a guest that was started would have to be shut down, one that was \
            stopped has lost what it did, and pages that were given back may not come back. The exit code is 15 and \
            nothing was changed.
            Apply that part by itself, without --confirm-within.
            """),
        CodeExplanation(
            .confirmNotArmed, "the timer could not be set",
            """
            Everything was done, but neither systemd-run nor a process of its own could be started to put it back in \
            time, or the journal could not be told until when, so it was put back at once. The exit code is 1; 13 when not everything could be put back, and that of \
            rollback when nothing was.
            numactl-plan history shows how that went. systemctl status and the journal tell why systemd did not take the \
            timer.
            """),
        CodeExplanation(
            .confirmNothing, "there is nothing to confirm",
            """
            No transaction waits to be confirmed, or not that one: it was confirmed already, was never made with \
            --confirm-within, or the time was over and it was rolled back. The exit code is 14.
            numactl-plan history shows what became of it. Apply again when it was rolled back.
            """),
        CodeExplanation(
            .rollbackOtherFile, "a rollback would write another file than the boot file",
            """
            The journal tells of a file that was replaced, and it is not the boot file (/etc/numactl-plan/boot.json, or \
            --boot-file). A rollback writes no other file, whatever the journal says. The exit code is 15 and nothing was \
            changed.
            Name the file with --boot-file if apply was given it.
            """),
        CodeExplanation(
            .rollbackNotManaged, "a rollback would write to domains that are not managed",
            """
            The journal tells of writes to domains that bear no mark of numactl-plan, neither now nor in what was read or \
            written then. apply never writes to such domains, so the journal is not followed. The exit code is 15 and \
            nothing was changed.
            Look at the host, then close the transaction with numactl-plan history TRANSACTION --close.
            """),
    ]
}
