internal import HostModel
internal import Placement

/// What guests have that are bound to no cell: their memory may come from any.
struct FloatingUse: Hashable, Sendable {
    /// How many they are.
    let guests: Int
    /// Their memory.
    let memory: KiB
    /// What is set aside for their QEMU.
    let overhead: KiB

    /// Sums up those of the guests that have no cells.
    init(_ placements: [GuestPlacement]) {
        let floating = placements.filter(\.cells.isEmpty)
        guests = floating.count
        memory = floating.reduce(.zero) { $0 + $1.memory }
        overhead = floating.reduce(.zero) { $0 + $1.overhead }
    }
}
