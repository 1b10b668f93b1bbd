import Foundation

/// What a piece of work takes.
struct Measure {
    /// The median of the runs.
    let time: Duration
    /// The process's largest resident set while it ran, in MiB, its own start included.
    let peak: Int
    /// How often the work was run.
    let runs: Int

    /// Runs `work` seven times, or less often once that has taken ten seconds.
    init(_ work: () -> Void) {
        try? "5".write(toFile: "/proc/self/clear_refs", atomically: false, encoding: .utf8)
        let clock = ContinuousClock()
        let start = clock.now
        var times: [Duration] = []
        repeat { times.append(clock.measure(work)) } while times.count < 7 && clock.now - start < .seconds(10)
        times.sort()
        runs = times.count
        time = times[times.count / 2]
        peak = Measure.highWater
    }

    /// The time, and how often it was measured where that is not seven times.
    var text: String { runs == 7 ? time.text : "\(time.text) (\(runs) runs)" }

    private static var highWater: Int {
        let text = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let line = text.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        return (line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) } ?? 0) / 1_024
    }
}

extension Duration {
    /// Milliseconds with one place.
    var text: String {
        let (seconds, attoseconds) = components
        let tenths = seconds * 10_000 + attoseconds / 100_000_000_000_000
        return "\(tenths / 10).\(tenths % 10) ms"
    }
}

/// Prints columns, the first to the left, the others to the right.
func printTable(_ title: String, _ headings: [String], _ rows: [[String]]) {
    let all = [headings] + rows
    let widths = headings.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
    print("\n\(title)\n")
    for row in all {
        let cells = row.enumerated().map { column, text in
            let blanks = String(repeating: " ", count: widths[column] - text.count)
            return column == 0 ? text + blanks : blanks + text
        }
        print("  " + cells.joined(separator: "  "))
    }
    fflush(nil)
}
