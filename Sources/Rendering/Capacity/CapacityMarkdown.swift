internal import Diagnostics
internal import HostModel
internal import Placement
public import Planning
internal import SiteFile

/// How many more guests fit, as a section of Markdown.
public struct CapacityMarkdown {
    private let capacity: Capacity

    /// Takes the answer.
    public init(_ capacity: Capacity) { self.capacity = capacity }

    /// The text, each line ended.
    public var text: String {
        let heading = [
            "### Room on \(MarkdownText.shortCode(capacity.host)) beside site \(MarkdownText.shortCode(capacity.site))"
        ]
        let sections = [heading, refusal, fits, cells, largest]
        return joinedSections(sections)
    }

    private var refusal: [String] {
        capacity.verdict == .placed ? [] : [MarkdownText.html(capacity.refusal)]
    }

    private var fits: [String] {
        guard !capacity.fits.isEmpty else { return [] }
        return ["| Guests | Fit more | Then they lack |", "|:--|--:|:--|"]
            + capacity.fits.map { "| \(MarkdownText.code($0.wish.name)) | \($0.number) | \($0.lack) |" }
    }

    private var cells: [String] {
        guard !capacity.cells.isEmpty else { return [] }
        return ["| Cell | Free CPUs | Whole cores | Whole caches | Free memory |", "|--:|--:|--:|--:|--:|"]
            + capacity.cells.map {
                "| \($0.id) | \($0.cpus.count) | \($0.wholeCores) | \($0.caches) | \(Amount.text($0.memory)) |"
            }
    }

    private var largest: [String] {
        guard capacity.verdict == .placed else { return [] }
        return ["The largest guest of one cell has \(capacity.largest). \(capacity.fragmentation)"]
    }
}
