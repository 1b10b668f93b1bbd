internal import DomainXML
internal import HostModel

/// The ways to say a domain in the keys of a site file, the likeliest first.
///
/// They are guesses: only a plan tells whether one leaves the domain as it is. What the keys have no words for is not among them.
struct GuestSketches {
    private let record: DomainRecord
    private let parts: FoundSettings
    private let defaultHugePage: PageSize?

    init(_ record: DomainRecord, defaultHugePage: PageSize?) {
        self.record = record
        self.defaultHugePage = defaultHugePage
        parts = record.parts
    }

    /// The way that every domain can be said: it is taken over, and what it has stays as it is.
    var asItIs: [SketchKey] { autostart + [SketchKey("adopt", .flag(true))] }

    /// Each a list of a guest's keys, in the order in which they are written.
    var all: [[SketchKey]] {
        let end = seen + autostart + [SketchKey("adopt", .flag(true))]
        let sketches = shapes.flatMap { shape in
            processors.flatMap { processor in
                emulators(processor).map { emulator in size + shape + processor + emulator + memory + end }
            }
        }
        var known: Set<[SketchKey]> = []
        return sketches.filter { known.insert($0).inserted }
    }

    private var size: [SketchKey] {
        [SketchKey("vcpus", .number(parts.vcpus)), SketchKey("ram", .word(Size.text(of: parts.memory)))]
    }

    /// The guest's cells: a number of equal ones, then one by one.
    private var shapes: [[SketchKey]] {
        let cells = parts.guestCells.sorted { $0.id < $1.id }
        guard !cells.isEmpty else { return [[]] }
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
        return even + [[SketchKey("numa_cells", .list(list))] + binding]
    }

    /// How vCPUs use CPUs: those that are pinned to one of their own may be dedicated, or happen to share a set of one.
    private var processors: [[SketchKey]] {
        let pins = parts.vcpuPins
        let single = VCPUSet(pins.filter { $0.value.count == 1 && $0.key.rawValue < parts.vcpus }.keys)
        let own = Set(single.compactMap { pins[$0]?.first })
        guard !single.isEmpty, own.count == single.count, !parts.guestCells.isEmpty else { return [realtime] }
        if single.count == parts.vcpus {
            return [[SketchKey("cpu_policy", .word("dedicated"))] + realtime, realtime]
        }
        let mixed = [
            SketchKey("cpu_policy", .word("mixed")), SketchKey("cpu_dedicated_mask", .word("\(single)")),
        ]
        return [mixed + realtime, realtime]
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

    private var memory: [SketchKey] {
        let sizes = parts.guestCells.map {
            parts.hugePages?.size(of: $0.id, defaultSize: defaultHugePage)
        }
        var keys: [SketchKey] = []
        if Set(sizes).count == 1, let size = sizes.first.flatMap(\.self) {
            keys.append(SketchKey("mem_page_size", .word("\(size)")))
        }
        guard parts.isLocked, realtime.isEmpty else { return keys }
        if keys.isEmpty, !parts.guestCells.isEmpty { keys.append(SketchKey("mem_page_size", .word("small"))) }
        return keys + [SketchKey("locked_memory", .flag(true))]
    }

    /// What the guest sees of its CPUs. For a domain that is ours already, what was asked for is said again.
    private var seen: [SketchKey] {
        var keys: [SketchKey] = []
        let managed = Set(record.mark?.managedPaths ?? [])
        let modes: Set<String?> = ["host-passthrough", "host-model", "maximum"]
        if managed.contains("cpu.mode"), let mode = parts.cpuMode, modes.contains(mode) {
            keys.append(SketchKey("cpu_mode", .word(mode)))
        }
        if managed.contains("iothreads"), let count = parts.ioThreads {
            keys.append(SketchKey("iothreads", .number(count)))
        }
        guard let topology = parts.topology, topology.dies == 1, topology.clusters == 1 else { return keys }
        let isUsual = topology.sockets == parts.vcpus
        guard managed.contains("cpu.topology") || !parts.guestCells.isEmpty, !isUsual else { return keys }
        let shape = [("sockets", topology.sockets), ("cores", topology.cores), ("threads", topology.threads)]
        return keys + [SketchKey("cpu_topology", .map(shape.map { SketchKey($0.0, .number($0.1)) }))]
    }

    private var autostart: [SketchKey] { record.facts.autostart ? [SketchKey("autostart", .flag(true))] : [] }
}
