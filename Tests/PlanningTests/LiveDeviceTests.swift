import Diagnostics
import DomainXML
import Foundation
import FullHosts
import HostModel
import Planning
import SiteFile
import Testing
import XMLTree

@Suite("Disks and interfaces of a running guest")
struct LiveDeviceTests {
    private static let machine = GuestMachine(
        disks: [
            Located(GuestDisk(path: "/a.raw", format: .raw)),
            Located(GuestDisk(path: "/b.raw", format: .raw)),
        ],
        interfaces: [
            GuestInterface(source: .network("default"), mac: "52:54:00:00:00:01"),
            GuestInterface(source: .network("back"), mac: "52:54:00:00:00:02"),
        ])

    private static func ports(_ free: Int) -> String {
        "<controller type='pci' index='0' model='pcie-root'/>"
            + (0..<free).map {
                "<controller type='pci' index='\($0 + 1)' model='pcie-root-port'/>"
            }.joined()
    }

    /// The machine as it was made, running, with the site edited.
    private static func request(
        buses: String = ports(2), _ edit: (inout GuestMachine) -> Void
    ) -> PlanRequest {
        let first = PlanRequest(
            host: referenceHost, site: "test", policy: .plain(),
            guests: [GuestSpec(name: Located("a"), demand: GuestDemand(vcpus: 1, memory: 524_288), machine: machine)])
        var next = first.applied(Planner.plan(first), state: .running)
        next.host.domains[0].liveXML = next.host.domains[0].liveXML?.replacing("</devices>", with: "\(buses)</devices>")
        edit(&next.guests[0].machine)
        return next
    }

    private static func expectTold(_ result: ExecutablePlan, _ request: PlanRequest) {
        let preconditions = Preconditions(of: result.steps, on: request.host)
        let told = ToldChanges(steps: result.steps, preconditions: preconditions, defaultHugePage: nil)
        #expect(told.changes.map(ShownChange.init) == result.plan.changes.map(ShownChange.init))
        #expect(Set(told.changes.flatMap(\.parts).map(\.when)) == Set(result.plan.changes.flatMap(\.parts).map(\.when)))
        let rules = SavedPlanRules(
            steps: result.steps, preconditions: preconditions, site: "test", host: request.host)
        #expect(rules.problems.isEmpty)
    }

    private static func devices(_ result: ExecutablePlan) -> [String] {
        result.steps.compactMap { if case .setDevice = $0 { $0.order } else { nil } }
    }

    /// What an edit comes to at once, and what of it waits.
    struct Edit: CustomTestStringConvertible, Sendable {
        let testDescription: String
        var buses = ports(2)
        let edit: @Sendable (inout GuestMachine) -> Void
        let orders: [String]
        var waits = false
        var consents: [Consent] = []
    }

    private static let more = Located(GuestDisk(path: "/c.raw", format: .raw))

    private static let edits: [Edit] = [
        Edit(
            testDescription: "a disk is attached", edit: { $0.disks.append(more) },
            orders: ["attach devices.disk[vdc] to a"]),
        Edit(
            testDescription: "an interface is attached",
            edit: { $0.interfaces.append(GuestInterface(source: .bridge("br0"))) },
            orders: ["attach devices.interface[new] to a"]),
        Edit(
            testDescription: "two interfaces without addresses are attached",
            edit: {
                $0.interfaces += [
                    GuestInterface(source: .bridge("br0")), GuestInterface(source: .bridge("br0")),
                ]
            }, orders: ["attach devices.interface[new] to a", "attach devices.interface[new-2] to a"]),
        Edit(
            testDescription: "an interface is detached", edit: { $0.interfaces.removeLast() },
            orders: ["detach devices.interface[52:54:00:00:00:02] from a"]),
        Edit(
            testDescription: "a disk is detached with consent", edit: { $0.disks.removeLast() },
            orders: ["detach devices.disk[vdb] from a"], consents: [.detachDisks(["devices.disk[vdb]"])]),
        Edit(
            testDescription: "the disk that it may have booted from stays", edit: { $0.disks.removeFirst() },
            orders: [], waits: true, consents: [.detachDisks(["devices.disk[vda]"])]),
        Edit(
            testDescription: "no port is left", buses: ports(0), edit: { $0.disks.append(more) }, orders: [],
            waits: true),
        Edit(
            testDescription: "one port is left for two", buses: ports(1),
            edit: {
                $0.disks.append(more)
                $0.interfaces.append(GuestInterface(source: .bridge("br0")))
            }, orders: ["attach devices.disk[vdc] to a"], waits: true),
        Edit(
            testDescription: "an i440fx has slots", buses: "<controller type='pci' index='0' model='pci-root'/>",
            edit: { $0.disks.append(more) }, orders: ["attach devices.disk[vdc] to a"]),
        Edit(
            testDescription: "nothing is known of its buses", buses: "", edit: { $0.disks.append(more) }, orders: [],
            waits: true),
        Edit(
            testDescription: "an address of a device that cannot be read",
            buses: ports(2)
                + "<memballoon model='virtio'><address type='pci' bus='0xq1' slot='0x00' function='0x0'/></memballoon>",
            edit: { $0.disks.append(more) }, orders: [], waits: true),
        Edit(
            testDescription: "a SCSI disk wants a controller",
            edit: { $0.disks.append(Located(GuestDisk(path: "/c.raw", format: .raw, bus: .scsi))) },
            orders: [], waits: true),
        Edit(
            testDescription: "a SCSI disk needs no port",
            buses: "<controller type='pci' index='0' model='pcie-root'/><controller type='scsi' model='virtio-scsi'/>",
            edit: { $0.disks.append(Located(GuestDisk(path: "/c.raw", format: .raw, bus: .scsi))) },
            orders: ["attach devices.disk[sda] to a"]),
        Edit(
            testDescription: "a disk that goes to another bus waits",
            edit: { $0.disks[1].value.bus = .scsi }, orders: [], waits: true),
        Edit(
            testDescription: "another source waits", edit: { $0.interfaces[1].source = .bridge("br0") }, orders: [],
            waits: true),
    ]

    @Test("come and go at once where the machine has room, and the plan says so", arguments: edits)
    func edited(edit: Edit) throws {
        let request = Self.request(buses: edit.buses, edit.edit)
        let result = Planner.plan(request)
        #expect(Self.devices(result) == edit.orders)
        let change = try #require(result.plan.changes.first)
        #expect(change.action == .update)
        #expect(change.disruption == (edit.orders.isEmpty ? .none : .live))
        #expect(change.consents == edit.consents)
        #expect(change.parts.contains { $0.when == .nextStart } == edit.waits)
        #expect(change.parts.contains { $0.when == .live } == !edit.orders.isEmpty)
        #expect(result.plan.restartPending == (edit.waits ? ["a"] : []))
        Self.expectTold(result, request)
    }

    @Test("that a running domain lost or kept although its definition is right come or go at once as well")
    func liveOnly() throws {
        var request = Self.request { $0.interfaces.removeLast() }
        let result = Planner.plan(request)
        // The definition has lost it, and the guest has not released it.
        let live = request.host.domains[0].liveXML
        request = request.applied(result, state: .running)
        request.host.domains[0].liveXML = live
        let again = Planner.plan(request)
        #expect(again.steps.map(\.order) == ["detach devices.interface[52:54:00:00:00:02] from a"])
        #expect(again.plan.changes.map(\.disruption) == [.live])
        Self.expectTold(again, request)

        request.host.domains[0].liveXML = live?.replacing(
            "<mac address='52:54:00:00:00:02'", with: "<mac address='52:54:00:00:00:09'"
        )
        .replacing("<mac address=\"52:54:00:00:00:02\"", with: "<mac address=\"52:54:00:00:00:09\"")
        #expect(Planner.plan(request).steps.isEmpty, "somebody else's interface is left alone")
    }

    @Test("that were attached since the start are detached again")
    func since() throws {
        var request = Self.request {
            $0.disks.append(Self.more)
            $0.interfaces.append(GuestInterface(source: .bridge("br0")))
        }
        let added = Planner.plan(request)
        // The running domain keeps the mark that it was started with.
        let live = request.host.domains[0].liveXML
        request = request.applied(added, state: .running)
        let mac = "<mac address='52:54:00:00:00:07'/><source bridge="
        request.host.domains[0].xml = request.host.domains[0].xml.replacing("<source bridge=", with: mac)
        request.host.domains[0].liveXML = live?.replacing(
            "</devices>",
            with: "<disk type='file' device='disk'><source file='/c.raw'/><target dev='vdc' bus='virtio'/></disk>"
                + "<interface type='bridge'>\(mac)'br0'/><model type='virtio'/></interface></devices>")
        #expect(Planner.plan(request).plan.isEmpty && Planner.plan(request).plan.restartPending.isEmpty)
        request.guests[0].machine = Self.machine
        let removed = Planner.plan(request)
        #expect(
            Self.devices(removed) == [
                "detach devices.disk[vdc] from a", "detach devices.interface[52:54:00:00:00:07] from a",
            ])
        #expect(removed.plan.restartPending.isEmpty)
        Self.expectTold(removed, request)

        // The guest lets go of neither: the site has to say so until it does.
        let kept = request.host.domains[0].liveXML
        request = request.applied(removed, state: .running)
        #expect(Planner.plan(request).plan.isEmpty, "a domain that let go of them is not written again")
        request.host.domains[0].liveXML = kept
        let again = Planner.plan(request)
        #expect(Self.devices(again) == Self.devices(removed))
    }

    @Test("wait when the guest is power cycled in the same plan, or shut down")
    func restarted() throws {
        var request = Self.request { $0.disks.append(Self.more) }
        request.consent.restarts = ["a"]
        let result = Planner.plan(request)
        #expect(result.steps.map(\.order) == ["change the definition of a", "shut down a", "start a"])
        #expect(result.plan.changes.flatMap(\.parts).allSatisfy { $0.when == .nextStart || $0.path == "state" })
        Self.expectTold(result, request)
        request.consent.restarts = []
        request.guests[0].state = Located(.shutoff)
        #expect(Self.devices(Planner.plan(request)).isEmpty)
    }

    @Test("of a saved plan are those of the mark")
    func saved() throws {
        let request = Self.request { $0.disks.append(Self.more) }
        let result = Planner.plan(request)
        let preconditions = Preconditions(of: result.steps, on: request.host)
        func problems(_ step: Step) -> [String] {
            SavedPlanRules(
                steps: result.steps.dropLast() + [step], preconditions: preconditions, site: "test", host: request.host
            ).problems.map(\.message)
        }
        let other = try XMLReader.read(
            "<disk type='block' device='disk'><source dev='/dev/sda'/><target dev='vdc' bus='virtio'/></disk>")
        #expect(
            problems(.setDevice(name: "a", .attach, path: "devices.disk[vdc]", device: other))
                == ["the guest's mark has no such device"])
        #expect(
            problems(.setDevice(name: "a", .detach, path: "devices.disk[vdc]", device: other)).isEmpty == false)
    }
}
