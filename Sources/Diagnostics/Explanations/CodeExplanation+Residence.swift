extension CodeExplanation {
    /// Where running guests are.
    static let residence: [CodeExplanation] = [
        CodeExplanation(
            .threadElsewhere, "a guest's thread may run elsewhere than planned",
            """
            The kernel lets a thread of a running guest use other host CPUs than the plan gives it, or fewer of them. \
            Somebody used taskset or virsh vcpupin, a tuning daemon moved it, a cpuset of its cgroup is narrower, or a \
            CPU went offline and came back. libvirt's own view may still be the planned one.
            The hint pins the thread again without touching the guest. What moves threads will do it again: look for \
            tuned, irqbalance scripts and libvirt hooks.
            """),
        CodeExplanation(
            .memoryElsewhere, "a guest's memory is on another host cell than planned",
            """
            Pages of a guest cell lie on other host cells, so that its vCPUs reach them over the interconnect, which is \
            slower. Causes: the guest was started before it was placed; its policy is preferred, and the cell was full; \
            automatic NUMA balancing or a cpuset moved pages.
            migratepages (of the package numactl) moves ordinary pages while the guest runs; huge pages need as many \
            free pages on the other cell. A restart of the guest allocates everything again. verify --remote-tolerance \
            sets how much is borne.
            """),
        CodeExplanation(
            .memoryInOtherPages, "a guest's memory is in pages of another size than planned",
            """
            The running guest was started with other pages: its definition was changed since, or it was started by \
            hand. Pages of a running guest cannot be exchanged.
            Its next start takes the planned pages, if the pool holds as many: numactl-plan status shows that.
            """),
        CodeExplanation(
            .residenceUnknown, "where a guest is could not be found out",
            """
            verify --deep reads /proc of the guest's process: the CPUs that its threads may use, which everybody may \
            see, and where its pages are, which only root and those that might trace it see. The guest may also have \
            ended in between, run on another machine, or under a QEMU whose threads have no names.
            Run it as root on the host that runs the guest. What could be seen was checked anyway.
            """),
    ]
}
