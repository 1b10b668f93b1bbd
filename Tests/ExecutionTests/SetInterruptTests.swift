import Execution
import HostModel
import Planning
import Testing

/// Interrupts in memory; `managed` ones refuse.
private final class FakeInterrupts: InterruptHost {
    var places: [InterruptID: CPUSet]
    var managed: Set<InterruptID> = []
    private(set) var lines: [String] = []

    init(_ places: [InterruptID: CPUSet]) { self.places = places }

    func cpus(of interrupt: InterruptID, name: String) throws(StepFailure) -> CPUSet? { places[interrupt] }

    func set(_ interrupt: InterruptID, name: String, to cpus: CPUSet) throws(StepFailure) {
        lines.append("\(interrupt.words(name)) \(cpus)")
        guard !managed.contains(interrupt) else { throw .interruptStays("it", reason: "managed") }
        places[interrupt] = cpus
    }
}

@Suite("Moving interrupts")
struct SetInterruptTests {
    private static let steps: [Step] = [
        .setInterrupt(.future, name: "", prior: [0, 1], target: [0]),
        .setInterrupt(.number(24), name: "eth0", prior: [0, 1], target: [0]),
        .setInterrupt(.number(25), name: "nvme0q1", prior: [1], target: [0]),
    ]

    private static func host() -> FakeInterrupts {
        FakeInterrupts([.future: [0, 1], .number(24): [0, 1], .number(25): [1]])
    }

    private static func run(_ interrupts: FakeInterrupts, _ more: [Step] = [], failing: Int? = nil) -> RunOutcome {
        let scenario = Scenario()
        if let failing { scenario.log.failing = (failing, .refused) }
        return Interpreter(domains: scenario.domains, pools: scenario.pools, interrupts: interrupts).run(steps + more)
    }

    @Test("is done once, and the second time nothing is written")
    func once() {
        let interrupts = Self.host()
        guard case .applied(let report) = Self.run(interrupts) else { return #expect(Bool(false), "failed") }
        #expect(report.writes == 3 && report.done == Self.steps && report.notes.isEmpty && report.verified >= 3)
        #expect(interrupts.lines == ["interrupts to come 0", "interrupt eth0(24) 0", "interrupt nvme0q1(25) 0"])
        guard case .applied(let again) = Self.run(interrupts) else { return #expect(Bool(false), "failed") }
        #expect(again.writes == 0 && again.inSync == Self.steps)
    }

    @Test("goes on past one that the kernel manages, with a note, and past one that is gone")
    func stays() {
        let interrupts = Self.host()
        interrupts.managed = [.number(25)]
        interrupts.places[.number(24)] = nil
        guard case .applied(let report) = Self.run(interrupts) else { return #expect(Bool(false), "failed") }
        #expect(report.notes == [Note(message: "it stays where it is: managed", kind: .interrupt)])
        #expect(interrupts.places == [.future: [0], .number(25): [1]] && report.done == [Self.steps[0]])
    }

    @Test("is undone with all else, to where each was just before")
    func undone() {
        let interrupts = Self.host()
        interrupts.places[.number(24)] = [1]
        guard case .failed = Self.run(interrupts, [.start(name: "db")], failing: 0) else {
            return #expect(Bool(false), "did not fail")
        }
        #expect(interrupts.places == [.future: [0, 1], .number(24): [1], .number(25): [1]])
    }

    @Test("is undone by a later rollback, whoever moved it since; one that is gone is left")
    func rollback() throws {
        let interrupts = FakeInterrupts([.future: [0], .number(24): [3]])
        let writes = [
            ReversibleWrite(
                .setInterrupt(.future, name: "", cpus: [0]), inverse: [.setInterrupt(.future, name: "", cpus: [0, 1])]),
            ReversibleWrite(
                .setInterrupt(.number(24), name: "eth0", cpus: [0]),
                inverse: [.setInterrupt(.number(24), name: "eth0", cpus: [0, 1])]),
            ReversibleWrite(
                .setInterrupt(.number(25), name: "gone", cpus: [0]),
                inverse: [.setInterrupt(.number(25), name: "gone", cpus: [1])]),
        ]
        let transaction = try Transaction(
            [.opened(.sample)]
                + writes.enumerated().flatMap {
                    [JournalRecord.begun($0.offset + 1, $0.element), .done($0.offset + 1, found: nil)]
                })
        let scenario = Scenario()
        let interpreter = Interpreter(domains: scenario.domains, pools: scenario.pools, interrupts: interrupts)
        #expect(try interpreter.check(transaction).obstacles == [])
        #expect(interpreter.rollBack(transaction).isRolledBack)
        #expect(interrupts.places == [.future: [0, 1], .number(24): [0, 1]])
    }
}
