internal import HostModel
internal import XMLTree

/// The cells as boxes, some beside each other: in each the cores on top and the memory at the bottom.
struct CellRows {
    private static let gap = 14
    private static let margin = 10

    let picture: HostPicture
    let grid: CoreGrid

    init(_ picture: HostPicture) {
        self.picture = picture
        grid = CoreGrid(threads: ThreadDrawing(picture))
    }

    /// Draws all cells.
    func draw(x: Int, top: Int, room: Int) -> Drawing {
        var drawing = Drawing(top: top)
        let count = CellRows.columns(for: picture.cells.count)
        let width = (room - (count - 1) * CellRows.gap) / count
        for start in stride(from: 0, to: picture.cells.count, by: count) {
            let cells = picture.cells[start..<min(start + count, picture.cells.count)]
            let row = draw(Array(cells), x: x, top: drawing.bottom, width: width)
            drawing.shapes += row.shapes
            drawing.bottom = row.bottom + CellRows.gap
        }
        return drawing
    }

    /// How many cells stand beside each other: few enough that a box has room, and rows that are full where that is possible.
    private static func columns(for count: Int) -> Int {
        switch count {
        case ...3: max(1, count)
        case 4: 2
        case 5, 6, 9: 3
        default: 4
        }
    }

    /// One row of boxes of one height, with the memory of all at the same height.
    func draw(_ cells: [CellPicture], x: Int, top: Int, width: Int) -> Drawing {
        let room = width - 2 * CellRows.margin
        let places = cells.enumerated().map { ($1, x + $0 * (width + CellRows.gap)) }
        let upper = places.map { upperPart(of: $0, x: $1 + CellRows.margin, top: top + 6, room: room) }
        let middle = (upper.map(\.bottom).max() ?? top) + 6
        let lower = places.map { lowerPart(of: $0, x: $1 + CellRows.margin, top: middle, room: room) }
        var drawing = Drawing(top: top)
        drawing.bottom = (lower.map(\.bottom).max() ?? middle) + 6
        for (index, (cell, left)) in places.enumerated() {
            let box = SVGShapes.box(
                left, top, width, drawing.bottom - top, fill: Palette.cell, stroke: Palette.frame, radius: 4)
            drawing.shapes.append(
                SVGShapes.group([box] + upper[index].shapes + lower[index].shapes, title: "cell \(cell.id)"))
        }
        return drawing
    }

    private func upperPart(of cell: CellPicture, x: Int, top: Int, room: Int) -> Drawing {
        var drawing = Drawing(top: top)
        let heading = SVGText(size: 13, isBold: true)
        let name = "cell \(cell.id)"
        drawing.write(name, at: x, room: room, heading)
        let taken = heading.width(of: name) + 12
        let count = Amount.count(cell.cpus.count, "CPU")
        let cpus = cell.cpus.isEmpty ? "no CPUs" : "\(count): \(cell.cpus)"
        drawing.add(
            SVGText(fill: Palette.softInk, anchor: .end).element(
                cpus, x + room, drawing.bottom - 3, room: room - taken))
        guard !cell.caches.isEmpty else { return drawing }
        let cores = grid.draw(cell, x: x, top: drawing.bottom + 4, room: room)
        drawing.shapes += cores.shapes
        drawing.bottom = cores.bottom + 2
        if cell.sharedVCPUs > 0 {
            let tags = cell.sharing.map { picture.guests[$0].tag }.joined(separator: " ")
            let words =
                "\(Amount.count(cell.sharedVCPUs, "vCPU")) on \(Amount.count(cell.sharedCPUs.count, "shared CPU"))"
            drawing.wrap(tags.isEmpty ? words : "\(words): \(tags)", at: x, room: room, .small)
        }
        return drawing
    }

    private func lowerPart(of cell: CellPicture, x: Int, top: Int, room: Int) -> Drawing {
        var drawing = Drawing(top: top)
        for bar in cell.memory.all {
            let one = BarDrawing(picture: picture).draw(bar, x: x, top: drawing.bottom, room: room)
            drawing.shapes += one.shapes
            drawing.bottom = one.bottom + 2
        }
        return drawing
    }
}
