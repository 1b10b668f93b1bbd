import Execution
import HostModel
import Planning
import Testing

/// Interrupts in memory; `managed` ones refuse.
private final class FakeInterrupts: AffinityHost {
    var places: [AffinityID: CPUSet]
    var managed: Set<AffinityID> = []
    private(set) var lines: [String] = []

    init(_ places: [AffinityID: CPUSet]) { self.places = places }

    func cpus(of interrupt: AffinityID, name: String) throws(StepFailure) -> CPUSet? { places[interrupt] }

    func set(_ interrupt: AffinityID, name: String, to cpus: CPUSet) throws(StepFailure) {
        lines.append("\(interrupt.words(name)) \(cpus)")
        guard !managed.contains(interrupt) else { throw .keptByKernel("it", reason: "managed") }
        places[interrupt] = cpus
    }
}

@Suite("Moving interrupts")
struct SetAffinityTests {
    private static let steps: [Step] = [
        .setAffinity(.newInterrupts, name: "", prior: [0, 1], target: [0]),
        .setAffinity(.interrupt(24), name: "eth0", prior: [0, 1], target: [0]),
        .setAffinity(.interrupt(25), name: "nvme0q1", prior: [1], target: [0]),
    ]

    private static func host() -> FakeInterrupts {
        FakeInterrupts([.newInterrupts: [0, 1], .interrupt(24): [0, 1], .interrupt(25): [1]])
    }

    private static func run(_ interrupts: FakeInterrupts, _ more: [Step] = [], failing: Int? = nil) -> RunOutcome {
        let scenario = Scenario()
        if let failing { scenario.log.failing = (failing, .refused) }
        return Interpreter(domains: scenario.domains, pools: scenario.pools, affinities: interrupts).run(steps + more)
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
        interrupts.managed = [.interrupt(25)]
        interrupts.places[.interrupt(24)] = nil
        guard case .applied(let report) = Self.run(interrupts) else { return #expect(Bool(false), "failed") }
        #expect(report.notes == [Note(message: "it stays where it is: managed", kind: .isolation)])
        #expect(interrupts.places == [.newInterrupts: [0], .interrupt(25): [1]] && report.done == [Self.steps[0]])
    }

    @Test("is undone with all else, to where each was just before")
    func undone() {
        let interrupts = Self.host()
        interrupts.places[.interrupt(24)] = [1]
        guard case .failed = Self.run(interrupts, [.start(name: "db")], failing: 0) else {
            return #expect(Bool(false), "did not fail")
        }
        #expect(interrupts.places == [.newInterrupts: [0, 1], .interrupt(24): [1], .interrupt(25): [1]])
    }

    @Test("is undone by a later rollback, whoever moved it since; one that is gone is left")
    func rollback() throws {
        let interrupts = FakeInterrupts([.newInterrupts: [0], .interrupt(24): [3]])
        let writes = [
            ReversibleWrite(
                .setAffinity(.newInterrupts, name: "", cpus: [0]),
                inverse: [.setAffinity(.newInterrupts, name: "", cpus: [0, 1])]),
            ReversibleWrite(
                .setAffinity(.interrupt(24), name: "eth0", cpus: [0]),
                inverse: [.setAffinity(.interrupt(24), name: "eth0", cpus: [0, 1])]),
            ReversibleWrite(
                .setAffinity(.interrupt(25), name: "gone", cpus: [0]),
                inverse: [.setAffinity(.interrupt(25), name: "gone", cpus: [1])]),
        ]
        let transaction = try Transaction(
            [.opened(.sample)]
                + writes.enumerated().flatMap {
                    [JournalRecord.begun($0.offset + 1, $0.element), .done($0.offset + 1, found: nil)]
                })
        let scenario = Scenario()
        let interpreter = Interpreter(domains: scenario.domains, pools: scenario.pools, affinities: interrupts)
        #expect(try interpreter.check(transaction).obstacles == [])
        #expect(interpreter.rollBack(transaction).isRolledBack)
        #expect(interrupts.places == [.newInterrupts: [0, 1], .interrupt(24): [0, 1]])
    }
}
