import Execution
import Foundation
import HostModel
import Planning
import Testing
import XMLTree

@Suite("Plugging vCPUs and taking them out")
struct VCPUTests {
    private static let plug = Step.setVCPUs(name: "web", prior: 1, target: 3)
    private static let unplug = Step.setVCPUs(name: "web", prior: 4, target: 1)
    private static let write = ReversibleWrite(
        .setVCPUs(name: "web", from: 1, to: 3), inverse: [.setVCPUs(name: "web", from: 3, to: 1)])

    /// A guest of 4 vCPUs that has so many plugged in, and the others pinned nowhere.
    private static func scenario(present: Int) -> Scenario {
        let scenario = Scenario()
        guard var live = scenario.domains.entries["web"]?.live else { return scenario }
        live.children.removeAll { if case .element(let old) = $0 { old.name == "vcpu" } else { false } }
        live.children.append(.element(XMLElement("vcpu", children: [.text("4")])))
        scenario.domains.entries["web"]?.document = live
        live.setCurrentVCPUs(present)
        scenario.domains.entries["web"]?.live = live
        return scenario
    }

    private static func present(_ scenario: Scenario) -> String? {
        scenario.domains.entries["web"]?.live?.element(named: "vcpu")?[attribute: "current"]
    }

    @Test("is done once, and the second time nothing is written")
    func once() {
        for (step, before, after) in [(Self.plug, 1, "3"), (Self.unplug, 4, "1")] {
            let scenario = Self.scenario(present: before)
            guard case .applied(let report) = scenario.run([step]) else { return #expect(Bool(false), "failed") }
            #expect(report.writes == 1 && report.verified > 0 && report.notes.isEmpty && report.done == [step])
            #expect(scenario.log.lines == ["vcpus web \(after)"])
            guard case .applied(let again) = scenario.run([step]) else { return #expect(Bool(false), "failed") }
            #expect(again.writes == 0 && again.inSync == [step])
            #expect(scenario.domains.entries["web"]?.document.element(named: "vcpu")?[attribute: "current"] == nil)
        }
    }

    @Test("comes after the pins of its threads, whatever the order of the steps, and is undone before them")
    func order() {
        let scenario = Self.scenario(present: 1)
        scenario.log.failing = (3, .refused)
        let pin = Step.pin(name: "web", thread: .vcpu(2), prior: [3], target: [2])
        guard case .failed = scenario.run([Self.plug, .start(name: "db"), pin]) else {
            return #expect(Bool(false), "did not fail")
        }
        #expect(
            scenario.log.lines == [
                "pin web 2 2-3", "pin web 2 2", "vcpus web 3", "start db", "vcpus web 1", "pin web 2 2-3",
                "pin web 2 3",
            ])
    }

    @Test("waits for a pin that waits for another guest's shutdown")
    func late() {
        let scenario = Self.scenario(present: 1)
        scenario.domains.entries["old"]?.live = .domain("old", pins: [0: "3"])
        let pin = Step.pin(name: "web", thread: .vcpu(2), prior: [2], target: [3])
        guard case .applied = scenario.run([Self.plug, pin, .stop(name: "old"), .undefine(name: "old")]) else {
            return #expect(Bool(false), "failed")
        }
        #expect(
            scenario.log.lines == ["stop old", "undefine old", "pin web 2 2-3", "pin web 2 3", "vcpus web 3"])
        #expect(Self.present(scenario) == "3")
    }

    @Test("that the guest does not answer, or the host refuses, waits for the next start and fails nothing")
    func refused() {
        let deaf = Self.scenario(present: 4)
        deaf.domains.keptVCPUs = 4
        guard case .applied(let kept) = deaf.run([Self.unplug]) else { return #expect(Bool(false), "failed") }
        #expect(kept.writes == 0 && kept.done.isEmpty && kept.undone.isEmpty && Self.present(deaf) == "4")
        #expect(
            kept.notes == [
                Note(
                    guest: "web",
                    message:
                        "web keeps 4 vCPUs instead of 1 until its next start, or until it gives them up later: unplug: timed out",
                    kind: .nextStart)
            ])
        let full = Self.scenario(present: 1)
        full.domains.plugRefusal = .other
        guard case .applied(let report) = full.run([Self.plug]) else { return #expect(Bool(false), "failed") }
        #expect(report.writes == 0 && report.undone.isEmpty)
        #expect(
            report.notes.map(\.message) == [
                "web has 1 of 3 vCPUs before its next start: plug: not on this machine"
            ])
        for kind in [HostRefusal.RefusalKind.unreachable, .notPermitted] {
            let gone = Self.scenario(present: 1)
            gone.domains.plugRefusal = kind
            guard case .failed = gone.run([Self.plug]) else { return #expect(Bool(false), "did not fail") }
        }
    }

    @Test("leaves out what the guest has given up before it kept the rest, and brings it back in an undo")
    func partly() {
        let scenario = Self.scenario(present: 4)
        scenario.domains.keptVCPUs = 2
        guard case .applied(let report) = scenario.run([Self.unplug]) else { return #expect(Bool(false), "failed") }
        #expect(Self.present(scenario) == "2" && report.writes == 1 && report.undone.isEmpty)
        #expect(
            report.notes.map(\.message) == [
                "web keeps 2 vCPUs instead of 1 until its next start, or until it gives them up later: unplug: timed out"
            ])

        let undone = Self.scenario(present: 4)
        undone.domains.keptVCPUs = 2
        undone.log.failing = (1, .refused)
        guard case .failed(_, WriteLog.failure, let back) = undone.run([Self.unplug, .start(name: "db")]) else {
            return #expect(Bool(false), "did not fail")
        }
        #expect(back.isRolledBack && Self.present(undone) == "4")
    }

    @Test("is not undone where the guest keeps what it was given, and the report says so")
    func stays() {
        let scenario = Self.scenario(present: 1)
        scenario.domains.keptVCPUs = 3
        scenario.log.failing = (1, .refused)
        guard case .rollbackIncomplete(_, let report) = scenario.run([Self.plug, .start(name: "db")]) else {
            return #expect(Bool(false), "did not say so")
        }
        #expect(!report.isRolledBack && Self.present(scenario) == "3")
    }

    @Test("does not plug where QEMU would end itself, as an undo of one that emulates CPUs")
    func emulated() {
        let scenario = Self.scenario(present: 3)
        scenario.domains.entries["web"]?.live?[attribute: "type"] = "qemu"
        let list = (0..<4).map { vcpu in
            XMLElement(
                "vcpu",
                [
                    .init("id", "\(vcpu)"), .init("enabled", vcpu < 2 ? "yes" : "no"),
                    .init("hotpluggable", vcpu == 0 ? "no" : "yes"),
                ])
        }
        scenario.domains.entries["web"]?.live?.children.append(
            .element(XMLElement("vcpus", children: list.map { .element($0) })))
        guard case .applied(let report) = scenario.run([.setVCPUs(name: "web", prior: 2, target: 3)]) else {
            return #expect(Bool(false), "failed")
        }
        #expect(report.writes == 0 && report.notes.count == 1 && scenario.log.lines.isEmpty)
    }

    @Test("has nothing to do for a domain that does not run")
    func down() {
        let scenario = Self.scenario(present: 1)
        scenario.domains.entries["web"]?.live = nil
        guard case .applied(let report) = scenario.run([Self.plug]) else { return #expect(Bool(false), "failed") }
        #expect(report.writes == 0)
    }

    @Test("is told in a journal, and rolled back from it unless somebody has set another number")
    func journal() throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let json = try encoder.encode(Self.write)
        #expect(
            String(decoding: json, as: UTF8.self)
                == #"{"action":{"do":"vcpus","from":1,"guest":"web","to":3},"#
                + #""inverse":[{"do":"vcpus","from":3,"guest":"web","to":1}]}"#)
        #expect(try JSONDecoder().decode(ReversibleWrite.self, from: json) == Self.write)
        let transaction = try Transaction([.opened(.sample), .begun(1, Self.write)])
        let scenario = Self.scenario(present: 4)
        let interpreter = Interpreter(domains: scenario.domains, pools: scenario.pools)
        for (found, isKnown) in [(4, false), (1, true), (2, true), (3, true)] {
            scenario.domains.entries["web"]?.live?.setCurrentVCPUs(found)
            let expected: [RollbackCheck.ForeignChange] = isKnown ? [] : [.vcpus("web", found: found)]
            #expect(try interpreter.check(transaction).obstacles == expected)
        }
        #expect(interpreter.rollBack(transaction).isRolledBack)
        #expect(Self.present(scenario) == "1")
        let wrong = ReversibleWrite(Self.write.action, inverse: [.setVCPUs(name: "db", from: 3, to: 1)])
        #expect(throws: JournalFlaw.self) { try Transaction([.opened(.sample), .begun(1, wrong)]) }
    }

    @Test("is stale where the domain has a number that the plan does not know", arguments: [(1, []), (4, ["vCPUs"])])
    func moved(present: Int, paths: [String]) throws {
        let scenario = Self.scenario(present: present)
        let domain = GuestPrecondition.Domain(
            parts: .read("web", pins: [0: "0-1"]), mark: nil, isRunning: true, autostarts: false, hasManagedSave: false,
            defaultHugePage: nil)
        let check = PreconditionCheck(
            Preconditions(guests: [GuestPrecondition(name: "web", domain: domain)]), of: [Self.plug],
            domains: scenario.domains, pools: scenario.pools, defaultHugePage: nil)
        #expect(try check.moved().map(\.path).filter { $0 == "vCPUs" } == paths)
    }
}
