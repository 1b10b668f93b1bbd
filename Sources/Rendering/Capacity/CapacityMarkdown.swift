internal import Diagnostics
internal import HostModel
internal import Placement
package import Planning
internal import SiteFile

/// How many more guests fit, as a section of Markdown.
public struct CapacityMarkdown {
    private let capacity: Capacity

    /// Takes the answer.
    package init(_ capacity: Capacity) { self.capacity = capacity }

    /// The text, each line ended.
    public var text: String {
        let heading =
            "### Room on \(MarkdownText.shortCode(capacity.host)) with site \(MarkdownText.shortCode(capacity.site))\n"
        let tables = [capacity.fitTable, capacity.cellTable].map { MarkdownPage.PagePart.table($0).whole }
        guard capacity.verdict == .placed else {
            return "\(heading)\n\(MarkdownText.html(capacity.refusal))\n\(tables.joined())"
        }
        let remarks = capacity.remarks { MarkdownText.shortCode($0) }.map { "\n\($0)\n" }.joined()
        return heading + tables[0] + remarks + tables[1]
            + "\n\(capacity.largest). \(capacity.fragmentation)\n"
    }
}
