internal import Diagnostics
internal import HostModel
internal import Placement
internal import Planning
internal import XMLTree

/// The names behind the tags, and the guests that are bound to no cell.
struct GuestLegend {
    private static let gap = 14
    static let swatch = 44
    /// Of more guests than this the legend has names only.
    private static let detailed = 20
    private static let name = SVGText(isBold: true)

    let picture: HostPicture

    private var isShort: Bool { picture.guests.count + picture.floating.count > GuestLegend.detailed }

    /// Draws both lists; nothing where there are no guests.
    func draw(x: Int, top: Int, room: Int) -> Drawing {
        var drawing = Drawing(top: top)
        let bound = picture.guests.enumerated().map { index, guest in
            { (x: Int, y: Int, room: Int) in entry(guest, index, x: x, top: y, room: room) }
        }
        let floating = picture.floating.map { guest in
            { (x: Int, y: Int, room: Int) in entry(guest, x: x, top: y, room: room) }
        }
        add(bound, "Guests on cells", to: &drawing, x: x, room: room)
        add(
            floating, "Guests on any cell, \(Amount.text(FloatingUse(picture.floating).memory))", to: &drawing, x: x,
            room: room)
        return drawing
    }

    private func add(
        _ entries: [(Int, Int, Int) -> Drawing], _ heading: String, to drawing: inout Drawing, x: Int, room: Int
    ) {
        guard !entries.isEmpty else { return }
        drawing.write(heading, at: x, room: room, HostSVG.heading)
        drawing.bottom += 3
        let columns = isShort ? 5 : 3
        let width = (room - (columns - 1) * GuestLegend.gap) / columns
        for start in stride(from: 0, to: entries.count, by: columns) {
            let row = entries[start..<min(start + columns, entries.count)].enumerated().map { index, entry in
                entry(x + index * (width + GuestLegend.gap), drawing.bottom, width)
            }
            drawing.shapes += row.flatMap(\.shapes)
            drawing.bottom = (row.map(\.bottom).max() ?? drawing.bottom) + 4
        }
        drawing.bottom += 6
    }

    private func entry(_ guest: HostPicture.BoundGuest, _ index: Int, x: Int, top: Int, room: Int) -> Drawing {
        let left = x + GuestLegend.swatch + 6
        var drawing = text(of: guest.placement, x: left, top: top, room: room - (left - x))
        drawing.shapes += GuestLegend.swatch(guest.tag, index, x: x, y: top + 2)
        return drawing
    }

    /// A box with the colour and the tag of a guest.
    static func swatch(_ tag: String, _ index: Int, x: Int, y: Int) -> [XMLElement] {
        let paint = Palette.GuestPaint(index)
        let style = SVGText(isBold: true, fill: paint.ink, anchor: .middle)
        let middle = x + swatch / 2
        let width = min(swatch - 4, style.width(of: tag))
        let ground = paint.ground.map { [SVGShapes.box(middle - width / 2, y + 3, width, 12, fill: $0)] } ?? []
        return [SVGShapes.box(x, y, swatch, 18, fill: paint.solid, stroke: Palette.ink)] + ground
            + [style.element(tag, middle, y + 13)]
    }

    private func entry(_ guest: GuestPlacement, x: Int, top: Int, room: Int) -> Drawing {
        text(of: guest, x: x, top: top, room: room)
    }

    private func text(of guest: GuestPlacement, x: Int, top: Int, room: Int) -> Drawing {
        var drawing = Drawing(top: top)
        drawing.write(displayable(guest.name), at: x, room: room, GuestLegend.name)
        guard !isShort else {
            drawing.bottom = max(drawing.bottom, top + 20)
            return drawing
        }
        drawing.wrap(list: GuestLegend.details(of: guest), at: x, room: room, .small)
        return drawing
    }

    /// What a guest has and where: `8 vCPUs, 12 GiB in 1GiB pages on cell 1, 4 GiB in 1GiB pages on cell 0`.
    private static func details(of guest: GuestPlacement) -> [String] {
        guard !guest.cells.isEmpty else {
            let cpus = guest.floatingCPUs.map { "CPUs \($0.text(empty: "none"))" } ?? "any CPU"
            return ["\(Amount.text(guest.memory)) on \(cpus)"]
        }
        let vcpus = guest.cells.reduce(0) { $0 + $1.vcpus.count }
        let cells = guest.cells.flatMap { cell in
            cell.memoryByCell.sorted { $0.key < $1.key }.map { home, memory in
                "\(Amount.text(memory)) in \(cell.pageSize) pages on cell \(home)"
            }
        }
        return [Amount.count(vcpus, "vCPU")] + cells
    }
}
