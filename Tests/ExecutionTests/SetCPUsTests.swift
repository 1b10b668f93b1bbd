import Execution
import HostModel
import Planning
import Testing

/// CPUs in memory; `kept` ones stay as they are.
private final class FakeCPUs: CPUHost {
    var present: CPUSet
    var kept: CPUSet = []

    init(_ present: CPUSet) { self.present = present }

    func online() throws(StepFailure) -> CPUSet { present }

    func set(_ cpus: CPUSet, online: Bool) throws(StepFailure) -> CPUSet {
        let moved = cpus.subtracting(kept)
        present = online ? present.union(moved) : present.subtracting(moved)
        return cpus.intersection(kept)
    }
}

@Suite("CPUs that go offline and come back")
struct SetCPUsTests {
    private static func run(_ cpus: FakeCPUs, _ steps: [Step], failing: Int? = nil) -> RunOutcome {
        let scenario = Scenario()
        if let failing { scenario.log.failing = (failing, .refused) }
        return Interpreter(domains: scenario.domains, pools: scenario.pools, cpus: cpus).run(steps)
    }

    @Test("is done once; what the kernel keeps online is a note")
    func once() {
        let cpus = FakeCPUs([0, 1, 2, 4])
        cpus.kept = [0]
        let steps: [Step] = [.setCPUs([0, 2], online: false), .setCPUs([3, 4], online: true)]
        guard case .applied(let report) = Self.run(cpus, steps) else { return #expect(Bool(false), "failed") }
        #expect(cpus.present == [0, 1, 3, 4] && report.writes == 2)
        #expect(report.done.map(\.sentence) == ["brought CPUs 3-4 online", "took CPUs 0,2 offline"])
        #expect(report.notes == [Note(message: "the kernel keeps CPUs 0 online", kind: .isolation)])
    }

    @Test("fails where one does not come back for a guest, and undoes what else was done")
    func stays() {
        let cpus = FakeCPUs([0, 1])
        cpus.kept = [3]
        guard case .failed(_, let failure, _) = Self.run(cpus, [.setCPUs([2, 3], online: true)]) else {
            return #expect(Bool(false), "did not fail")
        }
        #expect("\(failure)" == "CPUs 3 do not come online" && cpus.present == [0, 1])
    }

    @Test("is undone with all else, for those that were brought or taken")
    func undone() {
        let cpus = FakeCPUs([0, 1, 2])
        guard case .failed = Self.run(cpus, [.setCPUs([2, 3], online: true), .start(name: "db")], failing: 0) else {
            return #expect(Bool(false), "did not fail")
        }
        #expect(cpus.present == [0, 1, 2])
    }
}
