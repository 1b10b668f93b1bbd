/// What a rollback came to, as the document `numactl-plan/rollback`, for programs.
public struct RollbackJSON: Encodable {
    /// What the document calls itself.
    public static let kind = "numactl-plan/rollback"

    private let summary: RollbackSummary
    private let exit: ExitReport

    /// Takes the summary and the code that the process ends with.
    package init(_ summary: RollbackSummary, exit: ExitReport) {
        self.summary = summary
        self.exit = exit
    }

    /// Writes the document; what is absent is null.
    public func encode(to encoder: any Encoder) throws {
        let document: JSONValue = [
            "kind": .text(RollbackJSON.kind),
            "format_version": documentVersion,
            "host": ["name": .text(summary.host)],
            "transaction": .optional(summary.transaction),
            "outcome": .text(summary.outcome.rawValue),
            "changed": .flag(summary.changed),
            "undone": .list(summary.rows.map(\.json)),
            "diagnostics": diagnosticPart.list(summary.diagnostics),
            "exit": exit.json,
        ]
        try document.encode(to: encoder)
    }
}

extension RollbackSummary.UndoRow {
    var json: JSONValue {
        ["what": .text(what), "result": .text(result.rawValue), "detail": .optional(detail.isEmpty ? nil : detail)]
    }
}
