import DomainXML
import Execution
import HostModel
import Planning
import Testing

/// Partitions in memory; `refuses` is a kernel that makes none.
private final class FakePartitions: PartitionHost {
    var present: [String: [VCPU: CPUSet]] = [:]
    var refuses = false

    func partitions(of guest: String) throws(StepFailure) -> [VCPU: CPUSet]? { present[guest] }

    func setPartitions(of guest: String, _ vcpus: [VCPU: CPUSet]) throws(StepFailure) {
        if refuses {
            throw .refused(HostRefusal(call: "cpuset.cpus.partition", kind: .other, code: 0, message: "not exclusive"))
        }
        guard let groups = present[guest] else { return }
        present[guest] = Dictionary(uniqueKeysWithValues: groups.keys.map { ($0, vcpus[$0] ?? []) })
    }
}

@Suite("Partitions of the scheduler")
struct SetPartitionTests {
    private static let step = Step.setPartition("db", prior: [], vcpus: [0: [2], 1: [3], 2: [4]])

    private static func run(_ partitions: FakePartitions, _ steps: [Step] = [step], failing: Int? = nil) -> RunOutcome {
        let scenario = Scenario()
        if let failing { scenario.log.failing = (failing, .refused) }
        return Interpreter(domains: scenario.domains, pools: scenario.pools, partitions: partitions).run(steps)
    }

    @Test("are made once, for the vCPUs that are plugged, and given back")
    func once() {
        let partitions = FakePartitions()
        partitions.present = ["db": [0: [], 1: []]]
        guard case .applied(let report) = Self.run(partitions) else { return #expect(Bool(false), "failed") }
        #expect(report.writes == 1 && partitions.present == ["db": [0: [2], 1: [3]]])
        guard case .applied(let again) = Self.run(partitions) else { return #expect(Bool(false), "failed") }
        #expect(again.writes == 0 && again.inSync == [Self.step])
        guard case .applied(let back) = Self.run(partitions, [.setPartition("db", prior: [2, 3], vcpus: [:])]) else {
            return #expect(Bool(false), "failed")
        }
        #expect(back.writes == 1 && partitions.present == ["db": [0: [], 1: []]])
    }

    @Test("of a guest that does not run need nothing")
    func gone() {
        guard case .applied(let report) = Self.run(FakePartitions()) else { return #expect(Bool(false), "failed") }
        #expect(report.writes == 0 && report.inSync == [Self.step])
    }

    @Test("that the kernel refuses are a note, and the guest runs on")
    func refused() {
        let partitions = FakePartitions()
        partitions.present = ["db": [0: []]]
        partitions.refuses = true
        guard case .applied(let report) = Self.run(partitions) else { return #expect(Bool(false), "failed") }
        #expect(
            report.writes == 0 && report.done.isEmpty && report.notes.first?.message.contains("not exclusive") == true)
    }

    @Test("let a vCPU go that is pinned elsewhere, and it alone")
    func pinned() {
        let partitions = FakePartitions()
        partitions.present = ["web": [0: [0], 1: [3]]]
        let pin = Step.pin(name: "web", thread: .vcpu(0), prior: [0, 1], target: [1, 2])
        guard case .applied = Self.run(partitions, [pin]) else { return #expect(Bool(false), "failed") }
        #expect(partitions.present == ["web": [0: [], 1: [3]]])
        partitions.present = ["web": [0: [0], 1: [3]]]
        guard case .failed = Self.run(partitions, [pin, .start(name: "db")], failing: 1) else {
            return #expect(Bool(false), "did not fail")
        }
        #expect(partitions.present == ["web": [0: [0], 1: [3]]], "and have it back with the pin")
    }

    @Test("are undone to what they were")
    func undone() {
        let partitions = FakePartitions()
        partitions.present = ["db": [0: [], 1: [3]]]
        let steps = [Self.step, .setPool(Scenario.shrinking, prior: 4, target: 2)]
        guard case .failed = Self.run(partitions, steps, failing: 0) else {
            return #expect(Bool(false), "did not fail")
        }
        #expect(partitions.present == ["db": [0: [], 1: [3]]])
    }
}
