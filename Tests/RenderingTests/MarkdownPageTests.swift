import Diagnostics
import DomainXML
import HostModel
import Placement
import Planning
import Rendering
import Testing

/// What a reader of GitHub's Markdown takes for structure, found line by line.
struct MarkdownShape {
    /// Folded parts and fences that were opened and not closed, or closed and not opened.
    private(set) var isBalanced = true
    /// Lines outside of fences.
    private(set) var plainLines: [Substring] = []

    init(_ text: String) {
        var (fence, depth) = (nil as Int?, 0)
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            let ticks = line.prefix { $0 == "`" }.count
            if let open = fence {
                if ticks >= open, line.count == ticks { fence = nil }
            } else if ticks >= 3 {
                fence = ticks
            } else {
                plainLines.append(line)
                depth += line.ranges(of: "<details>").count - line.ranges(of: "</details>").count
                if depth < 0 || depth > 1 { isBalanced = false }
            }
        }
        if fence != nil || depth != 0 { isBalanced = false }
    }
}

@Suite("A page of Markdown")
struct MarkdownPageTests {
    private static let budgets = [0, 4_096, 4_500, 6_000, 9_000, 20_000, 60_000]

    @Test(
        "stays within any size, closes what it opens, and keeps verdict and last line", arguments: SamplePlan.allCases)
    func samples(sample: SamplePlan) {
        for bytes in Self.budgets { hold(sample.plan, within: bytes) }
    }

    @Test("does so for random plans with hostile names", arguments: 0..<40)
    func random(seed: Int) {
        var random = Random(seed: UInt64(seed))
        let plan = random.plan()
        for bytes in [Self.budgets[seed % Self.budgets.count], random.number(70_000)] { hold(plan, within: bytes) }
    }

    private func hold(_ plan: Plan, within bytes: Int) {
        let text = PlanMarkdown(plan, maximumBytes: bytes).text
        let shape = MarkdownShape(text)
        #expect(text.utf8.count <= max(bytes, PlanMarkdown.leastBytes))
        #expect(shape.isBalanced)
        #expect(text.hasPrefix("<!-- numactl-plan site="))
        #expect(shape.plainLines.dropFirst().first?.hasPrefix("### numactl-plan: ") == true)
        #expect(shape.plainLines.suffix(2).first?.hasPrefix("Plan: ") == true || plan.verdict == .noChanges)
        for line in shape.plainLines where line.hasPrefix("|") {
            let columns = line.count { $0 == "|" } - 1
            #expect([1, 3, 4, 6, 7, 8].contains(columns), "\(line)")
        }
        for line in shape.plainLines.dropFirst() {
            #expect(!line.contains("<script") && !line.contains("<!--"), "\(line)")
        }
    }

    @Test("takes the shortest details first, and counts what it leaves out")
    func order() {
        let plan = Samples.many(guests: 60, parts: { $0 == 7 ? 1_200 : 12 })
        let text = PlanMarkdown(plan, maximumBytes: 60_000).text
        #expect(text.ranges(of: "<details>").count == 61)
        #expect(!text.contains("<code>guest/g-7</code>") && text.contains("<code>guest/g-8</code>"))
        #expect(text.contains("\n1 detail omitted: see the plan as text or JSON.\n"))
        let short = PlanMarkdown(plan, maximumBytes: 4_096).text
        #expect(short.contains("| + `g-0 to g-59 (60)` |") && short.utf8.count <= 4_096)
        #expect(short.contains(" details omitted"))
        #expect(!PlanMarkdown(plan, maximumBytes: 1_000_000).text.contains("omitted"))
    }
}

extension Samples {
    /// A plan that creates so many guests with so many settings each.
    static func many(guests: Int, parts: (Int) -> Int) -> Plan {
        let names = (0..<guests).map { "g-\($0)" }
        return Plan(
            host: "hv01", site: "rack7", verdict: .changes,
            placement: Placement(
                verdict: .placed, guests: names.map { GuestPlacement(name: $0, memory: 1_024) }, cells: []),
            changes: names.enumerated().map { index, name in
                creation(
                    of: name, line: 1, (0..<parts(index)).map { (.vcpuPin(VCPU($0)), .text("0-\($0)")) })
            })
    }
}

/// Plans by chance, the same for the same seed.
private struct Random {
    private var state: UInt64

    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1 }

    mutating func number(_ bound: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int(state >> 33) % bound
    }

    private mutating func name() -> String {
        let pieces = [
            "web", "`", "```", "|", "\\|", "</details>", "<details>", "\n", "<script>", "-->", "<!--", "é", "\u{202E}",
            "~~~", "*", "[x](y)", "@all", "&lt;", "  ", "\u{1F600}", String(repeating: "n", count: 300),
        ]
        return (0..<1 + number(6)).map { _ in pieces[number(pieces.count)] }.joined()
    }

    mutating func plan() -> Plan {
        let verdicts: [Plan.PlanVerdict] = [.changes, .infeasible, .undecided, .refused]
        var changes: [Change] = []
        for _ in 0..<number(200) {
            let parts = (0..<number(30)).map { _ in
                Samples.part(
                    .machine(.disk(name(), name())), number(2) == 0 ? nil : .text(name()), .text(name()), .live)
            }
            changes.append(
                Change(
                    subject: .guest(name()), action: .update, disruption: .live, parts: parts,
                    consents: number(4) == 0 ? [.takeOver(site: name())] : []))
        }
        let unplaced = (0..<number(100)).map { _ in
            UnplacedGuest(name: name(), code: .doesNotFit, reasons: [Samples.short(0, .memory, 9, 1, [name()])])
        }
        let findings = (0..<number(50)).map { _ in Diagnostic(.doesNotFit, name(), hint: name()) }
        return Plan(
            host: name(), site: name(), verdict: verdicts[number(4)],
            placement: Placement(
                verdict: .placed, guests: changes.map { GuestPlacement(name: $0.address, memory: 4) },
                unplaced: unplaced, cells: []),
            changes: changes, restartPending: [name()], diagnostics: findings)
    }
}
