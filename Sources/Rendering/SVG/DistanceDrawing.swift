internal import HostModel
internal import XMLTree

/// The distances between cells as a matrix; the farther, the darker.
struct DistanceDrawing {
    private static let height = 16
    /// More cells than this make no matrix that anybody reads.
    private static let most = 40

    private let cells: [CellPicture]
    /// The width of a column: that of the longest id or distance.
    private let side: Int

    init(_ cells: [CellPicture]) {
        self.cells = cells
        let numbers = cells.map(\.id.rawValue) + cells.flatMap { $0.distances?.values.map { $0 } ?? [] }
        let head = SVGText(isBold: true)
        side = max(22, (Set(numbers).map { head.width(of: "\($0)") }.max() ?? 0) + 6)
    }

    /// Draws the matrix; nothing for a single cell, or where the host does not tell.
    func draw(x: Int, top: Int, room: Int) -> Drawing {
        var drawing = Drawing(top: top)
        guard cells.count > 1, cells.contains(where: { $0.distances != nil }) else { return drawing }
        drawing.write("Distances", at: x, room: room, HostSVG.heading)
        guard cells.count <= DistanceDrawing.most else {
            drawing.write("too many cells to show", at: x, room: room)
            return drawing
        }
        drawing.bottom += 3
        let head = SVGText(isBold: true, anchor: .middle)
        for (column, cell) in cells.enumerated() {
            drawing.add(head.element("\(cell.id)", middle(of: column, x), drawing.bottom + 12))
        }
        for cell in cells {
            drawing.bottom += DistanceDrawing.height
            let row = head.element("\(cell.id)", x + side / 2, drawing.bottom + 12)
            drawing.shapes += [row] + numbers(of: cell, x: x, y: drawing.bottom)
        }
        drawing.bottom += DistanceDrawing.height + 10
        return drawing
    }

    private func numbers(of cell: CellPicture, x: Int, y: Int) -> [XMLElement] {
        cells.enumerated().flatMap { column, other in
            let distance = cell.distances?[other.id]
            let left = x + (column + 1) * side
            let style = SVGText(anchor: .middle)
            return [
                SVGShapes.box(
                    left, y, side, DistanceDrawing.height, fill: DistanceDrawing.shade(distance),
                    stroke: Palette.faint),
                style.element(
                    distance.map { "\($0)" } ?? "?", middle(of: column, x), y + 12, room: side),
            ]
        }
    }

    private func middle(of column: Int, _ x: Int) -> Int {
        x + (column + 1) * side + side / 2
    }

    /// White for a cell itself, darker with the distance, never so dark that the number could not be read.
    private static func shade(_ distance: Int?) -> String {
        guard let distance else { return Palette.paper }
        let shades = ["#ffffff", "#f2f2f2", "#e6e6e6", "#d9d9d9", "#cccccc"]
        return shades[min(shades.count - 1, max(0, distance - 1) / 10)]
    }
}
