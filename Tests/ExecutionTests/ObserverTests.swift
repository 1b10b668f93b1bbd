import Execution
import HostModel
import Planning
import Testing
import XMLTree

/// Writes down what it hears, and can refuse.
private final class Recorder: StepObserver {
    var lines: [String] = []
    var refusing: Int?

    func didSkip(_ step: Step) { lines.append("skip") }
    func willRun(_ effect: Effect) throws(StepFailure) {
        if let refusing, lines.filter({ $0.hasPrefix("will") }).count == refusing { throw .interrupted }
        lines.append("will \(effect.action) / \(effect.inverse.map(\.description).joined(separator: "; "))")
    }
    func didRun(_ effect: Effect, found: XMLElement?) { lines.append("did \(effect.action)") }
    func didFail(_ effect: Effect, _ failure: StepFailure) { lines.append("failed \(effect.action): \(failure)") }
    func willUndo(_ action: HostWrite) { lines.append("undo \(action)") }
    func didUndo(_ result: UndoResult) { lines.append("undone \(result.result)") }
}

@Suite("Observer of a run")
struct ObserverTests {
    private static let steps: [Step] = [
        .redefine(name: "db", prior: .read("db", pins: [0: "2"]), wanted: .parts(pins: [0: [3]]), mark: .of("db")),
        .setAutostart(name: "db", prior: false, target: true),
        .setAutostart(name: "web", prior: true, target: false),
    ]

    @Test("hears of each write and its inverse before it is made")
    func writes() {
        let recorder = Recorder()
        _ = Scenario().run(ObserverTests.steps, observer: recorder)
        #expect(
            recorder.lines == [
                "will redefine db / redefine db", "did redefine db", "will autostart db / do not autostart db",
                "did autostart db", "skip",
            ])
    }

    @Test("can stop the run before a write, and hears of the undo")
    func stopping() {
        let (recorder, scenario) = (Recorder(), Scenario())
        recorder.refusing = 1
        let outcome = scenario.run(ObserverTests.steps, observer: recorder)
        guard case .failed(let step, .interrupted, _) = outcome else {
            Issue.record("went on")
            return
        }
        #expect(step == ObserverTests.steps[1])
        #expect(scenario.log.lines == ["define db", "define db"])
        #expect(Array(recorder.lines.suffix(2)) == ["undo redefine db", "undone restored"])
        #expect(scenario.domains.entries == Scenario().domains.entries)
    }

    @Test("hears of a write that failed")
    func failing() {
        let (recorder, scenario) = (Recorder(), Scenario())
        scenario.log.failing = (0, .refused)
        _ = scenario.run([ObserverTests.steps[0]], observer: recorder)
        #expect(
            recorder.lines == [
                "will redefine db / redefine db", "failed redefine db: fake: no", "undo redefine db",
                "undone notNeeded",
            ])
    }

    @Test("sees no document in the words for an action")
    func words() {
        let action = HostWrite.define(name: "db", document: .domain("db", pins: [0: "2"]), replacing: nil)
        #expect(action.description == "define db")
    }
}
