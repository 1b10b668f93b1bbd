/// What a key puts under management in the entry of a domain that is taken over.
enum AdoptedKey: Hashable {
    /// One part, and nothing else.
    case part(Adoption.ManagedPart)
    /// The page size, and the guest's place with it.
    case pageSize
    /// The guest's place.
    case place
    /// Nothing: the key only says something about other keys, or about what is not managed.
    case nothing

    /// Reads the name of a ``FlavorField``. Keys that nobody lists here are about the guest's place.
    init(_ name: String) {
        self = AdoptedKey.known[name] ?? .place
    }

    private static let known: [String: AdoptedKey] = [
        "vcpus": .part(.vcpus), "current_vcpus": .part(.currentVCPUs), "ram": .part(.memory),
        "current_ram": .part(.currentMemory), "vcpu_pins": .part(.vcpuPins), "vcpu_cpuset": .part(.vcpuSet),
        "emulator_pin": .part(.emulatorPin),
        "iothreads": .part(.ioThreads), "iothread_pins": .part(.ioThreadPins), "scheduler": .part(.scheduler),
        "locked_memory": .part(.lockedMemory), "mem_encryption": .part(.lockedMemory),
        "mem_encryption_model": .nothing, "mem_access": .part(.memoryAccess), "cpu_mode": .part(.cpuMode),
        "cpu_topology": .part(.topology), "cpu_sockets": .part(.topology), "cpu_cores": .part(.topology),
        "cpu_threads": .part(.topology), "cpu_max_sockets": .part(.topology), "cpu_max_cores": .part(.topology),
        "cpu_max_threads": .part(.topology), "maxphysaddr_mode": .part(.physicalAddress),
        "maxphysaddr_bits": .part(.physicalAddress), "mem_page_size": .pageSize,
        "pci_numa_affinity_policy": .nothing, "guest_devices": .nothing, "firmware_type": .nothing,
        "firmware_stateless": .nothing, "machine_type": .nothing,
    ]
}

extension Adoption.ManagedPart {
    /// The part that a key of an entry says; nil for keys that say more or something else.
    package init?(key: String) {
        guard case .part(let part) = AdoptedKey(key) else { return nil }
        self = part
    }
}
