extension CodeExplanation {
    /// Where running guests are.
    static let residence: [CodeExplanation] = [
        CodeExplanation(
            .threadElsewhere, "a guest's thread may run elsewhere than planned",
            """
            A thread of a running guest is allowed on other host CPUs than planned, or on fewer. Causes: taskset or \
            virsh vcpupin was used, a tuning daemon moved it, a cpuset of its cgroup is narrower, or a CPU went \
            offline and came back. libvirt's own view may still be the planned one.
            The hint repins the thread without disturbing the guest. Find what moved it, or it will happen again: \
            tuned, irqbalance scripts, libvirt hooks.
            """),
        CodeExplanation(
            .memoryElsewhere, "a guest's memory is on another host cell than planned",
            """
            Pages of a guest cell lie on other host cells, so that its vCPUs reach them over the interconnect, which \
            is slower. Causes: the guest was started before it was placed; its policy is preferred, and the cell was \
            full; automatic NUMA balancing or a cpuset moved pages.
            migratepages (of the package numactl) moves ordinary pages while the guest runs; huge pages need as many \
            free pages on the other cell. A restart reallocates all memory. verify --remote-tolerance sets how much \
            is tolerated.
            """),
        CodeExplanation(
            .memoryInOtherPages, "a guest's memory is in pages of another size than planned",
            """
            The running guest was started with other pages: its definition was changed since, or it was started by \
            hand. The page size of a running guest cannot change.
            It gets the planned pages at its next start, if the pool has enough: see numactl-plan status.
            """),
        CodeExplanation(
            .oldMemoryPolicy, "a moved guest still gets new pages from its old cell",
            """
            The guest was moved while it ran (apply --live): its memory is where the plan has it. The kernel's policy \
            of memory that other processes share cannot be changed from outside, so pages that the guest has never \
            touched still come from the cell where it was started, as long as its control group allows that cell.
            With the next start the policy is the planned one. Memory that was touched before does not go back.
            """),
        CodeExplanation(
            .othersOnDedicatedCPUs, "others ran on CPUs dedicated to a guest",
            """
            While verify --deep --for looked, threads of other programs, movable threads of the kernel or interrupts of \
            devices used CPUs that the plan dedicates to one guest. A dedicated CPU is one that no other guest gets; the \
            rest of the machine does not know of it. Each of them takes time from the guest's vCPU, and worse, at \
            moments that nobody chooses.
            With isolation: full in the host's entry apply sends all of them away. By hand, services stay away by CPUAffinity= \
            in /etc/systemd/system.conf, single ones by that of their unit; interrupts by /proc/irq/N/smp_affinity_list, \
            with irqbalance told to leave those CPUs alone; from boot on by \
            isolcpus=managed_irq,domain,LIST, nohz_full=LIST and irqaffinity=LIST. What belongs to its CPU and cannot \
            be sent away is listed, and no reason for this warning.
            """),
        CodeExplanation(
            .notIsolated, "others are not kept off dedicated CPUs",
            """
            The site says isolation: interrupts or full, and something is in the way, so that nothing is moved. irqbalance \
            would take them back within ten seconds: it must be told which CPUs to leave alone, by \
            IRQBALANCE_BANNED_CPULIST in its environment, and restarted. Without facts of interrupts and threads nobody knows \
            which there are. Where every CPU is dedicated there is none to take them. Doctor says it of what is back on CPUs that \
            apply or the boot unit had freed.
            Everything else of the plan is carried out.
            """),
        CodeExplanation(
            .rebootPending, "the kernel was started without options for isolation",
            """
            With isolation: full, interrupts, programs and work queues leave the dedicated CPUs at once. What is left is the \
            kernel's own, and only options at its start send it away: its tick (nohz_full), what it puts off for later \
            (rcu_nocbs), interrupts that it manages itself (isolcpus=managed_irq) and those of drivers that are loaded early \
            (irqaffinity). The options named are not on the command line that the machine was started with, or name \
            fewer CPUs.
            numactl-plan boot --emit grub, or another boot loader's name, prints the lines. The message goes away with \
            the reboot; without one guests run, and have a little less of their CPUs.
            """),
        CodeExplanation(
            .idleCPUsStay, "idle CPUs stay online",
            """
            The host's entry says idle_cpus: offline, and some CPUs that no guest has cannot be taken offline. The kernel \
            keeps CPU 0 of most machines. With control groups of version 1 a CPU that was offline is lost to every group \
            for good, libvirt's too, so none is taken there: boot with systemd.unified_cgroup_hierarchy=1. Facts from a \
            file must have been made with facts --isolation, else it is not known.
            Everything else of the plan is carried out.
            """),
        CodeExplanation(
            .isolationOwned, "others decide where programs run on this host",
            """
            tuned is active with a profile that isolates cores: each time it starts it sets the CPUs of all programs, of \
            the kernel's work queues and of systemd. So these are left to it, and only interrupts are moved. Where its \
            cores are not those that the site wants to be left alone, this is a warning: isolated_cores in the profile's \
            variables file has to name them.
            Without tuned, or with a profile that isolates nothing, apply moves all of them.
            With isolation: full apply also tells systemd, by files named 50-numactl-plan.conf, where what it starts may run \
            from the next boot on (CPUAffinity=), and confines system.slice, user.slice and init.scope at once \
            (AllowedCPUs=). Where another file sets one of these, or ours is another site's, that stays as it is; this is \
            a warning where isolated CPUs are among it.
            """),
        CodeExplanation(
            .keptOnItsCPUs, "the kernel keeps interrupts or threads on dedicated CPUs",
            """
            Drivers of fast devices (NVMe, many NICs, virtio) give each CPU a queue and an interrupt of its own, which the \
            kernel manages: it refuses to move them. Such a queue is idle as long as nothing runs on its CPU that uses \
            the device; then its interrupt does not come.
            With isolcpus=managed_irq,LIST on the kernel's command line it keeps them off those CPUs from boot on. What \
            it has refused is remembered until the next boot in /run/numactl-plan/fixed-interrupts, so that it is not \
            tried again.
            Threads stay that have no CPUs but dedicated ones: they were given these by hand, or the kernel has them on each \
            cell, as it has kswapd.
            """),
        CodeExplanation(
            .residenceUnknown, "the location of a guest is unknown",
            """
            verify --deep reads /proc of the guest's process: the CPUs allowed to its threads, which any user can \
            read, and the location of its pages, which only root and permitted tracers can. The guest may also have \
            ended meanwhile, run on another machine, or under a QEMU that does not name its threads.
            Run it as root on the host that runs the guest. What could be read was checked.
            """),
    ]
}
