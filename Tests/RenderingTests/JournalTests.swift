import Diagnostics
import Rendering
import TestSupport
import Testing

@Suite("History")
struct HistoryTests {
    private static let damaged = HistoryEntry(
        transaction: "20260301T101500Z-4f", state: .damaged, note: "line 2 is not what was written",
        path: "/var/lib/numactl-plan/txn/20260301T101500Z-4f")
    private static let entries = [
        HistoryEntry(
            transaction: "20260304T101500Z-1a", state: .incomplete, site: "rack7", process: 4711,
            writes: [
                .init("set pool/2MiB/cell/0 to 512 pages", .done),
                .init("define web01", .failed, "libvirt said: unknown bus\u{1B}[2J"), .init("start web02", .inDoubt),
            ],
            files: ["/etc/numactl-plan/boot.json", "/etc/numactl-plan/b\u{7}.json"],
            undone: [
                .init("stop web02", .notNeeded), .init("undefine web01", .failed, "the domain is running"),
                .init("set pool/2MiB/cell/0 to 0 pages", .left, "for web01"), .init("undefine web03", .restored),
            ],
            note: "SIGTERM", path: "/var/lib/numactl-plan/txn/20260304T101500Z-1a"),
        damaged,
    ]
    private static let exit = ExitReport(code: 0, name: "done")

    @Test("as a list, a line for each state")
    func list() throws {
        let states = HistoryEntry.TransactionState.allCases.enumerated().map {
            HistoryEntry(transaction: "20260301T10150\($0.offset)Z-4f", state: $0.element, path: "/x")
        }
        try expectGolden(HistoryText(Self.entries + states).list(), "history.txt")
    }

    @Test("in detail")
    func detail() throws { try expectGolden(HistoryText(Self.entries).detail(), "history-detail.txt") }

    @Test("as JSON")
    func document() throws { try expectGolden(json(HistoryJSON(Self.entries, exit: Self.exit)), "history.json") }

    @Test("of a host on which nothing was written")
    func nothing() { #expect(HistoryText([]).list() == "Nothing has been written on this host yet.\n") }

    @Test(
        "calls open what may be between before and after",
        arguments: HistoryEntry.TransactionState.allCases.map { ($0, [.open, .incomplete, .damaged].contains($0)) })
    func open(state: HistoryEntry.TransactionState, isOpen: Bool) throws {
        let document = try json(
            HistoryJSON([HistoryEntry(transaction: "1", state: state, path: "/x")], exit: Self.exit))
        #expect(document.contains("\"open\" : \(isOpen)"))
    }
}

@Suite("Report of a rollback")
struct RollbackTests {
    private static func summary(_ outcome: RollbackSummary.RollbackOutcome) -> RollbackSummary {
        var summary = RollbackSummary(host: "hv\u{7}01", transaction: "20260304T101500Z-1a", outcome: outcome)
        switch outcome {
        case .planned: summary.rows = [.init("define web01 as before", .planned)]
        case .nothingToDo: break
        case .rolledBack:
            summary.rows = [
                .init("stop web02", .notNeeded), .init("undefine web\u{1B}[31m01", .restored),
                .init("set pool/2MiB/cell/0 to 0 pages", .restored),
            ]
        case .incomplete:
            summary.rows = [
                .init("undefine web01", .failed, "the domain is running"),
                .init("set pool/2MiB/cell/0 to 0 pages", .left, "for web01"), .init("undefine web03", .restored),
            ]
            summary.diagnostics = [Diagnostic(.rollbackIncomplete, "web01 could not be put back")]
        }
        return summary
    }

    @Test("as text", arguments: RollbackSummary.RollbackOutcome.allCases)
    func text(outcome: RollbackSummary.RollbackOutcome) throws {
        try expectGolden(RollbackReport(Self.summary(outcome)).text(), "rollback-\(outcome.rawValue).txt")
    }

    @Test("as JSON", arguments: RollbackSummary.RollbackOutcome.allCases)
    func document(outcome: RollbackSummary.RollbackOutcome) throws {
        let document = RollbackJSON(Self.summary(outcome), exit: ExitReport(code: 0, name: "done"))
        try expectGolden(json(document), "rollback-\(outcome.rawValue).json")
    }

    @Test("without any transaction")
    func none() {
        let summary = RollbackSummary(host: "hv01", transaction: nil, outcome: .nothingToDo)
        #expect(RollbackReport(summary).text() == "There is no transaction to roll back on hv01.\n")
    }
}
