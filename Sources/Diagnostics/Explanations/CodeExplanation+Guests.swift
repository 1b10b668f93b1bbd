extension CodeExplanation {
    /// What a guest's keys say together.
    static let guests: [CodeExplanation] = [
        CodeExplanation(
            .unevenCells, "vCPUs or memory cannot be divided evenly",
            """
            numa_nodes: N makes N equal cells, as in Nova: both the vCPUs and the memory in MiB must divide by N \
            without a rest.
            Change one of the numbers, or write the cells out: numa_cells: [{cpus: 0-2, ram: 3GiB}, {cpus: 3, ram: \
            1GiB}].
            """),
        CodeExplanation(
            .cellsDoNotMatch, "two keys tell different numbers of cells",
            """
            numa_nodes differs from the number of entries in numa_cells, or numa_placement names a guest cell that \
            the guest does not have. Guest cells count from 0.
            Remove numa_nodes where numa_cells says everything, or correct the cell's number.
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
            When a guest's cells are written out they must hold all of its vCPUs, or libvirt and the guest's kernel \
            would put the rest somewhere by themselves.
            Add the vCPU to a cell, or lower vcpus.
            """),
        CodeExplanation(
            .memorySumDiffers, "the cells' memory is not the guest's",
            """
            The memory of the cells must add up to the guest's 'ram' exactly. The message gives both amounts. Mind \
            the unit: Nova's hw:numa_mem.N are MiB.
            Correct one of the amounts.
            """),
        CodeExplanation(
            .incompleteCells, "the cells are half described",
            """
            Nova's hw:numa_cpus.N and hw:numa_mem.N stand without hw:numa_nodes, for some cells only, or one without \
            the other; or numbers are left out. Nova ignores some of these; here nothing is ignored.
            Describe every cell from 0 on with both its vCPUs and its memory, or use numa_cells.
            """),
        CodeExplanation(
            .threadPolicyNeedsDedicated, "cpu_thread_policy needs dedicated vCPUs",
            """
            The policy says how vCPUs with a CPU of their own use the threads of a core. A guest whose vCPUs all \
            share CPUs has no such vCPU.
            Add cpu_policy: dedicated (or mixed), or remove cpu_thread_policy.
            """),
        CodeExplanation(
            .emulatorPolicyNeedsDedicated, "emulator_threads_policy: isolate needs dedicated vCPUs",
            """
            A CPU for the emulator alone only makes sense where the guest's vCPUs have CPUs of their own; Nova \
            refuses it otherwise, too.
            Add cpu_policy: dedicated (or mixed), or remove emulator_threads_policy.
            """),
        CodeExplanation(
            .dedicatedMask, "cpu_dedicated_mask does not fit the guest",
            """
            The mask tells which vCPUs of a mixed guest have a CPU of their own. It is for cpu_policy: mixed only, \
            must name existing vCPUs, at least one and not all, and cannot stand beside cpu_realtime, whose mask \
            then decides.
            Correct the mask, or write cpu_policy: dedicated or shared when it covers all vCPUs or none.
            """),
        CodeExplanation(
            .realtimeMask, "cpu_realtime does not fit the guest",
            """
            Real-time vCPUs need a CPU of their own, so the guest must be dedicated or mixed. The mask must leave at \
            least one vCPU and name existing ones; and when every vCPU is real-time, the emulator must have a CPU \
            elsewhere or it would starve.
            Follow the hint: cpu_policy: dedicated, cpu_realtime_mask: ^0, or emulator_threads_policy: isolate.
            """),
        CodeExplanation(
            .impossibleTopology, "no such CPU topology exists",
            """
            Sockets × cores × threads must be the number of vCPUs and stay within the limits that flavor and image \
            set. Here no such numbers exist, or those written are other ones.
            Correct cpu_topology, change vcpus, or raise cpu_max_sockets, cpu_max_cores or cpu_max_threads.
            """),
        CodeExplanation(
            .resourceConflict, "resources or traits contradict the guest",
            """
            Nova's resources:PCPU, resources:VCPU and the trait for hyperthreading say the same as cpu_policy and \
            cpu_thread_policy. Here they stand beside these keys, beside each other, or with a number that is not \
            the guest's (isolated emulator threads count as one PCPU more).
            Keep one of the two spellings, or correct the number.
            """),
        CodeExplanation(
            .pageSizeImpossible, "this page size cannot be",
            """
            Either no architecture has pages of this size, or the memory of a guest cell is no whole number of such \
            pages. A page is never shared by two cells.
            Round the memory of each cell to the page size, or choose a smaller one. numactl-plan facts shows the \
            sizes that a host has.
            """),
        CodeExplanation(
            .pageSizeForbidden, "the image may not ask for this page size",
            """
            An image's hw_mem_page_size counts only where the flavor allows a choice: mem_page_size: large or any. \
            That is Nova's rule, so that images cannot take huge pages on their own.
            Write mem_page_size: large or any in the flavor, or remove the image's property.
            """),
        CodeExplanation(
            .lockedNeedsPageSize, "locked_memory needs mem_page_size",
            """
            Locked memory can never be swapped, so it must be counted against its cell without overcommit. Asking \
            for a page size does that; small is enough.
            Add mem_page_size: small (or a huge page size).
            """),
        CodeExplanation(
            .imageConflict, "image and flavor contradict each other",
            """
            Properties of the image (hw_…) say something else than the flavor, or mem_encryption lacks what it needs \
            of the image: UEFI firmware and the machine type q35, and for SNP stateless firmware. The flavor belongs \
            to the operator, so the image cannot override it.
            Make the two equal, or remove one of them; the label says where the other stands.
            """),
        CodeExplanation(
            .policyNeedsCells, "the guest must be bound to host cells",
            """
            numa_policy, numa_placement, memory_cells and guest_numa are about guest cells and how these are bound. They \
            need guest cells.
            Add numa_nodes: 1, or remove the key that the message names.
            """),
        CodeExplanation(
            .wishDropped, "something has no effect",
            """
            A warning: the key or property is understood, but here it changes nothing; the message says why. The \
            plan is made without it.
            Remove it so that the file says what happens, or correct what makes it idle. Properties that steer only \
            Nova itself can stay.
            """),
        CodeExplanation(
            .pinsContradict, "pins by hand that cannot be",
            """
            vcpu_pins or iothread_pins contradict what the guest is: a vCPU that has a CPU of its own is pinned to exactly \
            one, no two of them to the same, and an iothread that is pinned must exist.
            Correct the pins, or what they contradict: cpu_policy, cpu_dedicated_mask, iothreads.
            """),
        CodeExplanation(
            .bindingContradicts, "memory that cannot be bound like that",
            """
            What numa_policy, memory_cells and guest_numa say of a guest's memory cannot be said to libvirt together. \
            'restrictive' is for all cells or for none; 'preferred' is about one host cell; 'none' binds nothing. Memory of a \
            guest that does not see its cells (guest_numa: hidden) is one piece: it has one policy, and cells of different \
            sizes cannot be distinguished in it.
            Change or remove one of the keys, as the hint says.
            """),
        CodeExplanation(
            .deviceTwice, "a device that two guests want",
            """
            A PCI device can be given to one guest at a time, and it is named twice under 'host_devices': by one guest, or \
            by two guests of the same host.
            Give each guest its own device. Guests made by count all name the same devices: write them out one by one.
            """),
    ]
}
