extension CodeExplanation {
    /// Saved plans.
    static let planFiles: [CodeExplanation] = [
        CodeExplanation(
            .planFileInvalid, "the file is not a valid saved plan",
            """
            The file is another document of this program, or a value in it is invalid. Only plan --out saves a plan \
            for apply; what plan --format json prints has no steps. The exit code is 65.
            Save a plan with: numactl-plan plan --out plan.json.
            """),
        CodeExplanation(
            .planFileAltered, "the checksum of the saved plan does not match",
            """
            A saved plan carries the SHA-256 checksum of its payload, and this one does not match: it was edited, or \
            truncated in a copy. Or --plan-sha256 gave another checksum. The exit code is 65 and nothing was changed.
            Copy the file again, or plan again: numactl-plan plan --out plan.json. The checksum is that of jq -cSj \
            .payload plan.json.
            """),
        CodeExplanation(
            .planFileExpired, "the saved plan is too old",
            """
            A saved plan is valid for a day, or for as long as --expires said, so that an old approval is not used \
            by mistake. A plan dated more than five minutes in the future, or valid for more than 366 days, is \
            refused as well: then a clock or the file is wrong. The exit code is 14 and nothing was changed.
            Plan again: numactl-plan plan --out plan.json --expires 7d.
            """),
        CodeExplanation(
            .planFileStale, "the host has changed since the plan was saved",
            """
            Something that the plan changes is neither as the plan found it nor as it wants it: a pool has another \
            size, a domain was redefined, replaced by another of its name, started, stopped or removed, a pin was \
            moved, the machine was rebooted. Each difference is listed. All are checked before the first write, and \
            each again before its step. Things that the plan does not change may differ. The exit code is 14.
            Find out who changed it, then plan again: numactl-plan plan --out plan.json.
            """),
        CodeExplanation(
            .planFileOtherHost, "the saved plan is for another host",
            """
            The plan names the machine that it was made for by a checksum of its /etc/machine-id, and this machine has \
            another, or the facts behind the plan lack the checksum. The host name is compared only on a machine \
            without /etc/machine-id. The exit code is 15 and nothing was changed.
            Apply the file on its host. For this host, plan here, or anywhere from its facts: numactl-plan plan \
            --facts facts.json --out plan.json.
            """),
        CodeExplanation(
            .planNotSaved, "the plan was not saved",
            """
            A warning: plan --out was given, but the plan does not fit the host or is refused, so there is nothing \
            to apply. An older file of that name is kept.
            Fix what the plan reports first.
            """),
        CodeExplanation(
            .planSiteChanged, "the site file has changed since",
            """
            A warning: the site file that the saved plan was made from has changed. The saved plan is what was \
            approved, so it is applied as it is.
            The next plan of the site file will show what is left to do.
            """),
        CodeExplanation(
            .tooDisruptive, "the plan is too disruptive",
            """
            A change is more disruptive than --max-disruption allows: none, live, daemon, guest or host. A saved plan \
            is limited to daemon by default, so that no file can stop guests. The exit code is 15 and nothing was \
            changed.
            Check what the plan stops, then allow it: numactl-plan apply plan.json --max-disruption guest.
            """),
        CodeExplanation(
            .planStepRefused, "the saved plan holds steps that plan --out does not write",
            """
            The checksum shows that a saved plan is intact, not who wrote it. So every step is checked against what \
            plan --out writes: the steps of a guest must match each other and what the plan found; settings and \
            marks must name CPUs, cells and page sizes of this host; only domains of this site, or adopted by the \
            plan, are changed; the boot reservation must follow from the steps; libvirt must be this machine's. The \
            definition of a new guest can contain disks, interfaces on networks and bridges, PCI devices, and \
            settings of the guest alone. Anything else, such as raw QEMU arguments, scripts, host folders or another \
            emulator, is accepted only from the base file, which must be on this host under the same path with the \
            same content. The exit code is 65 and nothing was changed.
            Copy the base files to the host, or plan on the host itself: numactl-plan plan --out plan.json.
            """),
        CodeExplanation(
            .planShowsOther, "the changes listed in the saved plan do not match its steps",
            """
            Reviewers approve what a saved plan lists under changes, so that must match its steps: the same guests and \
            pools, actions and disruption. apply shows, and --max-disruption limits, what the steps do. The exit code \
            is 65 and nothing was changed.
            Plan again: numactl-plan plan --out plan.json. Find out who wrote this one.
            """),
    ]
}
