/// A terminal on which progress is shown.
public struct ProgressTerminal: Sendable {
    /// How many columns it has.
    public var width: Int
    /// Writes to it; nothing is added.
    public var draw: @Sendable (String) -> Void

    /// Takes the columns and what writes.
    public init(width: Int, draw: @escaping @Sendable (String) -> Void) { (self.width, self.draw) = (width, draw) }

    /// Runs the body with a line on which it can show how far it is.
    func showing<Answer>(_ body: (ProgressLine) throws -> Answer) rethrows -> Answer {
        let line = ProgressLine(width: width, draw: draw)
        let ticks = line.ticking()
        defer {
            ticks.cancel()
            line.end()
        }
        return try body(line)
    }
}

extension World {
    /// Runs work that may last and shows on a terminal, if there is one, what it is and since when.
    func showing<Answer>(_ what: String, _ work: () throws -> Answer) rethrows -> Answer {
        guard let progress else { return try work() }
        return try progress.showing { line in
            line.begin(what)
            return try work()
        }
    }
}
