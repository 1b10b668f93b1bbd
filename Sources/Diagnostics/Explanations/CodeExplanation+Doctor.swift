extension CodeExplanation {
    /// What the doctor finds.
    static let doctor: [CodeExplanation] = [
        CodeExplanation(
            .cellsInOptionUnknown, "this kernel does not support cells in hugepages=",
            """
            hugepages=0:24,1:20 on the kernel's command line, which sets the pages of each cell, needs Linux 5.16 or \
            newer. An older kernel ignores the option.
            Boot a newer kernel; or give the total, hugepages=44, which the kernel spreads evenly, and let the boot \
            unit set each cell.
            """),
        CodeExplanation(
            .pagesOptionIgnored, "the kernel takes only one of two equal options",
            """
            The command line has two hugepages= for one page size. The kernel uses the first and ignores the second. \
            Keep one, after its hugepagesz=.
            Or the kernel was booted with another isolcpus=. It takes one: write the flags of both (managed_irq,domain) \
            before the CPUs.
            numactl-plan boot --emit kernel-args prints the complete arguments.
            """),
        CodeExplanation(
            .sysctlSetsPools, "a sysctl file sets the pools",
            """
            vm.nr_hugepages sets one total for all cells: the kernel spreads the pages evenly and skips a full cell. \
            Each run of sysctl, at boot or from a package script, can take pages from a cell that needs them.
            Remove the line, and declare the pages under pools in the site file or let the guests request them.
            """),
        CodeExplanation(
            .noKVM, "KVM is not available",
            """
            Without /dev/kvm libvirt starts only guests of type qemu, whose CPUs are emulated. Causes: \
            virtualization is off in the firmware, the module is not loaded, or this is a virtual machine whose host \
            does not allow nesting.
            The hint has the next step. Without KVM, set accelerator: qemu for the guests.
            """),
        CodeExplanation(
            .nestedOff, "nested virtualization is off",
            """
            The parameter nested of the KVM module is off, so guests have no vmx or svm flag, even with \
            host-passthrough. This matters only for guests that are virtual hosts, as in a test lab.
            Set the option in /etc/modprobe.d, stop all guests, and reload the module.
            """),
        CodeExplanation(
            .noCpusetController, "libvirt cannot confine threads",
            """
            libvirt confines threads and memory of guests with the cpuset controller. Without it vcpupin sets only the \
            affinity of threads, and only QEMU itself can bind memory.
            Containers often lack it; on a host, check the kernel command line for cgroup_disable=.
            """),
        CodeExplanation(
            .libvirtTooOld, "libvirt is too old for a setting",
            """
            The site needs a setting that this libvirt does not know: it refuses the definition, or drops the setting. \
            The message names both versions and the guests concerned.
            Upgrade libvirt, or follow the hint.
            """),
        CodeExplanation(
            .qemuTooOld, "QEMU is too old to bind guest cells",
            """
            QEMU 2.1.2 or newer is needed to bind guest cells to host cells and to back single cells with huge pages.
            Install a newer QEMU; guests use it from their next start.
            """),
        CodeExplanation(
            .numaBalancingOn, "automatic NUMA balancing is on",
            """
            The kernel provokes page faults to see which CPU uses a page, and moves pages to that CPU's cell. For \
            guests with bound vCPUs and memory the faults are pure cost; only guests without topology benefit. Memory \
            that is bound strictly stays, also on the cell that apply --live moved it to.
            kernel.numa_balancing = 0 turns it off.
            """),
        CodeExplanation(
            .transparentHugePages, "transparent huge pages are always on",
            """
            With 'always' the kernel builds huge pages for every process and compacts memory in the background. Guests \
            backed by a pool do not use them. Where a cell has no contiguous memory left, apply --live moves ordinary \
            memory in smaller pages.
            'madvise' limits them to programs that ask for them, as QEMU does.
            """),
        CodeExplanation(
            .swapOn, "guests' memory may be swapped out",
            """
            A host short of memory swaps out ordinary memory of guests, which then stall on disk reads. Huge pages and \
            locked memory are never swapped.
            Set mem_page_size or locked_memory for latency-sensitive guests, or turn swap off.
            """),
        CodeExplanation(
            .ksmOn, "KSM merges pages across cells",
            """
            KSM merges identical pages. With merge_across_nodes, the page that is kept may be on another cell than the \
            guest. Huge pages are not affected. apply --live may take pages along that other guests use as well, which \
            are remote for them then.
            Set merge_across_nodes to 0 (unmerge first: ksm/run = 2), or turn KSM off.
            """),
        CodeExplanation(
            .zoneReclaimOn, "zone reclaim is on",
            """
            vm.zone_reclaim_mode makes the kernel drop the caches of a full cell before it allocates on another. Bound \
            guests gain nothing, and other programs on the host get slower.
            Set vm.zone_reclaim_mode = 0, the kernel's default.
            """),
        CodeExplanation(
            .isolatedCPUsShared, "isolated CPUs serve shared vCPUs",
            """
            The scheduler does not balance load over the CPUs in isolcpus=. Threads that are allowed on several of \
            them all stay on one, so shared vCPUs compete there while the other CPUs idle.
            Isolate only the CPUs in cpus.dedicated.
            """),
        CodeExplanation(
            .dedicatedNotIsolated, "dedicated CPUs are not isolated",
            """
            No other guest runs on a dedicated CPU, but host processes, interrupts and the timer tick still do. That \
            disturbs real-time guests.
            isolcpus=, nohz_full= and rcu_nocbs= with the dedicated CPUs keep them away; this needs a reboot.
            """),
        CodeExplanation(
            .cellWithoutMemory, "a cell has CPUs and no memory",
            """
            No guest cell can be placed on such a cell. On a multi-socket server it usually means that memory modules \
            are missing, broken, or in the wrong slots.
            dmidecode -t memory lists the slots.
            """),
        CodeExplanation(
            .surplusPages, "a pool has surplus pages",
            """
            Surplus pages disappear when they are freed: the pool was shrunk below its use, or overcommit is on. A \
            guest that uses them may fail to start next time.
            numactl-plan apply makes as many pages persistent as its guests need; writing the present total to \
            nr_hugepages turns surplus pages into persistent ones.
            """),
        CodeExplanation(
            .tunedInterferes, "tuned overrides planned settings",
            """
            The active tuned profile sets huge pages, NUMA balancing or KSM when it starts. The last writer wins, and \
            after a reboot that is tuned.
            Create a profile that includes the present one without these lines.
            """),
        CodeExplanation(
            .largePagesNotAtBoot, "1 GiB pages are not on the kernel command line",
            """
            The boot file asks for pages of 1 GiB or more. The boot unit tries as early as it can, but only the \
            kernel's own command line reserves them before anything else uses memory.
            numactl-plan boot --emit grub prints the options for GRUB; grubby, systemd-boot and ostree are supported \
            too.
            """),
        CodeExplanation(
            .bootUnitOff, "pools are not filled at boot",
            """
            apply has written a boot file, but the unit that reads it is not enabled. After a reboot pools are \
            empty, and guests with autostart fail to start.
            Enable it: systemctl enable numactl-plan-hugepages.service. See numactl-plan-boot(8).
            """),
        CodeExplanation(
            .mountNotInPolicy, "QEMU may not be allowed to use a mount",
            """
            AppArmor and SELinux allow QEMU huge pages only at the standard mount points. Elsewhere the start fails \
            with 'unable to map backing store for guest RAM: Permission denied', or QEMU silently falls back to \
            ordinary pages.
            Mount it below /dev/hugepages, or extend the policy as the hint says; the kernel log shows the denials.
            """),
        CodeExplanation(
            .guestsSuspendAtShutdown, "guests are saved at shutdown",
            """
            libvirt-guests saves running guests to disk when the host shuts down and resumes them afterwards. A \
            resumed guest keeps the definition it was saved with, so pending changes stay pending.
            ON_SHUTDOWN=shutdown shuts guests down instead.
            """),
    ]
}
