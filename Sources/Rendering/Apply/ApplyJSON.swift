internal import HostModel

/// What an apply did, as the document `numactl-plan/apply`, for programs.
public struct ApplyJSON: Encodable {
    /// What the document calls itself.
    public static let kind = "numactl-plan/apply"

    private let summary: ApplySummary
    private let exit: ExitReport

    /// Takes the summary and the code that the process ends with.
    package init(_ summary: ApplySummary, exit: ExitReport) {
        self.summary = summary
        self.exit = exit
    }

    /// Writes the document; what is absent is null.
    public func encode(to encoder: any Encoder) throws {
        let arguments = KernelArguments(summary.wantedPools).text
        let document: JSONValue = [
            "kind": .text(ApplyJSON.kind),
            "format_version": documentVersion,
            "host": ["name": .text(summary.host)],
            "outcome": .text(summary.outcome.rawValue),
            "changed": .flag(summary.changed),
            "steps": .texts(summary.steps),
            "kept": .texts(summary.kept),
            "undone": .texts(summary.undone),
            "left": .texts(summary.left),
            "may_still_stop": .texts(summary.mayStillStop),
            "not_undone": .texts(summary.notUndone),
            "short_pools": .list(summary.shortPools.map(shortPoolJSON)),
            "kernel_arguments": .optional(summary.shortPools.isEmpty ? nil : arguments),
            "restart_pending": .texts(summary.restartPending),
            "verified": .number(summary.verified),
            "diagnostics": diagnosticPart.list(summary.diagnostics),
            "exit": exit.json,
        ]
        try document.encode(to: encoder)
    }
}

private func shortPoolJSON(_ short: PoolGrant) -> JSONValue {
    [
        "cell": .number(short.pool.cell.rawValue), "page_kib": .number(short.pool.pageSize.size.count),
        "asked": .number(short.asked.count), "granted": .number(short.granted.count),
    ]
}
