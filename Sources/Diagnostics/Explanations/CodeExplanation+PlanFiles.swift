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
            Copy the file again, or make the plan anew: numactl-plan plan --out plan.json. The checksum is that of \
            jq -cSj .payload plan.json.
            """),
        CodeExplanation(
            .planFileExpired, "the saved plan is too old",
            """
            A saved plan may be carried out for a day unless plan --out was told otherwise with --expires, so that an \
            approval is not used long after it was given. The exit code is 14 and nothing was changed.
            Make it anew: numactl-plan plan --out plan.json --expires 7d.
            """),
        CodeExplanation(
            .planFileStale, "the host has moved on since the plan was saved",
            """
            Something that the plan is about is neither as the plan found it nor as the plan wants it: a pool has \
            another size, a domain was redefined, started, stopped or removed, a pin was moved. Each such thing is \
            listed. All of them are looked at before the first write, and each again before the step that needs it. \
            What the plan has no steps for may change as it likes. The exit code is 14.
            Find out who changed it, then make the plan anew: numactl-plan plan --out plan.json.
            """),
        CodeExplanation(
            .planFileOtherHost, "the saved plan is for another host",
            """
            The plan names the machine that it was made for by a checksum of its /etc/machine-id, or by its host name \
            where the facts do not have that, and this machine is another one. The exit code is 15 and nothing was \
            changed.
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
            host. A saved plan is held to daemon unless told otherwise, so that guests are not stopped by a file. The \
            exit code is 15 and nothing was changed.
            Read what the plan stops, then agree: numactl-plan apply plan.json --max-disruption guest.
            """),
    ]
}
