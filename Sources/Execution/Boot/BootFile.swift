public import HostModel

/// What is reserved when the machine boots: the pools' targets, compiled from a plan, and the machine they were made for.
///
/// It is all that the boot unit needs: no site file, no libvirt, no network.
public struct BootFile: Hashable, Sendable {
    /// A cell of the machine the file was made for.
    public struct KnownCell: Hashable, Sendable, Codable {
        /// The cell.
        public var id: CellID
        /// Its CPUs that were online.
        public var cpus: CPUSet
        /// Its memory, rounded down to whole steps of 256 MiB, for people to read; nil when the host did not tell.
        public var memory: KiB?
        /// Ordinary memory that the cell keeps, however many pages are asked for.
        public var keepFree: KiB

        /// Describes a cell.
        package init(id: CellID, cpus: CPUSet, memory: KiB?, keepFree: KiB) {
            self.id = id
            self.cpus = cpus
            self.memory = memory
            self.keepFree = keepFree
        }

        private enum CodingKeys: String, CodingKey {
            case id, cpus
            case memory = "memory_kib"
            case keepFree = "keep_free_kib"
        }
    }

    /// The machine's name, or nil when it has none.
    public var host: String?
    /// The machine's cells, ascending.
    public var cells: [KnownCell]
    /// The persistent pages of each pool, ascending; one entry a pool.
    public var targets: [PoolTarget]
    /// What is kept off the CPUs of guests; nil for nothing.
    public var isolation: CPUIsolation?
    /// Which devices are divided into virtual functions, ascending; one entry a device.
    public var divided: [DividedDevice]
    /// The sites that the pools are for, ascending; empty in a file of an earlier version.
    public var sites: [String]

    /// Cells and targets are sorted.
    public init(
        host: String?, cells: [KnownCell], targets: [PoolTarget], sites: [String] = [],
        isolation: CPUIsolation? = nil, divided: [DividedDevice] = []
    ) {
        self.isolation = isolation
        self.divided = divided.sorted()
        self.sites = sites.sorted()
        self.host = host
        self.cells = cells.sorted { $0.id < $1.id }
        self.targets = targets.sorted()
    }

    /// Compiles the file for one machine.
    ///
    /// - Parameters:
    ///   - facts: The machine as it is now.
    ///   - targets: The persistent pages of each pool.
    ///   - keepFree: The ordinary memory that a cell keeps; 256 MiB where nothing is said.
    public init(facts: HostFacts, targets: [PoolTarget], keepFree: [CellID: KiB] = [:]) {
        let step: UInt64 = 256 << 10
        self.init(
            host: facts.host.name,
            cells: facts.cells.map { cell in
                KnownCell(
                    id: cell.id, cpus: cell.cpus, memory: cell.memory.map { KiB($0.count / step * step) },
                    keepFree: keepFree[cell.id] ?? KiB(step))
            }, targets: targets)
    }

    /// How the machine's cells differ from those that the file was made for, in words; empty when they are the same ones
    /// with the same CPUs. Memory may differ: it does from kernel to kernel.
    public func mismatches(with facts: HostFacts) -> [String] {
        let known = Dictionary(cells.map { ($0.id, $0.cpus) }, uniquingKeysWith: { first, _ in first })
        let present = Dictionary(facts.cells.map { ($0.id, $0.cpus) }, uniquingKeysWith: { first, _ in first })
        return Set(known.keys).union(present.keys).sorted().compactMap { id in
            switch (known[id], present[id]) {
            case (nil, _): "cell \(id) is new"
            case (_, nil): "cell \(id) is gone"
            case (let was?, let now?):
                was == now ? nil : "cell \(id) has CPUs \(BootFile.text(now)), not \(BootFile.text(was))"
            }
        }
    }

    private static func text(_ cpus: CPUSet) -> String { cpus.isEmpty ? "(none)" : "\(cpus)" }
}
