internal import XMLTree

/// The cores of a cell as a grid that wraps: the threads of a core below each other, a gap or a new row between
/// cores that share no last-level cache.
struct CoreGrid {
    /// Threads of a core that stand below each other; what a core has more stands beside them.
    private static let rows = 4
    private static let coreGap = 4
    private static let cacheGap = 12
    private static let rowGap = 5

    let threads: ThreadDrawing

    /// Draws the cores of a cell.
    func draw(_ cell: CellPicture, x: Int, top: Int, room: Int) -> Drawing {
        var drawing = Drawing(top: top)
        guard !cell.caches.isEmpty else {
            drawing.write("no CPUs", at: x, room: room, .small)
            return drawing
        }
        let (width, height) = size(ofCoreWith: cell.threadsPerCore)
        var (left, y) = (x, top)
        for cache in cell.caches {
            if left > x {
                left += CoreGrid.cacheGap - CoreGrid.coreGap
                let length = cache.count * (width + CoreGrid.coreGap) - CoreGrid.coreGap
                if left + length > x + room { (left, y) = (x, y + height + CoreGrid.rowGap) }
            }
            let end = left == x ? x + self.width(of: cache.count, coresOf: width, room: room) : x + room
            for core in cache {
                if left > x, left + width > end { (left, y) = (x, y + height + CoreGrid.rowGap) }
                drawing.shapes += draw(core, x: left, y: y)
                left += width + CoreGrid.coreGap
            }
        }
        drawing.bottom = y + height
        return drawing
    }

    /// The width of the rows of a cache that begins on a row of its own: none of them is much shorter than the others.
    private func width(of count: Int, coresOf width: Int, room: Int) -> Int {
        let longest = max(1, (room + CoreGrid.coreGap) / (width + CoreGrid.coreGap))
        let rows = max(1, (count + longest - 1) / longest)
        return (count + rows - 1) / rows * (width + CoreGrid.coreGap) - CoreGrid.coreGap
    }

    private func draw(_ core: [CellPicture.Thread], x: Int, y: Int) -> [XMLElement] {
        core.enumerated().map { index, thread in
            let (column, row) = index.quotientAndRemainder(dividingBy: CoreGrid.rows)
            return threads.box(thread, x: x + column * threads.width, y: y + row * threads.height)
        }
    }

    private func size(ofCoreWith count: Int) -> (width: Int, height: Int) {
        let columns = max(1, (count + CoreGrid.rows - 1) / CoreGrid.rows)
        return (columns * threads.width, max(1, min(count, CoreGrid.rows)) * threads.height)
    }
}
