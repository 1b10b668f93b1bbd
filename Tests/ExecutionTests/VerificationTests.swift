import Execution
import HostModel
import Planning
import Testing
import XMLTree

@Suite("Verification of a run")
struct VerificationTests {
    @Test("rolls back when libvirt keeps something else than was defined, and names every difference")
    func rewritten() {
        let scenario = Scenario()
        scenario.domains.rewriting = { document in
            guard document.element(named: "name")?.text == "db" else { return document }
            var changed = document
            changed.setPin(of: 0, to: [7])
            return changed
        }
        guard case .rollbackIncomplete(.verificationFailed(let mismatches), let report) = scenario.run() else {
            Issue.record("verified")
            return
        }
        #expect(mismatches.map(\.subject) == [.guest("db")])
        #expect(mismatches.allSatisfy { $0.wanted != $0.found })
        // This host rewrites the definition that is put back as well, so a person is needed for that one.
        let failed = report.undone.filter { if case .failed = $0.result { true } else { false } }
        #expect(failed.map(\.action.guest) == ["db"])
        #expect(scenario.domains.entries["web"] == Scenario().domains.entries["web"])
    }

    @Test("is content when what was put back is as it was")
    func rewrittenOnce() {
        let scenario = Scenario()
        var isFirst = true
        scenario.domains.rewriting = { document in
            guard isFirst else { return document }
            isFirst = false
            var changed = document
            changed.setPin(of: 0, to: [7])
            return changed
        }
        guard case .verificationFailed(let mismatches, let report) = scenario.run() else {
            Issue.record("verified")
            return
        }
        #expect(mismatches.map(\.subject) == [.guest("web")])
        #expect(report.isRolledBack)
        #expect(scenario.domains.entries == Scenario().domains.entries)
        #expect(scenario.pools.sizes == Scenario().pools.sizes)
    }
}

@Suite("Preconditions of a run")
struct PreconditionTests {
    /// What has happened since the plan was made, and what the run says to it.
    static let changes: [(String, @Sendable (Scenario) -> Void, StepFailure)] = [
        (
            "pool", { $0.pools.sizes[Scenario.small] = 11 },
            .poolChanged(Scenario.small, planned: 10, found: 11)
        ),
        (
            "definition", { $0.domains.entries["db"] = .init(document: .domain("db", pins: [0: "5"])) },
            .definitionChanged("db")
        ),
        ("removed", { $0.domains.entries["db"] = nil }, .domainVanished("db")),
        ("appeared", { $0.domains.entries["new"] = .init(document: .domain("new")) }, .domainAppeared("new")),
        ("unreadable", { $0.domains.entries["db"]?.document = XMLElement("domain") }, .unreadable("db", reason: "")),
    ]

    @Test("refuses a plan that is out of date, and writes nothing", arguments: 0..<changes.count)
    func stale(index: Int) {
        let (name, change, expected) = PreconditionTests.changes[index]
        let scenario = Scenario()
        change(scenario)
        guard case .failed(_, let failure, let report) = scenario.run() else {
            Issue.record("\(name): not refused")
            return
        }
        if case .unreadable(let guest, let reason) = failure {
            #expect(guest == "db" && !reason.isEmpty)
            #expect(!failure.isStale)
        } else {
            #expect(failure == expected)
            #expect(failure.isStale)
        }
        #expect(report.writes == 0)
        #expect(scenario.log.lines.isEmpty)
    }

    @Test(
        "does not start or remove a domain that holds a managed save image",
        arguments: [
            Step.start(name: "db"), .undefine(name: "db"),
        ])
    func managedSave(step: Step) {
        let scenario = Scenario()
        scenario.domains.entries["db"]?.hasManagedSave = true
        #expect(scenario.run([step]) == .failed(step, .managedSave("db"), RunReport()))
    }

    private static let holdings: [(@Sendable (inout FakeDomains.Entry) -> Void, StepFailure)] = [
        ({ $0.hasManagedSave = true }, .managedSave("old")),
        ({ $0.snapshots = 2 }, .heldBySnapshots("old", snapshots: 2, checkpoints: 0)),
        ({ $0.checkpoints = 1 }, .heldBySnapshots("old", snapshots: 0, checkpoints: 1)),
        ({ $0.job = "migration_out" }, .inJob("old", job: "migration_out")),
    ]

    @Test("does not shut a guest down that libvirt will not undefine afterwards", arguments: 0..<holdings.count)
    func heldDefinition(index: Int) throws {
        let (change, failure) = PreconditionTests.holdings[index]
        let scenario = Scenario()
        var entry = try #require(scenario.domains.entries["old"])
        change(&entry)
        scenario.domains.entries["old"] = entry
        guard case .failed(_, failure, let report) = scenario.run() else {
            Issue.record("not refused")
            return
        }
        #expect(report.writes == 0 && scenario.log.lines.isEmpty)
    }

    @Test("leaves a guest alone with which libvirt is busy", arguments: [0, 4, 6, 7])
    func busy(index: Int) {
        let scenario = Scenario()
        for name in scenario.domains.entries.keys { scenario.domains.entries[name]?.job = "save" }
        let step = Scenario.steps[index]
        guard let guest = step.guest, scenario.domains.entries[guest] != nil else { return }
        #expect(scenario.run([step]) == .failed(step, .inJob(guest, job: "save"), RunReport()))
    }

    @Test("does not give a transient domain a definition")
    func transient() {
        let scenario = Scenario()
        scenario.domains.entries["db"]?.isPersistent = false
        let step = Scenario.steps[7]
        #expect(scenario.run([step]) == .failed(step, .transient("db"), RunReport()))
    }

    @Test("does not undefine what runs")
    func running() {
        let step = Step.undefine(name: "web")
        #expect(Scenario().run([step]) == .failed(step, .running("web"), RunReport()))
    }

    @Test(
        "does not start, or set to start, what is not there",
        arguments: [
            Step.start(name: "nobody"), .setAutostart(name: "nobody", prior: false, target: true),
        ])
    func nobody(step: Step) {
        #expect(Scenario().run([step]) == .failed(step, .domainVanished("nobody"), RunReport()))
    }
}
