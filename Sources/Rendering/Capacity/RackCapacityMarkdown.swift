internal import Diagnostics
public import Planning

/// How many more guests fit the hosts of a rack, as a section of Markdown.
public struct RackCapacityMarkdown {
    private let rack: RackCapacity

    /// Takes the answer.
    public init(_ rack: RackCapacity) { self.rack = rack }

    /// The text, each line ended.
    public var text: String {
        let heading =
            "### Room on \(Amount.count(rack.hosts.count, "host")) with site \(MarkdownText.shortCode(rack.site))\n"
        let table = MarkdownPage.PagePart.table(rack.table).whole
        let failures = rack.failures.map { "\n\(MarkdownText.html($0))\n" }.joined()
        let remarks = rack.remarks { MarkdownText.shortCode($0) }.map { "\n\($0)\n" }.joined()
        return heading + loss + table + remarks + failures
    }

    private var loss: String {
        guard let evacuation = rack.evacuation else { return "" }
        let remarks = evacuation.remarks { MarkdownText.shortCode($0) }.map { "\n\($0)\n" }.joined()
        let sentence = evacuation.sentence { MarkdownText.shortCode($0) }
        return "\n\(sentence)\n" + MarkdownPage.PagePart.table(evacuation.table).whole + remarks
    }
}
