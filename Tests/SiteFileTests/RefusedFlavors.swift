import Diagnostics

/// Keys of a guest of 8 vCPUs and 8 GiB with one mistake at the `▶`, and its code.
enum RefusedFlavors {
    static let cpus: [(String, DiagnosticCode)] = [
        ("isolation: ▶full", .isolationNeedsDedicated),
        ("cpu_policy: shared, isolation: ▶interrupts", .isolationNeedsDedicated),
        ("cpu_thread_policy: ▶isolate", .threadPolicyNeedsDedicated),
        ("cpu_thread_policy: ▶prefer", .threadPolicyNeedsDedicated),
        ("cpu_policy: shared, cpu_thread_policy: ▶require", .threadPolicyNeedsDedicated),
        ("properties: {'trait:HW_CPU_HYPERTHREADING': ▶required}", .threadPolicyNeedsDedicated),
        ("image_properties: {hw_cpu_thread_policy: ▶require}", .threadPolicyNeedsDedicated),
        ("emulator_threads_policy: ▶isolate", .emulatorPolicyNeedsDedicated),
        (
            "properties: {'resources:VCPU': 8, 'hw:emulator_threads_policy': ▶isolate}",
            .emulatorPolicyNeedsDedicated
        ),
        ("cpu_dedicated_mask: ▶0-1", .dedicatedMask),
        ("cpu_policy: dedicated, cpu_dedicated_mask: ▶0-1", .dedicatedMask),
        ("cpu_policy: ▶mixed", .dedicatedMask), ("cpu_policy: mixed, cpu_dedicated_mask: ▶0-7", .dedicatedMask),
        ("cpu_policy: mixed, cpu_dedicated_mask: ▶^0-7", .dedicatedMask),
        ("cpu_policy: mixed, cpu_dedicated_mask: ▶6-8", .dedicatedMask),
        ("cpu_policy: mixed, cpu_dedicated_mask: ▶0-1, cpu_realtime: true, cpu_realtime_mask: 0-1", .dedicatedMask),
        ("cpu_policy: mixed, cpu_dedicated_mask: ▶a", .badCPUList),
        ("cpu_realtime: ▶true, cpu_realtime_mask: ^0", .realtimeMask),
        ("cpu_policy: dedicated, cpu_realtime: ▶true", .realtimeMask),
        ("cpu_policy: dedicated, cpu_realtime: true, cpu_realtime_mask: ▶^0-7", .realtimeMask),
        ("cpu_policy: dedicated, cpu_realtime: true, cpu_realtime_mask: ▶7-8", .realtimeMask),
        ("cpu_policy: dedicated, cpu_realtime: true, cpu_realtime_mask: ▶0-7", .realtimeMask),
        ("cpu_policy: shared, properties: {'resources:PCPU': ▶8}", .resourceConflict),
        ("properties: {'resources:PCPU': 8, 'resources:VCPU': ▶8}", .resourceConflict),
        ("properties: {'resources:PCPU': ▶7}", .resourceConflict),
        ("emulator_threads_policy: isolate, properties: {'resources:PCPU': ▶8}", .resourceConflict),
        (
            "cpu_policy: dedicated, cpu_thread_policy: require, properties: {'trait:HW_CPU_HYPERTHREADING': ▶required}",
            .resourceConflict
        ),
        ("scheduler: {policy: ▶fifo}", .missingKey), ("▶scheduler: {priority: 1}", .missingKey),
        ("scheduler: {policy: batch, priority: ▶1}", .conflictingKeys), ("scheduler: {policy: ▶deadline}", .badChoice),
        ("scheduler: {policy: rr, priority: ▶0}", .badNumber), ("scheduler: {policy: rr, priority: ▶100}", .badNumber),
        ("scheduler: {policy: idle, vcpus: ▶6-8}", .vcpuOutOfRange),
        (
            "cpu_policy: dedicated, cpu_realtime: true, cpu_realtime_mask: ^0, ▶scheduler: {policy: idle}",
            .conflictingKeys
        ),
        ("vcpu_pins: {▶8: 0}", .vcpuOutOfRange), ("vcpu_pins: {▶x: 0}", .badNumber),
        ("vcpu_pins: {0: ▶x}", .badCPUList), ("emulator_pin: ▶some", .badCPUList),
        ("cpu_policy: dedicated, vcpu_pins: {0: ▶0-1}", .pinsContradict),
        ("cpu_policy: dedicated, vcpu_pins: {0: 1, 1: ▶1}", .pinsContradict),
        ("cpu_policy: dedicated, emulator_threads_policy: isolate, emulator_pin: ▶0", .conflictingKeys),
        ("iothread_pins: {▶1: 0}", .missingKey), ("iothreads: 2, iothread_pins: {▶0: 0}", .badNumber),
        ("iothreads: 2, iothread_pins: {▶3: 0}", .pinsContradict),
        ("cpu_policy: ▶pinned", .badChoice), ("cpu_policy: dedicated, cpu_thread_policy: ▶never", .badChoice),
        ("▶cpu_topology: mirror", .mirrorNeedsDedicated),
        ("cpu_policy: shared, ▶cpu_topology: mirror", .mirrorNeedsDedicated),
        ("cpu_policy: mixed, cpu_dedicated_mask: 0-6, ▶cpu_topology: mirror", .mirrorNeedsDedicated),
        ("cpu_policy: dedicated, cpu_topology: ▶mirrored", .badChoice),
        ("cpu_policy: dedicated, cpu_topology: mirror, cpu_threads: ▶2", .conflictingKeys),
        ("cpu_policy: dedicated, cpu_topology: mirror, cpu_max_sockets: ▶2", .conflictingKeys),
        ("cpu_policy: dedicated, emulator_threads_policy: ▶own", .badChoice),
    ]

    static let cells: [(String, DiagnosticCode)] = [
        ("guest_distances: ▶host", .viewNeedsCells), ("guest_devices: ▶on_cells", .viewNeedsCells),
        ("numa_nodes: 2, guest_numa: hidden, guest_distances: ▶host", .viewNeedsCells),
        ("numa_nodes: 2, guest_numa: hidden, guest_devices: ▶on_cells", .viewNeedsCells),
        ("numa_nodes: 2, guest_distances: ▶near", .badChoice), ("guest_devices: ▶true", .badChoice),
        ("current_vcpus: ▶9", .conflictingKeys), ("current_vcpus: ▶0", .badNumber),
        ("current_ram: ▶9GiB", .conflictingKeys), ("current_ram: ▶512", .badSize),
        ("numa_nodes: 1, max_ram: ▶8GiB", .conflictingKeys), ("max_ram: ▶16GiB", .conflictingKeys),
        ("numa_nodes: 1, guest_numa: hidden, max_ram: ▶16GiB", .conflictingKeys),
        ("numa_nodes: 1, max_ram: 16GiB, current_ram: ▶4GiB", .conflictingKeys),
        ("numa_nodes: 1, max_ram: 16GiB, current_ram: ▶17GiB", .conflictingKeys),
        ("mem_page_size: small, locked_memory: true, max_ram: ▶16GiB", .conflictingKeys),
        ("numa_nodes: 2, max_ram: ▶8194MiB", .pageSizeImpossible),
        ("mem_page_size: 1GiB, max_ram: ▶9728MiB", .pageSizeImpossible),
        ("numa_nodes: 1, max_ram: 16GiB, current_ram: ▶8193MiB", .pageSizeImpossible),
        ("numa_nodes: 1, max_ram: ▶no", .badSize), ("numa_nodes: 1, max_ram: 16GiB, reserve: ▶all", .badChoice),
        ("numa_nodes: ▶3", .unevenCells), ("ram: 8200MiB, numa_nodes: ▶16", .unevenCells),
        ("vcpus: 2, ram: 1025MiB, numa_nodes: ▶2", .unevenCells),
        ("image_properties: {hw_numa_nodes: ▶3}", .unevenCells),
        ("numa_nodes: ▶3, numa_cells: [{cpus: 0-3, ram: 4GiB}, {cpus: 4-7, ram: 4GiB}]", .cellsDoNotMatch),
        ("numa_cells: [{cpus: 0-3, ram: 4GiB}, {cpus: ▶4-8, ram: 4GiB}]", .vcpuOutOfRange),
        ("numa_cells: [{cpus: 0-4, ram: 4GiB}, {cpus: ▶4-7, ram: 4GiB}]", .vcpuTwice),
        ("▶numa_cells: [{cpus: 0-3, ram: 4GiB}, {cpus: 4-6, ram: 4GiB}]", .vcpuUnassigned),
        ("▶numa_cells: [{cpus: 0-7, ram: 4GiB}]", .memorySumDiffers),
        ("numa_cells: [▶{cpus: 0-7}]", .missingKey),
        ("properties: {'hw:numa_cpus.0': ▶0-7, 'hw:numa_mem.0': 8192}", .incompleteCells),
        ("properties: {'hw:numa_nodes': 1, 'hw:numa_cpus.0': ▶0-7}", .incompleteCells),
        ("properties: {'hw:numa_nodes': 1, 'hw:numa_mem.0': ▶8192}", .incompleteCells),
        (
            "properties: {'hw:numa_nodes': 1, 'hw:numa_cpus.0': 0-7, 'hw:numa_cpus.1': ▶'', 'hw:numa_mem.0': 8192}",
            .incompleteCells
        ),
        (
            "properties: {'hw:numa_nodes': 2, 'hw:numa_cpus.0': ▶0-7, 'hw:numa_mem.0': 4096, 'hw:numa_mem.1': 4096}",
            .incompleteCells
        ),
        ("properties: {'hw:numa_nodes': 1, 'hw:numa_cpus.0': ▶0-8, 'hw:numa_mem.0': 8192}", .vcpuOutOfRange),
        ("properties: {'hw:numa_nodes': 1, 'hw:numa_cpus.0': ▶0-6, 'hw:numa_mem.0': 8192}", .vcpuUnassigned),
        ("properties: {'hw:numa_nodes': ▶0}", .badNumber), ("properties: {'hw:numa_nodes': ▶two}", .badNumber),
        ("properties: {'hw:numa_nodes': 1, 'hw:numa_cpus.0': ▶3-1, 'hw:numa_mem.0': 8192}", .badCPUList),
        ("properties: {'hw:numa_nodes': 1, 'hw:numa_cpus.0': 0-7, 'hw:numa_mem.0': ▶8GiB}", .badNumber),
        ("numa_nodes: 2, image_properties: {hw_numa_nodes: ▶2}", .imageConflict),
        ("numa_cells: [{cpus: 0-7, ram: 8GiB}], image_properties: {hw_numa_nodes: ▶1}", .imageConflict),
        ("numa_policy: ▶none", .policyNeedsCells), ("numa_policy: ▶interleave", .policyNeedsCells),
        ("▶memory_cells: [1]", .policyNeedsCells), ("guest_numa: ▶hidden", .policyNeedsCells),
        ("numa_nodes: 2, ▶memory_cells: [1]", .conflictingKeys), ("numa_nodes: 1, ▶memory_cells: []", .wrongType),
        ("numa_cells: [{cpus: 0-7, ram: 8GiB, memory_cells: [0]}], ▶memory_cells: [1]", .conflictingKeys),
        ("numa_nodes: 1, numa_policy: none, ▶memory_cells: [1]", .bindingContradicts),
        ("numa_nodes: 1, numa_policy: preferred, ▶memory_cells: [0, 1]", .bindingContradicts),
        ("numa_cells: [{cpus: 0-7, ram: 8GiB}, {ram: 0MiB, ▶memory_cells: [1]}]", .bindingContradicts),
        (
            "numa_cells: [{cpus: 0-3, ram: 4GiB, numa_policy: ▶restrictive}, {cpus: 4-7, ram: 4GiB}]",
            .bindingContradicts
        ),
        (
            "guest_numa: ▶hidden, numa_cells: [{cpus: 0-3, ram: 4GiB, numa_policy: preferred}, {cpus: 4-7, ram: 4GiB}]",
            .bindingContradicts
        ),
        ("guest_numa: ▶hidden, numa_cells: [{cpus: 0-3, ram: 5GiB}, {cpus: 4-7, ram: 3GiB}]", .bindingContradicts),
        (
            "guest_numa: ▶hidden, numa_cells: [{cpus: 0-3, ram: 4GiB, memory_cells: [1]}, {cpus: 4-7, ram: 4GiB}]",
            .bindingContradicts
        ),
        ("guest_numa: ▶hidden, numa_nodes: 2, numa_policy: preferred", .bindingContradicts),
        ("guest_numa: ▶hidden, numa_nodes: 1, numa_policy: none", .bindingContradicts),
        ("▶numa_placement: {0: 1}", .policyNeedsCells),
        ("numa_nodes: 2, numa_placement: {▶2: 0}", .cellsDoNotMatch),
        ("numa_nodes: 1, properties: {'hw:numa_nodes': ▶2}", .conflictingKeys),
        (
            "numa_cells: [{cpus: 0-7, ram: 8GiB}], properties: {'hw:numa_nodes': 1, 'hw:numa_cpus.0': ▶0-6,"
                + " 'hw:numa_mem.0': 8192}", .conflictingKeys
        ),
    ]

    static let memory: [(String, DiagnosticCode)] = [
        ("mem_page_size: ▶3MiB", .pageSizeImpossible), ("mem_page_size: ▶2KiB", .pageSizeImpossible),
        ("ram: 8193MiB, mem_page_size: ▶1GiB", .pageSizeImpossible),
        ("numa_nodes: 8, mem_page_size: ▶2GiB", .pageSizeImpossible),
        ("properties: {'hw:mem_page_size': ▶3000}", .pageSizeImpossible),
        ("properties: {'hw:mem_page_size': ▶16Kb}", .pageSizeImpossible),
        ("properties: {'hw:mem_page_size': ▶2M}", .badSize), ("properties: {'hw:mem_page_size': ▶1.5GB}", .badSize),
        ("properties: {'hw:mem_page_size': ▶0}", .badSize),
        ("properties: {'hw:mem_page_size': ▶99999999999PB}", .badSize),
        ("image_properties: {hw_mem_page_size: ▶2048}", .pageSizeForbidden),
        ("mem_page_size: small, image_properties: {hw_mem_page_size: ▶large}", .pageSizeForbidden),
        ("mem_page_size: 2MiB, image_properties: {hw_mem_page_size: ▶2048}", .pageSizeForbidden),
        ("locked_memory: ▶true", .lockedNeedsPageSize),
        ("properties: {'hw:locked_memory': ▶'True'}", .lockedNeedsPageSize),
        (
            "mem_page_size: small, locked_memory: true, image_properties: {hw_locked_memory: ▶false}",
            .imageConflict
        ),
        ("properties: {'hw:locked_memory': ▶maybe}", .badBoolean),
        (
            "mem_encryption: true, image_properties: {hw_mem_encryption: ▶false, hw_firmware_type: uefi}",
            .imageConflict
        ),
        ("image_properties: {hw_mem_encryption: ▶true}", .imageConflict),
        ("image_properties: {hw_mem_encryption: true, hw_firmware_type: ▶bios}", .imageConflict),
        ("mem_encryption: true, image_properties: {hw_machine_type: ▶pc}", .imageConflict),
        ("mem_encryption: true, machine: ▶pc", .imageConflict),
        (
            "mem_encryption: true, mem_encryption_model: amd-sev-snp,"
                + " image_properties: {hw_firmware_type: uefi, hw_firmware_stateless: ▶false}", .imageConflict
        ),
        (
            "mem_encryption: true, mem_encryption_model: amd-sev,"
                + " image_properties: {hw_firmware_type: uefi, hw_mem_encryption_model: ▶amd-sev-es}",
            .imageConflict
        ),
        ("mem_encryption: true, mem_encryption_model: ▶sgx", .badChoice),
        ("maxphysaddr_bits: ▶40", .missingKey), ("maxphysaddr_mode: ▶emulate", .missingKey),
        ("maxphysaddr_mode: passthrough, maxphysaddr_bits: ▶40", .conflictingKeys),
        ("cpu_mode: host-model, maxphysaddr_mode: ▶passthrough", .conflictingKeys),
    ]

    static let shape: [(String, DiagnosticCode)] = [
        ("▶cpu_topology: {sockets: 2, cores: 2, threads: 1}", .impossibleTopology),
        ("cpu_topology: {threads: ▶3}", .impossibleTopology),
        ("cpu_topology: {cores: ▶4}, cpu_max_cores: 2", .impossibleTopology),
        ("cpu_max_sockets: ▶1, cpu_max_cores: 2, cpu_max_threads: 2", .impossibleTopology),
        ("cpu_topology: {threads: 2}, cpu_threads: ▶1", .conflictingKeys),
        ("cpu_topology: {threads: 2}, properties: {'hw:cpu_threads': ▶1}", .conflictingKeys),
        ("cpu_max_threads: 1, image_properties: {hw_cpu_max_threads: ▶2}", .imageConflict),
        ("cpu_max_threads: 1, image_properties: {hw_cpu_threads: ▶2}", .imageConflict),
        ("properties: {'hw:cpu_sockets': ▶many}", .badNumber),
        (
            "pci_numa_affinity_policy: required, image_properties: {hw_pci_numa_affinity_policy: ▶legacy}",
            .imageConflict
        ),
        ("pci_numa_affinity_policy: ▶near", .badChoice),
        ("properties: {▶'hw:cpu_polciy': dedicated}", .unknownKey),
        ("cpu_thread_policy: require, properties: {▶'hw:cpu_polciy': dedicated}", .unknownKey),
        ("properties: {▶cpu_policy: dedicated}", .unknownKey),
        ("properties: {'hw:cpu_policy': ▶[dedicated]}", .wrongType), ("properties: ▶[a]", .wrongType),
        ("properties: {'trait:HW_CPU_X86_AVX2': ▶maybe}", .badChoice),
    ]

    static let image: [(String, DiagnosticCode)] = [
        ("cpu_policy: shared, image_properties: {hw_cpu_policy: ▶dedicated}", .imageConflict),
        ("cpu_policy: shared, image_properties: {hw_cpu_policy: ▶mixed}", .imageConflict),
        (
            "cpu_policy: mixed, cpu_dedicated_mask: 0-1, image_properties: {hw_cpu_policy: ▶dedicated}",
            .imageConflict
        ),
        (
            "cpu_policy: dedicated, cpu_thread_policy: isolate, image_properties: {hw_cpu_thread_policy: ▶require}",
            .imageConflict
        ),
        (
            "cpu_policy: dedicated, cpu_thread_policy: require, image_properties: {hw_cpu_thread_policy: ▶prefer}",
            .imageConflict
        ),
    ]

    static let wishes: [String] = [
        "cpu_sockets: ▶3", "cpu_threads: ▶16", "cpu_sockets: ▶4, cpu_max_sockets: 2",
        "cpu_sockets: ▶2, image_properties: {hw_cpu_threads: 2}",
        "cpu_policy: dedicated, image_properties: {hw_cpu_policy: ▶shared}",
        "cpu_policy: mixed, cpu_dedicated_mask: 0, image_properties: {hw_cpu_policy: ▶shared}",
        "cpu_policy: dedicated, cpu_thread_policy: prefer, image_properties: {hw_cpu_thread_policy: ▶isolate}",
        "cpu_policy: dedicated, cpu_topology: mirror, image_properties: {hw_cpu_max_threads: ▶2}",
        "reserve: ▶now", "cpu_realtime_mask: ▶^0", "cpu_policy: dedicated, cpu_realtime: false, cpu_realtime_mask: ▶^0",
        "cpu_policy: dedicated, cpu_realtime: true, cpu_realtime_mask: ▶^0, image_properties: {hw_cpu_realtime_mask: ^1}",
        "mem_encryption_model: ▶amd-sev", "properties: {▶'quota:cpu_shares': 10}", "properties: {▶'hw:pmu': true}",
        "properties: {▶'pci_passthrough:alias': 'a:1'}", "properties: {'resources:VCPU': ▶4}",
        "properties: {▶'resources:CUSTOM_X': 1}", "image_properties: {▶hw_disk_bus: scsi}",
        "image_properties: {▶os_type: linux}",
    ]
}
