internal import Diagnostics
internal import HostModel

/// An element of `numa_cells` as it is written.
struct NUMACellDraft: Sendable, Hashable {
    var cpus: Located<VCPUSet>?
    var ram: Located<KiB>?
    /// Keys whose values could not be read.
    var broken: Set<String> = []

    static let table = KeyTable<Self>(
        .numaCell,
        [
            Key(
                "cpus", \.cpus, .list(isEmptyAllowed: true),
                "The vCPUs in the cell; a cell without vCPUs has memory only"),
            Key("ram", \.ram, .size(atLeast: 1_024), required: true, "The memory of the cell"),
        ], broken: \.broken)
}
