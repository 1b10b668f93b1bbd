internal import Diagnostics
internal import HostModel
internal import YAMLTree

/// `properties` or `image_properties` as they are written.
struct PropertySettings: Sendable {
    var settings = FlavorSettings()
    /// Properties whose values could not be read, by native name.
    var broken: Set<String> = []
}

/// The properties in Nova's spelling that have an effect here.
enum PropertyTable {
    static let properties: [PropertyKey] = [
        PropertyKey("numa_nodes", \.numaNodes, .integer(1...128)),
        PropertyKey(indexed: "numa_cpus", \.numaCPUs, .list),
        PropertyKey(indexed: "numa_mem", \.numaMemory, .mebibytes),
        PropertyKey("cpu_policy", \.cpuPolicy, .choice),
        PropertyKey("cpu_dedicated_mask", \.dedicatedMask, .mask, side: .flavor),
        PropertyKey("cpu_thread_policy", \.threadPolicy, .choice),
        PropertyKey("emulator_threads_policy", \.emulatorPolicy, .choice, side: .flavor),
        PropertyKey("cpu_realtime", \.realtime, .boolean, side: .flavor),
        PropertyKey("cpu_realtime_mask", \.realtimeMask, .mask),
        PropertyKey("mem_page_size", \.pageSize, .pageRequest),
        PropertyKey("locked_memory", \.lockedMemory, .boolean),
        PropertyKey("mem_encryption", \.encryption, .boolean),
        PropertyKey("mem_encryption_model", \.encryptionModel, .choice),
        PropertyKey("maxphysaddr_mode", \.addressMode, .choice),
        PropertyKey("maxphysaddr_bits", \.addressBits, .integer(32...64)),
        PropertyKey("cpu_sockets", \.sockets, .integer(1...4_096)),
        PropertyKey("cpu_cores", \.cores, .integer(1...4_096)),
        PropertyKey("cpu_threads", \.threads, .integer(1...4_096)),
        PropertyKey("cpu_max_sockets", \.maximumSockets, .integer(1...65_536)),
        PropertyKey("cpu_max_cores", \.maximumCores, .integer(1...65_536)),
        PropertyKey("cpu_max_threads", \.maximumThreads, .integer(1...65_536)),
        PropertyKey("pci_numa_affinity_policy", \.devicePolicy, .choice),
        PropertyKey("firmware_type", \.firmware, .text, side: .image, isNative: false),
        PropertyKey("firmware_stateless", \.firmwareIsStateless, .boolean, side: .image, isNative: false),
        PropertyKey("machine_type", \.machineType, .text, side: .image, isNative: false),
        PropertyKey(
            flavorName: "resources:PCPU", imageName: nil, field: "resources", \.dedicatedResource, .integer(0...65_536)),
        PropertyKey(
            flavorName: "resources:VCPU", imageName: nil, field: "resources", \.sharedResource, .integer(0...65_536)),
        PropertyKey(
            flavorName: "trait:HW_CPU_HYPERTHREADING", imageName: "trait:HW_CPU_HYPERTHREADING",
            field: "hyperthreading", \.hyperthreading, .choice),
    ]

    /// Flavor properties that Nova knows and that say nothing about NUMA, CPUs or memory of one host.
    static let passedOver: Set<String> = [
        "hw:boot_menu", "hw:hide_hypervisor_id", "hw:pmu", "hw:pmem", "hw:vif_multiqueue_enabled", "hw:watchdog_action",
        "hw:tpm_version", "hw:tpm_model", "hw:tpm_secret_security", "hw:viommu_model", "hw:virtio_packed_ring",
        "hw:ephemeral_encryption", "hw:ephemeral_encryption_format", "hw:sound_model", "hw:usb_model",
        "hw:redirected_usb_ports", "hw:serial_port_count", "hw:video_model", "hw:cdrom_bus", "hw:disk_bus",
        "hw:input_bus", "hw:secure_boot",
    ]

    /// Reads a mapping of properties.
    static func reader(ofImage isImage: Bool) -> ValueReader<PropertySettings> {
        let kind = ValueKind.properties(ofImage: isImage)
        return ValueReader(kind, isCollection: true) { entry, report in
            guard let pairs = entry.pairs(kind, &report) else { return nil }
            var properties = PropertySettings()
            for pair in pairs { read(pair, isImage: isImage, into: &properties, &report) }
            return properties
        }
    }

    private static func read(
        _ pair: YAMLPair, isImage: Bool, into properties: inout PropertySettings, _ report: inout Findings
    ) {
        guard let (key, index) = find(pair.name, isImage: isImage) else {
            let meant = isImage ? unknownOfImage(pair, &report) : unknownOfFlavor(pair, &report)
            if let meant { properties.broken.insert(meant) }
            return
        }
        let kind = ValueKind.text(.line)
        guard let scalar = Entry(pair).scalar(kind, &report) else {
            properties.broken.insert(key.field)
            return
        }
        let text = PropertyText(name: pair.name, text: scalar.text, mark: pair.value.mark)
        if !key.read(text, index, &properties.settings, &report) { properties.broken.insert(key.field) }
    }

    /// The property of that name, and the number of an indexed name.
    private static func find(_ name: String, isImage: Bool) -> (PropertyKey, Int)? {
        for key in properties {
            guard let known = isImage ? key.described.imageName : key.described.flavorName else { continue }
            if name == known, !key.described.isIndexed { return (key, 0) }
            if key.described.isIndexed, name.hasPrefix(known + "."),
                let index = wholeNumber(name.dropFirst(known.count + 1)), index < 128
            {
                return (key, index)
            }
        }
        return nil
    }
}
