import Diagnostics
import FullHosts
import HostModel
import Planning
import SiteFile
import Testing

@Suite("Interrupts off dedicated CPUs")
struct PlannedIsolationTests {
    private static let all = CPUSet(numbers: 0..<4)

    /// A host of 4 CPUs with a guest that has `dedicated` of them.
    private static func request(
        dedicated: Int = 2, _ isolation: HostPolicy.Isolation = .interrupts, interrupts: IsolationFacts? = Self.facts(),
        set: CPUSet? = nil, housekeeping: CPUSet? = nil
    ) -> PlanRequest {
        let demand = GuestDemand.even(
            1, vcpus: max(1, dedicated), memory: KiB(1 << 20), policy: dedicated > 0 ? .dedicated : .shared)
        var host = HostFacts(
            host: HostIdentity(name: "h"), onlineCPUs: all, cells: [Cell(id: 0, cpus: all, memory: KiB(16 << 20))])
        host.isolation = interrupts
        var policy = HostPolicy.plain(dedicated: set, shared: set.map { all.subtracting($0) })
        policy.isolation = isolation
        policy.housekeepingCPUs = housekeeping.map { Located($0) }
        return PlanRequest(
            host: host, site: "test", policy: policy, guests: [GuestSpec(name: Located("a"), demand: demand)])
    }

    private static func facts(
        _ cpus: CPUSet = all, new: CPUSet? = all, isFixed: Bool = false, banned: CPUSet? = nil
    ) -> IsolationFacts {
        IsolationFacts(
            interrupts: [.init(number: 24, name: "nvme0q1", cpus: cpus, isFixed: isFixed)], newInterrupts: new,
            balancer: banned.map { .init(banned: $0) })
    }

    private static func orders(_ plan: ExecutablePlan) -> [String] {
        plan.steps.filter { $0.subject == .isolation }.map(\.order)
    }

    private static func code(_ plan: ExecutablePlan) -> [DiagnosticCode] {
        plan.plan.diagnostics.map(\.code).filter { [.notIsolated, .interruptsFixed].contains($0) }
    }

    @Test("they go where no guest has a CPU for itself, and only they, by one change")
    func moved() throws {
        let plan = Planner.plan(Self.request())
        #expect(
            Self.orders(plan) == ["move interrupts to come to CPUs 2-3", "move interrupt nvme0q1(24) to CPUs 2-3"])
        let change = try #require(plan.plan.changes.first { $0.subject == .isolation })
        #expect(change.address == "isolation" && change.action == .update && change.disruption == .live)
        #expect(change.parts.map(\.path) == ["interrupt[new]", "interrupt[24]"])
        #expect(change.parts.map(\.now) == [.text("0-3"), .text("0-3")])
        #expect(change.parts.map(\.want) == [.text("2-3"), .text("2-3")] && change.consents.isEmpty)
        #expect(plan.isolation == CPUIsolation(interruptsOff: [0, 1], housekeeping: [2, 3]))
        let told = ToldChanges(
            steps: plan.steps, preconditions: Preconditions(of: plan.steps, on: Self.request().host),
            defaultHugePage: nil)
        #expect(told.changes.first { $0.subject == .isolation } == change)
    }

    @Test("once they are there nothing is left to do, also with the CPUs that the site gives")
    func settled() {
        #expect(Self.orders(Planner.plan(Self.request(interrupts: Self.facts([2, 3], new: [2, 3])))) == [])
        #expect(Self.orders(Planner.plan(Self.request(interrupts: Self.facts([2], new: [3])))) == [])
    }

    @Test("the dedicated CPUs of the host's entry are kept free for guests to come; housekeeping CPUs are for nobody")
    func sets() {
        let set = Planner.plan(Self.request(dedicated: 1, set: [1, 2, 3]))
        #expect(Self.orders(set).last == "move interrupt nvme0q1(24) to CPUs 0")
        let given = Planner.plan(Self.request(housekeeping: [0]))
        #expect(given.isolation == CPUIsolation(interruptsOff: [1, 2], housekeeping: [0]))
        #expect(Self.orders(given).last == "move interrupt nvme0q1(24) to CPUs 0")
        #expect(Planner.plan(Self.request(dedicated: 4, housekeeping: [0])).plan.verdict == .infeasible)
    }

    @Test("housekeeping CPUs that are not online are refused at their place")
    func offline() {
        let plan = Planner.plan(Self.request(housekeeping: [0, 9])).plan
        #expect(plan.verdict == .refused)
        #expect(
            plan.diagnostics.filter { $0.severity == .error }.map(\.message) == ["CPU 9 is not online on this host"])
    }

    @Test("without isolation, or without dedicated CPUs, nothing is said or done")
    func none() {
        for request in [Self.request(.none), Self.request(dedicated: 0), Self.request(.none, interrupts: nil)] {
            let plan = Planner.plan(request)
            #expect(Self.orders(plan) == [] && Self.code(plan) == [] && plan.isolation == nil)
        }
    }

    @Test(
        "what is in the way is said, and keeps nothing else from being done",
        arguments: [
            (request(interrupts: facts(banned: [])), "irqbalance would take them back to CPUs 0-1"),
            (request(interrupts: facts(banned: [1])), "irqbalance would take them back to CPUs 0"),
            (request(interrupts: nil), "it is not known which there are"),
            (request(dedicated: 4), "there are no CPUs but dedicated ones"),
        ])
    func obstacles(request: PlanRequest, reason: String) throws {
        let plan = Planner.plan(request)
        #expect(Self.orders(plan) == [] && plan.isolation == nil && plan.plan.verdict == .changes)
        let finding = try #require(plan.plan.diagnostics.first { $0.code == .notIsolated })
        #expect(finding.severity == .warning && finding.message == "interrupts stay on dedicated CPUs: \(reason)")
    }

    @Test("irqbalance that keeps off them is no obstacle, and managed interrupts are a note")
    func fine() throws {
        #expect(Self.orders(Planner.plan(Self.request(interrupts: Self.facts(banned: [0, 1, 2])))).count == 2)
        let fixed = Planner.plan(Self.request(interrupts: Self.facts([1], new: [2], isFixed: true)))
        #expect(Self.orders(fixed) == [] && fixed.isolation != nil)
        let finding = try #require(fixed.plan.diagnostics.first { $0.code == .interruptsFixed })
        #expect(finding.severity == .note && finding.message.hasSuffix("on dedicated CPUs: nvme0q1(24)"))
        #expect(finding.hint?.hasSuffix("isolcpus=managed_irq,0-1") == true)
        #expect(Self.code(Planner.plan(Self.request(interrupts: Self.facts([3], new: [2], isFixed: true)))) == [])
    }
}
