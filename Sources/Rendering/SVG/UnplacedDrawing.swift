internal import Placement
internal import Planning

/// Guests that were not placed, each with what it lacks.
struct UnplacedDrawing {
    let guests: [UnplacedGuest]

    /// Draws the list; nothing where every guest has its place.
    func draw(x: Int, top: Int, room: Int) -> Drawing {
        var drawing = Drawing(top: top)
        guard !guests.isEmpty else { return drawing }
        let list = UnplacedList(guests)
        var heading = HostSVG.heading
        heading.fill = Palette.failure
        drawing.write(UnplacedList.heading, at: x, room: room, heading)
        for entry in list.entries {
            drawing.write(entry.name, at: x, room: room, SVGText(isBold: true))
            for reason in entry.reasons { drawing.write(reason, at: x + 14, room: room - 14) }
        }
        if let more = list.more { drawing.write(more, at: x, room: room) }
        drawing.bottom += 8
        return drawing
    }
}
