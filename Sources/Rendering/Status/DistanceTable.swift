internal import HostModel

/// The distances between cells as a matrix with the cells' ids as headings; wide ones are folded into blocks of columns.
struct DistanceTable {
    private let cells: [Cell]
    private let room: Int

    /// Takes the cells, ascending, and how many columns a line has.
    init(_ cells: [Cell], room: Int) {
        self.cells = cells
        self.room = room
    }

    /// The lines of the matrix; none for a single cell.
    var lines: [String] {
        guard cells.count > 1 else { return [] }
        guard cells.contains(where: { $0.distances != nil }) else { return ["distances: \(Amount.unknown)"] }
        let ids = cells.map(\.id)
        let blocks = stride(from: 0, to: ids.count, by: columns).map { ids[$0..<min($0 + columns, ids.count)] }
        let isPartial = ids.contains { from in cells.contains { $0.distances?[from] == nil } }
        return ["distances" + (isPartial ? " (? is unknown)" : "")] + blocks.flatMap { block($0) }
    }

    /// The width of one number: that of the longest id or distance.
    private var width: Int {
        let numbers = cells.map(\.id.rawValue) + cells.flatMap { $0.distances?.values.map { $0 } ?? [] }
        return numbers.map { String($0).count }.max() ?? 1
    }

    /// How many columns stay within the width of a text.
    private var columns: Int { max(1, (room - heading.count) / (width + 2)) }

    private let heading = "from"

    private func block(_ columns: ArraySlice<CellID>) -> [String] {
        Table(
            [.number(heading)] + columns.map { .number($0.description) },
            cells.map { cell in
                ["\(cell.id)"] + columns.map { to in cell.distances?[to].map { "\($0)" } ?? "?" }
            }
        ).lines(Paint(isOn: false, width: room))
    }
}
