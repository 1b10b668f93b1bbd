import Diagnostics
import DomainXML
import Foundation
import FullHosts
import HostModel
import Planning
import SiteFile
import Testing
import XMLTree

/// An edit of the site, and the part that it changes.
struct MachineEdit: Sendable {
    let change: @Sendable (inout GuestMachine) -> Void
    let path: String
    let now: ChangedPart.PartValue?
    let want: ChangedPart.PartValue?

    init(
        _ change: @escaping @Sendable (inout GuestMachine) -> Void, _ path: String, _ now: ChangedPart.PartValue?,
        _ want: ChangedPart.PartValue?
    ) {
        (self.change, self.path, self.now, self.want) = (change, path, now, want)
    }
}

/// Edits of a guest's disks, interfaces, kernel, console, machine type and base after it was made.
@Suite("The rest of a guest")
struct MachineChangeTests {
    private static let machine = GuestMachine(
        disks: [Located(GuestDisk(path: "/a.qcow2", format: .qcow2))],
        interfaces: [GuestInterface(source: .network("default"), mac: "52:54:00:00:00:01")])

    private static func request(_ machine: GuestMachine) -> PlanRequest {
        PlanRequest(
            host: referenceHost, site: "test", policy: .plain(),
            guests: [
                GuestSpec(name: Located("a"), demand: GuestDemand(vcpus: 1, memory: 524_288), machine: machine)
            ])
    }

    @Test("has a description that is changed at once and waits for no start", arguments: [nil, "what it is for"])
    func described(text: String?) throws {
        var machine = Self.machine
        machine.description = Located("as it was")
        let first = Self.request(machine)
        var next = first.applied(Planner.plan(first), state: .running)
        next.guests[0].machine.description = text.map { Located($0) }
        let changed = Planner.plan(next)
        let part = try #require(changed.plan.changes.first?.parts.first { $0.path == "description" })
        #expect(part.now == .text("as it was") && part.want == text.map { .text($0) } && part.when == .define)
        let after = Planner.plan(next.applied(changed, state: .running)).plan
        #expect(after.changes.isEmpty && after.restartPending.isEmpty, "\(after.changes)")
    }

    @Test(
        "is changed for the next start when the site changes it, and is in sync only then",
        arguments: [
            MachineEdit(
                { $0.disks[0].value.path = "/b.qcow2" }, "devices.disk[vda].source", .text("/a.qcow2"),
                .text("/b.qcow2")
            ),
            MachineEdit({ $0.disks = [] }, "devices.disk[vda].source", .text("/a.qcow2"), nil),
            MachineEdit(
                { $0.interfaces[0].source = .bridge("br0") }, "devices.interface[52:54:00:00:00:01].source",
                .text("network default"), .text("bridge br0")
            ),
            MachineEdit({ $0.kernel = Located("/k") }, "os.kernel", nil, .text("/k")),
            MachineEdit({ $0.hasConsole = false }, "devices.console", .flag(true), nil),
            MachineEdit({ $0.machineType = Located("q35") }, "os.machine", nil, .text("q35")),
        ],
        [DomainFacts.DomainState.shutoff, .running])
    func edited(
        edit: MachineEdit, state: DomainFacts.DomainState
    ) throws {
        let first = Self.request(Self.machine)
        var next = first.applied(Planner.plan(first), state: state)
        let same = Planner.plan(next).plan
        #expect(same.changes.isEmpty && same.unchanged == ["a"] && same.restartPending.isEmpty)

        edit.change(&next.guests[0].machine)
        let changed = Planner.plan(next)
        let change = try #require(changed.plan.changes.first)
        let part = try #require(change.parts.first { $0.path == edit.path })
        #expect(change.action == .update && change.disruption == .none)
        #expect(part.now == edit.now && part.want == edit.want && part.drift == nil)
        #expect(part.when == (state == .running ? .nextStart : .define))

        let told = ToldChanges(
            steps: changed.steps, preconditions: Preconditions(of: changed.steps, on: next.host),
            defaultHugePage: nil)
        #expect(told.changes.map(ShownChange.init) == changed.plan.changes.map(ShownChange.init))
        let (shown, wanted) = (told.changes[0].parts, change.parts)
        #expect(
            Set(shown.map { [.text($0.path), $0.now, $0.want] })
                == Set(wanted.map { [.text($0.path), $0.now, $0.want] }))
        #expect(Set(shown.map(\.when)) == Set(wanted.map(\.when)))

        var after = next.applied(changed, state: .shutoff)
        #expect(Planner.plan(after).plan.changes.isEmpty)
        guard state == .running else { return }
        // The running domain is as it was at its start, until it is started again.
        after.host.domains[0].state = .running
        after.host.domains[0].liveXML = next.host.domains[0].liveXML
        let waiting = Planner.plan(after).plan
        #expect(waiting.changes.isEmpty && waiting.restartPending == ["a"])
    }

    @Test("that was changed by hand is drift, and a disk is put back only with consent")
    func drift() throws {
        let first = Self.request(Self.machine)
        var next = first.applied(Planner.plan(first), state: .shutoff)
        // Only the device: the mark still says what the site said.
        next.host.domains[0].xml.replace("source file='/a.qcow2'", with: "source file='/hand'")
        let change = try #require(Planner.plan(next).plan.changes.first)
        #expect(change.drift == .definition)
        #expect(change.parts.map(\.path) == ["devices.disk[vda].source"])
        #expect(change.consents == [.putBackDisk("devices.disk[vda]")])
    }

    @Test("loses disks only with consent, and none that comes back on another bus")
    func detached() throws {
        let first = Self.request(Self.machine)
        var next = first.applied(Planner.plan(first), state: .shutoff)
        next.guests[0].machine.disks[0].value.bus = .scsi
        #expect(Planner.plan(next).plan.changes.map(\.consents) == [[]])
        next.guests[0].machine.disks = []
        #expect(Planner.plan(next).plan.changes.map(\.consents) == [[.detachDisks(["devices.disk[vda]"])]])
    }

    @Test("stays when its entry says that the domain was there before")
    func adopted() throws {
        let first = Self.request(Self.machine)
        var next = first.applied(Planner.plan(first), state: .shutoff)
        next.guests[0].machine = GuestMachine(adopts: Located(true))
        let result = Planner.plan(next)
        #expect(result.plan.changes.map(\.action) == [.stamp])
        #expect(XMLWriter.write(result.definitions[0].document).contains("/a.qcow2"))
        next.guests[0].machine.disks = [Located(GuestDisk(path: "/b"))]
        let named = Planner.plan(next.applied(result, state: .shutoff))
        #expect(named.plan.changes.flatMap(\.parts).map(\.path).first == "devices.disk[vdb].source")
        #expect(XMLWriter.write(named.definitions[0].document).contains("/a.qcow2"))
    }

    @Test("is plain KVM again when the site says nothing else any more")
    func accelerator() throws {
        var machine = Self.machine
        machine.accelerator = Located(.qemu)
        let first = Self.request(machine)
        var next = first.applied(Planner.plan(first), state: .shutoff)
        next.guests[0].machine.accelerator = nil
        let parts = Planner.plan(next).plan.changes.flatMap(\.parts)
        #expect(parts.map(\.path) == ["domain.type"] && parts.map(\.want) == [.text("kvm")])
    }

    @Test("would write to another guest's disk: that is an error also where the guest is there")
    func shared() throws {
        var first = Self.request(Self.machine)
        var other = first.guests[0]
        other.name = Located("b")
        other.machine.disks[0].value.path = "/b.qcow2"
        other.machine.interfaces = []
        first.guests.append(other)
        var next = first.applied(Planner.plan(first), state: .shutoff)
        next.guests[1].machine.disks[0].value.path = "/a.qcow2"
        let steps = Planner.plan(next).steps
        let findings = Preflight(steps: steps, on: next.host, site: next.site, guests: next.guests).findings()
        #expect(findings.map(\.code) == [.diskShared])
    }

    @Test("that was added by hand stays")
    func added() throws {
        let first = Self.request(Self.machine)
        var next = first.applied(Planner.plan(first), state: .shutoff)
        let disk =
            "<disk type='file' device='disk'><source file='/h'/><target dev='vdb' bus='virtio'/></disk></devices>"
        next.host.domains[0].xml.replace("</devices>", with: disk)
        #expect(Planner.plan(next).plan.changes.isEmpty)
        next.guests[0].machine.disks.append(Located(GuestDisk(path: "/c")))
        let result = Planner.plan(next)
        let text = XMLWriter.write(result.definitions[0].document)
        #expect(text.contains("'/h'") && text.contains("<target dev='vdc'"))
    }

    @Test("of a guest whose mark is an older version's is recorded, and nothing else")
    func stamp() throws {
        let first = Self.request(Self.machine)
        var next = first.applied(Planner.plan(first), state: .shutoff)
        let xml = next.host.domains[0].xml
        let start = try #require(xml.range(of: "<np:machine")), end = try #require(xml.range(of: "</np:machine>"))
        next.host.domains[0].xml.removeSubrange(start.lowerBound..<end.upperBound)
        let result = Planner.plan(next)
        #expect(result.plan.changes.map(\.action) == [.stamp])
        #expect(Planner.plan(next.applied(result, state: .shutoff)).plan.changes.isEmpty)
    }

    @Test("from a base file that has changed is said, and is not in sync")
    func base() throws {
        var request = Self.request(GuestMachine(base: Located("base.xml")))
        let base = "<domain type='kvm'><name>x</name><os><type>hvm</type></os><devices/></domain>"
        request.bases = ["a": try XMLReader.read(base)]
        var next = request.applied(Planner.plan(request), state: .shutoff)
        #expect(Planner.plan(next).plan.unchanged == ["a"])
        next.bases["a"] = try XMLReader.read(
            base.replacing("<devices/>", with: "<devices><memballoon model='none'/></devices>"))
        let plan = Planner.plan(next).plan
        #expect(plan.diagnostics.map(\.code) == [.baseChanged])
        #expect(plan.changes.isEmpty && plan.unchanged.isEmpty && plan.differing == ["a"])

        next.consent.rebases = ["a"]
        let rebased = Planner.plan(next)
        #expect(rebased.plan.changes.map(\.action) == [.update] && rebased.plan.changes[0].consents == [.rebase])
        #expect(rebased.plan.changes[0].parts.map(\.path) == ["base"] && rebased.plan.differing.isEmpty)
        #expect(XMLWriter.write(rebased.definitions[0].document).contains("memballoon"))
        let told = ToldChanges(
            steps: rebased.steps, preconditions: Preconditions(of: rebased.steps, on: next.host),
            defaultHugePage: nil)
        #expect(told.changes.map(ShownChange.init) == rebased.plan.changes.map(ShownChange.init))
        #expect(told.changes[0].parts.map(\.path) == ["base"] && told.changes[0].consents == [.rebase])
        #expect(Planner.plan(next.applied(rebased, state: .shutoff)).plan.unchanged == ["a"])
        let data = try JSONEncoder().encode(rebased.steps)
        #expect(try JSONDecoder().decode([Step].self, from: data).count == rebased.steps.count)
    }

    @Test("from a base file takes the keys beside it along, and says where one of them has gone")
    func besideBase() throws {
        var request = Self.request(
            GuestMachine(
                base: Located("base.xml"), hasConsole: true, accelerator: Located(.qemu), machineType: Located("q35")))
        let base = "<domain type='kvm'><name>x</name><os><type>hvm</type></os><devices/></domain>"
        request.bases = ["a": try XMLReader.read(base)]
        let created = Planner.plan(request)
        let text = XMLWriter.write(created.definitions[0].document)
        for part in ["<domain type='qemu'>", "machine='q35'", "<console type='pty'>"] { #expect(text.contains(part)) }
        var next = request.applied(created, state: .shutoff)
        #expect(Planner.plan(next).plan.unchanged == ["a"])
        next.guests[0].machine.hasConsole = false
        #expect(Planner.plan(next).plan.changes.flatMap(\.parts).map(\.path) == ["devices.console"])
        next.guests[0].machine.accelerator = nil
        #expect(Planner.plan(next).plan.diagnostics.map(\.code) == [.baseChanged])
        next.consent.rebases = ["a"]
        let rebased = Planner.plan(next)
        #expect(XMLWriter.write(rebased.definitions[0].document).contains("<domain type='kvm'>"))
        #expect(Planner.plan(next.applied(rebased, state: .shutoff)).plan.unchanged == ["a"])
    }

    @Test("that is defined anew keeps what identifies it")
    func identity() throws {
        let present = try XMLReader.read(
            """
            <domain><name>a</name><uuid>u</uuid><metadata><x xmlns='y'/></metadata><os><loader/><nvram>/n</nvram></os><devices>
            <interface type='network'><mac address='52:54:00:00:00:01'/><source network='n'/></interface>
            <interface type='bridge'><mac address='52:54:00:00:00:02'/><source bridge='b'/></interface></devices></domain>
            """)
        let template = try XMLReader.read(
            """
            <domain><name>a</name><os><loader/></os><devices><interface type='bridge'><source bridge='b'/></interface>
            <interface type='network'><source network='other'/></interface></devices></domain>
            """)
        let text = XMLWriter.write(DomainTemplate.domain(template, keepingIdentityOf: present))
        for part in ["<uuid>u</uuid>", "<nvram>/n</nvram>", "<x xmlns='y'/>"] { #expect(text.contains(part)) }
        let addresses = text.split(separator: "mac address='").dropFirst().map { String($0.prefix(17)) }
        #expect(addresses == ["52:54:00:00:00:02", "52:54:00:00:00:01"])
    }

    @Test("with another family of machines is said, and is not in sync")
    func family() throws {
        var machine = Self.machine
        machine.machineType = Located("pc")
        let request = Self.request(machine)
        var next = request.applied(Planner.plan(request), state: .shutoff)
        next.guests[0].machine.machineType = Located("q35")
        let plan = Planner.plan(next).plan
        #expect(plan.diagnostics.map(\.code) == [.machineTypeChanged])
        #expect(plan.changes.isEmpty && plan.differing == ["a"])
    }
}
