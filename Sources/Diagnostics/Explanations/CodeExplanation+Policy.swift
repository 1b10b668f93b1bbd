extension CodeExplanation {
    /// Ownership and policy, plan files and journal.
    static let policy: [CodeExplanation] = [
        CodeExplanation(
            .notOurs, "the domain is not this site's",
            """
            A domain has the guest's name, but has no mark, has the mark of another site, or is transient and so has \
            no definition to manage. It is left alone and the plan is refused, because its owner would not expect a \
            change.
            Write adopt: true or give --adopt to manage its NUMA, CPU and memory settings and nothing else; take it \
            from another site with --take-over; or choose another name. virsh dumpxml NAME shows the mark in \
            <metadata>.
            """),
        CodeExplanation(
            .otherManager, "the domain belongs to another manager",
            """
            The domain carries the mark of OpenStack Nova, KubeVirt, oVirt or another manager, which would undo \
            changes or fail because of them. It is left alone, and what it uses is counted.
            Remove the guest from the site file, or the domain from its manager.
            """),
        CodeExplanation(
            .needsConsent, "a change needs consent",
            """
            The plan stops a guest, removes or takes over a domain, or releases pages that may not be available \
            again. There was no terminal to ask on, or the answer was not yes. Nothing was changed; the exit code is \
            15.
            Review the list, then consent: numactl-plan apply --yes.
            """),
        CodeExplanation(
            .adoptMissing, "there is no domain to adopt",
            """
            The guest has adopt: true, which adopts an existing domain, but libvirt has none of that name. The name \
            may be misspelt, or the domain is on another host or another connection.
            virsh list --all shows the domains. Without adopt: true the domain is created, from base or from disks \
            and interfaces.
            """),
        CodeExplanation(
            .orphan, "a domain of this site is no longer in the site file",
            """
            A warning: the domains were created for or adopted by this site, and the file does not name them any more. \
            They are left alone, and what they use is counted as foreign.
            Write NAME: {state: absent} to have it removed (its disks are kept; an adopted domain is only released), \
            give --prune to have all such domains removed, or put the guest back.
            """),
        CodeExplanation(
            .unknownGuest, "there is no such guest",
            """
            The command names a guest that the site does not have on this host, or that is not placed. Guests of a \
            count are named with their number: web-1.
            numactl-plan status lists the guests. A name that ends in .yaml is read as the site file.
            """),
        CodeExplanation(
            .pruneTooMany, "too many domains would be pruned",
            """
            --prune would remove all domains that this site has on this host, or more than three and more than a fifth \
            of them, or the site names no guest here at all. Usually the file is truncated, or is the wrong one. \
            Nothing was changed; the exit code is 15.
            Look at the names in the message and at the site file. numactl-plan apply --prune-all removes them anyway; \
            NAME: {state: absent} removes one and is visible in a review.
            """),
        CodeExplanation(
            .pruneRunning, "a domain to be pruned runs",
            """
            --prune removes definitions of domains that do not run. This one runs, so nothing was changed; the exit \
            code is 15.
            Shut it down (virsh shutdown NAME), or have it shut down with --stop-pruned.
            """),
        CodeExplanation(
            .importInexact, "a domain's settings cannot all be written in a site file",
            """
            The import command writes what the site's keys express exactly, so that a plan for the entry leaves the domain as it \
            is. As a note: some settings of this domain have no key; the message and a comment below the entry list \
            them, and they stay as they are. As a warning: the domain cannot be imported, because another manager or \
            another site has it, or it is transient; it is left alone.
            Change such settings by hand (virsh edit); the plan counts them as they are.
            """),
        CodeExplanation(
            .lockBusy, "another run holds the lock",
            """
            Only one run can change a host at a time. Another one holds the lock file, or the file cannot be \
            created. The exit code is 75, or 77 if permission is missing.
            Try again later, or wait longer with --lock-timeout SECONDS. The kernel frees the lock when its holder \
            ends, however it ends; fuser -v /run/numactl-plan/lock names the holder.
            """),
        CodeExplanation(
            .verifyFailed, "verification after apply failed",
            """
            After the last step everything was read back, and something differs from the plan: another program changed \
            it meanwhile, or libvirt or the kernel set another value. The run was rolled back; the exit code is 12.
            The message has the setting, what was wanted and what was found. Stop what changes it (another manager, a \
            tuning daemon, a hook script), then apply again.
            """),
        CodeExplanation(
            .rollbackIncomplete, "a rollback is incomplete",
            """
            A run failed, and part of its rollback failed as well; the exit code is 13, and someone must repair the \
            host. What was not rolled back is listed with the reason, usually pages that are in use now or a guest \
            that was started meanwhile. Everything else was rolled back.
            Restore those parts by hand, or fix the first cause and apply again. numactl-plan plan shows how the \
            host differs now.
            """),
    ]
}
