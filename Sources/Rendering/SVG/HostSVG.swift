internal import XMLTree

/// A picture as an SVG document: a title with the verdict, what was not placed, each cell with its cores, threads and memory, the
/// names of the guests, what the signs mean, and the distances.
///
/// One page wide on A4 across, as long as the host needs; it draws on white, and labels say what colours say. The same picture has
/// the same bytes.
public struct HostSVG {
    private static let width = 1_000
    private static let margin = 20
    static let heading = SVGText(size: 12, isBold: true)

    private let picture: HostPicture

    /// Takes the picture to draw.
    package init(_ picture: HostPicture) { self.picture = picture }

    /// The document.
    public var text: String { XMLWriter.write(document) }

    /// The document as an element.
    var document: XMLElement {
        let (x, room) = (HostSVG.margin, HostSVG.width - 2 * HostSVG.margin)
        var page = title(x: x, room: room)
        func add(_ drawing: Drawing) {
            page.shapes += drawing.shapes
            page.bottom = drawing.bottom
        }
        add(UnplacedDrawing(guests: picture.unplaced).draw(x: x, top: page.bottom, room: room))
        add(CellRows(picture).draw(x: x, top: page.bottom, room: room))
        add(GuestLegend(picture: picture).draw(x: x, top: page.bottom, room: room))
        add(SignLegend(picture: picture).draw(x: x, top: page.bottom, room: room))
        add(DistanceDrawing(picture.cells).draw(x: x, top: page.bottom, room: room))
        return document(page.shapes, height: page.bottom + HostSVG.margin / 2)
    }

    private func title(x: Int, room: Int) -> Drawing {
        var page = Drawing(top: HostSVG.margin - 6)
        let name = SVGText(size: 20, isBold: true)
        page.write(picture.host, at: x, room: room * 2 / 3, name)
        let taken = name.width(of: name.fitted(picture.host, to: room * 2 / 3)) + 14
        page.add(
            SVGText(size: 12, fill: Palette.softInk).element(
                picture.subtitle, x + taken, page.bottom - 3, room: room - taken))
        let fill = picture.isFailure ? Palette.failure : Palette.ink
        page.wrap(picture.summary, at: x, room: room, SVGText(size: 12, isBold: picture.isFailure, fill: fill))
        page.bottom += 8
        return page
    }

    private func document(_ shapes: [XMLElement], height: Int) -> XMLElement {
        let title = XMLElement("title", children: [.text("\(picture.host), \(picture.subtitle)")])
        let summary = XMLElement("desc", children: [.text(picture.summary)])
        let patterns = XMLElement("defs", children: patterns.map { .element($0) })
        let ground = SVGShapes.box(0, 0, HostSVG.width, height, fill: Palette.paper)
        let attributes = [
            ("xmlns", "http://www.w3.org/2000/svg"), ("viewBox", "0 0 \(HostSVG.width) \(height)"),
            ("width", "\(HostSVG.width)"), ("height", "\(height)"), ("role", "img"),
            ("font-family", "Helvetica, Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif"),
        ]
        return XMLElement(
            "svg", attributes.map { XMLElement.Attribute($0.0, $0.1) },
            children: ([title, summary, patterns, ground] + shapes).map { .element($0) })
    }

    /// The patterns that the drawing refers to.
    var patterns: [XMLElement] {
        let uses = Set(picture.cells.flatMap { $0.caches.joined().joined().map(\.use) })
        let guests = picture.guests.indices.flatMap { index in
            let paint = Palette.GuestPaint(index)
            let hatch = uses.contains(.idle(guest: index)) ? [paint.hatchPattern] : []
            return (paint.texturePattern.map { [$0] } ?? []) + hatch
        }
        return Palette.commonPatterns + guests
    }
}
