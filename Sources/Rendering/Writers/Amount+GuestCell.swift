internal import HostModel
internal import Placement

extension Amount {
    /// The memory of a guest cell, with the host cells that it comes from where these are not the cell's own:
    /// `377 GiB of cell 0, 122 GiB of cell 1`.
    static func text(of cell: GuestCellPlacement) -> String {
        guard cell.isSpread else { return text(cell.memory) }
        let parts = cell.memoryByCell.filter { $0.value > .zero }.sorted { $0.key < $1.key }
        return parts.map { "\(text($0.value)) of cell \($0.key)" }.joined(separator: ", ")
    }
}
