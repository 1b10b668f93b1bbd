import Foundation
import Testing

/// A page of the manual, cut into its sections.
struct ManualPage: CustomTestStringConvertible {
    let name: String
    private(set) var text: String
    /// Without the text, which is long.
    var testDescription: String { name }

    /// The folder of all pages.
    static let folder = packageRoot.appending(path: "manpages")

    init(_ name: String) throws {
        self.name = name
        text = try String(contentsOf: Self.folder.appending(path: name), encoding: .utf8)
    }

    /// The names of all pages.
    static func names() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() }

    /// The heads of the sections, in order.
    var heads: [String] { text.matches(of: /\n\.Sh ([^\n]+)/).map { String($0.output.1) } }

    /// The lines of a section: what stands between its head and the next.
    func section(_ name: String) -> String? { place(of: name).map { String(text[$0]) } }

    /// Replaces the lines of a section.
    mutating func replace(_ name: String, with lines: String) throws {
        let range = try #require(place(of: name), "\(self.name) has no section \(name)")
        text.replaceSubrange(range, with: lines)
    }

    /// Writes the page back.
    func write() throws { try text.write(to: Self.folder.appending(path: name), atomically: true, encoding: .utf8) }

    private func place(of name: String) -> Range<String.Index>? {
        guard let head = text.range(of: "\n.Sh \(name)\n") else { return nil }
        let rest = text[head.upperBound...]
        if rest.hasPrefix(".Sh ") { return head.upperBound..<head.upperBound }
        return head.upperBound..<(rest.range(of: "\n.Sh ").map { text.index(after: $0.lowerBound) } ?? text.endIndex)
    }
}
