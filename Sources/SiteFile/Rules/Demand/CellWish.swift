internal import Diagnostics
internal import HostModel

/// What the settings say about guest cells, in one form for `numa_cells` and for Nova's numbered lists.
struct CellWish {
    /// vCPUs of each cell, ascending by cell.
    var cpus: [Located<VCPUSet>]
    /// Memory of each cell, ascending by cell.
    var memory: [Located<KiB>]
    /// Host cells that memory comes from, and how it is bound, by cell; empty where nothing can be said of it.
    var bindings: [(memoryCells: Located<CellSet>?, policy: Located<GuestDemand.MemoryPolicy>?)] = []
    /// Where the lists begin.
    var mark: SourceMark

    /// The cells of `numa_cells`; nil when one of them could not be read.
    init?(_ cells: Located<[Located<NUMACellDraft>]>) {
        mark = cells.mark
        (cpus, memory) = ([], [])
        for cell in cells.value {
            guard let ram = cell.value.ram, cell.value.broken.isEmpty else { return nil }
            memory.append(ram)
            cpus.append(cell.value.cpus ?? Located([], at: cell.mark))
            bindings.append((cell.value.memoryCells?.map { CellSet(numbers: $0.map(\.value)) }, cell.value.policy))
        }
    }

    /// The cells of `hw:numa_cpus.N` and `hw:numa_mem.N`.
    init(cpus: [Located<VCPUSet>], memory: [Located<KiB>], mark: SourceMark) {
        self.cpus = cpus
        self.memory = memory
        self.mark = mark
    }

    /// Whether both name the same vCPUs and memory.
    func isEqual(_ other: CellWish) -> Bool {
        cpus.map(\.value) == other.cpus.map(\.value) && memory.map(\.value) == other.memory.map(\.value)
    }
}
