internal import Diagnostics

/// What a guest's flavor and the guest itself say together: the guest's word counts where both speak.
struct FlavorChoice: Sendable {
    /// The flavor's side, native keys and properties in one.
    var specs = FlavorSettings()
    /// The image's side.
    var image = FlavorSettings()
    /// Keys whose values could not be read; rules about them stay silent.
    var broken: Set<String> = []

    /// Joins the spellings of one draft; a key given in both with different values is an error.
    init(_ draft: FlavorDraft, _ report: inout Report) {
        specs = draft.native
        if let properties = draft.properties?.value.settings { specs.fill(from: properties, &report) }
        image = draft.imageProperties?.value.settings ?? FlavorSettings()
        broken = draft.broken
        broken.formUnion(draft.properties?.value.broken ?? [])
        broken.formUnion(draft.imageProperties?.value.broken ?? [])
    }

    /// Whether nothing is said, not even wrongly.
    var saysNothing: Bool {
        broken.isEmpty && !Field.all.contains { $0.isSet(specs) || $0.isSet(image) }
    }

    /// This guest's word over its flavor's.
    func over(_ flavor: FlavorChoice) -> FlavorChoice {
        var result = flavor
        result.specs.override(with: specs)
        result.image.override(with: image)
        result.broken.formUnion(broken)
        return result
    }
}

/// One setting, for what is done with all settings alike.
private struct Field: Sendable {
    /// Settings that say the same thing in different ways: a guest that gives one of them overrides all of them.
    enum Group: CaseIterable { case cells, policy, threads, shape, address }

    let name: String
    let group: Group?
    let isSet: @Sendable (FlavorSettings) -> Bool
    let copy: @Sendable (FlavorSettings, inout FlavorSettings) -> Void
    /// The two places of values that differ, or nil.
    let conflict: @Sendable (FlavorSettings, FlavorSettings) -> (native: SourceMark, property: SourceMark)?

    init<Value: Equatable & Sendable>(
        _ name: String, _ path: any WritableKeyPath<FlavorSettings, Located<Value>?> & Sendable, in group: Group? = nil
    ) {
        self.name = name
        self.group = group
        isSet = { $0[keyPath: path] != nil }
        copy = { from, to in to[keyPath: path] = from[keyPath: path] }
        conflict = { native, property in
            guard let left = native[keyPath: path], let right = property[keyPath: path], left.value != right.value
            else { return nil }
            return (left.mark, right.mark)
        }
    }

    static let all: [Field] = [
        Field("vcpus", \.vcpus), Field("ram", \.ram),
        Field("numa_nodes", \.numaNodes, in: .cells), Field("numa_cells", \.numaCells, in: .cells),
        Field("numa_cpus", \.numaCPUs, in: .cells), Field("numa_mem", \.numaMemory, in: .cells),
        Field("numa_policy", \.memoryPolicy),
        Field("cpu_policy", \.cpuPolicy, in: .policy), Field("resources:PCPU", \.dedicatedResource, in: .policy),
        Field("resources:VCPU", \.sharedResource, in: .policy),
        Field("cpu_dedicated_mask", \.dedicatedMask),
        Field("cpu_thread_policy", \.threadPolicy, in: .threads),
        Field("trait:HW_CPU_HYPERTHREADING", \.hyperthreading, in: .threads),
        Field("cpu_kind", \.cpuKind),
        Field("emulator_threads_policy", \.emulatorPolicy),
        Field("cpu_realtime", \.realtime), Field("cpu_realtime_mask", \.realtimeMask),
        Field("mem_page_size", \.pageSize), Field("locked_memory", \.lockedMemory),
        Field("mem_encryption", \.encryption), Field("mem_encryption_model", \.encryptionModel),
        Field("maxphysaddr_mode", \.addressMode, in: .address), Field("maxphysaddr_bits", \.addressBits, in: .address),
        Field("cpu_mode", \.cpuMode),
        Field("cpu_topology", \.cpuTopology, in: .shape), Field("cpu_sockets", \.sockets, in: .shape),
        Field("cpu_cores", \.cores, in: .shape), Field("cpu_threads", \.threads, in: .shape),
        Field("cpu_max_sockets", \.maximumSockets), Field("cpu_max_cores", \.maximumCores),
        Field("cpu_max_threads", \.maximumThreads),
        Field("iothreads", \.ioThreads), Field("pci_numa_affinity_policy", \.devicePolicy),
        Field("firmware_type", \.firmware), Field("firmware_stateless", \.firmwareIsStateless),
        Field("machine_type", \.machineType),
    ]
}

extension FlavorSettings {
    /// Takes over what only the properties say, and reports what both say differently.
    fileprivate mutating func fill(from properties: FlavorSettings, _ report: inout Report) {
        for field in Field.all {
            if let conflict = field.conflict(self, properties) {
                let place = "line \(conflict.native.line), column \(conflict.native.column)"
                report.error(
                    .conflictingKeys, "'\(field.name)' is given here and as a key, with different values",
                    at: conflict.property, label: "the key's value is at \(place)", hint: "keep one of the two")
            }
            if !field.isSet(self) { field.copy(properties, &self) }
        }
    }

    /// Puts what `top` says over what is here.
    fileprivate mutating func override(with top: FlavorSettings) {
        let groups = Set(Field.all.filter { $0.isSet(top) }.compactMap(\.group))
        for field in Field.all where field.isSet(top) || field.group.map(groups.contains) == true {
            field.copy(top, &self)
        }
    }
}
