import Execution
import HostModel
import Planning
import Testing
import XMLTree

@Suite("Renaming")
struct RenamingTests {
    /// Renames `db`, changes it under its new name, and defines a guest after that.
    private static let steps: [Step] = [
        Scenario.steps[8],
        .redefine(name: "data", prior: .read("db", pins: [0: "2"]), wanted: .parts(pins: [0: [3]]), mark: .of("data")),
        .rename(name: "data", from: "db", uuid: nil),
    ]
    private static let writes = ["rename db data", "define new", "define data"]

    @Test("comes before what is done under the new name, and only once")
    func order() throws {
        let scenario = Scenario()
        guard case .applied = scenario.run(Self.steps) else {
            Issue.record("\(scenario.run(Self.steps))")
            return
        }
        #expect(scenario.log.lines == Self.writes)
        #expect(scenario.domains.entries["db"] == nil)
        #expect(scenario.domains.entries["data"]?.document.element(named: "name")?.text == "data")
        guard case .applied(let again) = scenario.run(Self.steps) else {
            Issue.record("the second run failed")
            return
        }
        #expect(again.writes == 0 && again.inSync.count == 3)
    }

    @Test("is undone after a failure at any write", arguments: 0..<writes.count, WriteLog.Way.allCases)
    func undone(index: Int, way: WriteLog.Way) {
        let scenario = Scenario()
        let before = scenario.domains.entries
        scenario.log.failing = (index, way)
        guard case .failed(_, WriteLog.failure, let report) = scenario.run(Self.steps) else {
            Issue.record("did not fail")
            return
        }
        #expect(report.isRolledBack)
        #expect(scenario.domains.entries == before)
    }

    private static let obstacles: [(@Sendable (Scenario) -> Void, StepFailure)] = [
        ({ $0.domains.entries["db"]?.snapshots = 1 }, .heldBySnapshots("db", snapshots: 1, checkpoints: 0)),
        ({ $0.domains.entries["db"]?.live = .domain("db") }, .running("db")),
        ({ $0.domains.entries["data"] = .init(document: .domain("data")) }, .domainAppeared("data")),
        ({ $0.domains.entries["db"] = nil }, .domainVanished("db")),
        ({ $0.domains.entries["db"]?.isPersistent = false }, .transient("db")),
    ]

    @Test("is refused before the first write where libvirt would refuse it", arguments: 0..<obstacles.count)
    func refused(index: Int) {
        let scenario = Scenario()
        let (change, failure) = Self.obstacles[index]
        change(scenario)
        guard case .failed(_, failure, let report) = scenario.run(Self.steps) else {
            Issue.record("not refused as expected")
            return
        }
        #expect(report.writes == 0 && scenario.log.lines.isEmpty)
    }

    @Test("is not done to another domain of that name")
    func otherDomain() {
        let scenario = Scenario()
        scenario.domains.entries["db"]?.document.children.append(
            .element(XMLElement("uuid", children: [.text("6695eb01-f6a4-8304-79aa-97f2502e193f")])))
        let step = Step.rename(name: "data", from: "db", uuid: "00000000-0000-0000-0000-000000000001")
        #expect(scenario.run([step]) == .failed(step, .definitionChanged("db"), RunReport()))
    }

    @Test("of a committed transaction is undone, and held against what somebody did since")
    func rollback() throws {
        let scenario = Scenario()
        let before = scenario.domains.entries
        final class Writes: StepObserver {
            var entries: [Transaction.RecordedWrite] = []
            func willRun(_ effect: Effect) { entries.append(.init(effect.write, .begun)) }
            func didRun(_ effect: Effect, found: XMLElement?) {
                entries[entries.count - 1].state = .done(found: found)
            }
        }
        let observer = Writes()
        _ = scenario.run(Self.steps, observer: observer)
        var records: [JournalRecord] = [.opened(.sample)]
        for (index, entry) in observer.entries.enumerated() {
            records.append(.begun(index + 1, entry.write))
            if case .done(let found) = entry.state { records.append(.done(index + 1, found: found)) }
        }
        let transaction = try Transaction(records)
        let interpreter = Interpreter(domains: scenario.domains, pools: scenario.pools)
        #expect(try interpreter.check(transaction).isClear)
        let after = scenario.domains.entries
        scenario.domains.entries["db"] = .init(document: .domain("db"))
        #expect(try interpreter.check(transaction).obstacles == [.name("data", from: "db")])
        scenario.domains.entries = after
        scenario.domains.entries["data"]?.live = .domain("data")
        #expect(try interpreter.check(transaction).running == ["data"])
        scenario.domains.entries = after
        #expect(interpreter.rollBack(transaction).isRolledBack)
        #expect(scenario.domains.entries == before)
        #expect(try interpreter.check(transaction).isClear)
        #expect(interpreter.rollBack(transaction).undone.allSatisfy { $0.result == .notNeeded })
    }
}
