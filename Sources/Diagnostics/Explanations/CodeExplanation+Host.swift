extension CodeExplanation {
    /// Host and kernel.
    static let host: [CodeExplanation] = [
        CodeExplanation(
            .poolShort, "the kernel gave fewer huge pages than asked",
            """
            A huge page needs contiguous memory. The kernel accepts any number and grants what it finds, and it finds \
            less the longer the host runs; 1 GiB pages are often unavailable after boot. apply may also request less \
            than planned, so that the cell keeps its reserved memory.
            Boot with the arguments in the message (hugepagesz=1G hugepages=0:24,1:20), enable \
            numactl-plan-hugepages.service, which runs early, or stop guests that fill the cell and apply again.
            """),
        CodeExplanation(
            .poolTooLarge, "a pool has more huge pages than wanted",
            """
            Guests were removed or shrunk, or something else reserved pages. The pages are free, but guests without \
            huge pages cannot use them.
            numactl-plan apply --allow-shrink returns them to ordinary memory. If something else needs them, declare \
            them under 'pools'.
            """),
        CodeExplanation(
            .vfsNotMade, "virtual functions are not made at boot",
            """
            Guests have virtual functions (SR-IOV) of a device, and at boot it could not be divided into as many: it has \
            no driver yet, or another number of them already, which the kernel changes only by way of none. Guests \
            that have the missing ones do not start.
            Once the driver is loaded and no guest has one of its virtual functions, numactl-plan apply makes them. \
            Where something else divides the device at boot, have it make as many.
            """),
        CodeExplanation(
            .sysfsUnreadable, "a file of the host cannot be read",
            """
            A file below /sys, /proc or the folder of --root, or the boot file, is missing or not readable. The \
            message has the path and the system's error. As a warning, the rest of the host was read and only this \
            fact is missing.
            Run as a user who can read it; in a container, mount /sys. With --root, check that the captured tree is \
            complete.
            """),
        CodeExplanation(
            .sysfsGarbled, "a file of the host is not understood",
            """
            A file of /sys or /proc does not have the documented format, so it was ignored. In a captured tree it is \
            often an empty or truncated file.
            Look at the file. If it came from a real machine, please report it with numactl-plan facts --format json \
            and the file's text.
            """),
        CodeExplanation(
            .factMissing, "a fact about the host is unknown",
            """
            The host does not report this, so the plan makes a safe assumption: a cell of unknown memory gets no \
            guests, missing distances count as 10 and 20, without siblings every CPU counts as a core.
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
            The hugetlbfs was mounted after libvirt started, and libvirt reads mounts only when it starts. Guests \
            with pages of that size do not start.
            systemctl restart libvirtd (or virtqemud). Running guests are not affected.
            """),
        CodeExplanation(
            .bootFileMismatch, "the boot file is for another machine",
            """
            The cells of this machine differ from those in the boot file: the hardware or a firmware setting (nodes \
            per socket, SMT) has changed, or the file was copied from another host. No pages are reserved; the \
            differences are listed.
            numactl-plan apply site.yaml rewrites the file.
            """),
        CodeExplanation(
            .bootDisabled, "reserving pages at boot is switched off",
            """
            A note: numactl-plan=off is on the kernel's command line, so numactl-plan boot did nothing. It is meant \
            for booting a host whose reservation uses too much memory.
            Remove it from the boot loader once the cause is fixed; numactl-plan=report shows what would be \
            reserved.
            """),
        CodeExplanation(
            .poolUnwritable, "a pool's file cannot be written",
            """
            The write to nr_hugepages of this pool failed; the message has the system's error. Usual causes: not \
            running as root, /sys mounted read-only as in a container, or a page size that can only be reserved at \
            boot.
            Run as root on the host itself. For sizes that can only be reserved at boot, numactl-plan boot --emit \
            kernel-args prints the arguments.
            """),
        CodeExplanation(
            .poolBestEffort, "a pool may get fewer pages than planned",
            """
            A warning: the cell probably cannot provide the planned pages while the host runs: its free memory is too \
            small or too fragmented. If the kernel grants fewer, apply restores all pools and exits 11.
            Reserve them at boot: numactl-plan boot --emit kernel-args prints what the kernel needs.
            """),
        CodeExplanation(
            .surplusKept, "surplus pages become persistent",
            """
            A warning: a pool is to grow while a process uses surplus pages of it: pages beyond the pool that \
            vm.nr_overcommit_hugepages allows. Growing turns these into persistent pages before the kernel allocates \
            new ones, so the pool grows by them as well and keeps them when the process ends. The boot file and the \
            kernel arguments do not include them.
            End the process before apply, or release the pages afterwards with apply --allow-shrink.
            """),
        CodeExplanation(
            .outputUnwritable, "a result cannot be written",
            """
            A file or folder cannot be created or written; the message has the system's error. If it is the boot file, \
            nothing was changed on the host, or the changes were rolled back.
            Create the folder, run as a user with write access, or name another path (--out, --boot-file).
            """),
        CodeExplanation(
            .outputExists, "the file exists already",
            """
            Site files are never overwritten. Nothing was written.
            Name another file, or write to standard output (-) and merge by hand.
            """),
        CodeExplanation(
            .inputUnreadable, "a file cannot be read",
            """
            The site or facts file does not exist or is not readable. Without a name, site.yaml in the current \
            folder is tried, then /etc/numactl-plan/site.yaml.
            Name the file: numactl-plan plan rack7.yaml. A path of - reads standard input.
            """),
        CodeExplanation(
            .factsOld, "the facts of a host are too old",
            """
            The facts file is older than --max-facts-age allows, or has no time. Guests and pools may have changed \
            since; the plan is shown, and the exit code is 14.
            Capture the facts again: numactl-plan facts --format json records the time. A timer on each host keeps the \
            facts of a rack current.
            """),
    ]
}
