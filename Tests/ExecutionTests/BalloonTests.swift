import Execution
import Foundation
import HostModel
import Planning
import Testing
import XMLTree

@Suite("Setting a balloon")
struct BalloonTests {
    private static let step = Step.setMemory(name: "web", prior: 65_536, target: 32_768)
    private static let write = ReversibleWrite(
        .setMemory(name: "web", from: 65_536, to: 32_768), inverse: [.setMemory(name: "web", from: 32_768, to: 65_536)])

    private static func memory(_ scenario: Scenario) -> String? {
        scenario.domains.entries["web"]?.live?.element(named: "currentMemory")?.text
    }

    @Test("writes once, and nothing the second time")
    func once() {
        let scenario = Scenario()
        guard case .applied(let report) = scenario.run([Self.step]) else { return #expect(Bool(false), "failed") }
        #expect(scenario.log.lines == ["memory web 32MiB"])
        #expect(report.writes == 1 && report.verified > 0)
        guard case .applied(let again) = scenario.run([Self.step]) else { return #expect(Bool(false), "failed") }
        #expect(again.writes == 0 && again.inSync == [Self.step])
        #expect(scenario.domains.entries["web"]?.document.element(named: "currentMemory") == nil)
    }

    @Test("is done when the guest has not followed yet, and is not undone for that")
    func slow() {
        let scenario = Scenario()
        scenario.domains.isBalloonDeaf = true
        guard case .applied = scenario.run([Self.step]) else { return #expect(Bool(false), "failed") }
        #expect(Self.memory(scenario) == nil)
    }

    @Test("is undone after a later failure, also where the guest has not followed", arguments: [false, true])
    func undone(isDeaf: Bool) {
        let scenario = Scenario()
        scenario.domains.isBalloonDeaf = isDeaf
        scenario.log.failing = (1, .refused)
        guard case .failed(_, WriteLog.failure, let report) = scenario.run([Self.step, .start(name: "db")]) else {
            return #expect(Bool(false), "did not fail")
        }
        #expect(report.isRolledBack)
        #expect(scenario.log.lines == ["memory web 32MiB", "start db", "memory web 64MiB"])
        #expect(isDeaf || Self.memory(scenario) == "65536")
    }

    @Test("has nothing to do for a domain that does not run")
    func down() {
        let scenario = Scenario()
        scenario.domains.entries["web"]?.live = nil
        guard case .applied(let report) = scenario.run([Self.step]) else { return #expect(Bool(false), "failed") }
        #expect(report.writes == 0)
    }

    @Test("is told in a journal, and rolled back from it unless somebody has set another amount")
    func journal() throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let json = try encoder.encode(Self.write)
        #expect(
            String(decoding: json, as: UTF8.self)
                == #"{"action":{"do":"memory","from_kib":65536,"guest":"web","to_kib":32768},"#
                + #""inverse":[{"do":"memory","from_kib":32768,"guest":"web","to_kib":65536}]}"#)
        #expect(try JSONDecoder().decode(ReversibleWrite.self, from: json) == Self.write)
        let transaction = try Transaction([.opened(.sample), .begun(1, Self.write)])
        let scenario = Scenario()
        let interpreter = Interpreter(domains: scenario.domains, pools: scenario.pools)
        for (found, isKnown) in [(32_768, true), (50_000, true), (65_536, true), (20_000, false)] as [(KiB, Bool)] {
            scenario.domains.entries["web"]?.live?.setCurrentMemory(found)
            let expected: [RollbackCheck.ForeignChange] = isKnown ? [] : [.memory("web", found: found)]
            #expect(try interpreter.check(transaction).obstacles == expected)
        }
        #expect(interpreter.rollBack(transaction).isRolledBack)
        #expect(Self.memory(scenario) == "65536")
        let wrong = ReversibleWrite(Self.write.action, inverse: [.setMemory(name: "db", from: 32_768, to: 65_536)])
        #expect(throws: JournalFlaw.self) { try Transaction([.opened(.sample), .begun(1, wrong)]) }
    }

    @Test("is stale where the domain has an amount that the plan does not know")
    func moved() throws {
        let scenario = Scenario()
        scenario.domains.entries["web"]?.live?.setCurrentMemory(20_000)
        let domain = GuestPrecondition.Domain(
            parts: .read("web", pins: [0: "0-1"]), mark: nil, isRunning: true, autostarts: false, hasManagedSave: false,
            defaultHugePage: nil)
        let check = PreconditionCheck(
            Preconditions(guests: [GuestPrecondition(name: "web", domain: domain)]), of: [Self.step],
            domains: scenario.domains, pools: scenario.pools, defaultHugePage: nil)
        #expect(try check.moved().map(\.path) == ["memory"])
    }
}
