internal import Diagnostics
public import XMLTree

/// How the managed part of one guest's definition changes, as a unified diff of XML.
public struct DefinitionDiff: Hashable, Sendable {
    /// The guest.
    public let guest: String
    /// The diff, each line printable; never empty.
    public let lines: [String]

    /// Compares the managed part of two definitions; nil when it stays as it is.
    ///
    /// - Parameters:
    ///   - now: What the definition has of ours; nil when there is no definition.
    ///   - want: What it shall have; nil when there shall be none.
    public init?(guest: String, now: XMLElement?, want: XMLElement?) {
        func lines(_ element: XMLElement?) -> [String] {
            guard let element else { return [] }
            return XMLWriter.write(element).split(separator: "\n").map { displayable(String($0)) }
        }
        let name = displayable("guest/\(guest)")
        let diff = UnifiedDiff(
            lines(now), lines(want),
            names: (now == nil ? "/dev/null" : "\(name) now", want == nil ? "/dev/null" : "\(name) wanted"))
        guard !diff.lines.isEmpty else { return nil }
        self.guest = guest
        self.lines = diff.lines
    }
}
