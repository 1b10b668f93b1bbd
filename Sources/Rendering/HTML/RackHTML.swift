package import Diagnostics
internal import HostModel
internal import Placement
internal import Planning
internal import XMLTree

/// The plans of many hosts as one page for a browser: the verdict, a tile a host, a table of all, and the findings.
public struct RackHTML {
    /// The width of a tile's drawing, in pixels.
    private static let width = 310

    private let site: String
    private let findings: [Diagnostic]
    private var entries: [FleetEntry] = []
    /// Written at once: as elements, those of a thousand hosts would take five times as much.
    private var tiles: [String] = []
    /// What the tiles' drawings refer to, by its id.
    private var patterns: [String: XMLElement] = [:]

    /// A host's part of the page.
    public struct Tile: Sendable {
        let text: String
        let patterns: [XMLElement]

        init(_ element: XMLElement, patterns: [XMLElement] = []) {
            text = XMLWriter.write(element, depth: HTMLPage.depth)
            self.patterns = patterns
        }
    }

    /// Takes the site's name and the findings about it.
    package init(site: String, findings: [Diagnostic]) {
        self.site = site
        self.findings = findings
    }

    /// The tile of a host that has a plan.
    public static func tile(_ entry: FleetEntry, _ review: PlanReview, picture: HostPicture) -> Tile {
        let lines = GuestLine.all(of: review.plan) { _ in false }
        let rows = HTML.table(PlanTables.guests(lines), guests: lines.map(\.names))
        let changes = folded(rows, review.plan.changes.count, "change")
        let names = review.plan.placement.guests.map(\.name) + review.plan.placement.unplaced.map(\.name)
        let content =
            [drawing(picture)] + HTML.table(PlanTables.shortages(of: review.plan.placement.unplaced)) + changes
            + folded(HTML.table(PlanTables.findings(review.plan.diagnostics)), review.plan.diagnostics.count, "finding")
        var element = tile(entry, content)
        // The whole of a host is found by its guests, but not highlighted with them.
        if !names.isEmpty { element[attribute: "data-h"] = names.map { displayable($0) }.joined(separator: "\t") }
        return Tile(element, patterns: HostSVG(picture).patterns)
    }

    private static func folded(_ content: [XMLElement], _ count: Int, _ noun: String) -> [XMLElement] {
        guard !content.isEmpty else { return [] }
        return [HTML.element("details", [HTML.text("summary", Amount.count(count, noun))] + content)]
    }

    /// The tile of a host that has none.
    public static func tile(_ entry: FleetEntry) -> Tile {
        Tile(tile(entry, HTML.table(PlanTables.findings(entry.failure))))
    }

    private static func tile(_ entry: FleetEntry, _ content: [XMLElement]) -> XMLElement {
        let words = [
            entry.guestWords, entry.poolWords.isEmpty ? "" : "pools \(entry.poolWords)",
            entry.impactWords.isEmpty ? "" : "impact: \(entry.impactWords)",
            entry.facts?.age.map { "facts \(FactsOrigin.words($0))" } ?? "",
        ].filter { !$0.isEmpty }
        return HTML.element(
            "section", class: "tile",
            [
                HTML.text("h2", entry.host),
                HTML.text("p", class: "verdict\(HTML.style(of: entry.verdict))", entry.verdictWords),
            ] + (words.isEmpty ? [] : [HTML.text("p", class: "soft", words.joined(separator: "; "))]) + content)
    }

    /// For each cell a small box a thread, and the memory as bars.
    private static func drawing(_ picture: HostPicture) -> XMLElement {
        var drawing = Drawing(top: 0)
        let (threads, side) = (ThreadDrawing(picture), 12)
        for cell in picture.cells {
            drawing.write("cell \(cell.id)", at: 0, room: width, HostSVG.heading)
            drawing.bottom += 2
            var (x, y) = (0, drawing.bottom)
            for core in cell.caches.joined() {
                if x + core.count * side > width { (x, y) = (0, y + side + 2) }
                for thread in core {
                    drawing.add(threads.small(thread, x, y, side: side))
                    x += side
                }
                x += 3
            }
            drawing.bottom = cell.caches.isEmpty ? y : y + side + 4
            for bar in cell.memory.all {
                let bars = BarDrawing(picture: picture).draw(bar, x: 0, top: drawing.bottom, room: width - 1)
                drawing.shapes += bars.shapes
                drawing.bottom = bars.bottom + 2
            }
            drawing.bottom += 8
        }
        return HTMLPicture.svg(drawing.shapes, width: width, height: drawing.bottom)
    }

    /// Adds a host.
    public mutating func add(_ entry: FleetEntry, _ tile: Tile) {
        entries.append(entry)
        tiles.append(tile.text)
        for pattern in tile.patterns { patterns[pattern[attribute: "id"] ?? ""] = pattern }
    }

    /// Writes the document, piece by piece.
    public func write(to output: (String) -> Void) {
        let summary = FleetSummary(entries)
        let isBad = entries.contains(where: \.isFailure)
        let verdict = isBad ? " bad" : entries.allSatisfy(\.isQuiet) ? " good" : ""
        HTMLPage(
            title: "\(site): \(summary.verdict)",
            header: [
                HTML.text("h1", site), HTML.text("p", class: "verdict\(verdict)", summary.verdict),
            ],
            main: [HTMLPicture.defs(patterns.sorted { $0.key < $1.key }.map(\.value))]
                + [XMLElement("div", [.init("class", "tiles")], children: tiles.isEmpty ? [] : [HTMLPage.place])]
                + HTML.section("Hosts", HTML.table(FleetEntry.table(entries)))
                + HTML.section("Findings", HTML.table(PlanTables.findings(findings))),
            footer: summary.line
        ).write(around: tiles, to: output)
    }
}
