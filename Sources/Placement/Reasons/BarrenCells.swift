package import HostModel

/// Host cells that serve no guest which is bound to cells, whoever else is there.
package struct BarrenCells {
    private let withoutCPUs: CellSet
    private let withoutMemory: CellSet

    /// Looks at every cell of the host.
    package init(_ host: HostFacts) {
        withoutCPUs = host.cellsWithoutCPUs
        withoutMemory = host.cellsWithoutMemory.subtracting(withoutCPUs)
    }

    /// Whether the cell is one of them.
    func contains(_ cell: CellID) -> Bool { withoutCPUs.contains(cell) || withoutMemory.contains(cell) }

    /// One sentence for all that lack the same.
    package var sentences: [String] {
        [
            sentence(withoutCPUs, "no CPUs"),
            sentence(
                withoutMemory,
                "no memory: CPUs there serve only guests that are bound to no cell, and cannot be dedicated"),
        ].compactMap(\.self)
    }

    private func sentence(_ cells: CellSet, _ lack: String) -> String? {
        cells.isEmpty ? nil : "\(cells.words) \(cells.count == 1 ? "has" : "have") \(lack)"
    }
}

extension CellSet {
    /// `host cell 1`, `host cells 0,2`.
    package var words: String { count == 1 ? "host cell \(self)" : "host cells \(self)" }
}
