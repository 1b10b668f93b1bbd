internal import DomainXML
internal import HostModel
internal import SiteFile

/// The ways to express a domain in the keys of a site file, the likeliest first.
///
/// They are guesses: only a plan shows whether one leaves the domain as it is. What no key expresses is in none of them.
struct GuestSketches {
    private let record: DomainRecord
    let parts: FoundSettings
    let host: HostFacts

    init(_ record: DomainRecord, host: HostFacts) {
        self.host = host
        self.record = record
        parts = record.parts
    }

    /// The way that works for every domain: it is adopted, and its settings stay.
    var asItIs: [SketchKey] { description + autostart + [SketchKey("adopt", .flag(true))] }

    /// The keys for a domain that keeps its place; each is independent of the others.
    var inPlace: [SketchKey] {
        var keys = size + pins("vcpu_pins", parts.vcpuPins.map { ($0.key.rawValue, $0.value) })
        if let cpus = parts.vcpuCPUs { keys.append(SketchKey("vcpu_cpuset", .word("\(cpus)"))) }
        if let emulator = parts.emulatorPin { keys.append(SketchKey("emulator_pin", .word("\(emulator)"))) }
        keys += scheduler.map { [SketchKey("scheduler", .map($0))] } ?? []
        if let count = parts.ioThreads, count > 0 {
            keys.append(SketchKey("iothreads", .number(count)))
            keys += pins("iothread_pins", parts.ioThreadPins.map { ($0.key, $0.value) }.filter { $0.0 <= count })
        }
        keys += access
        if parts.isLocked { keys.append(SketchKey("locked_memory", .flag(true))) }
        // What is mirrored is the guest's place.
        return keys + seen.filter { $0.name != "iothreads" && $0.value != .word("mirror") } + asItIs
    }

    /// What ``inPlace`` cannot express, as it is shown.
    ///
    /// - Parameter dropped: Keys that the entry goes without as well.
    func beyondWords(without dropped: Set<String>) -> [String] {
        let more = dropped.sorted().compactMap { Adoption.ManagedPart(key: $0)?.setting }
        let unsaid: [any ManagedSetting.Type] =
            [HugePages.self, NoSharePages.self, VCPUPlacement.self, NUMATune.self, GuestCells.self] + more
        let entries = parts.canonicalSettings(defaultHugePage: host.defaultHugePage).filter { entry in
            unsaid.contains { entry.key.belongs(to: $0) }
                || (scheduler == nil && entry.key.belongs(to: VCPUSchedulers.self))
        }
        let devices = hasMemoryDevices ? ["devices.memory"] : []
        return entries.map { "\($0.path) \($0.value.words(isAmount: $0.key.isAmount))" } + devices
    }

    /// What no way can express, as it is shown.
    var beyondPlace: [String] {
        parts.canonicalSettings(defaultHugePage: host.defaultHugePage).filter { entry in
            (scheduler == nil && entry.key.belongs(to: VCPUSchedulers.self))
                || (realtime.isEmpty && entry.key.belongs(to: NoSharePages.self))
        }.map { "\($0.path) \($0.value.words(isAmount: $0.key.isAmount))" }
            + (hasMemoryDevices ? ["devices.memory"] : [])
    }

    /// Whether the domain has memory beside ``FoundSettings/memory``.
    var hasMemoryDevices: Bool {
        (try? DomainLoad(reading: record.document)).map { $0.totalMemory != parts.memory } ?? true
    }

    /// Each a list of a guest's keys, in the order in which they are written.
    var all: [[SketchKey]] {
        let end = seen + asItIs
        let byPolicy = shapes.flatMap { shape in
            processors.flatMap { processor in
                emulators(processor).map { size + shape + processor + $0 + memory(processor, shape) + end }
            }
        }
        let byHand = shapes.flatMap { shape in
            processors.filter(counts).map { size + shape + $0 + handPins(shape) + memory($0, shape) + end }
        }
        let sketches = byPolicy + byHand
        var known: Set<[SketchKey]> = []
        return sketches.filter { known.insert($0).inserted }
    }

    /// Keys that can be added so that the domain is placed like other guests, those nearest to its present settings first.
    ///
    /// - Parameter keys: The keys that it has.
    func additions(to keys: [SketchKey]) -> [[SketchKey]] {
        let named = Set(keys.map(\.name))
        var known: Set<[SketchKey]> = []
        return all.map { $0.filter { !named.contains($0.name) } }.filter { !$0.isEmpty && known.insert($0).inserted }
    }

    private var size: [SketchKey] {
        let all = [SketchKey("vcpus", .number(parts.vcpus)), SketchKey("ram", .word(Size.text(of: parts.memory)))]
        let current = [
            parts.currentVCPUs.map { SketchKey("current_vcpus", .number($0)) },
            parts.currentMemory.map { SketchKey("current_ram", .word(Size.text(of: $0))) },
        ]
        return all + current.compactMap(\.self)
    }

    /// The guest's cells: a number of equal ones, then one by one.
    private var shapes: [[SketchKey]] {
        let cells = parts.guestCells.sorted { $0.id < $1.id }
        guard !cells.isEmpty else { return [[]] + hiddenShapes }
        let binding: [SketchKey] =
            switch parts.numaTune.map({ tune in cells.first.flatMap { tune.memNodes[$0.id]?.mode } ?? tune.mode }) {
            case nil: [SketchKey("numa_policy", .word("none"))]
            case .strict: []
            case .preferred: [SketchKey("numa_policy", .word("preferred"))]
            case .interleave: [SketchKey("numa_policy", .word("interleave"))]
            case .restrictive: [SketchKey("numa_policy", .word("restrictive"))]
            }
        let list = cells.map { cell in
            SketchValue.map(
                (cell.vcpus.isEmpty ? [] : [SketchKey("cpus", .word("\(cell.vcpus)"))])
                    + [SketchKey("ram", .word(Size.text(of: cell.memory)))])
        }
        let isEven = Set(cells.map(\.memory)).count == 1 && Set(cells.map(\.vcpus.count)).count == 1
        let even = isEven ? [[SketchKey("numa_nodes", .number(cells.count))] + binding] : []
        let shapes =
            even.flatMap { [$0, $0 + together] } + [
                [SketchKey("numa_cells", .list(list))] + binding, listed + together,
            ]
        return shapes.flatMap { shape in distances.map { shape + $0 } }
    }

    /// What can be said of distances between cells: that they are the host's, or nothing.
    private var distances: [[SketchKey]] {
        let isSaid = parts.guestCells.count > 1 && parts.guestCells.contains { !$0.distances.isEmpty }
        return (isSaid ? [[SketchKey("guest_distances", .word("host"))]] : []) + [[]]
    }

    /// How vCPUs use CPUs: those that are pinned to one of their own may be dedicated, or happen to share a set of one.
    private var processors: [[SketchKey]] {
        policies.flatMap { policy in schedulings.map { policy + $0 } }
    }

    private var policies: [[SketchKey]] {
        let pins = parts.vcpuPins
        let single = VCPUSet(pins.filter { $0.value.count == 1 && $0.key.rawValue < parts.vcpus }.keys)
        let own = Set(single.compactMap { pins[$0]?.first })
        guard !single.isEmpty, own.count == single.count else { return [[]] }
        if single.count == parts.vcpus {
            return [[SketchKey("cpu_policy", .word("dedicated"))], []]
        }
        let mixed = [
            SketchKey("cpu_policy", .word("mixed")), SketchKey("cpu_dedicated_mask", .word("\(single)")),
        ]
        return [mixed, []]
    }

    /// How vCPUs are scheduled: as real-time ones, then by any scheduler that those which have one have in common.
    private var schedulings: [[SketchKey]] {
        guard let scheduler else { return [[]] }
        return (realtime.isEmpty ? [] : [realtime]) + [[SketchKey("scheduler", .map(scheduler))]]
    }

    /// The one scheduler of those vCPUs that have one; nil for none, and for several.
    private var scheduler: [SketchKey]? {
        guard let first = parts.schedulers.first?.value, Set(parts.schedulers.values).count == 1 else { return nil }
        let vcpus = VCPUSet(parts.schedulers.keys)
        var keys = [SketchKey("vcpus", .word("\(vcpus)")), SketchKey("policy", .word(first.policy))]
        if vcpus.count == parts.vcpus { keys.removeFirst() }
        if let priority = first.priority { keys.append(SketchKey("priority", .number(priority))) }
        return keys
    }

    /// Whether a vCPU pinned by hand to one CPU gets it as a dedicated one in the plan, as on the host.
    private func counts(_ processor: [SketchKey]) -> Bool {
        processor.contains { $0.name == "cpu_policy" } || !parts.vcpuPins.values.contains { $0.count == 1 }
    }

    /// All pins, as set by hand.
    private func handPins(_ shape: [SketchKey]) -> [SketchKey] {
        var keys = pins("vcpu_pins", parts.vcpuPins.map { ($0.key.rawValue, $0.value) })
        let isConfined = parts.vcpuCPUs != nil || (!shape.isEmpty && parts.vcpuPins.count < parts.vcpus)
        if isConfined {
            keys.append(SketchKey("vcpu_cpuset", .word(parts.vcpuCPUs.map { "\($0)" } ?? "none")))
        }
        if let emulator = parts.emulatorPin {
            keys.append(SketchKey("emulator_pin", .word("\(emulator)")))
        } else if !shape.isEmpty, !isConfined {
            keys.append(SketchKey("emulator_pin", .word("none")))
        }
        guard let count = parts.ioThreads, !parts.ioThreadPins.isEmpty else { return keys }
        if !saysIOThreads { keys.append(SketchKey("iothreads", .number(count))) }
        return keys + pins("iothread_pins", parts.ioThreadPins.map { ($0.key, $0.value) })
    }

    private func pins(_ name: String, _ pins: [(Int, CPUSet)]) -> [SketchKey] {
        let keys = pins.sorted { $0.0 < $1.0 }.map { SketchKey("\($0.0)", .word("\($0.1)")) }
        return keys.isEmpty ? [] : [SketchKey(name, .map(keys))]
    }

    private var realtime: [SketchKey] {
        let scheduled = VCPUSet(
            parts.schedulers.filter {
                $0.value == .init(policy: "fifo", priority: WantedParts.realtimePriority)
            }.keys)
        guard !scheduled.isEmpty else { return [] }
        let all = scheduled.count == parts.vcpus
        return [SketchKey("cpu_realtime", .flag(true))]
            + (all ? [] : [SketchKey("cpu_realtime_mask", .word("\(scheduled)"))])
    }

    private func emulators(_ processor: [SketchKey]) -> [[SketchKey]] {
        guard processor.contains(where: { $0.name == "cpu_policy" }) else { return [[]] }
        let isolate = [SketchKey("emulator_threads_policy", .word("isolate"))]
        let share = [SketchKey("emulator_threads_policy", .word("share"))]
        let pins = parts.vcpuPins.values.reduce(into: CPUSet()) { $0.formUnion($1) }
        guard let emulator = parts.emulatorPin else { return [[], share, isolate] }
        return emulator == pins
            ? [[], share, isolate] : emulator.count == 1 ? [isolate, share, []] : [share, [], isolate]
    }

    private func memory(_ processor: [SketchKey], _ shape: [SketchKey]) -> [SketchKey] {
        let cells =
            shape.isEmpty
            ? [] : parts.guestCells.isEmpty ? [0] : parts.guestCells.filter { $0.memory > .zero }.map(\.id)
        let sizes = cells.map { parts.hugePages?.size(of: $0, defaultSize: host.defaultHugePage) }
        var keys: [SketchKey] = []
        if Set(sizes).count == 1, let size = sizes.first.flatMap(\.self) {
            keys.append(SketchKey("mem_page_size", .word("\(size)")))
        }
        keys += access
        let isSharedByCell = parts.guestCells.contains { $0.isShared == true }
        if access.isEmpty, !keys.isEmpty, !parts.guestCells.isEmpty, !isSharedByCell {
            keys.append(SketchKey("mem_access", .word("private")))
        }
        let isRealtime = processor.contains { $0.name == "cpu_realtime" }
        guard parts.isLocked, !isRealtime else { return keys }
        let hasPages = keys.contains { $0.name == "mem_page_size" }
        if !hasPages, !shape.isEmpty { keys.append(SketchKey("mem_page_size", .word("small"))) }
        return keys + [SketchKey("locked_memory", .flag(true))]
    }

    private var access: [SketchKey] {
        parts.isMemoryShared.map { [SketchKey("mem_access", .word($0 ? "shared" : "private"))] } ?? []
    }

    /// The guest's CPU topology. For a domain of this site the keys that it was created with are repeated.
    private var seen: [SketchKey] {
        var keys: [SketchKey] = []
        let managed = Set(record.mark?.managedPaths ?? [])
        let modes: Set<String?> = ["host-passthrough", "host-model", "maximum"]
        if managed.contains("cpu.mode"), let mode = parts.cpuMode, modes.contains(mode) {
            keys.append(SketchKey("cpu_mode", .word(mode)))
        }
        if saysIOThreads, let count = parts.ioThreads { keys.append(SketchKey("iothreads", .number(count))) }
        // Only a guest that sees its CPUs as they are pinned is given caches.
        if managed.contains("cpu.cache") { return keys + [SketchKey("cpu_topology", .word("mirror"))] }
        guard let topology = parts.topology, topology.dies == 1, topology.clusters == 1 else { return keys }
        let isUsual = topology.sockets == parts.vcpus
        guard managed.contains("cpu.topology") || !parts.guestCells.isEmpty, !isUsual else { return keys }
        let shape = [("sockets", topology.sockets), ("cores", topology.cores), ("threads", topology.threads)]
        return keys + [SketchKey("cpu_topology", .map(shape.map { SketchKey($0.0, .number($0.1)) }))]
    }

    /// Whether the number of iothreads was asked for, so that it is said again.
    private var saysIOThreads: Bool { record.mark?.managedPaths.contains("iothreads") ?? false }

    /// What the site said that the guest is for, unless it would be read as words with placeholders now.
    private var description: [SketchKey] {
        guard let text = record.mark?.machine?.description, !text.contains("{") else { return [] }
        return [SketchKey("description", .word(text))]
    }

    private var autostart: [SketchKey] { record.facts.autostart ? [SketchKey("autostart", .flag(true))] : [] }
}

extension SettingValue {
    /// The value in words.
    fileprivate func words(isAmount: Bool) -> String {
        switch self {
        case .text(let text): text
        case .number(let number): isAmount ? "\(KiB(number))" : "\(number)"
        case .flag(let flag): flag ? "yes" : "no"
        }
    }
}
