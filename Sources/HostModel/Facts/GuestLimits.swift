/// The CPUs and the memory that guests may use at all, where the control group of the machine's guests leaves them less than all.
///
/// A pin to a CPU outside is refused with EINVAL when the guest starts, and so is memory bound to a cell outside.
public struct GuestLimits: Hashable, Sendable, Codable {
    /// The CPUs; nil is all.
    public var cpus: CPUSet?
    /// The cells whose memory may be used; nil is all.
    public var memoryCells: CellSet?
    /// What says so: the control group's folder, or the files of its unit.
    public var source: String

    package init(cpus: CPUSet? = nil, memoryCells: CellSet? = nil, source: String) {
        self.cpus = cpus
        self.memoryCells = memoryCells
        self.source = source
    }

    private enum CodingKeys: String, CodingKey {
        case cpus, source
        case memoryCells = "memory_cells"
    }

    /// Reads limits; what is not given is not limited.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            cpus: try container.decodeIfPresent(CPUSet.self, forKey: .cpus),
            memoryCells: try container.decodeIfPresent(CellSet.self, forKey: .memoryCells),
            source: try container.decodeIfPresent(String.self, forKey: .source) ?? "the facts")
    }
}

extension HostFacts {
    /// The online CPUs that guests may use.
    public var guestCPUs: CPUSet { guestLimits?.cpus.map(onlineCPUs.intersection) ?? onlineCPUs }

    /// The online CPUs that guests may not use.
    public var shutOutCPUs: CPUSet { onlineCPUs.subtracting(guestCPUs) }

    /// Whether guests may use the memory of a cell.
    public func guestsMayUseMemory(of cell: CellID) -> Bool { guestLimits?.memoryCells?.contains(cell) ?? true }

    /// The cells with memory that guests may not use.
    public var shutOutCells: CellSet {
        CellSet(cells.filter { $0.memory != .zero && !guestsMayUseMemory(of: $0.id) }.map(\.id))
    }
}
