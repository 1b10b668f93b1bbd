extension CodeExplanation {
    /// Placement.
    static let placement: [CodeExplanation] = [
        CodeExplanation(
            .pageSizeNotOnHost, "the host lacks this page size",
            """
            A guest or the host's 'pools' need a page size for which the host, or the named cell, has no pool. Pools \
            exist for the sizes that the kernel supports; 1 GiB pages need the CPU flag pdpe1gb on x86. In a facts \
            file the cells may lack 'pools'.
            numactl-plan facts shows each cell's pools. Choose one of those sizes, or mem_page_size: large for any \
            huge page.
            """),
        CodeExplanation(
            .tooManyCells, "the guest has more cells than the host",
            """
            Each guest cell is placed on a host cell of its own, so a guest cannot have more cells than the host. \
            Nova has the same rule.
            Lower numa_nodes, choose another host, put several guest cells on one host cell with numa_placement, or \
            write numa_policy: none for a virtual topology that is not bound.
            """),
        CodeExplanation(
            .placementCellMissing, "the host has no such cell",
            """
            numa_placement, memory_cells, 'reserved' or 'pools' name a host cell that does not exist. Cell numbers \
            may have gaps, and a cell can disappear when memory or a CPU is removed.
            numactl-plan facts shows the cells of the host. Correct the number, or choose the right host with \
            --host.
            """),
        CodeExplanation(
            .doesNotFit, "a guest does not fit on this host",
            """
            The search was complete: no arrangement of all guests of the site has room for this one, even if guests \
            that are placed now move.
            For every host cell the plan lists what was needed, what is free and who holds the rest: CPUs, whole \
            cores (isolate), sibling pairs (require), memory or pages. Each guest cell needs a host cell of its own \
            that has all of it.
            numactl-plan explain site.yaml GUEST shows the guests that exclude each other, and changes of which any \
            one would make everything fit. Check 'reserved', 'pools', foreign domains, and pools with free pages, \
            which only --allow-shrink turns back into memory.
            """),
        CodeExplanation(
            .doNotFitTogether, "guests do not fit together",
            """
            Reported with NP304: these guests cannot all be on this host, wherever each is placed; removing any one \
            of them makes the others fit. There may be other such sets.
            Make one of them smaller or move it to another host; numactl-plan explain site.yaml lists what would \
            help.
            """),
        CodeExplanation(
            .undecided, "the search limit was reached",
            """
            The search found neither a placement for all guests nor a proof that there is none. That is not 'does not \
            fit': the question is open. It happens on nearly full hosts with many guests of different shapes. The exit \
            code is 16.
            Leave a little room (one CPU or some memory on a cell), use numa_placement for the largest guests, or give \
            guests of one kind the same sizes.
            """),
        CodeExplanation(
            .cpusNotOnline, "the host's CPU sets name missing CPUs",
            """
            'cpus: {dedicated: …, shared: …}' of the host names CPUs that are not online: they do not exist or are \
            switched off (/sys/devices/system/cpu/cpuN/online, nosmt), or this is another machine.
            numactl-plan facts shows the CPUs that are online. Correct the sets, bring the CPUs online, or choose \
            the host with --host.
            """),
        CodeExplanation(
            .runningGuestMoves, "a running guest must move",
            """
            A warning: the running guest gets another host cell. The finding says why: numa_placement requires it, \
            the guest gets another number of cells or another page size, or all guests fit only if it moves. The \
            new binding takes effect at its next start; until then its threads stay with its memory, and both are \
            counted where they are. With --live the memory of a guest that allows it moves while the guest runs.
            To avoid the move, remove or shrink what was added last; numactl-plan plan --make-room GUEST shows the \
            least memory to move for it. Otherwise apply, with --live or --restart, or restart the guest when \
            convenient.
            """),
        CodeExplanation(
            .pinImpossible, "a pinned CPU is not available",
            """
            vcpu_pins names a dedicated CPU that is not available: another guest or domain has it, the host's 'cpus: \
            {dedicated: …}' excludes it, isolation needs its siblings, or it is on another host cell than \
            numa_placement or another pin of the same guest cell.
            Name another CPU, or leave the vCPU out of vcpu_pins to have a free one chosen.
            """),
        CodeExplanation(
            .mixedPageSizes, "a guest gets pages of several sizes",
            """
            A warning: with mem_page_size: large or any no single page size fits all cells of the guest, but a mix \
            does. The guest works, but its cells differ in speed.
            To see what a single size lacks, ask for it: mem_page_size: 1GiB, then numactl-plan explain site.yaml \
            GUEST.
            """),
        CodeExplanation(
            .deviceNotOnHost, "the host does not have a device",
            """
            A guest names a PCI device under 'host_devices' that the host's facts do not hold: another address, \
            another machine, or a device that was removed.
            numactl-plan facts --format json lists the devices under pci, each with its cell; lspci -D shows them on \
            the host. Correct the address, or choose the host with --host.
            """),
        CodeExplanation(
            .deviceNotOfKind, "the host has no device of the kind wanted",
            """
            A guest asks for devices under 'host_devices' by kind, class, vendor or interface, and the host has none \
            that the planner may give: none is of that kind, the facts are of an older version and do not say what \
            devices are, or those that there are are in use by the host or hang together with such.
            numactl-plan facts shows the devices by kind, and which are in use. Name a device by its address to have it \
            nevertheless.
            """),
        CodeExplanation(
            .heldUntilRestart, "a running guest still holds what another guest needs",
            """
            A guest that moves or shrinks at its next start keeps its memory and CPUs until then. As a warning: \
            another guest does not get all of its CPUs yet, or has autostart and could not start now. As a note: a \
            guest that is shut off could not start now. If the site file wants the guest started, the plan is \
            refused (NP522).
            Restart the named guest with apply --restart NAME, then apply again.
            """),
        CodeExplanation(
            .deviceOnCellWithoutCPUs, "a device is on a host cell that has no CPUs",
            """
            The device is on a cell without CPUs, such as the memory of a GPU or an expander, where no guest can run. \
            Under 'pci_numa_affinity_policy: legacy', the default, the guest goes to the nearest cell that has room \
            for it.
            No action is needed. 'preferred' does the same without this note; with 'required' the guest does not fit.
            """),
        CodeExplanation(
            .poolGrowthHeld, "a running guest's memory limits a pool",
            """
            A pool grows on a cell where a guest still holds ordinary memory that it will release. If the release \
            waits for a restart, the pool grows only as far as there is room now. If the same plan restarts, shuts \
            down or removes the guest, the pool grows first, so the kernel may grant less; then everything is rolled \
            back. With apply --live a guest that can move while it runs does so, and then the pool grows.
            Restart or remove the guest first, and apply again.
            """),
        CodeExplanation(
            .ownCPUsChange, "a running guest gets other CPUs on the same cell",
            """
            A warning: dedicated vCPUs get other CPUs, because the old ones are offline or no arrangement of all \
            guests can keep them. The guest stays on its cell, with its memory; its threads are repinned at once.
            To keep the CPU, bring it online before apply.
            """),
        CodeExplanation(
            .guestsConfined, "guests may not use all of the host",
            """
            libvirt runs guests in a control group: machine.slice, or machine without systemd. Its cpuset leaves \
            them fewer CPUs, or the memory of fewer cells, than the host has: AllowedCPUs= or AllowedMemoryNodes= of \
            the slice, or an isolated partition of another group. A guest pinned outside these limits does not start \
            (EINVAL), so guests are placed within them.
            numactl-plan facts shows the limits under guest_limits. Widen them with systemctl set-property \
            machine.slice AllowedCPUs=0-15, or take the CPUs out of 'cpus' of the host.
            """),
        CodeExplanation(
            .memoryInUse, "a cell's memory is in use by others",
            """
            A warning: guests about to start on a cell, and the growth of its pools, need more ordinary memory than \
            is free there or can be freed by dropping caches. Something else uses the rest: a file system cache (ZFS \
            ARC), a storage daemon, tmpfs. The plan is valid, since the sizes fit the cell; but a guest may fail to \
            start, the host may swap, or the OOM killer may strike.
            Reserve such memory for the host in the site file, so that guests are placed elsewhere: reserved: \
            {cells: {0: {memory: 112GiB}}}; or limit what uses it. facts shows memory_free_kib and \
            memory_available_kib of each cell.
            """),
        CodeExplanation(
            .domainRunsAnywhere, "a domain may run on dedicated CPUs of guests",
            """
            A warning: guests of the site have dedicated CPUs, and domains outside the site have vCPUs that are not \
            pinned, or are pinned to all CPUs, so the kernel may run them there too. Such vCPUs claim no CPU; they \
            count against cpu_allocation_ratio of the whole host.
            Confine each of them: virsh vcpupin DOMAIN VCPU CPUS --config --live for its vCPUs, and \
            virsh emulatorpin DOMAIN CPUS --config --live. Or accept it: list the domain under 'ignore_domains' of the host; its memory \
            and pages still count.
            """),
        CodeExplanation(
            .memoryFromOtherCells, "a guest's memory is not all on the cell of its CPUs",
            """
            A warning: the host cell of the guest's CPUs cannot hold all of its memory, and numa_policy (preferred, \
            interleave or none) allows the rest on other cells. It is counted there, nearest cells first, and is \
            remote for the guest's CPUs. interleave binds the memory to these cells and spreads it over them page by \
            page.
            Give the guest more cells (numa_nodes: 2), or less memory; numa_policy: strict refuses such a placement.
            """),
        CodeExplanation(
            .shutOffWithoutRoom, "a guest that is shut off does not fit with the others",
            """
            A warning: the adopted guest is shut off and has no autostart. The other guests fit only without it, so \
            the plan does not count it. If it is started by hand, it fails to start, or takes memory and CPUs \
            planned for others.
            Leave it off, shut others off first, or remove its entry. With state: running or autostart: true it is \
            counted like any other guest, and the plan says what it lacks.
            """),
        CodeExplanation(
            .notMovedLive, "a running guest cannot move while it runs",
            """
            A warning: --live was given, and the memory of this guest stays where it is until its next start. The \
            finding says why. Memory that devices of the host use cannot be moved; a balloon that holds memory back \
            and memory devices would get new pages from the old cell; pages of another size need a new start; and \
            the new place must be free while the old one is still held.
            Restart the guest when convenient, or apply with --restart. Where only room is missing, no order of moves \
            makes it, by way of another cell neither: give some cell more, by a larger pool or a guest less.
            """),
        CodeExplanation(
            .poolGrowsForMoves, "a pool grows for moves",
            """
            A warning: running guests that change places in huge pages have no room for that in the pools as the site \
            wants them. So a pool gets more pages out of memory that nobody needs, and keeps them when all have moved.
            Once they have, numactl-plan apply --allow-shrink returns the pages; the next boot does not reserve them. To \
            have room without this, reserve some pages with 'pools' of the host.
            """),
        CodeExplanation(
            .isolatedCPUsRead, "isolated CPUs serve dedicated vCPUs",
            """
            The site file sets no 'cpus' for the host, and the kernel isolates some CPUs (isolcpus). The scheduler \
            does not balance load over these, so they serve dedicated vCPUs only, and the other CPUs serve shared \
            vCPUs and emulator threads.
            To change that, write 'cpus: {dedicated: …, shared: …}' in the host's entry.
            """),
        CodeExplanation(
            .coreKindMissed, "a guest has cores of the other kind",
            """
            The host has performance and efficiency cores. Dedicated vCPUs get performance cores, or the kind that \
            'cpu_kind' names, while there are enough; this guest got the other kind.
            Give other guests 'cpu_kind: efficiency', let this one have fewer vCPUs, or accept both kinds with \
            'cpu_kind: any'.
            """),
        CodeExplanation(
            .topologyContradicted, "the guest's CPU topology does not match its pins",
            """
            cpu_topology (or a preference of the flavor or image) shows the guest hardware threads, but its vCPUs \
            are not pinned to siblings accordingly. The guest's scheduler then treats two cores as one.
            Remove the topology: dedicated vCPUs on siblings are shown as threads of a core automatically. Or ask \
            for whole cores with cpu_thread_policy: require and an even number of vCPUs.
            """),
    ]
}
