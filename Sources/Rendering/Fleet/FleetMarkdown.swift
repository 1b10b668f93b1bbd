package import Diagnostics
internal import HostModel
internal import Planning

/// The plans of many hosts as one comment in a code review: a verdict, one row a host, then folded details of those that change.
///
/// Hosts are added one after the other. Details that could not stand on the page whatever comes later are let go at once, so memory
/// does not grow with the number of hosts beyond a row each.
public struct FleetMarkdown {
    private let site: String
    private let maximumBytes: Int
    private let findings: [Diagnostic]
    private var entries: [FleetEntry] = []
    private var details: [(order: Int, text: String)] = []
    private var bytes = 0
    private var added = 0

    /// Takes the site's name, the findings about it, and the size to stay within, in bytes.
    package init(site: String, findings: [Diagnostic], maximumBytes: Int = PlanMarkdown.standardBytes) {
        self.site = site
        self.findings = findings
        self.maximumBytes = maximumBytes
    }

    /// The details of one host, each a whole part of the page.
    public static func details(of review: PlanReview, host: String) -> [String] {
        let page = PlanMarkdown(review)
        let name = "<code>\(MarkdownText.html(host))</code>"
        var parts: [MarkdownPage.PagePart] = []
        for (title, table) in [("not placed", page.shortageTable), ("findings", page.findingTable)] {
            let body = table.whole
            if !body.isEmpty { parts.append(.folded("\(name) \(title)", String(body.drop { $0 == "\n" }))) }
        }
        parts += page.settings(prefix: "\(name) ") + page.definitions(prefix: "\(name) ")
        return parts.map(\.whole)
    }

    /// Adds a host with its details.
    public mutating func add(_ entry: FleetEntry, details texts: [String]) {
        entries.append(entry)
        for text in texts {
            details.append((added, text))
            added += 1
            bytes += text.utf8.count
        }
        if bytes > 4 * max(maximumBytes, PlanMarkdown.leastBytes) { prune() }
    }

    /// Keeps the shortest details that fill the page, and one more.
    private mutating func prune() {
        let limit = max(maximumBytes, PlanMarkdown.leastBytes)
        details.sort { ($0.text.utf8.count, $0.order) < ($1.text.utf8.count, $1.order) }
        var (kept, sum) = (0, 0)
        while kept < details.count, sum <= limit {
            sum += details[kept].text.utf8.count
            kept += 1
        }
        details.removeSubrange(kept...)
        bytes = sum
    }

    /// The text, each line ended. It starts with a hidden line by which a comment can be found again.
    public var text: String {
        let summary = FleetSummary(entries)
        let name = MarkdownText.shortCode(site)
        var page = MarkdownPage()
        page.add(
            .fixed(MarkdownText.marker([("site", site)]) + "### numactl-plan: \(name): **\(summary.verdict)**\n"))
        page.add(.table(table))
        page.add(.table(PlanTables.findings(findings + entries.flatMap(\.failure))))
        for detail in details.sorted(by: { $0.order < $1.order }) { page.add(.detail(detail.text)) }
        page.letGo(details: added - details.count)
        let facts = summary.factsLine(quote: MarkdownText.shortCode)
        page.add(
            .fixed((facts.isEmpty ? "" : "\nFacts: \(facts)\n") + "\n\(MarkdownText.cut(summary.line, to: 500))\n"))
        return page.text(within: maximumBytes)
    }

    /// Bad news first, then what changes, then in one row what does not; hosts in the order of the site otherwise.
    private var table: Table {
        let loud = entries.filter { !$0.isQuiet }
        let quiet = entries.filter(\.isQuiet).map { MarkdownText.cut($0.host, to: MarkdownPage.longestName) }
        var table = FleetEntry.table(loud.filter(\.isFailure) + loud.filter { !$0.isFailure })
        if !quiet.isEmpty {
            let more = quiet.count > 20 ? " and \(quiet.count - 20) more" : ""
            let names = quiet.prefix(20).joined(separator: ", ") + more
            table.rows.append(Table.Row(cells: [names, "no changes", "", "", "", ""]))
        }
        return table
    }
}
