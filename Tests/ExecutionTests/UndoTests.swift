import DomainXML
import Execution
import HostModel
import Planning
import Testing

@Suite("Undo")
struct UndoTests {
    @Test(
        "brings the host back after a failure at any write, whether the failing write was done or not",
        arguments: 0..<Scenario.writes.count, WriteLog.Way.allCases)
    func everyWrite(index: Int, way: WriteLog.Way) throws {
        let scenario = Scenario()
        let before = (scenario.domains.entries, scenario.pools.sizes)
        scenario.log.failing = (index, way)
        guard case .failed(_, let failure, let report) = scenario.run() else {
            Issue.record("did not fail")
            return
        }
        #expect(failure == WriteLog.failure)
        #expect(report.isRolledBack)
        guard report.started.isEmpty else { return try checkGuestStands(scenario, report, before.0) }
        #expect(scenario.domains.entries == before.0)
        #expect(scenario.pools.sizes == before.1)
    }

    /// A guest that this run started stays up, with its definition and the pages; all else is back.
    private func checkGuestStands(
        _ scenario: Scenario, _ report: RunReport, _ before: [String: FakeDomains.Entry]
    ) throws {
        #expect(report.started == ["new"])
        #expect(try #require(scenario.domains.entries["new"]).live != nil)
        #expect(scenario.pools.sizes == [Scenario.large: 2, Scenario.small: 20, Scenario.shrinking: 4])
        for name in ["web", "db", "old"] { #expect(scenario.domains.entries[name] == before[name]) }
        let left = report.undone.filter { $0.result == .leftForRunning(["new"]) }.map(\.action)
        #expect(left.contains(.undefine(name: "new")))
        #expect(!left.contains { $0.guest == "web" })
    }

    @Test("undoes in reverse, and starts a guest that it had shut down only when all else is back")
    func reverse() {
        let scenario = Scenario()
        scenario.log.failing = (9, .refused)
        _ = scenario.run()
        #expect(
            Array(scenario.log.lines.dropFirst(10)) == [
                "define old", "autostart old true", "pin web 0 0-2", "pin web 0 0-1", "autostart new false",
                "undefine new", "define db", "define web", "pools 2MiB@0=10", "pools 1GiB@1=0", "start old",
            ])
    }

    @Test("says which undo failed, and goes on with the others")
    func incomplete() {
        let scenario = Scenario()
        scenario.pools.stuck = [Scenario.small]
        scenario.log.failing = (3, .refused)
        guard case .rollbackIncomplete(.failed(_, WriteLog.failure), let report) = scenario.run() else {
            Issue.record("rolled back")
            return
        }
        #expect(!report.isRolledBack)
        let failed = report.undone.filter { if case .failed = $0.result { true } else { false } }.map(\.action)
        #expect(failed == [.setPools([PoolChange(pool: Scenario.small, prior: 20, target: 10)])])
        #expect(scenario.pools.sizes[Scenario.large] == 0)
        #expect(scenario.domains.entries == Scenario().domains.entries)
    }

    @Test("puts pools back when the kernel grants less, before anything else is touched")
    func short() {
        let scenario = Scenario()
        scenario.pools.limits = [Scenario.large: 1]
        guard case .poolsShort(let grants, "hugepages=2", let report) = scenario.run() else {
            Issue.record("granted")
            return
        }
        #expect(
            grants == [
                PoolGrant(pool: Scenario.small, asked: 20, granted: 20),
                PoolGrant(pool: Scenario.large, asked: 2, granted: 1),
            ])
        #expect(report.isRolledBack)
        #expect(scenario.log.lines == [Scenario.writes[0]])
        #expect(scenario.pools.sizes == Scenario().pools.sizes)
    }

    @Test("starts a guest that was to be restarted with its old definition, when the new one does not start")
    func restart() {
        let scenario = Scenario()
        let steps: [Step] = [
            .redefine(name: "web", prior: .read("web", pins: [0: "0-1"]), wanted: .parts(vcpus: 4), mark: .of("web")),
            .stop(name: "web"), .start(name: "web"),
        ]
        scenario.log.failing = (2, .refused)
        guard case .failed(let step, WriteLog.failure, let report) = scenario.run(steps), step == .start(name: "web")
        else {
            Issue.record("restarted")
            return
        }
        #expect(report.isRolledBack)
        #expect(scenario.log.lines == ["define web", "stop web", "start web", "define web", "start web"])
        #expect(scenario.domains.entries == Scenario().domains.entries)
    }

    @Test(
        "power cycles one guest after the other, and stops at the first that does not shut down",
        arguments: [true, false])
    func roll(force: Bool) throws {
        let scenario = Scenario()
        scenario.domains.entries["db"]?.live = .domain("db", pins: [0: "7"])
        scenario.domains.deaf = ["db"]
        let outcome = scenario.run([
            .stop(name: "web", force: force), .stop(name: "db", force: force), .stop(name: "old", force: force),
            .start(name: "web"), .start(name: "db"), .start(name: "old"),
        ])
        let all = ["stop web", "start web", "stop db", "start db", "stop old", "start old"]
        guard !force else {
            #expect(scenario.log.lines == all)
            #expect(scenario.domains.entries["db"]?.live == .domain("db", pins: [0: "2"]))
            return
        }
        guard case .failed(let step, .stillRunning("db"), let report) = outcome, step == .stop(name: "db") else {
            Issue.record("\(outcome)")
            return
        }
        #expect(scenario.log.lines == Array(all.prefix(3)))
        #expect(report.started == ["web"])
        #expect(scenario.domains.entries["db"]?.live == .domain("db", pins: [0: "7"]))
    }

    @Test("starts a guest again that goes down after it was given up, and says of one that has not that it may")
    func late() {
        for isLate in [true, false] {
            let scenario = Scenario()
            scenario.domains.deaf = ["old"]
            if isLate { scenario.domains.late = ["old"] }
            let report = scenario.run([.stop(name: "old")]).report
            #expect(scenario.log.lines == ["stop old"] + (isLate ? ["start old"] : []))
            #expect(scenario.domains.entries["old"]?.live != nil && report.isRolledBack)
            #expect(report.mayStillStop == (isLate ? [] : ["old"]))
        }
    }

    @Test("does not say of a guest that libvirt did not ask, since it is paused, that it may still shut down")
    func neverAsked() {
        let scenario = Scenario()
        let paused = StepFailure.refused(HostRefusal(call: "fake", kind: .wrongState, code: 55, message: "not running"))
        scenario.log.failure = paused
        scenario.log.failing = (0, .refused)
        guard case .failed(_, paused, let report) = scenario.run([.stop(name: "old")]) else {
            Issue.record("did not fail")
            return
        }
        #expect(report.isRolledBack && report.mayStillStop.isEmpty)
    }

    @Test("is refused before the first write where the devices would become others than were shown")
    func otherDevices() {
        let scenario = Scenario()
        let shown = DeviceChange(key: .console, now: nil, want: .flag(true))
        let outcome = scenario.run([
            .redefine(
                name: "web", prior: .read("web", pins: [0: "0-1"]), wanted: .parts(pins: [0: [1, 2]]),
                mark: .of("web"), devices: [shown])
        ])
        guard case .failed(_, .definitionChanged("web"), _) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(outcome.writes == 0)
    }

    @Test("never switches off a guest that does not shut down")
    func deaf() {
        let scenario = Scenario()
        scenario.domains.deaf = ["old"]
        guard case .failed(let step, .stillRunning("old"), let report) = scenario.run(), step == .stop(name: "old")
        else {
            Issue.record("shut down")
            return
        }
        #expect(report.isRolledBack)
        #expect(scenario.domains.entries == Scenario().domains.entries)
        #expect(report.writes > 0)
    }
}
