extension CodeExplanation {
    /// Saved plans.
    static let planFiles: [CodeExplanation] = [
        CodeExplanation(
            .planFileInvalid, "the file is no saved plan that can be carried out",
            """
            The file is one of this program's documents but not one that plan --out wrote, or a value in it is not what it \
            must be. What plan --format json prints is to be read and has no steps. The exit code is 65.
            Save a plan with: numactl-plan plan --out plan.json.
            """),
        CodeExplanation(
            .planFileAltered, "the saved plan is not the one that was meant",
            """
            A saved plan carries the SHA-256 checksum of its payload, and this one does not match: it was edited, or cut \
            off while it was copied. The same is said when the checksum given with --plan-sha256 is another one. The \
            exit code is 65 and nothing was changed.
            Copy the file again, or plan again: numactl-plan plan --out plan.json. The checksum is that of \
            jq -cSj .payload plan.json.
            """),
        CodeExplanation(
            .planFileExpired, "the saved plan is too old",
            """
            A saved plan may be carried out for a day unless plan --out was given --expires, so that an \
            approval is not used long after it was given. The same is said of a plan that was made more than five minutes \
            from now, or is good for more than 366 days: a clock is wrong, or the file. The exit code is 14 and nothing was \
            changed.
            Plan again: numactl-plan plan --out plan.json --expires 7d.
            """),
        CodeExplanation(
            .planFileStale, "the host has moved on since the plan was saved",
            """
            Something that the plan is about is neither as the plan found it nor as the plan wants it: a pool has \
            another size, a domain was redefined, replaced by another of its name, started, stopped or removed, a pin was \
            moved, the machine was booted again. Each such thing is listed. All of them are looked at before the first write, and each again before the step that needs it. \
            What the plan has no steps for may change. The exit code is 14.
            Find out who changed it, then plan again: numactl-plan plan --out plan.json.
            """),
        CodeExplanation(
            .planFileOtherHost, "the saved plan is for another host",
            """
            The plan names the machine that it was made for by a checksum of its /etc/machine-id, and this machine is \
            another one, or the facts that the plan was made from did not have the checksum. Only for a machine without \
            /etc/machine-id the host name counts. The exit code is 15 and nothing was changed.
            Take the file to its host. A plan for this one is made here, or anywhere with its facts: numactl-plan plan \
            --facts facts.json --out plan.json.
            """),
        CodeExplanation(
            .planNotSaved, "the plan was not saved",
            """
            A warning: plan --out was given, but the plan does not fit the host or is refused, so there is nothing that \
            apply could carry out. A file of that name that was there before is still there and still the old plan.
            Mend what the plan says first.
            """),
        CodeExplanation(
            .planSiteChanged, "the site file has changed since",
            """
            A warning: the site file that the saved plan was made from is not the same any more. The plan is what was \
            approved, so it is carried out as it is.
            The next plan of the site file will show what is left to do.
            """),
        CodeExplanation(
            .tooDisruptive, "the plan disturbs too much",
            """
            A change in the plan disturbs what runs more than --max-disruption allows: none, live, daemon, guest or \
            host. A saved plan is limited to daemon by default, so that guests are not stopped by a file. The \
            exit code is 15 and nothing was changed.
            Read what the plan stops, then agree: numactl-plan apply plan.json --max-disruption guest.
            """),
        CodeExplanation(
            .planStepRefused, "the saved plan holds what this program does not save",
            """
            The checksum of a saved plan says that the file is whole, not who wrote it. So every step is held against what \
            plan --out writes: the steps of a guest go together and with what the plan found; settings and marks name CPUs, \
            cells and page sizes of this host; no domain is touched that is not this site's and does not become so; what is \
            reserved at boot follows from the steps; libvirt is this machine's. A new guest's definition may hold disks, \
            interfaces on networks and bridges, PCI devices and what concerns only the guest. What reaches further, such as \
            raw QEMU arguments, scripts, host folders or another emulator, is taken only from the base file, which must be on \
            this host under the same path with the same content. The exit code is 65 and nothing was changed.
            Copy the base files to the host, or plan on the host itself: numactl-plan plan --out plan.json.
            """),
        CodeExplanation(
            .planShowsOther, "the saved plan shows something else than it does",
            """
            What a saved plan lists under changes is what its reader agreed to. It must be what the steps come to: the same \
            guests and pools, actions and disruption. apply shows, and --max-disruption limits, what the steps come to. The \
            exit code is 65 and nothing was changed.
            Plan again: numactl-plan plan --out plan.json. Find out who wrote this one.
            """),
    ]
}
