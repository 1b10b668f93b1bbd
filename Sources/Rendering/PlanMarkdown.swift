internal import Diagnostics
internal import HostModel
public import Planning

/// A plan as Markdown for a code review: a verdict, a table, the settings below in folded diffs, and the line that sums up.
///
/// Comments have a largest size. When the whole is larger than `maximumBytes`, details are left out, the longest first, and
/// a line says how many; the verdict, what an operator must know, and the last line always stay.
public struct PlanMarkdown {
    let plan: Plan
    private let maximumBytes: Int

    /// Takes the plan and the size to stay within, in bytes.
    public init(_ plan: Plan, maximumBytes: Int = 60_000) {
        self.plan = plan
        self.maximumBytes = maximumBytes
    }

    /// The text, each line ended. It starts with a hidden line by which a comment can be found again.
    public var text: String {
        let start = [marker, verdict, attention].filter { !$0.isEmpty }.joined(separator: "\n")
        let end = "\n\(PlanSummary(plan).line)\n"
        var room = maximumBytes - start.utf8.count - end.utf8.count - 200
        let tables = fitting(tables, room: &room)
        let details = fitting(details, room: &room)
        let left = tables.left + details.left
        let note = left == 0 ? "" : "\n\(Amount.count(left, "section")) left out: see the plan as text or JSON.\n"
        return start + tables.text + details.text + note + end
    }

    /// The sections that fit, in their order, the shortest taken first.
    private func fitting(_ sections: [String], room: inout Int) -> (text: String, left: Int) {
        var taken: Set<Int> = []
        for index in sections.indices.sorted(by: { sections[$0].utf8.count < sections[$1].utf8.count }) {
            guard sections[index].utf8.count <= room else { break }
            room -= sections[index].utf8.count
            taken.insert(index)
        }
        let text = sections.indices.filter { taken.contains($0) }.map { sections[$0] }.joined()
        return (text, sections.count - taken.count)
    }

    private var marker: String {
        let names = [("site", plan.site), ("host", plan.host)].map { "\($0.0)=\(MarkdownText.comment($0.1))" }
        return "<!-- numactl-plan \(names.joined(separator: " ")) -->"
    }

    private var verdict: String {
        let result =
            switch plan.verdict {
            case .noChanges: "no changes"
            case .changes: "\(Amount.count(plan.changes.count, "change")), impact: \(Words.impact(plan.disruption))"
            case .infeasible: "does not fit"
            case .undecided: "undecided, the search limit was reached"
            case .refused: "refused"
            }
        return "### numactl-plan: \(MarkdownText.code(plan.host)): **\(result)**\n"
    }

    private var attention: String {
        let sentences = PlanAttention(plan, quote: MarkdownText.code).sentences
        let shown = sentences.prefix(20).map { "- \($0)\n" }.joined()
        return shown + (sentences.count > 20 ? "- and \(sentences.count - 20) more\n" : "")
    }
}
