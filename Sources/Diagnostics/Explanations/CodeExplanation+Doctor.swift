extension CodeExplanation {
    /// What the doctor finds.
    static let doctor: [CodeExplanation] = [
        CodeExplanation(
            .cellsInOptionUnknown, "this kernel takes no cells in hugepages=",
            """
            hugepages=0:24,1:20 on the kernel's command line, which gives each cell its pages, is known to Linux 5.16 and \
            later. An older kernel ignores the option.
            Boot a newer kernel; or write the sum, hugepages=44, which spreads pages evenly, and let the boot unit fill the \
            cells.
            """),
        CodeExplanation(
            .pagesOptionIgnored, "the kernel ignores a second hugepages=",
            """
            The command line has two hugepages= for one page size. The kernel takes the first and passes over the second \
            without a word that anybody reads.
            Keep one, after its hugepagesz=. numactl-plan boot --emit kernel-args prints all that is wanted.
            """),
        CodeExplanation(
            .sysctlSetsPools, "a sysctl file sets the pools",
            """
            vm.nr_hugepages is about all cells together: the kernel spreads the pages and skips a cell without room. \
            Whenever sysctl runs, at boot or by a package's script, it may take pages from a cell that was given them.
            Remove the line and write the pages into the site file's pools, or let guests ask for them.
            """),
        CodeExplanation(
            .noKVM, "KVM is not there",
            """
            Without /dev/kvm libvirt starts only guests of type qemu, whose CPUs are emulated. Virtualization is off in \
            the firmware, the module is not loaded, or this is a virtual machine whose host does not allow nesting.
            The hint has the next step. Where KVM cannot be had, write accelerator: qemu for the guests.
            """),
        CodeExplanation(
            .nestedOff, "guests cannot run guests of their own",
            """
            The module's parameter nested is off, so that a guest sees no vmx or svm, even with the CPU mode \
            host-passthrough. That matters for virtual hosts, such as test labs, and for nobody else.
            Write the option into /etc/modprobe.d, stop all guests, and load the module again.
            """),
        CodeExplanation(
            .noCpusetController, "libvirt cannot confine threads",
            """
            libvirt puts threads and memory of guests into cpusets when the control groups have that controller. Without \
            it vcpupin only sets affinities, and memory can only be bound by QEMU itself.
            Containers often lack it; on a host look for cgroup_disable= on the command line.
            """),
        CodeExplanation(
            .libvirtTooOld, "libvirt is too old for this",
            """
            A setting that the site needs came with a newer libvirt; an older one refuses the definition or leaves the \
            setting out. The message has both versions, and the guests that ask for it.
            Upgrade libvirt, or do as the hint says.
            """),
        CodeExplanation(
            .qemuTooOld, "QEMU is too old for this",
            """
            QEMU 2.1.2 is the first whose guest cells can be bound to host cells and backed by huge pages one by one.
            Install a newer QEMU; guests take it at their next start.
            """),
        CodeExplanation(
            .numaBalancingOn, "the kernel moves memory on its own",
            """
            Automatic NUMA balancing makes pages fault on purpose, to see which CPU uses them, and moves them there. \
            Guests whose vCPUs and memory are bound gain nothing and pay for the faults. It is right for guests without \
            topology.
            kernel.numa_balancing = 0 turns it off.
            """),
        CodeExplanation(
            .transparentHugePages, "transparent huge pages are always on",
            """
            With always the kernel makes huge pages for every process and compacts memory for that in the background. \
            Guests with huge pages of a pool do not use them.
            madvise leaves them to programs that ask; QEMU does.
            """),
        CodeExplanation(
            .swapOn, "guests' memory may be swapped out",
            """
            Ordinary memory of a guest can go to swap when the host runs short, and the guest then waits for a disk at \
            arbitrary moments. Huge pages and locked memory never go.
            Give guests that must answer in time mem_page_size or locked_memory, or turn swap off.
            """),
        CodeExplanation(
            .ksmOn, "equal pages of guests are merged",
            """
            KSM looks for equal pages and keeps one of them. On a host of several cells, with merge_across_nodes, the one \
            kept may be on another cell than the guest. It only touches ordinary pages.
            Set merge_across_nodes to 0, which takes ksm/run = 2 first, or turn KSM off.
            """),
        CodeExplanation(
            .zoneReclaimOn, "a full cell reclaims before it borrows",
            """
            vm.zone_reclaim_mode makes the kernel free caches of a cell before it takes memory of another. Where guests are \
            bound that is of no use, and it makes other programs of the host slow.
            vm.zone_reclaim_mode = 0 is the kernel's own default.
            """),
        CodeExplanation(
            .isolatedCPUsShared, "isolated CPUs serve shared vCPUs",
            """
            isolcpus= takes CPUs out of the scheduler's balancing. Threads that may use several of them all stay on the \
            first, so that shared vCPUs compete there while others idle.
            Isolate only CPUs for dedicated vCPUs: those in cpus.dedicated.
            """),
        CodeExplanation(
            .dedicatedNotIsolated, "dedicated CPUs are not isolated",
            """
            A dedicated CPU serves no other guest, but the host's own processes, its interrupts and its timer still run \
            there. Real-time guests notice.
            isolcpus=, nohz_full= and rcu_nocbs= with the dedicated CPUs keep them away; that takes a reboot.
            """),
        CodeExplanation(
            .cellWithoutMemory, "a cell has CPUs and no memory",
            """
            No guest cell can be placed on such a cell. On a server of several sockets it mostly means that memory modules \
            are missing, broken, or in the wrong slots.
            dmidecode -t memory lists the slots.
            """),
        CodeExplanation(
            .surplusPages, "a pool has pages that will not stay",
            """
            Surplus pages go away when they are given back: the pool was shrunk below its use, or overcommit is on. A guest \
            that holds them may not start again.
            numactl-plan apply makes as many pages persistent as its guests need; writing the present total to \
            nr_hugepages turns surplus pages into persistent ones.
            """),
        CodeExplanation(
            .tunedInterferes, "tuned sets what is planned here",
            """
            The active profile of tuned writes huge pages, NUMA balancing or KSM when it starts. What is written last \
            wins, and at the next start tuned is last.
            Make a profile of your own that includes the present one without these lines.
            """),
        CodeExplanation(
            .largePagesNotAtBoot, "pages of 1 GiB are not reserved by the kernel",
            """
            The boot file asks for pages of 1 GiB or more. The boot unit tries as early as it can, but only the kernel's \
            own command line reserves them before anything else uses memory.
            numactl-plan boot --emit grub writes the options for GRUB; grubby, systemd-boot and ostree are there too.
            """),
        CodeExplanation(
            .bootUnitOff, "pools are not filled at boot",
            """
            apply has compiled a boot file, and the unit that reads it is not enabled. Pools do not outlive a reboot: \
            guests that libvirt starts automatically then find no pages.
            Enable it: systemctl enable numactl-plan-hugepages.service. What it does is in numactl-plan-boot(8).
            """),
        CodeExplanation(
            .mountNotInPolicy, "QEMU may not be allowed to use a mount",
            """
            AppArmor and SELinux let QEMU use huge pages in the usual places only. In another folder the start fails with \
            'unable to map backing store for guest RAM: Permission denied', or silently falls back on ordinary pages.
            Mount it below /dev/hugepages, or extend the policy as the hint says; the kernel's log has the denials.
            """),
        CodeExplanation(
            .guestsSuspendAtShutdown, "guests are saved at shutdown",
            """
            libvirt-guests saves running guests to disk when the host shuts down and resumes them afterwards. A resumed \
            guest has the definition that it was saved with, so that changes which wait for its next start go on waiting.
            ON_SHUTDOWN=shutdown shuts guests down instead.
            """),
    ]
}
