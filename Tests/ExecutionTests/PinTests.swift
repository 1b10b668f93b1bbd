import Execution
import HostModel
import Planning
import Testing
import XMLTree

@Suite("Live pins")
struct PinTests {
    /// Two running guests; `a` has vCPU 0 on 0-1, `b` has it on 2-3.
    private func scenario() -> Scenario {
        let scenario = Scenario()
        scenario.domains.entries = [
            "a": .init(document: .domain("a"), live: .domain("a", pins: [0: "0-1"])),
            "b": .init(document: .domain("b"), live: .domain("b", pins: [0: "2-3"])),
        ]
        return scenario
    }

    @Test(
        "widens all threads before any is narrowed, and writes no more than needed",
        arguments: [
            ("0-1", "2-3", []),
            ("0-2", "2-3", ["pin a 0 0-2"]),
            ("0", "2-3", ["pin a 0 0"]),
            ("4", "2-3", ["pin a 0 0-1,4", "pin a 0 4"]),
            ("2", "0-3", ["pin a 0 0-2", "pin b 0 0-3", "pin a 0 2"]),
            ("2-3", "0-1", ["pin a 0 0-3", "pin b 0 0-3", "pin a 0 2-3", "pin b 0 0-1"]),
            ("0", "1-3", ["pin b 0 1-3", "pin a 0 0"]),
        ] as [(String, String, [String])])
    func order(first: String, second: String, writes: [String]) throws {
        let scenario = scenario()
        let outcome = scenario.run([
            .pin(name: "a", thread: .vcpu(0), prior: [0, 1], target: try CPUSet(parsing: first)),
            .pin(name: "b", thread: .vcpu(0), prior: [2, 3], target: try CPUSet(parsing: second)),
        ])
        #expect(scenario.log.lines == writes)
        #expect(outcome.writes == writes.count)
        guard case .applied = outcome else {
            Issue.record("\(outcome)")
            return
        }
    }

    @Test("never leaves a thread without the CPUs that it had or shall have, forwards or backwards", arguments: 0..<4)
    func neverBare(failing: Int) throws {
        let scenario = scenario()
        scenario.log.failing = (failing, .refused)
        let outcome = scenario.run([
            .pin(name: "a", thread: .vcpu(0), prior: [0, 1], target: [2, 3]),
            .pin(name: "b", thread: .vcpu(0), prior: [2, 3], target: [0, 1]),
        ])
        #expect(outcome.report.isRolledBack)
        for line in scenario.log.lines {
            let cpus = try CPUSet(parsing: try #require(line.split(separator: " ").last))
            #expect(([0, 1] as CPUSet).isSubset(of: cpus) || ([2, 3] as CPUSet).isSubset(of: cpus))
        }
        #expect(try #require(scenario.domains.entries["a"]).live == .domain("a", pins: [0: "0-1"]))
        #expect(try #require(scenario.domains.entries["b"]).live == .domain("b", pins: [0: "2-3"]))
    }
}
