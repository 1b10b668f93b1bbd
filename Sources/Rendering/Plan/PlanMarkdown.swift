internal import Diagnostics
internal import HostModel
public import Planning

/// A plan as Markdown for a code review: a verdict, tables, the settings below in folded diffs, and the line that sums up.
///
/// Comments have a largest size. When the whole is larger than `maximumBytes`, details are left out, the longest first, then rows
/// of tables, and a line says how many; the verdict and the last line always stay.
public struct PlanMarkdown {
    let plan: Plan
    let review: PlanReview
    private let maximumBytes: Int

    /// The size that is kept unless another is asked for, in bytes: a little below what forges take as one comment.
    public static let standardBytes = 60_000
    /// The least size that can be kept, in bytes.
    public static let leastBytes = MarkdownPage.leastBytes

    /// Takes the plan and the size to stay within, in bytes; a size below ``leastBytes`` counts as that.
    public init(_ plan: Plan, maximumBytes: Int = PlanMarkdown.standardBytes) {
        self.init(PlanReview(plan), maximumBytes: maximumBytes)
    }

    /// Takes the plan with what is seen besides it, and the size to stay within.
    public init(_ review: PlanReview, maximumBytes: Int = PlanMarkdown.standardBytes) {
        plan = review.plan
        self.review = review
        self.maximumBytes = maximumBytes
    }

    /// The text, each line ended. It starts with a hidden line by which a comment can be found again.
    public var text: String {
        var page = MarkdownPage()
        page.add(.fixed(MarkdownText.marker([("site", plan.site), ("host", plan.host)]) + verdict))
        page.add(attention)
        for part in tables + details { page.add(part) }
        page.add(.fixed(facts + "\n\(MarkdownText.cut(PlanSummary(plan).line, to: 500))\n"))
        return page.text(within: maximumBytes)
    }

    private var verdict: String {
        let host = MarkdownText.shortCode(plan.host)
        return "### numactl-plan: \(host): **\(PlanSummary(plan).verdict)**\n"
    }

    /// What an operator must know first, as a list.
    private var attention: MarkdownPage.PagePart {
        let sentences = PlanAttention(plan, quote: MarkdownText.code).sentences
        let rest = sentences.count > 20 ? ["- and \(sentences.count - 20) more\n"] : []
        return .rows(head: "\n", rows: sentences.prefix(20).map { "- \($0)\n" } + rest)
    }

    private var facts: String { review.facts?.words.map { "\nFacts: \($0)\n" } ?? "" }
}
