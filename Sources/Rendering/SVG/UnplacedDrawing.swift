internal import Diagnostics
internal import HostModel
internal import Planning

/// Guests that were not placed, each with what it lacks.
struct UnplacedDrawing {
    private static let mostGuests = 20
    private static let mostReasons = 6

    let guests: [UnplacedGuest]

    /// Draws the list; nothing where every guest has its place.
    func draw(x: Int, top: Int, room: Int) -> Drawing {
        var drawing = Drawing(top: top)
        guard !guests.isEmpty else { return drawing }
        var heading = HostSVG.heading
        heading.fill = Palette.failure
        drawing.write("Not placed; below are the guests that fit together without these", at: x, room: room, heading)
        for guest in guests.prefix(UnplacedDrawing.mostGuests) {
            drawing.write(
                "\(displayable(guest.name)) (\(guest.code.rawValue))", at: x, room: room,
                SVGText(size: 11, isBold: true))
            for line in UnplacedDrawing.reasons(of: guest) { drawing.write(line, at: x + 14, room: room - 14) }
        }
        let more = guests.count - UnplacedDrawing.mostGuests
        if more > 0 { drawing.write("and \(Amount.count(more, "more guest"))", at: x, room: room) }
        drawing.bottom += 8
        return drawing
    }

    /// What a guest lacks, one line a reason, cut to a bearable number.
    static func reasons(of guest: UnplacedGuest) -> [String] {
        let lines = guest.reasons.prefix(mostReasons).map { reason in
            let place = reason.hostCell.map { "cell \($0)" } ?? "host"
            let needed = Words.amount(reason.needed, of: reason.resource)
            let free = Words.amount(reason.free, of: reason.resource)
            let holders = reason.heldBy.map { displayable($0) }.joined(separator: ", ")
            return "\(place): \(Words.resource(reason.resource)): \(needed) needed, \(free) free"
                + (holders.isEmpty ? "" : "; held by \(holders)")
        }
        let more = guest.reasons.count - mostReasons
        return lines + (more > 0 ? ["and \(Amount.count(more, "more reason"))"] : [])
    }
}
