internal import Diagnostics
internal import HostModel
internal import Placement
internal import Planning
internal import XMLTree

/// Memory as a bar: a line that says what it is, the parts, and the amounts in words.
struct BarDrawing {
    private static let height = 16
    /// The least length of a part that is there at all.
    private static let least = 2

    let picture: HostPicture

    /// Draws a bar from `top` downwards.
    func draw(_ bar: MemoryBar, x: Int, top: Int, room: Int) -> Drawing {
        var drawing = Drawing(top: top)
        let end = SVGText(anchor: .end)
        let left = room - end.width(of: bar.size) - 8
        drawing.write(bar.name, at: x, room: left, SVGText(isBold: true))
        drawing.add(end.element(bar.size, x + room, drawing.bottom - 3, room: room / 2))
        let y = drawing.bottom + 1
        drawing.add(SVGShapes.box(x, y, room, BarDrawing.height, fill: Palette.paper))
        var edge = x
        for (part, length) in zip(bar.parts, BarDrawing.lengths(bar, room: room)) {
            if length > 0 { drawing.shapes.append(draw(part, x: edge, y: y, width: length)) }
            edge += length
        }
        drawing.add(SVGShapes.box(x, y, room, BarDrawing.height, fill: "none", stroke: Palette.frame))
        if let capacity = bar.capacity, bar.length > capacity {
            let limit = x + MemoryBar.scaled(capacity, of: bar.length, to: room)
            drawing.add(
                SVGShapes.line(limit, y - 3, limit, y + BarDrawing.height + 3, stroke: Palette.failure, width: 2))
        }
        drawing.bottom = y + BarDrawing.height + 1
        drawing.wrap(list: bar.words, at: x, room: room, .small)
        return drawing
    }

    /// The length of each part in pixels: a little for every part, so that none is invisible, and the rest by amount. They fill
    /// the room exactly.
    static func lengths(_ bar: MemoryBar, room: Int) -> [Int] {
        let least = bar.parts.count * BarDrawing.least * 2 <= room ? BarDrawing.least : 0
        let rest = room - bar.parts.count * least
        var (sum, last) = (KiB.zero, 0)
        return bar.parts.map { part in
            sum = MemoryBar.sum(sum, part.amount)
            let end = MemoryBar.scaled(sum, of: bar.length, to: rest)
            defer { last = end }
            return end - last + least
        }
    }

    private func draw(_ part: MemoryBar.Segment, x: Int, y: Int, width: Int) -> XMLElement {
        let (fill, label, ink) = look(part.owner)
        var shapes: [XMLElement] = []
        if ![.free, .unknown].contains(part.owner) {
            shapes.append(
                SVGShapes.box(x, y, width, BarDrawing.height, fill: fill, stroke: Palette.frame, strokeWidth: "0.5"))
        }
        let style = SVGText(isBold: true, fill: ink, anchor: .middle)
        let length = style.width(of: label)
        if !label.isEmpty, length + 2 <= width {
            if let ground = part.owner.ground {
                shapes.append(
                    SVGShapes.box(x + (width - length) / 2, y + 2, length, 12, fill: ground, radius: 2))
            }
            shapes.append(style.element(label, x + width / 2, y + 12))
        }
        var guest: Int?
        if case .guest(let index) = part.owner { guest = index }
        return SVGShapes.group(
            shapes, title: "\(words(part.owner)): \(Amount.text(part.amount))",
            guest: guest.map { picture.guests[$0].placement.name })
    }

    private func look(_ owner: MemoryBar.Owner) -> (fill: String, label: String, ink: String) {
        switch owner {
        case .guest(let guest):
            let paint = Palette.GuestPaint(guest)
            return (paint.solid, picture.guests[guest].tag, paint.ink)
        case .others: return (Palette.foreign, "#", Palette.ink)
        case .pool(let size): return ("url(#pool)", "\(size)", Palette.ink)
        case .overhead: return (Palette.overhead, "QEMU", Palette.ink)
        case .reserve: return ("url(#reserve)", "reserve", Palette.ink)
        case .used: return (Palette.used, "in use", Palette.ink)
        case .free, .unknown: return (Palette.paper, "", Palette.ink)
        }
    }

    private func words(_ owner: MemoryBar.Owner) -> String {
        switch owner {
        case .guest(let guest): displayable(picture.guests[guest].placement.name)
        case .others: "others"
        case .pool(let size): "\(size) pages"
        case .overhead: "QEMU itself"
        case .reserve: "reserve"
        case .used: "in use"
        case .free: "free"
        case .unknown: "not known"
        }
    }
}

extension MemoryBar.Owner {
    /// What makes text on its fill legible; nil for a plain fill.
    fileprivate var ground: String? {
        switch self {
        case .guest(let guest): Palette.GuestPaint(guest).ground
        case .pool, .reserve: Palette.paper
        case .others, .overhead, .used, .free, .unknown: nil
        }
    }
}
