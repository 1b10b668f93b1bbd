internal import XMLTree

/// A part of a picture that was drawn from the top of its place downwards.
struct Drawing {
    /// The shapes, in the order in which they are laid over each other.
    var shapes: [XMLElement] = []
    /// Where the next thing goes: the lower edge of what was drawn.
    var bottom: Int

    /// An empty drawing that starts at `top`.
    init(top: Int) { bottom = top }

    /// Adds shapes without going down.
    mutating func add(_ more: XMLElement...) { shapes += more }

    /// Adds a line of text below what was drawn.
    mutating func write(_ text: String, at x: Int, room: Int, _ style: SVGText = .plain) {
        bottom += style.size + 4
        shapes.append(style.element(text, x, bottom - 3, room: room))
    }

    /// Adds a text in as many lines as it needs.
    mutating func wrap(_ text: String, at x: Int, room: Int, _ style: SVGText = .plain) {
        for line in style.lines(text, room: room) { write(line, at: x, room: room, style) }
    }
}
