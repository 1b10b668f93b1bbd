internal import Diagnostics

/// The transactions of a host for a terminal: a table of all of them, or everything about one.
public struct HistoryText {
    private let entries: [HistoryEntry]

    /// Takes the transactions, in the order in which they are to be shown.
    public init(_ entries: [HistoryEntry]) { self.entries = entries }

    /// All transactions, a line each.
    public func list(color: Bool = false, width: Int = standardWidth) -> String {
        guard !entries.isEmpty else { return "Nothing was written on this host yet.\n" }
        var table = TextTable(
            [.left, .left, .left, .right, .left, .left],
            headings: ["transaction", "site", "connection", "writes", "state", "note"])
        for entry in entries {
            table.add([
                entry.transaction, entry.site.map { displayable($0) } ?? "?",
                entry.connection.map { displayable($0) } ?? "?",
                "\(entry.writes.count + entry.files.count)", entry.state.words, displayable(entry.note),
            ])
        }
        return joinedSections([table.lines(width: width)])
    }

    /// Everything about each transaction.
    public func detail(color: Bool = false, width: Int = standardWidth) -> String {
        let paint = Paint(isOn: color, width: width)
        return joinedSections(entries.flatMap { sections($0, paint) })
    }

    private func sections(_ entry: HistoryEntry, _ paint: Paint) -> [[String]] {
        var facts = TextTable([.left, .left])
        facts.add(["state", entry.state.words])
        if let site = entry.site { facts.add(["site", displayable(site)]) }
        if let connection = entry.connection { facts.add(["connection", displayable(connection)]) }
        if let process = entry.process { facts.add(["process", "\(process)"]) }
        if !entry.note.isEmpty { facts.add(["note", displayable(entry.note)]) }
        facts.add(["journal", displayable(entry.path)])
        var writes = TextTable([.right, .left, .left, .left])
        for write in entry.writes {
            writes.add(["\(writes.count + 1)", write.state.words, displayable(write.what), displayable(write.detail)])
        }
        for file in entry.files { writes.add(["\(writes.count + 1)", "", "replace \(displayable(file))", ""]) }
        var undone = TextTable([.left, .left, .left])
        for row in entry.undone { undone.add([row.result.words, displayable(row.what), displayable(row.detail)]) }
        return [
            [paint("Transaction \(entry.transaction)", .heading)] + facts.lines(indent: 2, width: paint.width),
            writes.isEmpty ? [] : [paint("Written", .heading)] + writes.lines(indent: 2, width: paint.width),
            undone.isEmpty ? [] : [paint("Undone", .heading)] + undone.lines(indent: 2, width: paint.width),
        ]
    }
}

extension HistoryEntry.Write.State {
    fileprivate var words: String {
        switch self {
        case .done: "done"
        case .failed: "failed"
        case .inDoubt: "IN DOUBT"
        }
    }
}
