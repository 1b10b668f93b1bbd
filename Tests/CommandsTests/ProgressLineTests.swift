import Commands
import Foundation
import Synchronization
import Testing

@Suite("Progress on a terminal")
struct ProgressLineTests {
    /// What was drawn, piece by piece.
    private final class Terminal: Sendable {
        private let pieces = Mutex<[String]>([])
        var drawn: [String] { pieces.withLock { $0 } }
        func draw(_ text: String) { pieces.withLock { $0.append(text) } }

        /// What a person sees: one line, of which only what came after the last wipe is left.
        var line: String { drawn.joined().components(separatedBy: "\r\u{1B}[K").last ?? "" }
    }

    private static let start = ContinuousClock.now

    @Test(
        "is one line, drawn again in place, of what takes longer than a second",
        arguments: [
            ("waiting for web01 to shut down", 120, nil, 500, ""),
            ("waiting for web01 to shut down", 120, nil, 1_000, "waiting for web01 to shut down: 119 s left"),
            ("waiting for web01 to shut down", 120, nil, 61_700, "waiting for web01 to shut down: 58 s left"),
            ("waiting for web01 to shut down", 120, nil, 125_000, "waiting for web01 to shut down: 0 s left"),
            ("start web01", nil, nil, 3_200, "start web01: 3 s"),
            ("reserving huge pages", 30, "5 of 9 pages", 2_000, "reserving huge pages: 5 of 9 pages, 28 s left"),
            ("planning hosts", nil, "32 of 400", 4_000, "planning hosts: 32 of 400, 4 s"),
        ] as [(String, Int?, String?, Int, String)])
    func line(what: String, limit: Int?, measure: String?, after: Int, seen: String) {
        let terminal = Terminal()
        let line = ProgressLine { terminal.draw($0) }
        line.begin(what, within: limit.map { .seconds($0) }, at: Self.start) { measure }
        for moment in stride(from: 0, through: after, by: 500) {
            line.tick(at: Self.start.advanced(by: .milliseconds(moment)))
        }
        line.tick(at: Self.start.advanced(by: .milliseconds(after)))
        #expect(terminal.line == seen)
        #expect(!terminal.drawn.joined().contains("\n"))
        line.end()
        #expect(terminal.line == "" && (seen.isEmpty ? terminal.drawn.isEmpty : terminal.drawn.last == "\r\u{1B}[K"))
        line.tick(at: Self.start.advanced(by: .seconds(500)))
        #expect(terminal.line == "", "nothing is drawn of what is over")
    }

    @Test("ends with what may be done meanwhile")
    func advice() {
        let terminal = Terminal()
        let line = ProgressLine { terminal.draw($0) }
        line.begin("waiting for web01 to shut down", within: .seconds(120), at: Self.start, advice: "Ctrl-C rolls back")
        line.tick(at: Self.start.advanced(by: .seconds(3)))
        #expect(terminal.line == "waiting for web01 to shut down: 117 s left; Ctrl-C rolls back")
    }

    @Test("of one thing follows that of another, and tells the new one's time")
    func next() {
        let terminal = Terminal()
        let line = ProgressLine { terminal.draw($0) }
        line.begin("define web01", at: Self.start)
        line.tick(at: Self.start.advanced(by: .seconds(9)))
        line.end()
        line.begin("start web01", at: Self.start.advanced(by: .seconds(9)))
        line.tick(at: Self.start.advanced(by: .seconds(11)))
        #expect(terminal.line == "start web01: 2 s")
    }

    @Test("is cut where it would wrap, since it could not be drawn in place then")
    func narrow() {
        let terminal = Terminal()
        let line = ProgressLine(width: 20) { terminal.draw($0) }
        line.begin("waiting for web01 to shut down", at: Self.start)
        line.tick(at: Self.start.advanced(by: .seconds(2)))
        #expect(terminal.line == "waiting for web01 …")
    }

    @Test("is drawn where there is a terminal, and nowhere else")
    func terminal() {
        let terminal = ProcessInfo.processInfo.environment["TERM"] ?? ""
        #expect((World.live.progress != nil) == (isatty(STDERR_FILENO) == 1 && terminal != "dumb"))
    }
}
