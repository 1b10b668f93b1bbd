import Execution
import HostModel
import Planning
import Testing

/// Threads in memory; `kept` ones stay where they are, `late` ones begin when others are moved.
private final class FakePrograms: ProgramHost {
    var threads: [MovableThread]
    var kept: Set<Int> = []
    /// Those that are where they were as soon as somebody has moved them.
    var stubborn: Set<Int> = []
    var late: [MovableThread] = []
    private(set) var calls = 0

    init(_ places: [Int: CPUSet]) {
        threads = places.map { FakePrograms.thread($0, $1) }.sorted { $0.id < $1.id }
    }

    static func thread(_ number: Int, _ cpus: CPUSet, began: UInt64 = 7) -> MovableThread {
        MovableThread(id: ThreadID(number: number, began: began), program: "p\(number)", allowed: cpus)
    }

    var places: [Int: CPUSet] { Dictionary(uniqueKeysWithValues: threads.map { ($0.id.number, $0.allowed) }) }

    func movableThreads() throws(StepFailure) -> [MovableThread] { threads }

    func confine(_ moved: [ThreadID], to cpus: CPUSet) throws(StepFailure) -> [ThreadID] {
        calls += 1
        for index in threads.indices
        where moved.contains(threads[index].id)
            && !kept.union(stubborn).contains(threads[index].id.number)
        {
            threads[index].allowed = cpus
        }
        threads += late
        late = []
        return moved.filter { kept.contains($0.number) }
    }
}

@Suite("Moving threads")
struct ConfineThreadsTests {
    private static let all: CPUSet = [0, 1, 2, 3]
    private static let step = Step.confineThreads(
        IsolationFacts.Threads(cpus: all, count: 2, names: ["sshd", "init"]), target: [0, 1])

    private static func run(_ programs: FakePrograms, _ more: [Step] = [], failing: Int? = nil) -> RunOutcome {
        let scenario = Scenario()
        if let failing { scenario.log.failing = (failing, .refused) }
        return Interpreter(domains: scenario.domains, pools: scenario.pools, programs: programs).run([step] + more)
    }

    @Test("is done for all that have those CPUs, once, and by name")
    func once() {
        let programs = FakePrograms([10: Self.all, 11: Self.all, 12: [2], 13: [0]])
        guard case .applied(let report) = Self.run(programs) else { return #expect(Bool(false), "failed") }
        #expect(programs.places == [10: [0, 1], 11: [0, 1], 12: [2], 13: [0]] && report.writes == 1)
        #expect(report.done == [Self.step] && report.notes.isEmpty)
        #expect(Self.step.sentence == "moved 2 threads (init, sshd) from CPUs 0-3 to 0-1")
        guard case .applied(let again) = Self.run(programs) else { return #expect(Bool(false), "failed") }
        #expect(again.writes == 0 && again.inSync == [Self.step] && programs.calls == 1)
    }

    @Test("reaches those that begin meanwhile, and names those that stay")
    func meanwhile() {
        let programs = FakePrograms([10: Self.all, 11: Self.all])
        programs.kept = [11]
        programs.late = [FakePrograms.thread(20, Self.all)]
        guard case .applied(let report) = Self.run(programs) else { return #expect(Bool(false), "failed") }
        #expect(programs.places == [10: [0, 1], 11: Self.all, 20: [0, 1]])
        #expect(report.notes == [Note(message: "the kernel keeps 1 thread where it is: 11", kind: .isolation)])
    }

    @Test("goes on where a program sets its own CPUs again, and fails where nothing moves")
    func stubborn() {
        let programs = FakePrograms([10: Self.all, 11: Self.all])
        programs.stubborn = [11]
        guard case .applied(let report) = Self.run(programs) else { return #expect(Bool(false), "failed") }
        #expect(programs.places == [10: [0, 1], 11: Self.all] && report.notes.isEmpty)
        programs.stubborn = [10, 11]
        guard case .failed(_, .notKept, _) = Self.run(programs) else { return #expect(Bool(false), "did not fail") }
    }

    @Test("is undone with all else, for the threads that were moved and no others")
    func undone() {
        let programs = FakePrograms([10: Self.all, 11: [0, 1]])
        guard case .failed = Self.run(programs, [.start(name: "db")], failing: 0) else {
            return #expect(Bool(false), "did not fail")
        }
        #expect(programs.places == [10: Self.all, 11: [0, 1]] && programs.calls == 2)
    }

    @Test(
        "is undone by a later rollback, also where some were given CPUs meanwhile; a number that is another thread's by now is left alone",
        arguments: [[0, 1], [0, 1, 2]] as [CPUSet])
    func rollback(now: CPUSet) throws {
        let programs = FakePrograms([:])
        programs.threads = [FakePrograms.thread(10, now), FakePrograms.thread(11, [0, 1], began: 99)]
        let threads = [ThreadID(number: 10, began: 7), ThreadID(number: 11, began: 7)]
        let write = ReversibleWrite(
            .confineThreads(threads, from: Self.all, cpus: [0, 1]),
            inverse: [.confineThreads(threads, from: [0, 1], cpus: Self.all)])
        let transaction = try Transaction([.opened(.sample), .begun(1, write), .done(1, found: nil)])
        let scenario = Scenario()
        let interpreter = Interpreter(domains: scenario.domains, pools: scenario.pools, programs: programs)
        #expect(try interpreter.check(transaction).obstacles == [])
        #expect(interpreter.rollBack(transaction).isRolledBack)
        #expect(programs.places == [10: Self.all, 11: [0, 1]])
    }
}
