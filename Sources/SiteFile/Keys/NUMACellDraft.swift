internal import Diagnostics
internal import HostModel

/// An element of `numa_cells` as it is written.
struct NUMACellDraft: Sendable, Hashable {
    var cpus: Located<VCPUSet>?
    var ram: Located<KiB>?
    var memoryCells: Located<[Located<Int>]>?
    var policy: Located<GuestDemand.MemoryPolicy>?
    /// Keys whose values could not be read.
    var broken: Set<String> = []

    static let table = KeyTable<Self>(
        .numaCell,
        [
            Key(
                "cpus", \.cpus, .list(isEmptyAllowed: true),
                "The vCPUs in the cell; a cell without vCPUs has memory only"),
            Key("ram", \.ram, .size(), required: true, "The memory of the cell; a cell with 0MiB has vCPUs only"),
            Key(
                "memory_cells", \.memoryCells, .sequence(.integer(0...maximumListNumber), minimum: 1),
                "The host cells that provide the memory, wherever the cell's CPUs are"),
            Key("numa_policy", \.policy, .choice, "How the memory of the cell is bound, if not as the guest's"),
        ], broken: \.broken)
}
