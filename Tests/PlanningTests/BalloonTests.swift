import Diagnostics
import DomainXML
import FullHosts
import HostModel
import Planning
import SiteFile
import Testing
import XMLTree

@Suite("The balloon of a running guest")
struct BalloonTests {
    private static func gib(_ count: UInt64) -> KiB { KiB(count << 20) }
    private static let memory = ChangedPart.PartKey.setting(SettingKey(CurrentMemory.self))

    /// One guest of 4 GiB that runs with this much of it.
    private static func request(current: KiB?, edit: (String) -> String = { $0 }) throws -> PlanRequest {
        var demand = GuestDemand(vcpus: 1, memory: gib(4))
        demand.currentMemory = current
        let request = PlanRequest(
            host: HostFacts(
                host: HostIdentity(name: "h"), onlineCPUs: [0, 1],
                cells: [Cell(id: 0, cpus: [0, 1], memory: gib(16))]),
            site: "test", policy: .plain(), guests: [GuestSpec(name: Located("a"), demand: demand)])
        var running = request.applied(Planner.plan(request), state: .running)
        running.host.domains[0].liveXML = running.host.domains[0].liveXML.map(edit)
        return running
    }

    private static func balloon(_ model: String) -> @Sendable (String) -> String {
        { $0.replacing("</devices>", with: "<memballoon model='\(model)'/></devices>") }
    }

    @Test("is set at once where the site asks for another amount, and the definition with it")
    func asked() throws {
        var request = try Self.request(current: Self.gib(2), edit: Self.balloon("virtio"))
        request.guests[0].demand.currentMemory = Self.gib(1)
        let plan = Planner.plan(request)
        #expect(plan.steps.count == 2)
        #expect(plan.steps.last == .setMemory(name: "a", prior: Self.gib(2), target: Self.gib(1)))
        let change = try #require(plan.plan.changes.first)
        #expect(change.action == .update && change.disruption == .live)
        #expect(change.parts.map(\.key) == [Self.memory] && change.parts.map(\.when) == [.live])
        #expect(plan.plan.restartPending.isEmpty)

        let preconditions = Preconditions(of: plan.steps, on: request.host)
        let told = ToldChanges(steps: plan.steps, preconditions: preconditions, defaultHugePage: nil)
        #expect(told.changes.map(\.parts.count) == [1] && told.changes.first?.parts.first?.when == .live)
        #expect(told.changes.map(ShownChange.init) == plan.plan.changes.map(ShownChange.init))
        func problems(_ steps: [Step]) -> [PlanProblem] {
            SavedPlanRules(
                steps: steps, preconditions: preconditions, site: "test", host: request.host
            ).problems
        }
        #expect(problems(plan.steps).isEmpty)
        let other = Step.setMemory(name: "a", prior: Self.gib(2), target: Self.gib(3))
        #expect(problems([plan.steps[0], other]).map(\.message) == ["the definition does not get that amount"])
        #expect(problems([plan.steps[1]]).map(\.message) == ["the definition does not get that amount"])
    }

    @Test(
        "waits for the next start without a balloon, with memory devices, and beyond what the guest runs with",
        arguments: [
            ({ $0 }, 1), (balloon("none"), 1),
            (
                {
                    balloon("virtio")($0).replacing(
                        "<devices>",
                        with: "<devices><memory model='dimm'><target><size unit='KiB'>1024</size></target></memory>")
                }, 1
            ),
            ({ balloon("virtio")($0).replacing("4194304", with: "2097152") }, 3),
        ] as [(@Sendable (String) -> String, UInt64)])
    func cannot(edit: @Sendable (String) -> String, gib: UInt64) throws {
        var request = try Self.request(current: Self.gib(2), edit: edit)
        request.guests[0].demand.currentMemory = Self.gib(gib)
        let plan = Planner.plan(request)
        #expect(plan.steps.count == 1)
        #expect(plan.plan.restartPending == ["a"])
    }

    @Test(
        "that the guest has not filled, or was given more of, waits for no restart; one that was given less does",
        arguments: [(3_145_728, []), (4_194_304, []), (524_288, ["a"])])
    func given(amount: Int, pending: [String]) throws {
        let request = try Self.request(current: Self.gib(1)) {
            Self.balloon("virtio")($0).replacing(
                "<currentMemory unit='KiB'>1048576", with: "<currentMemory unit='KiB'>\(amount)")
        }
        let plan = Planner.plan(request)
        #expect(plan.steps.isEmpty)
        #expect(plan.plan.restartPending == pending)
    }
}
