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

    @Test("waits with CPUs that a guest has alone until that is down, and gives them back before it starts again")
    func removal() throws {
        for failing in [nil, 4] as [Int?] {
            let scenario = scenario()
            scenario.domains.entries["old"] = .init(
                document: .domain("old", mark: .of("old")), live: .domain("old", pins: [0: "4"]))
            scenario.domains.entries["new"] = .init(document: .domain("new"))
            scenario.log.failing = failing.map { ($0, .refused) }
            let outcome = scenario.run([
                .pin(name: "a", thread: .vcpu(0), prior: [0, 1], target: [4]),
                .pin(name: "b", thread: .vcpu(0), prior: [2, 3], target: [2]),
                .stop(name: "old"), .start(name: "new"),
            ])
            let forward = ["pin b 0 2", "stop old", "pin a 0 0-1,4", "pin a 0 4", "start new"]
            let back = ["pin a 0 0-1,4", "pin a 0 0-1", "pin b 0 2-3", "start old"]
            #expect(scenario.log.lines == forward + (failing == nil ? [] : back))
            #expect(outcome.report.verified >= 2 && outcome.report.isRolledBack)
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

    @Test("crowds no set of CPUs more than before or after, whatever moves at once, and whichever write fails")
    func crowding() throws {
        var random = SplitMix(state: 7)
        for round in 0..<400 {
            let cpus = 6
            let names = (0..<Int.random(in: 1...5, using: &random)).map { "g\($0)" }
            let before = names.map { _ in CPUSet.some(of: cpus, using: &random) }
            let after = names.map { _ in CPUSet.some(of: cpus, using: &random) }
            let scenario = Scenario()
            scenario.domains.entries = Dictionary(
                zip(names, before).map { name, set in
                    (name, .init(document: .domain(name), live: .domain(name, pins: [0: "\(set)"])))
                }, uniquingKeysWith: { first, _ in first })
            if round.isMultiple(of: 2) { scenario.log.failing = (Int.random(in: 0..<8, using: &random), .refused) }
            _ = scenario.run(
                zip(names, zip(before, after)).map { name, sets in
                    .pin(name: name, thread: .vcpu(0), prior: sets.0, target: sets.1)
                })
            var now = before
            for (index, line) in scenario.log.lines.enumerated() where index != scenario.log.failing?.index {
                let words = line.split(separator: " ")
                let index = try #require(names.firstIndex(of: String(words[1])))
                now[index] = try CPUSet(parsing: words[3])
                #expect(!now[index].isEmpty)
                for numbers in 1..<(1 << cpus) {
                    let set = CPUSet(numbers: (0..<cpus).filter { numbers & (1 << $0) != 0 })
                    let confined = { (sets: [CPUSet]) in sets.count { $0.isSubset(of: set) } }
                    #expect(confined(now) <= max(confined(before), confined(after)), "round \(round), \(line), \(set)")
                }
            }
        }
    }
}

extension CPUSet {
    /// A set that is not empty.
    fileprivate static func some(of count: Int, using random: inout SplitMix) -> CPUSet {
        let bits = Int.random(in: 1..<(1 << count), using: &random)
        return CPUSet(numbers: (0..<count).filter { bits & (1 << $0) != 0 })
    }
}

/// Random numbers that are the same each time.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var bits = state
        bits = (bits ^ (bits >> 30)) &* 0xbf58_476d_1ce4_e5b9
        bits = (bits ^ (bits >> 27)) &* 0x94d0_49bb_1331_11eb
        return bits ^ (bits >> 31)
    }
}
