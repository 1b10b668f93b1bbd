internal import Diagnostics
internal import HostModel

/// What an apply did, for a terminal: each step, what came out short and what helps, what was put back, one line that sums up.
public struct ApplyReport {
    private let summary: ApplySummary

    /// Takes the summary.
    package init(_ summary: ApplySummary) {
        self.summary = summary
    }

    /// The text, each line ended. With `color` the terminal's colours are added; they carry no meaning of their own.
    public func text(color: Bool = false, width: Int = standardWidth) -> String {
        let paint = Paint(isOn: color, width: width)
        let sections = [
            list("Done", summary.steps, paint, .heading),
            list("Kept on the host", summary.kept, paint, .heading),
            shortPools(paint),
            list("Undone", summary.undone, paint, .heading),
            list("Kept for guests that were started", summary.left, paint, .attention),
            list("NOT undone: repair by hand", summary.notUndone, paint, .attention),
            list("Asked to shut down; may still do so", summary.mayStillStop, paint, .attention),
            list("Waiting for a restart", summary.restartPending, paint, .heading),
            [paint(lastLine, summary.notUndone.isEmpty ? .heading : .attention)],
        ]
        return joinedSections(sections)
    }

    private func list(_ heading: String, _ lines: [String], _ paint: Paint, _ style: Paint.Style) -> [String] {
        guard !lines.isEmpty else { return [] }
        return [paint(heading, style)]
            + SentenceFold.lines(lines).flatMap { line in
                wrapped(displayable(line), to: paint.width - 4).enumerated().map { index, piece in
                    (index == 0 ? "  - " : "    ") + piece
                }
            }
    }

    private func shortPools(_ paint: Paint) -> [String] {
        guard !summary.shortPools.isEmpty else { return [] }
        let table = Table(
            ["cell", "pages", "asked", "granted", "missing"].map { .number($0) },
            summary.shortPools.map { short in
                [
                    "\(short.pool.cell)", "\(short.pool.pageSize)", "\(short.asked)", "\(short.granted)",
                    "\(short.asked.subtractingDownToZero(short.granted))",
                ]
            })
        let arguments = KernelArguments(summary.wantedPools).text
        let advice =
            arguments.isEmpty ? [] : ["  to reserve them at boot, add to the kernel command line:", "    \(arguments)"]
        return [paint("The kernel granted fewer pages than asked", .attention)]
            + table.lines(indent: 2, paint) + advice
    }

    private var lastLine: String {
        let checked =
            summary.verified == 0 ? "nothing was read back" : "\(Amount.count(summary.verified, "setting")) read back"
        return switch summary.outcome {
        case .nothingToDo: "Nothing to do on \(displayable(summary.host))."
        case .applied:
            "Applied \(Amount.count(summary.steps.count, "step")) on \(displayable(summary.host)); \(checked)."
        case .rolledBack where !summary.left.isEmpty:
            "Rolled back, except what started guests need: \(displayable(summary.host)) is not as it was before."
        case .rolledBack where !summary.mayStillStop.isEmpty:
            "Rolled back, but \(summary.mayStillStop.map { displayable($0) }.joined(separator: ", ")) may still shut down: "
                + "check again, and start those that must run."
        case .rolledBack: "Rolled back: \(displayable(summary.host)) is as it was before."
        case .incomplete:
            "Rollback incomplete on \(displayable(summary.host)): "
                + "\(Amount.count(summary.notUndone.count, "step")) could not be undone."
        }
    }
}
