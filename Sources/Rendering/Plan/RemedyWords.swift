internal import Diagnostics
internal import HostModel
internal import Placement
internal import Planning
internal import SiteFile

extension Remedy {
    /// The change in the site file's own words where it is one of the guest's keys, else in plain words.
    var words: String {
        switch self {
        case .pageSize(let request): request.map { "mem_page_size: \($0.word)" } ?? "no mem_page_size"
        case .threadPolicy(let policy): "cpu_thread_policy: \(policy.rawValue)"
        case .emulatorOnGuestCPUs: "no emulator_threads_policy"
        case .devicePolicy(let policy): "pci_numa_affinity_policy: \(policy.rawValue)"
        case .cells(let count): "numa_nodes: \(count)"
        case .hiddenCells(let count): "numa_nodes: \(count) with guest_numa: hidden, so that the guest sees no cells"
        case .unevenCells(let cells): "numa_cells: [\(cells.map(\.words).joined(separator: ", "))]"
        case .memoryPolicy(let policy): "numa_policy: \(policy.rawValue)"
        case .vcpus(let count): "vcpus: \(count)"
        case .cpus(let count): "cpus: \(count)"
        case .memory(let amount): "ram: \(amount)"
        case .reserveNow: "reserve: now, which counts current_ram instead of max_ram"
        case .moreCPUs(let count, let cell): "\(Amount.count(count, "CPU")) more on host cell \(cell)"
        case .cpuRatio(let ratio): "cpu_allocation_ratio: \(ratio) of the host"
        case .shrinkPools: "--allow-shrink: unused huge pages become ordinary memory"
        case .without(let guest): "guest '\(displayable(guest))' left out, or on another host"
        case .withoutActor(let actor): "actor '\(displayable(actor))' left out"
        case .moves(let count, let memory, let others):
            "\(Amount.count(count, "move")) of \(Amount.text(memory)) between host cells"
                + (others.isEmpty ? "" : ", without \(NameList.text(others) { "'\(displayable($0))'" })")
        }
    }

    /// The change for programs: what kind it is, and its value.
    var json: JSONValue {
        let (kind, value): (String, JSONValue) =
            switch self {
            case .pageSize(let request): ("mem_page_size", request.map { .text($0.word) } ?? .null)
            case .threadPolicy(let policy): ("cpu_thread_policy", .text(policy.rawValue))
            case .emulatorOnGuestCPUs: ("emulator_threads_policy", .null)
            case .devicePolicy(let policy): ("pci_numa_affinity_policy", .text(policy.rawValue))
            case .cells(let count): ("numa_nodes", .number(count))
            case .hiddenCells(let count): ("hidden_numa_nodes", .number(count))
            case .unevenCells(let cells): ("numa_cells", .text("[\(cells.map(\.words).joined(separator: ", "))]"))
            case .memoryPolicy(let policy): ("numa_policy", .text(policy.rawValue))
            case .vcpus(let count): ("vcpus", .number(count))
            case .cpus(let count): ("cpus", .number(count))
            case .memory(let amount): ("memory_kib", .number(amount.count))
            case .reserveNow: ("reserve", .text("now"))
            case .moreCPUs(let count, _): ("more_cpus", .number(count))
            case .cpuRatio(let ratio): ("cpu_allocation_ratio", .text(ratio.description))
            case .shrinkPools: ("allow_shrink", .flag(true))
            case .without(let guest): ("without_guest", .text(guest))
            case .withoutActor(let actor): ("without_actor", .text(actor))
            case .moves(let count, _, _): ("moves", .number(count))
            }
        var members: [String: JSONValue] = ["change": .text(kind), "value": value]
        if case .moreCPUs(_, let cell) = self { members["host_cell"] = .number(cell.rawValue) }
        if case .moves(_, let memory, let others) = self {
            members["memory_kib"] = .number(memory.count)
            members["without_guests"] = .texts(others)
        }
        return .object(members)
    }
}

extension GuestDemand.PageRequest {
    /// The value as the site file writes it.
    var word: String {
        switch self {
        case .small: "small"
        case .large: "large"
        case .any: "any"
        case .exactly(let size): size.description
        }
    }
}

extension GuestCellDemand {
    /// The cell as `numa_cells` has it.
    fileprivate var words: String { "{cpus: \(vcpus), ram: \(memory)}" }
}
