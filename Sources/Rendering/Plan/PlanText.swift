internal import Diagnostics
internal import HostModel
public import Planning

/// A plan for a terminal: what needs a person first, then a line for each pool and guest that changes, what does not fit and why, how
/// full the cells are after apply, and one line that sums up. Every setting is shown of those guests only for which it is asked.
/// Findings are not in it: they are no result, and go to another stream.
///
/// `-` is now, `+` is wanted, `~` is now and wanted.
public struct PlanText {
    let plan: Plan
    let details: PlanDetails
    private let review: PlanReview

    /// Takes the plan.
    public init(_ plan: Plan) { self.init(PlanReview(plan)) }

    /// Takes the plan with what is seen besides it.
    public init(_ review: PlanReview) {
        plan = review.plan
        details = review.details
        self.review = review
    }

    /// The text, each line ended. With `color` the terminal's colours are added; they carry no meaning of their own.
    public func text(color: Bool = false, width: Int = standardWidth) -> String {
        let paint = Paint(isOn: color, width: width)
        let facts = review.facts?.words.map { "  facts \($0)" } ?? ""
        let heading = "host \(displayable(plan.host))  site \(displayable(plan.site))\(facts)"
        let sections = [
            [paint(heading, .heading)] + part(width), attention(paint), moves(paint), room(paint),
            poolChanges(paint), isolationChanges(paint), deviceChanges(paint), actorChanges(paint),
            guestChanges(paint),
            definitions(paint), unplaced(paint), placement(paint), actors(paint), cells(paint), advice,
            [paint(PlanSummary(plan).line, .heading)],
        ]
        return joinedSections(sections)
    }

    /// That the plan is about a part of the site.
    private func part(_ width: Int) -> [String] {
        guard let only = plan.only else { return [] }
        let names = only.map { displayable($0) }.joined(separator: ", ")
        return wrapped("only \(names); the rest of the site stays and counts as it is", to: width)
    }

    private func moves(_ paint: Paint) -> [String] {
        guard !plan.moves.isEmpty else { return [] }
        return [paint("Moves to better places", .heading)] + plan.moves.map { paint("  ~ \($0.words)", Sign.updated) }
    }

    /// The diffs of definitions, one below the other.
    private func definitions(_ paint: Paint) -> [String] {
        guard !review.definitions.isEmpty else { return [] }
        let diffs = review.definitions.flatMap { [""] + $0.lines.map { paint(diffLine: $0) } }
        return [paint("Definitions, managed parts only", .heading)] + diffs
    }

    private func attention(_ paint: Paint) -> [String] {
        PlanAttention(plan, quote: { displayable($0) }).sentences.flatMap { sentence in
            wrapped(sentence, to: paint.width - 2).enumerated().map { index, piece in
                paint((index == 0 ? "! " : "  ") + piece, .attention)
            }
        }
    }
}
