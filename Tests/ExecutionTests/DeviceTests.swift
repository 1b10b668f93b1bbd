import DomainXML
import Execution
import Foundation
import HostModel
import Planning
import Testing
import XMLTree

@Suite("Attaching and detaching a device")
struct DeviceTests {
    private static func xml(_ text: String) -> XMLElement {
        // Tests write what can be read.
        (try? XMLReader.read(text)) ?? XMLElement("none")
    }

    private static let disk = xml(
        "<disk type='file' device='disk'><driver name='qemu' type='raw'/><source file='/b'/><target dev='vdb' bus='virtio'/></disk>"
    )
    private static let nic = xml(
        "<interface type='network'><source network='default'/><model type='virtio'/></interface>")
    private static let named = xml(
        "<interface type='network'><mac address='52:54:00:00:00:07'/><source network='default'/><model type='virtio'/></interface>"
    )

    private static let attach = Step.setDevice(name: "web", .attach, path: "devices.disk[vdb]", device: disk)
    private static let detach = Step.setDevice(name: "web", .detach, path: "devices.disk[vdb]", device: disk)

    private static func scenario(live: [XMLElement] = [], defined: [XMLElement] = []) -> Scenario {
        let scenario = Scenario()
        guard let entry = scenario.domains.entries["web"] else { return scenario }
        scenario.domains.entries["web"]?.live = entry.live?.withDevices { $0 += live }
        scenario.domains.entries["web"]?.document = entry.document.withDevices { $0 += defined }
        return scenario
    }

    private static func live(_ scenario: Scenario) -> [String] {
        ["disk", "interface"].flatMap {
            scenario.domains.entries["web"]?.live?.element(named: "devices")?.elements(named: $0) ?? []
        }.compactMap { DomainDevice($0)?.path }
    }

    @Test("is done once, and the second time nothing is written")
    func once() {
        for (step, before, after) in [(Self.attach, [], ["devices.disk[vdb]"]), (Self.detach, [Self.disk], [])] {
            let scenario = Self.scenario(live: before)
            guard case .applied(let report) = scenario.run([step]) else { return #expect(Bool(false), "failed") }
            #expect(report.writes == 1 && report.verified > 0 && report.notes.isEmpty && report.done == [step])
            #expect(Self.live(scenario) == after)
            guard case .applied(let again) = scenario.run([step]) else { return #expect(Bool(false), "failed") }
            #expect(again.writes == 0 && again.inSync == [step])
        }
    }

    @Test("has the hardware address that the definition has")
    func address() {
        let scenario = Self.scenario(defined: [Self.named])
        let step = Step.setDevice(name: "web", .attach, path: "devices.interface[new]", device: Self.nic)
        guard case .applied = scenario.run([step]) else { return #expect(Bool(false), "failed") }
        #expect(Self.live(scenario) == ["devices.interface[52:54:00:00:00:07]"])
        guard case .applied(let again) = scenario.run([step]) else { return #expect(Bool(false), "failed") }
        #expect(again.writes == 0)
    }

    @Test("that the host refuses, or the guest does not let go of, waits for the next start and fails nothing")
    func refused() {
        let full = Self.scenario()
        full.domains.deviceRefusal = .other
        guard case .applied(let report) = full.run([Self.attach]) else { return #expect(Bool(false), "failed") }
        #expect(report.writes == 0 && report.done.isEmpty && report.undone.isEmpty)
        #expect(
            report.notes.map(\.message) == [
                "devices.disk[vdb] is not attached before the next start of web: attach: no more PCI slots"
            ])
        let deaf = Self.scenario(live: [Self.disk])
        deaf.domains.keepsDevices = true
        guard case .applied(let kept) = deaf.run([Self.detach]) else { return #expect(Bool(false), "failed") }
        #expect(kept.notes.count == 1 && Self.live(deaf) == ["devices.disk[vdb]"])
        let gone = Self.scenario()
        gone.domains.deviceRefusal = .unreachable
        guard case .failed = gone.run([Self.attach]) else { return #expect(Bool(false), "did not fail") }
    }

    @Test("is undone after a later failure, the device as it was")
    func undone() throws {
        var placed = Self.disk
        placed.children.append(.element(Self.xml("<alias name='virtio-disk1'/>")))
        placed.children.append(.element(Self.xml("<address type='pci' bus='0x03' slot='0x00' function='0x0'/>")))
        for (step, before) in [(Self.attach, []), (Self.detach, [placed])] {
            let scenario = Self.scenario(live: before)
            scenario.log.failing = (1, .refused)
            guard case .failed(_, WriteLog.failure, let report) = scenario.run([step, .start(name: "db")]) else {
                return #expect(Bool(false), "did not fail")
            }
            #expect(report.isRolledBack)
            #expect(Self.live(scenario) == before.compactMap { DomainDevice($0)?.path })
        }
        let kept = Self.scenario()
        kept.domains.keepsDevices = true
        kept.log.failing = (1, .refused)
        guard case .rollbackIncomplete(_, let report) = kept.run([Self.attach, .start(name: "db")]) else {
            return #expect(Bool(false), "did not say so")
        }
        let failures = report.undone.compactMap { if case .failed(let failure) = $0.result { failure } else { nil } }
        #expect(failures == [.deviceStays("web", device: "devices.disk[vdb]")])
    }

    @Test("is told in a journal, and rolled back from it unless the device is another one by now")
    func journal() throws {
        let write = ReversibleWrite(
            .setDevice(name: "web", .attach, device: Self.disk),
            inverse: [.setDevice(name: "web", .detach, device: Self.disk)])
        let json = try JSONEncoder().encode(write)
        let read = try JSONDecoder().decode(ReversibleWrite.self, from: json)
        #expect(read.action.description == "attach devices.disk[vdb] to web")
        #expect(try JSONDecoder().decode(ReversibleWrite.self, from: JSONEncoder().encode(read)) == read)
        let transaction = try Transaction([.opened(.sample), .begun(1, read)])
        for (live, isKnown) in [([Self.disk], true), ([], true), ([Self.xml(Self.otherDisk)], false)] {
            let scenario = Self.scenario(live: live)
            let interpreter = Interpreter(domains: scenario.domains, pools: scenario.pools)
            let expected: [RollbackCheck.ForeignChange] = isKnown ? [] : [.device("web", device: "devices.disk[vdb]")]
            #expect(try interpreter.check(transaction).obstacles == expected)
            guard isKnown else { continue }
            #expect(interpreter.rollBack(transaction).isRolledBack && Self.live(scenario).isEmpty)
        }
        let wrong = ReversibleWrite(write.action, inverse: [.setDevice(name: "db", .detach, device: Self.disk)])
        #expect(throws: JournalFlaw.self) { try Transaction([.opened(.sample), .begun(1, wrong)]) }
    }

    private static let otherDisk =
        "<disk type='file' device='disk'><source file='/c'/><target dev='vdb' bus='virtio'/></disk>"

    @Test("is stale where the domain has another device of that name")
    func moved() throws {
        let scenario = Self.scenario(live: [Self.xml(Self.otherDisk)])
        let domain = GuestPrecondition.Domain(
            parts: .read("web", pins: [0: "0-1"]), mark: nil, isRunning: true, autostarts: false, hasManagedSave: false,
            defaultHugePage: nil)
        let check = PreconditionCheck(
            Preconditions(guests: [GuestPrecondition(name: "web", domain: domain)]), of: [Self.attach],
            domains: scenario.domains, pools: scenario.pools, defaultHugePage: nil)
        #expect(try check.moved().map(\.path) == ["devices.disk[vdb]"])
        guard case .failed(_, .moved, _) = scenario.run([Self.attach]) else {
            return #expect(Bool(false), "did not fail")
        }
    }
}
