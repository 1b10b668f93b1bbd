extension CodeExplanation {
    /// What a guest's keys say together.
    static let guests: [CodeExplanation] = [
        CodeExplanation(
            .unevenCells, "vCPUs or memory cannot be divided evenly",
            """
            numa_nodes: N makes N equal cells, as in Nova: both the vCPUs and the memory in MiB must be divisible by \
            N.
            Change one of the numbers, or write the cells out: numa_cells: [{cpus: 0-2, ram: 3GiB}, {cpus: 3, ram: \
            1GiB}].
            """),
        CodeExplanation(
            .cellsDoNotMatch, "keys give different numbers of cells",
            """
            numa_nodes differs from the number of entries in numa_cells, or numa_placement names a guest cell that \
            the guest does not have. Guest cells count from 0.
            Remove numa_nodes if numa_cells is given, or correct the cell's number.
            """),
        CodeExplanation(
            .vcpuOutOfRange, "a cell names a vCPU that does not exist",
            """
            A guest's vCPUs count from 0 to one less than 'vcpus'. A cell, or one of Nova's hw:numa_cpus.N, names \
            another.
            Correct the list, or raise vcpus.
            """),
        CodeExplanation(
            .vcpuTwice, "a vCPU is in two cells",
            """
            Every vCPU belongs to exactly one cell of its guest.
            Remove it from one of the two; the message names the later one.
            """),
        CodeExplanation(
            .vcpuUnassigned, "a vCPU is in no cell",
            """
            Explicit cells must cover all vCPUs of the guest; otherwise libvirt and the guest's kernel would assign \
            the rest arbitrarily.
            Add the vCPU to a cell, or lower vcpus.
            """),
        CodeExplanation(
            .memorySumDiffers, "the memory of the cells does not add up",
            """
            The memory of the cells must add up to the guest's 'ram' exactly. The message gives both amounts. Note the \
            unit: Nova's hw:numa_mem.N is in MiB.
            Correct one of the amounts.
            """),
        CodeExplanation(
            .incompleteCells, "the description of the cells is incomplete",
            """
            hw:numa_cpus.N and hw:numa_mem.N are given without hw:numa_nodes, for some cells only, one without the \
            other, or with gaps in N. Nova ignores some of this; here it is an error.
            Describe every cell from 0 on with both its vCPUs and its memory, or use numa_cells.
            """),
        CodeExplanation(
            .threadPolicyNeedsDedicated, "cpu_thread_policy needs dedicated vCPUs",
            """
            The policy controls how dedicated vCPUs use the threads of a core, but all vCPUs of this guest are \
            shared.
            Add cpu_policy: dedicated (or mixed), or remove cpu_thread_policy.
            """),
        CodeExplanation(
            .emulatorPolicyNeedsDedicated, "emulator_threads_policy: isolate needs dedicated vCPUs",
            """
            Isolating the emulator makes sense only for a guest with dedicated vCPUs; Nova refuses it otherwise, too.
            Add cpu_policy: dedicated (or mixed), or remove emulator_threads_policy.
            """),
        CodeExplanation(
            .dedicatedMask, "cpu_dedicated_mask does not fit the guest",
            """
            The mask selects the dedicated vCPUs of a mixed guest. It needs cpu_policy: mixed, must name existing \
            vCPUs, at least one and not all, and excludes cpu_realtime, whose own mask selects them.
            Correct the mask, or write cpu_policy: dedicated or shared when it covers all vCPUs or none.
            """),
        CodeExplanation(
            .realtimeMask, "cpu_realtime does not fit the guest",
            """
            Real-time vCPUs must be dedicated, so the guest needs cpu_policy: dedicated or mixed. The mask must name \
            existing vCPUs and leave at least one real-time. If all are real-time, the emulator needs a CPU elsewhere, \
            or it would starve.
            Follow the hint: cpu_policy: dedicated, cpu_realtime_mask: ^0, or emulator_threads_policy: isolate.
            """),
        CodeExplanation(
            .impossibleTopology, "no such CPU topology exists",
            """
            Sockets × cores × threads must be the number of vCPUs, within the limits of flavor and image. No such \
            topology exists, or cpu_topology has another number of vCPUs.
            Correct cpu_topology, change vcpus, or raise cpu_max_sockets, cpu_max_cores or cpu_max_threads.
            """),
        CodeExplanation(
            .resourceConflict, "resources or traits contradict the guest",
            """
            Nova's resources:PCPU, resources:VCPU and the trait for hyperthreading set the same as cpu_policy and \
            cpu_thread_policy. They contradict these keys or each other, or their number differs from the guest's \
            (isolated emulator threads count as one more PCPU).
            Keep one of the two, or correct the number.
            """),
        CodeExplanation(
            .pageSizeImpossible, "impossible page size",
            """
            Either no architecture has pages of this size, or the memory of a guest cell is not a multiple of it. Two \
            cells cannot share a page.
            Round the memory of each cell to the page size, or choose a smaller one. numactl-plan facts shows the \
            sizes that a host has.
            """),
        CodeExplanation(
            .pageSizeForbidden, "the image cannot choose this page size",
            """
            An image's hw_mem_page_size counts only where the flavor allows a choice: mem_page_size: large or any. \
            That is Nova's rule, so that images cannot take huge pages on their own.
            Write mem_page_size: large or any in the flavor, or remove the image's property.
            """),
        CodeExplanation(
            .lockedNeedsPageSize, "locked_memory needs mem_page_size",
            """
            Locked memory cannot be swapped, so it must be reserved on its cell without overcommit. Any mem_page_size \
            does that; small is enough.
            Add mem_page_size: small (or a huge page size).
            """),
        CodeExplanation(
            .imageConflict, "image and flavor contradict each other",
            """
            Properties of the image (hw_…) contradict the flavor, or the image lacks what mem_encryption needs: UEFI \
            firmware and the machine type q35, and for SNP stateless firmware. The flavor belongs to the operator, \
            so the image cannot override it.
            Make the two equal, or remove one of them; the label points to the other.
            """),
        CodeExplanation(
            .policyNeedsCells, "the guest must be bound to host cells",
            """
            numa_policy, numa_placement, memory_cells and guest_numa control how guest cells are bound, and this guest \
            has none.
            Add numa_nodes: 1, or remove the key that the message names.
            """),
        CodeExplanation(
            .wishDropped, "a key has no effect",
            """
            A warning: the key or property is valid but changes nothing here; the message says why.
            Remove it, or correct what disables it. Properties that concern only Nova itself may stay.
            """),
        CodeExplanation(
            .pinsContradict, "impossible pins",
            """
            vcpu_pins or iothread_pins contradict the guest: a dedicated vCPU is pinned to exactly one CPU, no two of \
            them to the same one, and a pinned iothread must exist.
            Correct the pins, or what they contradict: cpu_policy, cpu_dedicated_mask, iothreads.
            """),
        CodeExplanation(
            .bindingContradicts, "impossible memory binding",
            """
            libvirt cannot express this combination of numa_policy, memory_cells and guest_numa. 'restrictive' must \
            apply to all cells or to none; 'preferred' takes one host cell; 'none' binds nothing. With guest_numa: \
            hidden all cells have the same policy, memory_cells and amount of memory.
            Change or remove one of the keys, as the hint says.
            """),
        CodeExplanation(
            .isolationNeedsDedicated, "isolation needs dedicated vCPUs",
            """
            A guest's isolation keeps interrupts or programs off the CPUs that it has alone. A guest with shared vCPUs \
            has none: other guests run there.
            Write cpu_policy: dedicated (or mixed), or remove the key. The host's own isolation does not touch CPUs of \
            shared vCPUs.
            """),
        CodeExplanation(
            .idleCPUsNeedDedicated, "idle_cpus needs a list of dedicated CPUs",
            """
            idle_cpus: offline takes CPUs offline that guests could have alone and that none has. Without a list of them \
            in the host's entry every CPU could be one, the host's own too.
            Write 'cpus: {dedicated: …}', and leave some CPUs out for the host.
            """),
        CodeExplanation(
            .viewNeedsCells, "the guest sees no cells",
            """
            guest_distances: host says how far the guest's cells are from each other, and guest_devices: on_cells on \
            which of them each host device is. This guest has no cells, or guest_numa: hidden hides them.
            Add numa_nodes, let the guest see its cells, or remove the key that the message names.
            """),
        CodeExplanation(
            .mirrorNeedsDedicated, "cpu_topology: mirror needs dedicated vCPUs",
            """
            The guest is to see its CPUs as they are pinned, but not every vCPU has a CPU of its own: where a shared \
            vCPU runs changes all the time.
            Add cpu_policy: dedicated, or write the topology out: cpu_topology: {sockets: 1, cores: 4, threads: 1}.
            """),
        CodeExplanation(
            .topologyNotMirrored, "a guest does not see its CPUs as they are",
            """
            A warning: the guest has cpu_topology: mirror, and no topology is that of its pins. A topology has as many \
            threads on every core and as many cores in every socket, numbered in a row; the message says what is \
            otherwise. The guest sees one socket for each vCPU.
            Give each cell the same number of vCPUs and whole cores: cpu_thread_policy: require and an even number.
            """),
        CodeExplanation(
            .cachesNotShown, "a guest does not see its last-level caches",
            """
            A warning: the guest has cpu_topology: mirror, and its CPUs are behind several last-level caches of a host \
            cell. They are shown as dies, which is possible where as many cores are behind each of them and the \
            machine is x86. The guest sees one cache for each socket.
            Choose a number of vCPUs that divides evenly, or fits behind one cache.
            """),
        CodeExplanation(
            .deviceOnNoGuestCell, "a guest does not see on which cell its devices are",
            """
            A warning: the guest has guest_devices: on_cells. A cell's devices are behind a PCI Express expander bus \
            of that cell, which only machine type q35 has. Devices of a base file and of an adopted domain stay as they are.
            Set machine: q35 for a guest that is created anew. For one that exists it is another machine: --rebase \
            defines it anew.
            """),
        CodeExplanation(
            .deviceTwice, "a device is assigned twice",
            """
            A PCI device can be passed to one guest at a time, but 'host_devices' names it twice: in one guest, or in \
            two guests of the same host.
            Give each guest its own device. Guests of one count all name the same devices: give each an entry of its \
            own, or write what they need, such as {kind: nvme}, and each gets one.
            """),
        CodeExplanation(
            .deviceWishEmpty, "an element of host_devices names no device",
            """
            An element of 'host_devices' that is a mapping says what the device is to be: its kind or class, vendor \
            and device number, or the host's interface. This one says nothing of that.
            Add one of these keys, such as kind: gpu, or name a device by its address.
            """),
        CodeExplanation(
            .deviceWishContradicts, "an element of host_devices contradicts itself",
            """
            Two keys of one element of 'host_devices' do not go together: 'kind' and 'class' say the same, 'address' \
            names the device already, and one interface or address is not several devices unless virtual functions \
            of it are meant (vf: true).
            Remove one of the keys, as the hint says.
            """),
        CodeExplanation(
            .deviceWishForeign, "devices cannot be chosen for this guest",
            """
            The planner puts the devices that it chooses into the guest's definition. With 'base' and 'adopt: true' \
            the devices are those of the base file or of the domain, and 'host_devices' only says for the placement \
            which they are.
            Name them by their addresses.
            """),
    ]
}
