internal import Placement
internal import Planning
internal import XMLTree

/// A plan as one page of HTML for a browser: the verdict and what to know first, what does not fit and why, the picture of the
/// host, before and after where guests move, where everybody goes, each change's settings, and the findings.
///
/// The page stands alone, see ``HTMLPage``, and follows the reader's choice of light or dark. The same plan has the same bytes.
public struct PlanHTML {
    let review: PlanReview
    private let picture: HostPicture
    private let before: HostPicture?

    var plan: Plan { review.plan }

    /// Takes the plan and the picture of its host; where guests move, that of the host before.
    package init(_ review: PlanReview, picture: HostPicture, before: HostPicture? = nil) {
        self.review = review
        self.picture = picture
        self.before = before
    }

    /// The document.
    public var text: String {
        let sections =
            unplaced + room + HTML.section(hostHeading, host) + HTML.section(placementHeading, placement)
            + HTML.section("Changes", changes) + HTML.section("Findings", findings)
        return HTMLPage(
            title: "\(plan.host): \(PlanSummary(plan).verdict)", header: title,
            main: [HTMLPicture.patterns([picture] + (before.map { [$0] } ?? []))] + sections,
            footer: PlanSummary(plan).line
        ).text
    }

    private var host: [XMLElement] {
        let after = HTMLPicture(picture: picture)
        guard let before else { return [after.cells] + after.legend }
        let sides = [("Now", HTMLPicture(picture: before)), ("After", after)].map { name, side in
            HTML.element("div", [HTML.text("h3", name), side.cells])
        }
        return [HTML.element("div", class: "hosts", sides)] + after.legend
    }

    private var title: [XMLElement] {
        let facts = review.facts?.words.map { ", facts of \($0)" } ?? ""
        let attention = PlanAttention(plan) { $0 }.sentences
        let list = HTML.element("ul", class: "attention", attention.map { HTML.text("li", $0) })
        return [
            HTML.text("h1", plan.host), HTML.text("p", class: "soft", "site \(plan.site)\(facts)"),
            HTML.text("p", class: "verdict\(HTML.style(of: plan.verdict))", PlanSummary(plan).verdict),
        ] + (attention.isEmpty ? [] : [list])
    }

    /// What the picture shows: a plan that cannot be carried out has the guests that fit together.
    private var hostHeading: String {
        switch plan.verdict {
        case .noChanges: "Host"
        case .changes: before == nil ? "Host after apply" : "Host"
        case .infeasible, .undecided, .refused: "Host with the guests that fit"
        }
    }

    private var placementHeading: String {
        plan.placement.verdict == .placed ? "Placement" : "Guests that fit together"
    }
}
