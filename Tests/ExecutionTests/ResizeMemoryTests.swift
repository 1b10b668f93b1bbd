import DomainXML
import Execution
import Foundation
import HostModel
import Planning
import Testing
import XMLTree

@Suite("Plugging memory")
struct ResizeMemoryTests {
    private static let step = Step.resizeMemory(name: "web", cell: 0, prior: 0, target: 65_536)
    private static let write = ReversibleWrite(
        .resizeMemory(name: "web", cell: 0, from: 0, to: 65_536),
        inverse: [.resizeMemory(name: "web", cell: 0, from: 65_536, to: 0)])

    /// The running domain with a device that is asked for so much.
    private static func scenario(requested: Int = 0) throws -> Scenario {
        let scenario = Scenario()
        let device = try XMLReader.read(
            """
            <memory model='virtio-mem'><target><size unit='KiB'>131072</size><node>0</node><block unit='KiB'>2048</block>
            <requested unit='KiB'>\(requested)</requested><current unit='KiB'>\(requested)</current></target></memory>
            """)
        let live = scenario.domains.entries["web"]?.live
        scenario.domains.entries["web"]?.live = live?.withDevices { $0.append(device) }
        return scenario
    }

    private static func device(_ scenario: Scenario) -> MemoryPlugDevice? {
        scenario.domains.entries["web"]?.live.flatMap { MemoryPlugDevice.all(in: $0)[0] }
    }

    @Test("writes once, and nothing the second time")
    func once() throws {
        let scenario = try Self.scenario()
        guard case .applied(let report) = scenario.run([Self.step]) else { return #expect(Bool(false), "failed") }
        #expect(scenario.log.lines == ["update web 64MiB"])
        #expect(report.writes == 1 && report.verified > 0 && report.notes.isEmpty)
        #expect(Self.device(scenario)?.plugged == 65_536)
        guard case .applied(let again) = scenario.run([Self.step]) else { return #expect(Bool(false), "failed") }
        #expect(again.writes == 0 && again.inSync == [Self.step])
    }

    @Test("is done, with a word, when the guest has followed in part", arguments: [(0, "0KiB"), (2_048, "2MiB")])
    func partly(plugs: KiB, words: String) throws {
        let scenario = try Self.scenario()
        scenario.domains.plugs = plugs
        guard case .applied(let report) = scenario.run([Self.step]) else { return #expect(Bool(false), "failed") }
        #expect(report.notes.map(\.message) == ["cell 0 of web has plugged \(words) of 64MiB so far"])
        #expect(report.notes.map(\.kind) == [.following])
    }

    @Test("is undone after a later failure")
    func undone() throws {
        let scenario = try Self.scenario()
        scenario.log.failing = (1, .refused)
        guard case .failed(_, WriteLog.failure, let report) = scenario.run([Self.step, .start(name: "db")]) else {
            return #expect(Bool(false), "did not fail")
        }
        #expect(report.isRolledBack)
        #expect(scenario.log.lines == ["update web 64MiB", "start db", "update web 0KiB"])
    }

    @Test("has nothing to do for a domain that does not run, and for one without the device")
    func down() throws {
        for scenario in [try Self.scenario(), Scenario()] {
            if Self.device(scenario) != nil { scenario.domains.entries["web"]?.live = nil }
            guard case .applied(let report) = scenario.run([Self.step]) else { return #expect(Bool(false), "failed") }
            #expect(report.writes == 0)
        }
    }

    @Test("is told in a journal, and rolled back from it unless somebody has asked for another amount")
    func journal() throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let json = try encoder.encode(Self.write)
        #expect(
            String(decoding: json, as: UTF8.self)
                == #"{"action":{"do":"resize","from_kib":0,"guest":"web","guest_cell":0,"to_kib":65536},"#
                + #""inverse":[{"do":"resize","from_kib":65536,"guest":"web","guest_cell":0,"to_kib":0}]}"#)
        #expect(try JSONDecoder().decode(ReversibleWrite.self, from: json) == Self.write)
        let transaction = try Transaction([.opened(.sample), .begun(1, Self.write)])
        for (requested, isKnown) in [(65_536, true), (0, true), (4_096, false)] {
            let scenario = try Self.scenario(requested: requested)
            let interpreter = Interpreter(domains: scenario.domains, pools: scenario.pools)
            let expected: [RollbackCheck.ForeignChange] =
                isKnown ? [] : [.pluggedMemory("web", cell: 0, found: KiB(UInt64(requested)))]
            #expect(try interpreter.check(transaction).obstacles == expected)
            guard isKnown else { continue }
            #expect(interpreter.rollBack(transaction).isRolledBack)
            #expect(Self.device(scenario)?.plug.requested == 0)
        }
        let wrong = ReversibleWrite(
            Self.write.action, inverse: [.resizeMemory(name: "web", cell: 1, from: 65_536, to: 0)])
        #expect(throws: JournalFlaw.self) { try Transaction([.opened(.sample), .begun(1, wrong)]) }
    }

    @Test(
        "is stale where the domain is asked for an amount that the plan does not know",
        arguments: [(0, []), (65_536, []), (4_096, ["plugged memory of cell 0"])] as [(Int, [String])])
    func moved(requested: Int, paths: [String]) throws {
        let scenario = try Self.scenario(requested: requested)
        let domain = GuestPrecondition.Domain(
            parts: .read("web", pins: [0: "0-1"]), mark: nil, isRunning: true, autostarts: false, hasManagedSave: false,
            defaultHugePage: nil)
        let check = PreconditionCheck(
            Preconditions(guests: [GuestPrecondition(name: "web", domain: domain)]), of: [Self.step],
            domains: scenario.domains, pools: scenario.pools, defaultHugePage: nil)
        #expect(try check.moved().map(\.path).filter { $0.hasPrefix("plugged") } == paths)
    }
}
