/// Two texts as a unified diff: what is common around each difference, `-` what goes, `+` what comes.
public struct UnifiedDiff: Hashable, Sendable {
    /// The diff line by line; empty when the texts have the same lines.
    public let lines: [String]

    /// Compares two lists of lines.
    ///
    /// - Parameters:
    ///   - names: What the two sides are called in the head of the diff.
    ///   - context: How many common lines are shown around a difference.
    public init(_ old: [String], _ new: [String], names: (old: String, new: String), context: Int = 3) {
        let rows = DiffRow.all(LineDiff(old, new), old, new)
        let hunks = UnifiedDiff.hunks(rows, context: context)
        guard !hunks.isEmpty else {
            lines = []
            return
        }
        lines = ["--- \(names.old)", "+++ \(names.new)"] + hunks.flatMap { UnifiedDiff.lines(of: rows[$0]) }
    }

    /// The parts of the rows to show: each difference with what is around it, those that touch as one.
    private static func hunks(_ rows: [DiffRow], context: Int) -> [Range<Int>] {
        var hunks: [Range<Int>] = []
        for index in rows.indices where rows[index].sign != " " {
            let begin = max(0, index - context)
            let end = min(rows.count, index + context + 1)
            if let last = hunks.last, begin <= last.upperBound {
                hunks[hunks.count - 1] = last.lowerBound..<end
            } else {
                hunks.append(begin..<end)
            }
        }
        return hunks
    }

    private static func lines(of rows: ArraySlice<DiffRow>) -> [String] {
        let old = range(rows.filter { $0.sign != "+" }.count, rows.first?.old ?? 0)
        let new = range(rows.filter { $0.sign != "-" }.count, rows.first?.new ?? 0)
        return ["@@ -\(old) +\(new) @@"] + rows.map { "\($0.sign)\($0.text)" }
    }

    /// Where a hunk begins and how long it is; an empty one is said to begin with the line before it.
    private static func range(_ count: Int, _ before: Int) -> String {
        let start = count == 0 ? before : before + 1
        return count == 1 ? "\(start)" : "\(start),\(count)"
    }
}

/// One line of a whole diff.
private struct DiffRow {
    let sign: Character
    let text: String
    /// How many lines of each side stand before it.
    let old: Int
    let new: Int

    /// All lines of both sides: where they differ, the old ones first.
    static func all(_ diff: LineDiff, _ old: [String], _ new: [String]) -> [DiffRow] {
        var rows: [DiffRow] = []
        var (x, y) = (0, 0)
        while x < old.count || y < new.count {
            if x < old.count, diff.removed[x] {
                rows.append(DiffRow(sign: "-", text: old[x], old: x, new: y))
                x += 1
            } else if y < new.count, diff.added[y] {
                rows.append(DiffRow(sign: "+", text: new[y], old: x, new: y))
                y += 1
            } else {
                rows.append(DiffRow(sign: " ", text: old[x], old: x, new: y))
                (x, y) = (x + 1, y + 1)
            }
        }
        return rows
    }
}
