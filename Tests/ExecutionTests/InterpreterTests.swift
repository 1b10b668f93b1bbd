import Execution
import HostModel
import Planning
import Testing

@Suite("Interpreter")
struct InterpreterTests {
    @Test("runs the phases in their order, whatever the order of the steps")
    func order() {
        let scenario = Scenario()
        guard case .applied(let report) = scenario.run() else {
            Issue.record("not applied")
            return
        }
        #expect(scenario.log.lines == Scenario.writes)
        #expect(Set(report.done) == Set(Scenario.steps))
        #expect(report.inSync.isEmpty && report.undone.isEmpty)
        #expect(report.started == ["new"])
        // Two pools are changed in one batch.
        #expect(report.writes == Scenario.writes.count + 1)
        #expect(report.verified > 0)
        #expect(scenario.pools.sizes == [Scenario.large: 2, Scenario.small: 20, Scenario.shrinking: 2])
    }

    @Test("writes nothing the second time")
    func idempotent() {
        let scenario = Scenario()
        _ = scenario.run()
        let after = (scenario.domains.entries, scenario.pools.sizes)
        let second = scenario.run()
        guard case .applied(let report) = second else {
            Issue.record("not applied: \(second)")
            return
        }
        #expect(second.writes == 0)
        #expect(report.done.isEmpty)
        #expect(Set(report.inSync) == Set(Scenario.steps))
        #expect(scenario.log.lines == Scenario.writes)
        #expect(scenario.domains.entries == after.0)
        #expect(scenario.pools.sizes == after.1)
    }

    @Test("does nothing, and verifies nothing, for no steps")
    func empty() {
        let outcome = Scenario().run([])
        #expect(outcome == .applied(RunReport()))
        #expect(outcome.report.verified == 0)
    }

    @Test("passes on what libvirt noted about a definition")
    func notes() {
        let scenario = Scenario()
        scenario.domains.note = "without the schema"
        let notes = scenario.run([Scenario.steps[7]]).report.notes
        #expect(notes == [Note(guest: "db", message: "without the schema")])
    }

    @Test("leaves the pins of a guest that has gone down to its definition")
    func pinsOfIdleGuest() {
        let scenario = Scenario()
        let step = Step.pin(name: "db", thread: .vcpu(0), prior: [2], target: [3])
        let outcome = scenario.run([step])
        #expect(outcome.report.inSync == [step])
        #expect(outcome.writes == 0)
    }
}
