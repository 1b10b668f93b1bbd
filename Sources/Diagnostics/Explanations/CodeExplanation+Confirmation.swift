extension CodeExplanation {
    /// Runs that are put back unless somebody confirms them.
    static let confirmation: [CodeExplanation] = [
        CodeExplanation(
            .confirmAwaited, "a transaction waits to be confirmed",
            """
            apply --confirm-within has completed, and a timer rolls it back unless it is confirmed in time. Until \
            then apply, apply --continue and the rollback of another transaction are refused (75), because the \
            timer's rollback could not account for their changes. A reboot removes the timer; nothing is then rolled \
            back automatically.
            Check the host, then keep the changes: numactl-plan confirm. Or undo them now: numactl-plan rollback.
            """),
        CodeExplanation(
            .confirmOneWay, "not all of the plan can be undone automatically",
            """
            --confirm-within needs a plan that can be undone unattended. Starting or stopping guests and shrinking \
            pools cannot: a started guest would have to be shut down again, a stopped one has lost its state, and \
            released pages may not be available again. The exit code is 15 and nothing was changed.
            Apply those changes separately, without --confirm-within.
            """),
        CodeExplanation(
            .confirmNotArmed, "the timer could not be set",
            """
            The plan was applied, but the rollback timer could not be started (neither with systemd-run nor as a \
            background process), or its deadline could not be written to the journal, so everything was rolled back \
            at once. The exit code is 1; 13 if the rollback was incomplete; or that of rollback if nothing could be \
            rolled back.
            numactl-plan history shows the result; systemctl status and journalctl show why systemd refused the \
            timer.
            """),
        CodeExplanation(
            .confirmNothing, "there is nothing to confirm",
            """
            No transaction is waiting for confirmation, or not this one: it was confirmed before, was not made with \
            --confirm-within, or timed out and was rolled back. The exit code is 14.
            numactl-plan history shows its state. If it was rolled back, apply again.
            """),
        CodeExplanation(
            .rollbackOtherFile, "a rollback would write another file than the boot file",
            """
            The journal records the replacement of a file that is not the boot file (/etc/numactl-plan/boot.json, or \
            --boot-file). A rollback writes no other file. The exit code is 15 and nothing was changed.
            If apply ran with --boot-file, give rollback the same option.
            """),
        CodeExplanation(
            .rollbackNotManaged, "a rollback would write to domains that are not managed",
            """
            The journal records writes to domains that have no mark of numactl-plan, neither now nor in the recorded \
            definitions. apply never writes to such domains, so the journal is not trusted. The exit code is 15 and \
            nothing was changed.
            Check the host, then close the transaction with numactl-plan history TRANSACTION --close.
            """),
    ]
}
