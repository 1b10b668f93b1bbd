public import Diagnostics

/// Takes one `▶` out of `text` and says where it stood, so that nobody counts columns.
public func marked(_ text: String, file: String = "site.yaml") -> (text: String, mark: SourceMark) {
    let before = text.unicodeScalars.prefix { $0 != "▶" }
    let line = before.count { $0 == "\n" } + 1
    let column = before.reversed().prefix { $0 != "\n" }.count + 1
    var rest = text
    if let index = rest.firstIndex(of: "▶") { rest.remove(at: index) }
    return (rest, SourceMark(file: file, line: line, column: column))
}
