internal import HostModel
internal import Placement
internal import XMLTree

/// The picture of a host on a page: one drawing a cell, beside each other as far as there is room, and the names behind the tags.
struct HTMLPicture {
    /// The width of a cell's drawing, in pixels: what a narrow screen has.
    private static let width = 364
    /// Up to so many guests the legend stands unfolded.
    private static let unfolded = 16

    let picture: HostPicture

    /// The drawings of the cells.
    var cells: XMLElement {
        let rows = CellRows(picture)
        return HTML.element(
            "div", class: "cells",
            picture.cells.map { cell in
                let drawing = rows.draw([cell], x: 0, top: 0, width: HTMLPicture.width)
                return HTMLPicture.svg(drawing.shapes, width: HTMLPicture.width, height: drawing.bottom + 1)
            })
    }

    /// Whose tag is which, and what the signs mean; folded where there are many guests.
    var legend: [XMLElement] {
        let guests = picture.guests.enumerated().map { index, guest in
            HTML.about(
                [guest.placement.name],
                item(guest.placement.name, GuestLegend.swatch, GuestLegend.swatch(guest.tag, index, x: 1, y: 0)))
        }
        let legend = SignLegend(picture: picture)
        let signs = legend.all.map { item($0.words, legend.width, $0.swatch(1, 0)) }
        let floating = FloatingUse(picture.floating)
        let any =
            picture.floating.isEmpty
            ? []
            : [
                HTML.text(
                    "p", class: "soft",
                    "On any cell, \(Amount.text(floating.memory)): "
                        + NameList.text(picture.floating.map(\.name)) { $0 })
            ]
        guard !guests.isEmpty else { return any + list(signs) }
        guard guests.count > HTMLPicture.unfolded else { return list(guests) + any + list(signs) }
        let summary = HTML.text("summary", "\(guests.count) guests on cells, by their letters")
        return [HTML.element("details", [summary] + list(guests))] + any + list(signs)
    }

    private func list(_ items: [XMLElement]) -> [XMLElement] {
        items.isEmpty ? [] : [HTML.element("ul", class: "legend", items)]
    }

    private func item(_ words: String, _ width: Int, _ swatch: [XMLElement]) -> XMLElement {
        HTML.element("li", [HTMLPicture.svg(swatch, width: width + 2, height: 19), HTML.text("span", words)])
    }

    /// The patterns that drawings refer to, each once.
    static func patterns(_ pictures: [HostPicture]) -> XMLElement {
        var ids: Set<String> = []
        let all = pictures.flatMap { HostSVG($0).patterns }.filter { ids.insert($0[attribute: "id"] ?? "").inserted }
        return defs(all)
    }

    /// Patterns as a drawing that takes no room.
    static func defs(_ all: [XMLElement]) -> XMLElement {
        var drawing = svg([XMLElement("defs", children: all.map { .element($0) })], width: 0, height: 0)
        drawing[attribute: "class"] = "pic ids"
        drawing[attribute: "aria-hidden"] = "true"
        return drawing
    }

    /// A drawing in its natural size.
    static func svg(_ shapes: [XMLElement], width: Int, height: Int) -> XMLElement {
        let attributes = [
            ("class", "pic"), ("xmlns", "http://www.w3.org/2000/svg"), ("viewBox", "0 0 \(width) \(height)"),
            ("width", "\(width)"), ("height", "\(height)"),
        ]
        return XMLElement(
            "svg", attributes.map { XMLElement.Attribute($0.0, $0.1) }, children: shapes.map { .element($0) })
    }
}
