/// The transactions of a host, as the document `numactl-plan/history`, for programs. No document of a domain is in it.
public struct HistoryJSON: Encodable {
    /// What the document calls itself.
    public static let kind = "numactl-plan/history"

    private let entries: [HistoryEntry]
    private let exit: ExitReport

    /// Takes the transactions, in the order in which they are to be listed, and the code that the process ends with.
    package init(_ entries: [HistoryEntry], exit: ExitReport) {
        self.entries = entries
        self.exit = exit
    }

    /// Writes the document; what is absent is null.
    public func encode(to encoder: any Encoder) throws {
        let document: JSONValue = [
            "kind": .text(HistoryJSON.kind), "format_version": documentVersion,
            "transactions": .list(entries.map(\.json)), "exit": exit.json,
        ]
        try document.encode(to: encoder)
    }
}

extension HistoryEntry {
    fileprivate var json: JSONValue {
        [
            "transaction": .text(transaction),
            "state": .text(state.rawValue),
            "open": .flag([.open, .incomplete, .damaged].contains(state)),
            "site": .optional(site),
            "connection": .optional(connection),
            "process": process.map { .number($0) } ?? .null,
            "writes": .list(
                writes.map { write in
                    [
                        "what": .text(write.what), "state": .text(write.state.rawValue),
                        "detail": .optional(write.detail.isEmpty ? nil : write.detail),
                    ]
                }),
            "files": .texts(files),
            "undone": .list(undone.map(\.json)),
            "note": .optional(note.isEmpty ? nil : note),
            "journal": .text(path),
        ]
    }
}
