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

    /// Adds a text in as many lines as it needs, broken at blanks.
    mutating func wrap(_ text: String, at x: Int, room: Int, _ style: SVGText = .plain) {
        let words = text.split(separator: " ").map(String.init)
        for line in style.lines(words, room: room) { write(line, at: x, room: room, style) }
    }

    /// Adds a list in as many lines as it needs, broken after commas.
    mutating func wrap(list: [String], at x: Int, room: Int, _ style: SVGText = .plain) {
        let pieces = list.enumerated().map { $0.offset == list.count - 1 ? $0.element : $0.element + "," }
        for line in style.lines(pieces, room: room) { write(line, at: x, room: room, style) }
    }
}
