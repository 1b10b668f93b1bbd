/// A file's name and text, kept so that a diagnostic can show the line that was really read.
public struct SourceText: Hashable, Sendable {
    /// The file's name as the operator gave it.
    public let name: String
    /// The whole text.
    public let text: String

    /// Keeps `text` under `name`.
    package init(name: String, text: String) {
        self.name = name
        self.text = text
    }

    /// The text of one line without its line break, or nil beyond the last line.
    ///
    /// - Parameter number: The line, from 1.
    public func line(_ number: Int) -> String? {
        guard number >= 1 else { return nil }
        // By scalars: as a character, a carriage return and a line feed are one, and no line feed.
        let lines = text.unicodeScalars.split(separator: "\n", maxSplits: number, omittingEmptySubsequences: false)
        guard number <= lines.count else { return nil }
        var line = lines[number - 1]
        if line.last == "\r" { line.removeLast() }
        return String(line)
    }
}
