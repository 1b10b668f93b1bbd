internal import Diagnostics

/// The transactions of a host for a terminal: a table of all of them, or everything about one.
public struct HistoryText {
    private let entries: [HistoryEntry]

    /// Takes the transactions, in the order in which they are to be shown.
    package init(_ entries: [HistoryEntry]) { self.entries = entries }

    /// All transactions, a line each.
    public func list(color: Bool = false, width: Int = standardWidth) -> String {
        guard !entries.isEmpty else { return "Nothing has been written on this host yet.\n" }
        let table = Table(
            [
                .name("transaction"), .name("site"), .name("connection"), .number("writes"), "state",
                .quoted("note"),
            ],
            entries.map { entry in
                [
                    entry.transaction, entry.site ?? "?", entry.connection ?? "?",
                    "\(entry.writes.count + entry.files.count)", entry.state.words, entry.note,
                ]
            })
        return joinedSections([table.lines(Paint(isOn: color, width: width))])
    }

    /// Everything about each transaction.
    public func detail(color: Bool = false, width: Int = standardWidth) -> String {
        let paint = Paint(isOn: color, width: width)
        return joinedSections(entries.flatMap { sections($0, paint) })
    }

    private func sections(_ entry: HistoryEntry, _ paint: Paint) -> [[String]] {
        let facts = [
            ("state", entry.state.words), ("site", entry.site), ("connection", entry.connection),
            ("process", entry.process.map { "\($0)" }), ("note", entry.note.isEmpty ? nil : entry.note),
            ("journal", entry.path),
        ].compactMap { name, value in value.map { [name, $0] } }
        let writes =
            entry.writes.map { [$0.state.words, $0.what, $0.detail] } + entry.files.map { ["", "replace \($0)", ""] }
        let tables = [
            Table([.name(), .quoted()], facts, title: "Transaction \(entry.transaction)"),
            Table(
                [.number(), .name(), .quoted(), .quoted()], writes.enumerated().map { ["\($0 + 1)"] + $1 },
                title: "Written"),
            Table(
                [.name(), .quoted(), .quoted()], entry.undone.map { [$0.result.words, $0.what, $0.detail] },
                title: "Undone"),
        ]
        return tables.map { $0.headless().lines(indent: 2, paint) }
    }
}

extension HistoryEntry.Write.WriteState {
    fileprivate var words: String {
        switch self {
        case .done: "done"
        case .failed: "failed"
        case .inDoubt: "IN DOUBT"
        }
    }
}
