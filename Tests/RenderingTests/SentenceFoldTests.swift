import Rendering
import Testing

@Suite("An apply's steps of many guests")
struct SentenceFoldTests {
    private func done(_ steps: [String]) -> [String] {
        let text = ApplyReport(ApplySummary(host: "h", outcome: .applied, steps: steps)).text(width: 200)
        return text.split(separator: "\n").filter { $0.hasPrefix("  - ") }.map { String($0.dropFirst(4)) }
    }

    @Test("are one line where three or more in a row differ in a name only")
    func folded() {
        #expect(
            done((1...12).map { "defined vm\($0)" } + ["started web"]) == ["defined vm1 to vm12 (12)", "started web"])
        #expect(
            done(["b", "a", "c"].map { "marked \($0) as managed by lab" }) == ["marked a, b, c (3) as managed by lab"])
    }

    @Test(
        "stand for themselves where they are few, not in a row, or differ in amounts",
        arguments: [
            ["defined a", "defined b"], ["defined a", "started a", "defined b", "started b", "defined c"],
            [0, 1, 2].map { "set the 2MiB pool of cell \($0) from 0 to 8 pages" },
            [0, 1, 2].map { "pinned vCPU \($0) of a to \($0)" }, ["a b c", "b b d", "c d d"],
        ])
    func whole(steps: [String]) { #expect(done(steps) == steps) }

    @Test("are one row of a rollback where they ended alike")
    func rollback() {
        let ends: [RollbackSummary.UndoState] = [.restored, .restored, .restored, .failed, .restored]
        let rows = zip(["a", "b", "c", "d", "e"], ends).map { RollbackSummary.UndoRow("undefine \($0)", $1) }
        let text = RollbackReport(
            RollbackSummary(host: "h", transaction: "t", outcome: .incomplete, rows: Array(rows))
        ).text()
        #expect(text.contains("undefine a, b, c (3)\n"), "\(text)")
        #expect(text.contains("undefine d\n") && text.contains("undefine e\n"), "\(text)")
        #expect(text.contains("1 item on h could not be restored"))
    }

    @Test("keep a name that is a word of the sentence, and are still counted as they are")
    func names() {
        #expect(done(["started started", "started a", "started b"]) == ["started a, b, started (3)"])
        let summary = ApplySummary(host: "h", outcome: .applied, steps: ["started a", "started b", "started c"])
        #expect(ApplyReport(summary).text().contains("Applied 3 steps on h"))
    }
}
