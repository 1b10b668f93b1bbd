import Diagnostics
import HostModel
import Planning
import Rendering
import TestSupport
import Testing

/// One plan of each kind, in all three renderings.
enum SamplePlan: String, CaseIterable {
    case creation, update, pools, infeasible, undecided, empty, hostile, room

    var plan: Plan {
        switch self {
        case .creation: Samples.creation
        case .update: Samples.update
        case .pools: Samples.pools
        case .infeasible: Samples.infeasible
        case .undecided: Samples.undecided
        case .empty: Samples.empty
        case .hostile: Samples.hostile
        case .room: Samples.room
        }
    }
}

@Suite("Renderings of a plan")
struct PlanGoldenTests {

    @Test("as text", arguments: SamplePlan.allCases)
    func text(sample: SamplePlan) throws {
        try expectGolden(PlanText(sample.plan).text(), "plan-\(sample.rawValue).txt")
    }

    @Test("as Markdown", arguments: SamplePlan.allCases)
    func markdown(sample: SamplePlan) throws {
        try expectGolden(PlanMarkdown(sample.plan).text, "plan-\(sample.rawValue).md")
    }

    @Test("as JSON", arguments: SamplePlan.allCases)
    func document(sample: SamplePlan) throws {
        let exit = ExitReport(code: 2, name: "differences")
        try expectGolden(json(PlanJSON(sample.plan, exit: exit)), "plan-\(sample.rawValue).json")
    }

    @Test("in colour", arguments: [SamplePlan.update, .pools])
    func colour(sample: SamplePlan) throws {
        let colored = PlanText(sample.plan).text(color: true)
        try expectGolden(colored, "plan-\(sample.rawValue)-colour.txt")
        #expect(withoutColour(colored) == PlanText(sample.plan).text())
    }

    @Test(
        "the same value gives the same bytes, and every rendering for people ends with one line",
        arguments: SamplePlan.allCases)
    func same(sample: SamplePlan) throws {
        let text = PlanText(sample.plan).text()
        #expect(text == PlanText(sample.plan).text())
        let last = try #require(text.split(separator: "\n").last)
        #expect(last.hasPrefix("Plan: ") || last.hasPrefix("No changes: "))
        #expect(PlanMarkdown(sample.plan).text.hasSuffix("\n\n\(last)\n"))
    }

    private func withoutColour(_ text: String) -> String {
        text.replacing(/\u{1B}\[[0-9;]*m/, with: "")
    }
}
