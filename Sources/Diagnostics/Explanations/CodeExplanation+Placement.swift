extension CodeExplanation {
    /// Placement.
    static let placement: [CodeExplanation] = [
        CodeExplanation(
            .pageSizeNotOnHost, "the host lacks this page size",
            """
            A guest or the host's 'pools' ask for a page size of which the host, or the named cell, has no pool. \
            Pools exist for the sizes that the kernel supports; 1 GiB pages need the CPU flag pdpe1gb on x86. In a \
            facts file the cells may lack 'pools'.
            numactl-plan facts shows each cell's pools. Choose one of those sizes, or mem_page_size: large for any \
            huge page.
            """),
        CodeExplanation(
            .tooManyCells, "the guest has more cells than the host",
            """
            Guest cells of one guest go to different host cells, so a guest cannot have more of them than the host \
            has. That is Nova's rule too.
            Lower numa_nodes, choose another host, put cells on one host cell together by numa_placement, or write \
            numa_policy: none for a virtual topology that is not bound.
            """),
        CodeExplanation(
            .placementCellMissing, "the host has no such cell",
            """
            numa_placement, memory_cells, 'reserved' or 'pools' name a host cell that is not there. Cells may be numbered with \
            gaps, and a cell can vanish when memory or a CPU is taken out.
            numactl-plan facts shows the cells of the host. Correct the number, or the choice of host (--host).
            """),
        CodeExplanation(
            .doesNotFit, "a guest does not fit on this host",
            """
            No arrangement of all the site's guests exists in which this one has a place; that was searched for, not \
            guessed. Guests that have a place now were allowed to move.
            For every host cell the plan lists what was needed, what is free and who holds the rest: CPUs, whole \
            cores (isolate), sibling pairs (require), memory or pages. Each guest cell needs a host cell of its own \
            that has all of it.
            numactl-plan explain site.yaml GUEST shows the guests that exclude each other and changes each of which \
            would make everything fit. Mind 'reserved', 'pools', foreign domains, and pools with free pages that \
            only --allow-shrink turns back into memory.
            """),
        CodeExplanation(
            .doNotFitTogether, "guests exclude each other",
            """
            Beside a guest that does not fit (NP304): these guests cannot be on this host together, wherever each \
            goes, and with any one of them left out the others can. It is one such set; there may be more.
            Make one of them smaller or move it to another host; numactl-plan explain site.yaml lists what would \
            help.
            """),
        CodeExplanation(
            .undecided, "the search limit was reached",
            """
            Neither a place for all guests nor a proof that there is none was found within the limit. This is not \
            the same as not fitting: nothing is known. It happens on hosts that are all but full, with many guests \
            of different shapes. The exit code is 16.
            Leave a little room (one CPU or some memory on a cell), use numa_placement for the largest guests, or \
            give guests of one kind the same sizes.
            """),
        CodeExplanation(
            .cpusNotOnline, "the host's CPU sets name missing CPUs",
            """
            'cpus: {dedicated: …, shared: …}' of the host names CPUs that are not online: they do not exist, are \
            switched off (/sys/devices/system/cpu/cpuN/online, nosmt), or this is another machine.
            numactl-plan facts shows the CPUs that are online. Correct the sets, bring the CPUs online, or choose \
            the host with --host.
            """),
        CodeExplanation(
            .runningGuestMoves, "a running guest has to move",
            """
            A warning: the guest runs and gets another host cell. The finding says why: numa_placement asks for it, \
            the guest is to have another number of cells or other pages, or no arrangement of all guests leaves it \
            where it is. A running guest's memory does not follow its definition: the new binding holds from its \
            next start, and until then its threads stay with its memory and both count where they are.
            If that is not wanted, leave out or shrink what was added last. Otherwise apply, and restart the guest \
            when it suits.
            """),
        CodeExplanation(
            .pinImpossible, "a CPU that a guest cannot have to itself",
            """
            vcpu_pins gives a vCPU a CPU of its own that this host does not give: another guest or domain has it, the host's \
            'cpus: {dedicated: …}' leaves it out, isolation would need its siblings, or it is on another host cell than \
            numa_placement or another pin of the same guest cell says.
            Name another CPU, or leave the vCPU out of vcpu_pins: it is given a free one then.
            """),
        CodeExplanation(
            .mixedPageSizes, "a guest gets pages of several sizes",
            """
            A warning: with mem_page_size: large or any no single page size fits for all cells of the guest, but a \
            mix does. The guest works, and its cells differ in speed.
            To see what a single size lacks, ask for it: mem_page_size: 1GiB, then numactl-plan explain \
            site.yaml GUEST.
            """),
        CodeExplanation(
            .deviceNotOnHost, "a device that this host does not have",
            """
            A guest names a PCI device under 'host_devices' that the host's facts do not hold: another address, another \
            machine, or a device that was taken out.
            numactl-plan facts --format json lists the devices under pci, each with its cell; lspci -D shows them on \
            the host. Correct the address, or choose the host with --host.
            """),
        CodeExplanation(
            .heldUntilRestart, "a running guest still has what another one is given",
            """
            A guest whose move, or whose smaller size, waits for its restart keeps its memory and CPUs until then. As a \
            warning: another guest does not get all of its CPUs yet, or starts with the host and could not be started \
            now. As a note: a guest that does not run could not be started now. A start that the site asks for is \
            refused (NP522).
            Restart the guest that is named, with apply --restart NAME, and apply again.
            """),
        CodeExplanation(
            .deviceOnCellWithoutCPUs, "a device is on a host cell that has no CPUs",
            """
            No guest can be on the device's own cell, as the memory of a GPU or of an expander is a cell without CPUs. Under \
            'pci_numa_affinity_policy: legacy', the default, the guest goes to the nearest cell that has room for it.
            Nothing needs to be done. 'preferred' says the same without this note; under 'required' the guest does not fit.
            """),
        CodeExplanation(
            .poolGrowthHeld, "a running guest's memory is in the way of a pool",
            """
            A pool of huge pages is to grow on a cell where a guest still has ordinary memory that it will leave. Where \
            that waits for a restart, the pool grows as far as there is room for now. Where the guest is restarted, \
            shut down or removed in the same plan, the pool grows before that, so the kernel may grant less; \
            then everything is rolled back.
            Restart or remove the guest first, and apply again.
            """),
        CodeExplanation(
            .ownCPUsChange, "a running guest gets other CPUs on the same cell",
            """
            A warning: vCPUs that have a CPU of their own get another one, since the old one is not online, or no \
            arrangement of all guests leaves it to them. The guest stays on its cell and with its memory; its threads \
            are pinned again at once.
            Bring the CPU online before apply if the guest is to keep it.
            """),
        CodeExplanation(
            .guestsConfined, "guests may not use all of the host",
            """
            libvirt runs guests in a control group: machine.slice, or machine without systemd. Its cpuset leaves them \
            fewer CPUs, or the memory of fewer cells, than the host has: AllowedCPUs= or AllowedMemoryNodes= of the \
            slice, or an isolated partition of another group. A guest pinned outside would not start (EINVAL), so \
            nothing outside is given to one.
            facts shows the limits under guest_limits. Widen them with systemctl set-property machine.slice \
            AllowedCPUs=0-15, or take the CPUs out of 'cpus' of the host.
            """),
        CodeExplanation(
            .memoryInUse, "a cell's memory is in use by others",
            """
            A warning: guests that are to start on a cell, with the pages that its pools grow by, need more ordinary memory \
            than the cell has free now or could free by dropping caches. Something else holds the rest: a file \
            system's own cache (ZFS), a storage daemon, tmpfs. The sizes fit the cell, so the plan stands; the guest may \
            fail to start, swap, or have the kernel kill something.
            Give such memory to the host in the site file, so that guests go elsewhere: reserved: {cells: {0: {memory: \
            112GiB}}}, or limit what holds it. facts shows memory_free_kib and memory_available_kib of each cell.
            """),
        CodeExplanation(
            .domainRunsAnywhere, "a domain may run on CPUs that guests have for themselves",
            """
            A warning: guests of the site get CPUs of their own, and domains that are not the site's have vCPUs without a pin, \
            or pinned to all CPUs: the kernel may run them there too. They claim no CPU, so that one such domain does \
            not keep all guests from dedicated CPUs; their vCPUs count against cpu_allocation_ratio over the whole host.
            Confine each of them: virsh vcpupin DOMAIN VCPU CPUS --config --live for its vCPUs, and \
            virsh emulatorpin DOMAIN CPUS --config --live. Or list it under 'ignore_domains' of the host, which says that \
            this is meant; its memory and pages count anyway.
            """),
        CodeExplanation(
            .memoryFromOtherCells, "memory of a guest comes from other host cells than its CPUs",
            """
            A warning: the host cell of the guest's CPUs does not have all of its memory, and numa_policy (preferred, interleave or \
            none) lets the rest come from others. It is counted there, the nearest cells first; what lies there is remote \
            for the guest's CPUs. With interleave the memory is bound to these cells and laid out over them by turns.
            Give the guest more cells (numa_nodes: 2), or less memory; numa_policy: strict refuses such a place.
            """),
        CodeExplanation(
            .shutOffWithoutRoom, "a guest that is shut off has no room beside the others",
            """
            A warning: the guest was taken over as it is, does not run, and does not start with the host. With what it would take of \
            the host the others would not fit, so it is not counted, and the plan stands without it. Started by hand it would \
            fail, or take memory and CPUs that others were promised.
            Leave it off, shut others off first, or remove its entry. With state: running or autostart: true it counts like any \
            other guest, and the plan says what it lacks.
            """),
        CodeExplanation(
            .isolatedCPUsRead, "isolated CPUs serve dedicated vCPUs",
            """
            The site gives the host no 'cpus', and the kernel isolates some (isolcpus). The scheduler spreads no thread over isolated \
            CPUs, so they serve dedicated vCPUs only, and the other CPUs serve shared vCPUs and emulator threads.
            Write 'cpus: {dedicated: …, shared: …}' in the host's entry to have it otherwise.
            """),
        CodeExplanation(
            .coreKindMissed, "a guest has cores of the other kind",
            """
            The host has performance and efficiency cores. A guest with CPUs of its own gets performance cores, or those that 'cpu_kind' \
            names, as long as there are enough; this guest got others.
            Give other guests 'cpu_kind: efficiency', let this one have fewer vCPUs, or accept both kinds with 'cpu_kind: any'.
            """),
        CodeExplanation(
            .topologyContradicted, "the topology that a guest sees is not that of its pins",
            """
            cpu_topology (or a wish of the flavor or image) shows the guest hardware threads, and its vCPUs are not pinned to \
            siblings in that way. The guest's scheduler then takes two cores for one.
            Leave the topology out: dedicated vCPUs on siblings are shown as threads of a core by themselves. Or ask for whole cores \
            with cpu_thread_policy: require and an even number of vCPUs.
            """),
    ]
}
