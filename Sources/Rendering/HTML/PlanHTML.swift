internal import Placement
internal import Planning
internal import XMLTree

/// A plan as one page of HTML for a browser: the verdict and what to know first, what does not fit and why, the picture of the
/// host, each change's settings, where everybody goes, and the findings.
///
/// The page stands alone: it loads nothing, runs nothing, and says so to the browser by a content security policy. It follows the
/// reader's choice of light or dark. The same plan has the same bytes.
public struct PlanHTML {
    let review: PlanReview
    private let picture: HostPicture

    var plan: Plan { review.plan }

    /// Takes the plan and the picture of its host.
    public init(_ review: PlanReview, picture: HostPicture) {
        self.review = review
        self.picture = picture
    }

    /// The document.
    public var text: String {
        let page = XMLElement("html", [.init("lang", "en")], children: [.element(head), .element(body)])
        return "<!DOCTYPE html>\n" + XMLWriter.write(page)
    }

    private var head: XMLElement {
        func meta(_ name: String, _ value: String, _ content: String) -> XMLElement {
            XMLElement("meta", [.init(name, value), .init("content", content)])
        }
        let policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
        return HTML.element(
            "head",
            [
                XMLElement("meta", [.init("charset", "utf-8")]),
                meta("http-equiv", "Content-Security-Policy", policy),
                meta("name", "viewport", "width=device-width, initial-scale=1"),
                meta("name", "color-scheme", "light dark"),
                HTML.text("title", "\(plan.host): \(PlanSummary(plan).verdict)"),
                XMLElement("style", children: [.text(HTMLStyle.text)]),
            ])
    }

    private var body: XMLElement {
        let drawing = HTML.element("div", class: "picture", [HostSVG(picture).document])
        return HTML.element(
            "body",
            [HTML.element("header", title)]
                + [
                    HTML.element(
                        "main",
                        unplaced + HTML.section(hostHeading, [drawing]) + HTML.section("Changes", changes)
                            + HTML.section(placementHeading, placement) + HTML.section("Findings", findings))
                ]
                + [HTML.element("footer", class: "soft", [HTML.text("p", PlanSummary(plan).line)])])
    }

    private var title: [XMLElement] {
        let facts = review.facts?.words.map { ", facts of \($0)" } ?? ""
        let attention = PlanAttention(plan) { $0 }.sentences
        let list = HTML.element("ul", class: "attention", attention.map { HTML.text("li", $0) })
        return [
            HTML.text("h1", plan.host), HTML.text("p", class: "soft", "site \(plan.site)\(facts)"),
            HTML.text("p", class: "verdict\(verdictClass)", PlanSummary(plan).verdict),
        ] + (attention.isEmpty ? [] : [list])
    }

    /// What the picture shows: a plan that cannot be carried out has the guests that fit together.
    private var hostHeading: String {
        switch plan.verdict {
        case .noChanges: "Host"
        case .changes: "Host after apply"
        case .infeasible, .undecided, .refused: "Host with the guests that fit"
        }
    }

    private var placementHeading: String {
        plan.placement.verdict == .placed ? "Placement" : "Guests that fit together"
    }

    private var verdictClass: String {
        switch plan.verdict {
        case .noChanges: " good"
        case .changes: ""
        case .infeasible, .undecided, .refused: " bad"
        }
    }
}
