extension CodeExplanation {
    /// Programs beside the guests.
    static let actors: [CodeExplanation] = [
        CodeExplanation(
            .actorCPUsReserved, "an actor's CPUs are for others",
            """
            The list of CPUs of an entry of 'actors' has CPUs that the host's entry keeps for housekeeping, or that are \
            not among its dedicated CPUs. An actor's CPUs are dedicated ones.
            Choose others, or change 'housekeeping' or 'cpus'.
            """),
        CodeExplanation(
            .actorNameTaken, "an actor has the name of a guest",
            """
            A plan names who holds CPUs or pages, so a guest and an actor of one host cannot have the same name.
            Rename the actor: it keeps its CPUs only under the name under which they are recorded, so look at the plan.
            """),
        CodeExplanation(
            .actorCPUsTwice, "two actors have the same CPU",
            """
            Two entries of 'actors' list the same CPU. An actor has its CPUs to itself.
            Remove the CPU from one of the lists, or write a number of CPUs: then they are chosen.
            """),
        CodeExplanation(
            .actorCPUsTaken, "an actor's CPUs are not free",
            """
            A CPU of an actor's list is pinned by hand to threads of a guest (vcpu_pins, emulator_pin, iothread_pins), or a \
            domain outside the site is pinned to it, or an actor of another site has it.
            Choose other CPUs, change those pins, or write a number of CPUs: then free ones are chosen.
            """),
        CodeExplanation(
            .actorCPUsOffline, "an actor's CPUs are not online",
            """
            A CPU of an actor's list is not online on this host.
            numactl-plan facts shows the CPUs of the host. Correct the list, or bring the CPU online.
            """),
        CodeExplanation(
            .actorMoves, "an actor gets other CPUs",
            """
            The site now asks for other CPUs than are recorded for the actor, or the guests left no other way. Apply \
            records the new ones; it does not change the program's own configuration. Until that has changed, the \
            program runs on CPUs that guests may get.
            Configure it with what numactl-plan render --actor NAME prints, and restart it.
            """),
        CodeExplanation(
            .unitNeedsRestart, "a unit takes its CPUs at its next start",
            """
            Apply writes the settings of an actor's unit into /etc/systemd/system/UNIT.d/50-numactl-plan.conf. systemd reads \
            them at a reload, and applies CPUAffinity= and NUMAMask= when the unit starts.
            After apply: systemctl daemon-reload && systemctl restart UNIT.
            """),
        CodeExplanation(
            .dropInForeign, "a unit has a settings file that apply did not write",
            """
            The unit of an actor has a file 50-numactl-plan.conf that apply did not write, by its first line. It is not \
            overwritten.
            Move its settings to a file of another name and remove it, or remove 'unit' from the actor.
            """),
    ]
}
