/// What a guest sees of the host beneath it.
public struct GuestView: Hashable, Sendable {
    /// How far the guest's cells are from each other, as the guest sees it.
    public enum Distances: String, Hashable, Sendable, CaseIterable {
        /// As their host cells where these are not all equally far from each other; else the definition keeps what it has.
        case auto
        /// As their host cells.
        case host
        /// Nothing is said of it: a guest's kernel takes 20 for all.
        case none
    }

    /// Where the guest finds the host devices that it has for itself.
    public enum Devices: String, Hashable, Sendable, CaseIterable {
        /// Each on the guest cell that is on the device's host cell.
        case onCells = "on_cells"
        /// On the root bus, which belongs to no cell.
        case onRoot = "on_root"
    }

    /// How far its cells are from each other.
    public var distances = Distances.auto
    /// Where it finds its host devices; nil is on its cells for a new guest, and as it is for one that is there.
    public var devices: Devices?
    /// Whether it sees its CPUs as they are pinned: siblings, caches and cells.
    public var mirrorsCPUs = false

    /// What a guest sees of whose view nothing is said.
    package init() {}
}
