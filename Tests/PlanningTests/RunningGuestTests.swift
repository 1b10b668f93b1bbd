import Diagnostics
import DomainXML
import FullHosts
import HostModel
import Placement
import Planning
import SiteFile
import Testing
import XMLTree

@Suite("Guests that run")
struct RunningGuestTests {
    private static let host = HostFacts(
        host: HostIdentity(name: "h"), onlineCPUs: CPUSet(numbers: 0..<4),
        cells: [Cell(id: 0, cpus: CPUSet(numbers: 0..<4), memory: 8_388_608)])

    private let floating = GuestSpec(name: Located("floating"), demand: GuestDemand(vcpus: 2, memory: 1_048_576))
    private let pinned = GuestSpec(
        name: Located("pinned"), demand: .even(1, vcpus: 1, memory: 1_048_576, policy: .dedicated))

    @Test("and float leave a CPU at once that another guest is given, and are in sync then")
    func floatingLeaves() throws {
        var request = PlanRequest(host: Self.host, site: "test", policy: .plain(), guests: [floating])
        request = request.applied(Planner.plan(request), state: .running)
        request.guests.append(pinned)
        let plan = Planner.plan(request)
        let change = try #require(plan.plan.changes.first { $0.address == "guest/floating" })
        #expect(
            change.parts == [
                ChangedPart(
                    .setting(SettingKey(VCPUCPUs.self)), now: nil, want: .text("1-3"), when: .live, live: .absent)
            ]
        )
        #expect(change.disruption == .live)
        let pins = plan.steps.filter { if case .pin = $0 { true } else { false } }
        let (all, rest): (CPUSet, CPUSet) = ([0, 1, 2, 3], [1, 2, 3])
        #expect(
            pins
                == [.vcpu(0), .vcpu(1), .emulator].map { .pin(name: "floating", thread: $0, prior: all, target: rest) })

        var after = request.applied(plan, state: .running)
        let index = try #require(after.host.domains.firstIndex { $0.name == "floating" })
        var live = try FoundSettings(reading: XMLReader.read(after.host.domains[index].xml))
        // What libvirt tells of a running domain whose threads were pinned: the attribute is still as it was at start.
        live.vcpuCPUs = nil
        live.vcpuPins = [0: rest, 1: rest]
        live.emulatorPin = rest
        after.host.domains[index].liveXML = XMLWriter.write(
            DomainPatch.apply(
                WantedSettings(keeping: live), mark: nil, to: try XMLReader.read(after.host.domains[index].xml)))
        let second = Planner.plan(after)
        #expect(second.plan.changes.isEmpty)
        #expect(second.plan.restartPending.isEmpty)
    }

    @Test("and are not the site's count by what they run with, not by what they are defined as")
    func foreignLive() throws {
        var settings = WantedSettings(vcpus: 1, memory: 1_048_576)
        settings.vcpuPins = [0: [3]]
        let template = DomainTemplate.domain(for: MachineDescription(name: "other"), wanted: settings, mark: nil)
        settings.vcpuPins = [0: [0]]
        let live = DomainPatch.apply(settings, mark: nil, to: template)
        var request = PlanRequest(host: Self.host, site: "test", policy: .plain(), guests: [pinned])
        request.host.domains = [
            DomainFacts(
                name: "other", state: .running, xml: XMLWriter.write(template), liveXML: XMLWriter.write(live))
        ]
        let placed = try #require(Planner.plan(request).plan.placement.guests.first)
        #expect(placed.cells[0].pins[0] == [1])
    }

    @Test("and are wanted absent, but belong to somebody else, are left alone with a word about it")
    func absentForeign() {
        let template = DomainTemplate.domain(
            for: MachineDescription(name: "other"), wanted: WantedSettings(vcpus: 1, memory: 1_048_576), mark: nil)
        var absent = GuestSpec(
            name: Located("other"), state: Located(.absent), demand: GuestDemand(vcpus: 0, memory: 0))
        var request = PlanRequest(host: Self.host, site: "test", policy: .plain(), guests: [absent])
        request.host.domains = [DomainFacts(name: "other", state: .shutoff, xml: XMLWriter.write(template))]
        let plan = Planner.plan(request).plan
        #expect(plan.verdict == .noChanges)
        #expect(plan.diagnostics.map(\.code) == [.notOurs])
        #expect(plan.diagnostics.map(\.severity) == [.warning])
        absent.state = nil
        absent.demand = GuestDemand(vcpus: 1, memory: 1_048_576)
        request.guests = [absent]
        #expect(Planner.plan(request).plan.verdict == .refused)
    }
}
