extension CodeExplanation {
    /// Host and kernel.
    static let host: [CodeExplanation] = [
        CodeExplanation(
            .poolShort, "the kernel gave fewer huge pages than asked",
            """
            A huge page needs contiguous memory. The kernel accepts every number and grants what it finds, which \
            gets less the longer the host runs; 1 GiB pages are often unavailable after boot. Less may also \
            be asked for, so that the cell keeps the memory that it must.
            Boot with what the message prints (hugepagesz=1G hugepages=0:24,1:20), enable \
            numactl-plan-hugepages.service, which runs early, or stop guests that fill the cell and apply again.
            """),
        CodeExplanation(
            .poolTooLarge, "a pool has more huge pages than are wanted",
            """
            Guests were removed or made smaller, or others reserved pages. They are free, but no ordinary memory: no \
            guest without huge pages can have them.
            numactl-plan apply --allow-shrink gives them back; or declare them under 'pools' when something else needs them.
            """),
        CodeExplanation(
            .sysfsUnreadable, "a file of the host cannot be read",
            """
            Something below /sys, /proc, the folder of --root, or the boot file is missing or may not be read. The \
            path and the system's words are in the message. As a warning, the rest of the host was read and the plan \
            lacks only this fact.
            Run as a user who may read it; in a container, mount /sys. With --root, check that the captured tree is \
            whole.
            """),
        CodeExplanation(
            .sysfsGarbled, "a file of the host is not understood",
            """
            A file of /sys or /proc holds something else than the kernel documents, so it was left out. In a \
            captured tree it is often an empty or cut-off file.
            Look at the file. If it came from a real machine, please report it with numactl-plan facts --format json \
            and the file's text.
            """),
        CodeExplanation(
            .factMissing, "a fact about the host is not known",
            """
            The host does not report something, and the plan assumes what is safe: a cell of unknown memory gets \
            no guests, missing distances count as 10 and 20, missing siblings make every CPU its own core.
            numactl-plan facts shows what is known. A facts file can be completed by hand.
            """),
        CodeExplanation(
            .mountMissing, "no hugetlbfs is mounted for a page size",
            """
            Guests take huge pages from a hugetlbfs mounted with that page size. systemd mounts one for the default \
            size at /dev/hugepages; every other size needs a mount of its own. Without it libvirt refuses to start \
            the guest.
            The hint has the commands. For a lasting mount add a line to /etc/fstab, then restart libvirtd (or \
            virtqemud), which reads mounts when it starts.
            """),
        CodeExplanation(
            .libvirtMissesMount, "libvirt has not seen a mount",
            """
            The hugetlbfs was mounted after libvirt had started, and libvirt looks for mounts only then. Guests with \
            pages of that size would not start.
            systemctl restart libvirtd (or virtqemud). Running guests go on.
            """),
        CodeExplanation(
            .bootFileMismatch, "the boot file is for another machine",
            """
            The cells of this machine are not those that the boot file was made for: hardware was changed, the file \
            was copied from another host, or a firmware setting (nodes per socket, SMT) was changed. To be safe no \
            page is reserved; the differences are listed.
            numactl-plan apply site.yaml rewrites the file.
            """),
        CodeExplanation(
            .bootDisabled, "reserving pages at boot is switched off",
            """
            A note: numactl-plan=off is on the kernel's command line, so numactl-plan boot did nothing. That is the \
            way to get a host up whose reservation takes too much memory.
            Remove it from the boot loader when the cause is mended; numactl-plan=report shows what would be \
            reserved.
            """),
        CodeExplanation(
            .poolUnwritable, "a pool's file cannot be written",
            """
            The write to nr_hugepages of this pool failed; the system's words are in the message. Usual causes: not \
            root, /sys mounted read-only as in a container, or a page size that can only be reserved at boot.
            Run as root on the host itself. For sizes that only the boot can reserve, numactl-plan boot --emit \
            kernel-args prints the arguments.
            """),
        CodeExplanation(
            .poolBestEffort, "a pool may come out short",
            """
            A warning: the pages that the plan asks for are probably unavailable on a running host, because the \
            cell's free memory is less than they take or too fragmented. If they are not granted, apply puts every \
            pool back and ends with 11.
            Reserve them at boot: numactl-plan boot --emit kernel-args prints what the kernel needs.
            """),
        CodeExplanation(
            .surplusKept, "surplus pages become persistent",
            """
            A warning: a pool is to grow while some process holds surplus pages of it, that is, pages beyond the pool \
            that the kernel made because vm.nr_overcommit_hugepages allows them. A pool that grows takes these in \
            before the kernel makes new pages, so the growth comes on top of them, and they stay when the process ends. \
            The boot file and the kernel arguments do not ask for them.
            End the process before apply, or give the pages back afterwards with apply --allow-shrink.
            """),
        CodeExplanation(
            .outputUnwritable, "a result cannot be written",
            """
            A file or folder that was asked for cannot be made or written; the system's words are in the message. \
            Where it was the boot file, nothing was changed on the host, or what was done is rolled back.
            Make the folder, run as a user who may write it, or name another path (--out, --boot-file).
            """),
        CodeExplanation(
            .outputExists, "a file is there already and is kept",
            """
            Site files are never overwritten. Nothing was written.
            Name another file, or write to standard output with - and take over what is of use.
            """),
        CodeExplanation(
            .inputUnreadable, "a file cannot be read",
            """
            The site or facts file is not there or may not be read. Without a name, site.yaml in the current folder \
            is looked for, then /etc/numactl-plan/site.yaml.
            Name the file: numactl-plan plan rack7.yaml. A path of - reads standard input.
            """),
        CodeExplanation(
            .factsOld, "the facts of a host are too old",
            """
            The plan is made from a file, and what --max-facts-age allows has passed since the host was looked at, or \
            the file does not say when that was. Guests and pools may have changed since; the plan is shown, and the \
            process ends with 14.
            Take the facts again: numactl-plan facts --format json records the time. A cron job on \
            the hosts keeps those of a rack fresh.
            """),
    ]
}
