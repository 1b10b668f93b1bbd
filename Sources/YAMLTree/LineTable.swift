internal import Diagnostics

/// Turns positions in a text into lines and columns.
///
/// libyaml counts NEL, LS, PS and a lone CR as line breaks; editors do not. So only its running number of the scalar is used, and
/// lines are those that end with a line feed.
struct LineTable {
    private let file: String
    /// The running number of each line's first scalar, ascending.
    private var starts = [0]
    /// The number of scalars.
    private var end = 0
    /// How many lines begin with `%`.
    private(set) var directiveLines = 0

    /// Walks the text once: every byte that does not continue a scalar begins one.
    init(file: String, text: UnsafeBufferPointer<UInt8>) {
        self.file = file
        var isLineStart = true
        for byte in text where byte & 0xC0 != 0x80 {
            if isLineStart, byte == UInt8(ascii: "%") { directiveLines += 1 }
            isLineStart = byte == UInt8(ascii: "\n")
            end += 1
            if isLineStart { starts.append(end) }
        }
    }

    /// The place of a scalar, from 0; beyond the text it is the text's end.
    func mark(_ position: Int) -> SourceMark {
        let line = line(of: position)
        return SourceMark(file: file, line: line + 1, column: min(position, end) - starts[line] + 1)
    }

    /// How many columns of the first line lie between two positions, at least 1.
    func length(from start: Int, to stop: Int) -> Int {
        let line = line(of: start)
        let lineEnd = line + 1 < starts.count ? starts[line + 1] - 1 : end
        return max(1, min(stop, lineEnd) - start)
    }

    /// The running number of the last line that starts at or before `position`.
    private func line(of position: Int) -> Int {
        var (low, high) = (0, starts.count)
        while high - low > 1 {
            let middle = (low + high) / 2
            if starts[middle] <= position { low = middle } else { high = middle }
        }
        return low
    }
}
