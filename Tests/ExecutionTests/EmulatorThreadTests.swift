import Execution
import HostModel
import Planning
import Testing
import XMLTree

@Suite("Threads of an emulator that is pinned live")
struct EmulatorThreadTests {
    private static let step = Step.pin(name: "a", thread: .emulator, prior: [0, 1], target: [2, 3])

    /// A running guest whose emulator is on 0-1, or on those CPUs.
    private func scenario(emulator: String = "0-1") -> Scenario {
        let scenario = Scenario()
        scenario.domains.entries = [
            "a": .init(document: .domain("a"), live: .domain("a", emulator: emulator))
        ]
        return scenario
    }

    private func run(_ scenario: Scenario, _ threads: FakeThreads, _ more: [Step] = []) -> RunOutcome {
        scenario.domains.onEmulatorPin = { cpus in threads.threads[0].allowed = cpus }
        return Interpreter(domains: scenario.domains, pools: scenario.pools, threads: threads).run([Self.step] + more)
    }

    @Test("are set where libvirt left them, and late ones too")
    func set() {
        let (scenario, threads) = (scenario(), FakeThreads([[0, 1], [0, 1], [0]]))
        threads.late = EmulatorThread(id: 110, name: "late", allowed: [0])
        let outcome = run(scenario, threads)
        #expect(threads.threads.map(\.allowed) == Array(repeating: [2, 3], count: 4))
        #expect(outcome.report.notes.isEmpty)
        guard case .applied = outcome else {
            Issue.record("\(outcome)")
            return
        }
    }

    @Test("are set although libvirt has the pin already, as after a run that was killed between the two")
    func afterKill() {
        let (scenario, threads) = (scenario(emulator: "2-3"), FakeThreads([[2, 3], [0]]))
        let outcome = run(scenario, threads)
        #expect(threads.threads[1].allowed == [2, 3] && outcome.report.done == [Self.step])
        let again = run(scenario, threads)
        #expect(again.writes == 0 && again.report.inSync == [Self.step])
    }

    @Test("follow the main thread where the kernel cut its CPUs")
    func cut() {
        let (scenario, threads) = (scenario(emulator: "2-3"), FakeThreads([[2], [2]]))
        #expect(run(scenario, threads).writes == 0)
    }

    @Test("are told when they cannot be moved or seen, and nothing is undone for it")
    func told() throws {
        let (scenario, threads) = (scenario(), FakeThreads([[0, 1], [0, 1], [0]]))
        threads.refusing = [102]
        let outcome = run(scenario, threads)
        #expect(threads.threads.map(\.allowed) == [[2, 3], [2, 3], [0]])
        let note = try #require(outcome.report.notes.first)
        #expect(note.kind == .threads && note.message.contains("102 (t2)") && note.message.contains("CPU 0 "))

        let (other, blind) = (self.scenario(), FakeThreads([[0, 1]]))
        blind.reason = "no rights"
        let unseen = run(other, blind)
        #expect(unseen.report.notes.map(\.message).first?.contains("is unknown: no rights") == true)
        #expect(unseen.report.notes.count == 1)
        guard case .applied = unseen, case .applied = outcome else {
            Issue.record("\(unseen), \(outcome)")
            return
        }
    }

    @Test("that the kernel says it moved, and did not, are a failed verification, which is rolled back")
    func stubborn() throws {
        let (scenario, threads) = (scenario(), FakeThreads([[0, 1], [0, 1]]))
        threads.stubborn = [101]
        guard case .verificationFailed(let mismatches, let report) = run(scenario, threads) else {
            Issue.record("it counts as verified")
            return
        }
        #expect(mismatches.map(\.path) == ["cputune.emulatorpin"])
        #expect(mismatches[0].found == .text("0-1 for thread 101 (t1)"))
        #expect(report.isRolledBack && threads.threads.map(\.allowed) == [[0, 1], [0, 1]])
    }

    @Test("go back with the pin when a later step fails")
    func back() {
        let (scenario, threads) = (scenario(), FakeThreads([[0, 1], [0, 1]]))
        scenario.domains.entries["b"] = .init(document: .domain("b"))
        scenario.log.failing = (2, .refused)
        let outcome = run(scenario, threads, [.start(name: "b")])
        #expect(outcome.report.isRolledBack && !outcome.report.undone.isEmpty)
        #expect(threads.threads.map(\.allowed) == [[0, 1], [0, 1]])
        #expect(scenario.domains.entries["a"]?.live == .domain("a", emulator: "0-1"))
    }
}

extension XMLElement {
    fileprivate static func domain(_ name: String, emulator: String) -> XMLElement {
        var domain = XMLElement.domain(name)
        domain.setEmulatorPin(emulator)
        return domain
    }
}
