internal import Diagnostics

/// What a rollback came to, for a terminal: a table of all that was put back or was to be, and one line that sums up.
public struct RollbackReport {
    private let summary: RollbackSummary

    /// Takes the summary.
    package init(_ summary: RollbackSummary) { self.summary = summary }

    /// The text, each line ended. With `color` the terminal's colours are added; they carry no meaning of their own.
    public func text(color: Bool = false, width: Int = standardWidth) -> String {
        let paint = Paint(isOn: color, width: width)
        return joinedSections([
            table.lines(indent: 2, paint),
            [paint(lastLine, summary.outcome == .incomplete ? .attention : .heading)],
        ])
    }

    private var table: Table {
        Table(
            [.name("result"), .quoted("what"), .quoted("why")],
            rows.map { [$0.result.words, $0.what, $0.detail] })
    }

    /// The rows, in their order; those in a row that say the same of several guests are one.
    private var rows: [RollbackSummary.UndoRow] {
        var runs: [[RollbackSummary.UndoRow]] = []
        for row in summary.rows {
            if let last = runs.last?.last, last.result == row.result, last.detail == row.detail {
                runs[runs.count - 1].append(row)
            } else {
                runs.append([row])
            }
        }
        return runs.flatMap { run in
            SentenceFold.lines(run.map(\.what)).map { what in
                var row = run[0]
                row.what = what
                return row
            }
        }
    }

    private var lastLine: String {
        let (name, host) = (summary.transaction ?? "", displayable(summary.host))
        return switch summary.outcome {
        case .nothingToDo where summary.transaction == nil: "There is no transaction to roll back on \(host)."
        case .nothingToDo: "Nothing of transaction \(name) is left to roll back on \(host)."
        case .planned: "Rollback of \(name) would restore the above on \(host); nothing was changed."
        case .rolledBack: "Rolled back \(name): \(host) is as it was before it."
        case .incomplete:
            "Rollback of \(name) incomplete: \(Amount.count(open, "item")) on \(host) could not be restored."
        }
    }

    private var open: Int { summary.rows.count { $0.result == .failed || $0.result == .left } }
}
