import Diagnostics
import DomainXML
import FullHosts
import HostModel
import Planning
import SiteFile
import Testing
import XMLTree

@Suite("The number of vCPUs of a running guest")
struct VCPUTests {
    private static let number = ChangedPart.PartKey.setting(SettingKey(CurrentVCPUs.self))
    private static let host = HostFacts(
        host: HostIdentity(name: "h"), onlineCPUs: CPUSet(numbers: 0..<8),
        cells: [Cell(id: 0, cpus: CPUSet(numbers: 0..<8), memory: KiB(16 << 20))])

    /// A guest of 4 vCPUs, with these pins, of which so many are there when it starts.
    private static func guest(current: Int?, pins: [VCPU: CPUSet] = [0: [0], 1: [1], 2: [2], 3: [3]]) -> GuestSpec {
        var demand = GuestDemand(vcpus: 4, memory: KiB(1 << 20))
        demand.currentVCPUs = current
        demand.pins.vcpus = pins.mapValues { Located($0) }
        return GuestSpec(name: Located("a"), demand: demand)
    }

    /// The guest, running as it is defined.
    private static func request(_ guest: GuestSpec, edit: (String) -> String = { $0 }) -> PlanRequest {
        let request = PlanRequest(host: host, site: "test", policy: .plain(), guests: [guest])
        var running = request.applied(Planner.plan(request), state: .running)
        running.host.domains[0].liveXML = running.host.domains[0].liveXML.map(edit)
        return running
    }

    /// What libvirt tells of single vCPUs once one was plugged: as many are there, and so many of them for good.
    private static func listed(_ present: Int, fixed: Int) -> @Sendable (String) -> String {
        { text in
            let vcpus = (0..<4).map { vcpu in
                let state = vcpu < present ? "enabled='yes'" : "enabled='no'"
                return "<vcpu id='\(vcpu)' \(state) hotpluggable='\(vcpu < fixed ? "no" : "yes")'/>"
            }
            return text.replacing("<cputune>", with: "<vcpus>\(vcpus.joined())</vcpus><cputune>")
        }
    }

    private static func live(_ plan: ExecutablePlan) -> [String] {
        plan.steps.compactMap { step in
            switch step {
            case .setVCPUs, .pin: step.order
            default: nil
            }
        }
    }

    @Test(
        "changes at once with the definition, also where all are to be there",
        arguments: [(3, ["set the vCPUs of a to 3"]), (nil, ["set the vCPUs of a to 4"])] as [(Int?, [String])])
    func asked(current: Int?, orders: [String]) throws {
        var request = Self.request(Self.guest(current: 2))
        request.guests[0].demand.currentVCPUs = current
        let plan = Planner.plan(request)
        #expect(plan.steps.count == 2 && Self.live(plan) == orders)
        let change = try #require(plan.plan.changes.first)
        #expect(change.action == .update && change.disruption == .live)
        #expect(change.parts.map(\.key) == [Self.number] && change.parts.map(\.when) == [.live])
        #expect(plan.plan.restartPending.isEmpty)

        let preconditions = Preconditions(of: plan.steps, on: request.host)
        let told = ToldChanges(steps: plan.steps, preconditions: preconditions, defaultHugePage: nil)
        #expect(told.changes.map(\.parts.count) == [1] && told.changes.first?.parts.first?.when == .live)
        #expect(told.changes.map(ShownChange.init) == plan.plan.changes.map(ShownChange.init))
        func problems(_ steps: [Step]) -> [String] {
            SavedPlanRules(steps: steps, preconditions: preconditions, site: "test", host: request.host).problems.map(
                \.message)
        }
        let wrong = ["the definition does not have that number of vCPUs"]
        #expect(problems(plan.steps).isEmpty)
        #expect(problems([plan.steps[0], .setVCPUs(name: "a", prior: 2, target: 1)]) == wrong)
        #expect(problems([plan.steps[1]]) == wrong)
    }

    @Test("that the running domain alone does not have is put right, up and down, and nothing is done twice")
    func drift() throws {
        for (current, target) in [(3, 2), (1, 2)] {
            var request = Self.request(Self.guest(current: 2)) {
                Self.listed(current, fixed: 1)($0).replacing("current='2'", with: "current='\(current)'")
            }
            let plan = Planner.plan(request)
            #expect(plan.steps == [.setVCPUs(name: "a", prior: current, target: target)])
            let change = try #require(plan.plan.changes.first)
            #expect(change.parts.map(\.key) == [Self.number] && change.parts.map(\.drift) == [.live])
            #expect(plan.plan.restartPending.isEmpty)
            let preconditions = Preconditions(of: plan.steps, on: request.host)
            let told = ToldChanges(steps: plan.steps, preconditions: preconditions, defaultHugePage: nil)
            #expect(told.changes.map(ShownChange.init) == plan.plan.changes.map(ShownChange.init))
            let rules = SavedPlanRules(
                steps: plan.steps, preconditions: preconditions, site: "test", host: request.host)
            #expect(rules.problems.isEmpty)
            request.host.domains[0].liveXML = request.host.domains[0].xml
            #expect(Planner.plan(request).steps.isEmpty)
        }
    }

    @Test("waits for the next start with another highest number, and where vCPUs cannot be unplugged")
    func waits() {
        var other = Self.request(Self.guest(current: 2))
        other.guests[0].demand.vcpus = 5
        other.guests[0].demand.currentVCPUs = 3
        #expect(Self.live(Planner.plan(other)).isEmpty && Planner.plan(other).plan.restartPending == ["a"])
        let cases: [(@Sendable (String) -> String, [String])] = [
            ({ $0 }, []), (Self.listed(3, fixed: 3), []), (Self.listed(3, fixed: 2), []),
            (Self.listed(3, fixed: 1), ["set the vCPUs of a to 1"]),
        ]
        for (edit, orders) in cases {
            var request = Self.request(Self.guest(current: 3), edit: edit)
            request.guests[0].demand.currentVCPUs = 1
            let plan = Planner.plan(request)
            #expect(Self.live(plan) == orders)
            #expect(plan.plan.changes.flatMap(\.parts).map(\.when) == [orders.isEmpty ? .nextStart : .live])
            #expect(plan.plan.restartPending == (orders.isEmpty ? ["a"] : []))
        }
        // A QEMU that emulates CPUs takes more once only.
        for (listed, orders) in [(false, ["set the vCPUs of a to 4"]), (true, [])] {
            var request = Self.request(Self.guest(current: 3)) {
                (listed ? Self.listed(3, fixed: 1)($0) : $0).replacing("type='kvm'", with: "type='qemu'")
            }
            request.guests[0].demand.currentVCPUs = nil
            #expect(Self.live(Planner.plan(request)) == orders)
        }
        // Another hypervisor than QEMU may take out what it was started with.
        var request = Self.request(Self.guest(current: 3)) { $0.replacing("type='kvm'", with: "type='test'") }
        request.guests[0].demand.currentVCPUs = 1
        #expect(Self.live(Planner.plan(request)) == ["set the vCPUs of a to 1"])
    }

    @Test("brings the pins of what is plugged along, before it, and of no other vCPU")
    func pins() {
        let old: [VCPU: CPUSet] = [0: [0], 1: [1], 2: [2], 3: [3]]
        let new: [VCPU: CPUSet] = [0: [0], 1: [5], 2: [6], 3: [7]]
        var request = Self.request(Self.guest(current: 1, pins: old))
        request.guests[0] = Self.guest(current: 1, pins: new)
        #expect(Self.live(Planner.plan(request)).isEmpty)
        request.guests[0] = Self.guest(current: 3, pins: new)
        let orders = ["pin vCPU 1 of a to 5", "pin vCPU 2 of a to 6", "set the vCPUs of a to 3"]
        #expect(Self.live(Planner.plan(request)) == orders)

        // The pins were changed while the vCPUs were not there.
        var later = Self.request(Self.guest(current: 1, pins: new))
        later.host.domains[0].liveXML = Self.request(Self.guest(current: 1, pins: old)).host.domains[0].liveXML
        #expect(Self.live(Planner.plan(later)).isEmpty)
        later.guests[0].demand.currentVCPUs = 3
        #expect(Self.live(Planner.plan(later)) == orders)
    }

    @Test("pins what is plugged where the others were pinned since the guest started, having no pins of their own")
    func floating() throws {
        var guest = Self.guest(current: 1, pins: [:])
        guest.demand.pins.vcpuSet = Located(.cpus([4, 5]))
        var request = Self.request(guest)
        var live = try FoundSettings(reading: XMLReader.read(request.host.domains[0].xml))
        (live.vcpuCPUs, live.vcpuPins, live.emulatorPin) = ([0, 1], [0: [4, 5]], [4, 5])
        request.host.domains[0].liveXML = XMLWriter.write(
            DomainPatch.apply(
                WantedSettings(keeping: live), mark: nil, to: try XMLReader.read(request.host.domains[0].xml)))
        #expect(Planner.plan(request).steps.isEmpty)
        request.guests[0].demand.currentVCPUs = 2
        #expect(Self.live(Planner.plan(request)) == ["pin vCPU 1 of a to 4-5", "set the vCPUs of a to 2"])
    }

    @Test("comes with the start of a guest that is power cycled, or goes with its shutdown")
    func restarted() {
        var request = Self.request(Self.guest(current: 2))
        request.guests[0].demand.currentVCPUs = 3
        request.guests[0].state = Located(.shutoff)
        #expect(Self.live(Planner.plan(request)).isEmpty)
        request.guests[0].state = nil
        request.guests[0].demand.memory = KiB(2 << 20)
        request.consent.restartsPending = true
        let plan = Planner.plan(request)
        #expect(Self.live(plan).isEmpty && plan.steps.contains(.start(name: "a")))
        #expect(plan.plan.changes.flatMap(\.parts).filter { $0.key == Self.number }.map(\.when) == [.nextStart])
    }
}
