internal import Diagnostics
internal import Planning
internal import Rendering
internal import SiteFile

/// What is shown of one host, made where it was planned.
struct FleetAnswer: Sendable {
    let entry: FleetEntry
    let status: ExitStatus
    /// Text or JSON to show; empty when there is nothing to say but the host's row.
    let text: String
    /// Findings to show beside the text; empty for none, and where they are in the document.
    private(set) var findings = ""
    /// Parts of a page of Markdown.
    let details: [String]
    /// A host's part of a page.
    let tile: RackHTML.Tile?

    /// Takes a plan.
    init(
        _ session: PlanningSession, file: String, review: ReviewOptions, hasColor: Bool, width: Int,
        errorWidth: Int, status: ExitStatus
    ) {
        let plan = session.result.plan
        let entry = FleetEntry(
            host: session.policy.name.value, plan: plan, facts: session.origin, exit: status.report)
        let isQuiet = plan.verdict == .noChanges && plan.diagnostics.isEmpty && plan.restartPending.isEmpty
        var (text, details, tile) = ("", [String](), nil as RackHTML.Tile?)
        switch review.format {
        case .markdown:
            if !isQuiet { details = FleetMarkdown.details(of: session.review(review), host: entry.host) }
        case .json: text = FleetJSON.hostText(entry, file: file, plan: plan)
        case .html: tile = RackHTML.tile(entry, session.review(review), picture: session.picture)
        case .text, .svg:
            if !isQuiet {
                text = PlanText(session.review(review)).text(color: hasColor, width: width) + "\n"
                findings = DiagnosticText(sources: session.sources, width: errorWidth).render(plan.diagnostics)
            }
        }
        (self.entry, self.status, self.text, self.details, self.tile) = (entry, status, text, details, tile)
    }

    /// Takes why there is no plan.
    init(_ host: String, _ failure: CommandFailure, review: ReviewOptions, errorWidth: Int) {
        let entry = FleetEntry(host: host, failure: failure.diagnostics, exit: failure.status.report)
        var text = ""
        switch review.format {
        case .json: text = FleetJSON.hostText(entry, file: nil, plan: nil)
        case .text: findings = DiagnosticText(sources: failure.sources, width: errorWidth).render(failure.diagnostics)
        case .markdown, .html, .svg: break
        }
        (self.entry, status, self.text, details) = (entry, failure.status, text, [])
        tile = review.format == .html ? RackHTML.tile(entry) : nil
    }
}
