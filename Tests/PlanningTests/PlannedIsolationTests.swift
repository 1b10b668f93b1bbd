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
        set: CPUSet? = nil, housekeeping: CPUSet? = nil, guest: HostPolicy.Isolation = .none, commandLine: String? = nil
    ) -> PlanRequest {
        var demand = GuestDemand.even(
            1, vcpus: max(1, dedicated), memory: KiB(1 << 20), policy: dedicated > 0 ? .dedicated : .shared)
        demand.isolation = guest
        var host = HostFacts(
            host: HostIdentity(name: "h", commandLine: commandLine), onlineCPUs: all,
            cells: [Cell(id: 0, cpus: all, memory: KiB(16 << 20))])
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

    /// What runs on that host: threads on all CPUs, on one of a guest's two, on those two alone.
    private static func busy(tuned: IsolationFacts.Tuned? = nil) -> IsolationFacts {
        IsolationFacts(
            interrupts: [], newInterrupts: all, workqueues: all,
            threads: [
                .init(cpus: all, count: 300, names: ["sshd", "systemd", "udevd", "cron"]),
                .init(cpus: [1, 3], count: 1, names: ["pinned"]), .init(cpus: [0, 1], count: 2, names: ["kswapd0"]),
            ], tuned: tuned)
    }

    private static func orders(_ plan: ExecutablePlan) -> [String] {
        plan.steps.filter { $0.subject == .isolation }.map(\.order)
    }

    private static func code(_ plan: ExecutablePlan) -> [DiagnosticCode] {
        plan.plan.diagnostics.map(\.code).filter { [.notIsolated, .keptOnItsCPUs].contains($0) }
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

    @Test("full isolation moves work queues and threads as well, names what stays, and what only a reboot brings")
    func full() throws {
        let request = Self.request(.full, interrupts: Self.busy())
        let plan = Planner.plan(request)
        #expect(
            Self.orders(plan) == [
                "move interrupts to come to CPUs 2-3", "move the kernel's work queues to CPUs 2-3",
                "move 300 threads (cron, sshd, systemd and others) from CPUs 0-3 to 2-3",
                "move 1 thread (pinned) from CPUs 1,3 to 3",
            ])
        let change = try #require(plan.plan.changes.first { $0.subject == .isolation })
        #expect(change.parts.map(\.path) == ["interrupt[new]", "workqueues", "threads[0-3]", "threads[1,3]"])
        #expect(plan.isolation == CPUIsolation(interruptsOff: [0, 1], programsOff: [0, 1], housekeeping: [2, 3]))
        let told = ToldChanges(
            steps: plan.steps, preconditions: Preconditions(of: plan.steps, on: request.host), defaultHugePage: nil)
        #expect(told.changes.first { $0.subject == .isolation } == change)
        let findings = plan.plan.diagnostics
        #expect(
            findings.first { $0.code == .keptOnItsCPUs }?.message
                == "2 threads have no CPUs but dedicated ones, and stay: kswapd0")
        #expect(
            findings.first { $0.code == .rebootPending }?.message
                == "reboot pending: the kernel was started without irqaffinity=2-3 isolcpus=managed_irq,0-1 nohz_full=0-1 "
                + "rcu_nocbs=0-1")
        let line = "irqaffinity=2-3 isolcpus=managed_irq,0-1 nohz_full=0-1 rcu_nocbs=0-1"
        let booted = Planner.plan(Self.request(.full, interrupts: Self.busy(), commandLine: line)).plan.diagnostics
        #expect(!booted.contains { $0.code == .rebootPending })
    }

    @Test("a guest may have more isolated than its host, for its own CPUs")
    func guest() {
        let plan = Planner.plan(Self.request(.none, interrupts: Self.busy(), set: [0, 1, 2], guest: .full))
        #expect(plan.isolation == CPUIsolation(interruptsOff: [0, 1], programsOff: [0, 1], housekeeping: [3]))
        let more = Planner.plan(Self.request(.interrupts, interrupts: Self.busy(), set: [0, 1, 2], guest: .full))
        #expect(more.isolation == CPUIsolation(interruptsOff: [0, 1, 2], programsOff: [0, 1], housekeeping: [3]))
        #expect(Planner.plan(Self.request(dedicated: 0, .none, interrupts: Self.busy(), guest: .full)).isolation == nil)
    }

    @Test("what tuned keeps off is left to it, and it is told where its cores are others")
    func tuned() throws {
        for (cores, severity) in [([0, 1, 2], .note), ([1], .warning)] as [(CPUSet, Diagnostic.Severity)] {
            let facts = Self.busy(tuned: .init(profile: "cpu-partitioning", isolated: cores))
            let plan = Planner.plan(Self.request(.full, interrupts: facts))
            #expect(Self.orders(plan) == ["move interrupts to come to CPUs 2-3"])
            #expect(plan.isolation == CPUIsolation(interruptsOff: [0, 1], housekeeping: [2, 3]))
            let finding = try #require(plan.plan.diagnostics.first { $0.code == .isolationOwned })
            #expect(finding.severity == severity && finding.message.contains("tuned (profile cpu-partitioning)"))
            #expect(finding.hint?.contains("isolated_cores=0-1") ?? (severity == .note))
            #expect(!plan.plan.diagnostics.contains { $0.code == .rebootPending })
        }
    }

    /// A request on a host that systemd runs, with settings of its own or of others, and what apply wrote before.
    private static func started(
        _ isolation: HostPolicy.Isolation = .full, dedicated: Int = 2, others: CPUSet? = nil, own: UnitDropIn? = nil,
        tuned: IsolationFacts.Tuned? = nil, banned: CPUSet? = nil
    ) -> ExecutablePlan {
        var facts = Self.busy(tuned: tuned)
        facts.manager = .init(affinity: others)
        facts.balancer = banned.map { .init(banned: $0) }
        var request = Self.request(dedicated: dedicated, isolation, interrupts: facts)
        request.host.dropIns = [own].compactMap(\.self)
        return Planner.plan(request)
    }

    private static func settings(_ cpus: CPUSet = [2, 3], site: String = "test") -> UnitDropIn {
        UnitDropIn(unit: UnitDropIn.manager, actor: nil, site: site, cpus: cpus, cells: [])
    }

    @Test("full isolation tells systemd where what it starts may run, once, and takes that back when it ends")
    func systemd() throws {
        let confined = Self.started()
        #expect(Self.orders(confined).last == "confine what systemd starts to CPUs 2-3")
        let part = try #require(
            confined.plan.changes.first { $0.subject == .isolation }?.parts.first { $0.path == "drop_in[system.conf]" })
        #expect(part.now == nil && part.want == .text("CPUs 2-3") && part.when == .nextStart)
        let told = ToldChanges(
            steps: confined.steps, preconditions: Preconditions(of: confined.steps, on: Self.request().host),
            defaultHugePage: nil)
        #expect(told.changes.contains { $0.subject == .isolation && $0.parts.contains(part) })
        #expect(!Self.orders(Self.started(own: Self.settings())).contains { $0.contains("systemd starts") })
        #expect(
            Self.orders(Self.started(own: Self.settings([3]))).last == "confine what systemd starts to CPUs 2-3")
        for ended in [
            Self.started(.interrupts, own: Self.settings()), Self.started(.none, own: Self.settings()),
            Self.started(dedicated: 0, own: Self.settings()),
            Self.started(own: Self.settings(), tuned: .init(profile: "p", isolated: [0, 1])),
        ] { #expect(Self.orders(ended).contains("release what systemd starts from its CPUs")) }
        let waiting = Self.started(own: Self.settings(), banned: [])
        #expect(Self.orders(waiting) == [], "something is in the way for now")
        #expect(Self.orders(Planner.plan(Self.request(.full, interrupts: Self.busy()))).count == 4, "no systemd")
        #expect(
            Self.settings().text == """
                # Written by numactl-plan for isolation of site 'test'; apply overwrites changes.
                [Manager]
                CPUAffinity=
                CPUAffinity=2-3

                """)
    }

    @Test("what others told systemd stays, and is named where it lets programs run on isolated CPUs")
    func systemdOfOthers() throws {
        let elsewhere = Self.settings(site: "other")
        let cases: [(ExecutablePlan, String?)] = [
            (Self.started(others: [2]), nil),
            (Self.started(others: [1, 2]), "CPUAffinity=1-2 in systemd's settings"),
            (Self.started(own: elsewhere), "50-numactl-plan.conf was not written for this site"),
            (Self.started(own: UnitDropIn(unit: UnitDropIn.manager, text: "")), "was not written for this site"),
        ]
        for (plan, reason) in cases {
            #expect(!Self.orders(plan).contains { $0.contains("systemd starts") })
            let finding = plan.plan.diagnostics.first { $0.code == .isolationOwned }
            #expect((finding == nil) == (reason == nil))
            #expect(finding?.message.contains(reason ?? "") ?? true)
            #expect(finding?.hint?.contains("CPUAffinity=2-3") ?? true)
        }
        let both = Self.started(others: [2], own: Self.settings())
        #expect(Self.orders(both).contains("release what systemd starts from its CPUs"))
    }

    /// A request on a host whose systemd keeps programs in groups, with dedicated CPUs 0-1 and housekeeping CPU 2 of 4.
    private static func grouped(
        _ isolation: HostPolicy.Isolation = .full, slice: IsolationFacts.ProgramGroup = .init(now: []),
        dropIns: [UnitDropIn] = [], dedicated: Int = 2, actors: [ActorRecord] = []
    ) -> PlanRequest {
        var facts = Self.busy()
        let groups = ["init.scope": .init(now: []), "system.slice": slice, "user.slice": IsolationFacts.ProgramGroup()]
        facts.manager = .init(affinity: [2], groups: groups)
        var request = Self.request(dedicated: dedicated, isolation, interrupts: facts, housekeeping: [2])
        request.host.dropIns = dropIns
        request.host.actors = actors
        return request
    }

    private static func group(_ unit: String, _ cpus: CPUSet, site: String = "test") -> UnitDropIn {
        UnitDropIn(unit: unit, actor: nil, site: site, cpus: cpus, cells: [])
    }

    @Test("groups of programs are confined to all CPUs that are not isolated, systemd itself to those for housekeeping")
    func groups() {
        let plan = Planner.plan(Self.grouped())
        #expect(
            Self.orders(plan).suffix(3) == [
                "confine programs in init.scope to CPUs 2", "confine programs in system.slice to CPUs 2-3",
                "confine programs in user.slice to CPUs 2-3",
            ])
        let texts = plan.steps.compactMap { if case .setUnit(let step) = $0 { step.dropIn?.text } else { nil } }
        #expect(texts.first?.hasSuffix("[Scope]\nAllowedCPUs=\nAllowedCPUs=2\n") == true)
        #expect(texts.last?.hasSuffix("[Slice]\nAllowedCPUs=\nAllowedCPUs=2-3\n") == true)
        let parts = plan.plan.changes.first { $0.subject == .isolation }?.parts.filter { $0.path.hasPrefix("drop_in") }
        #expect(parts?.map(\.when) == [.live, .live, .live])
    }

    @Test("a group is confined once, again where it has other CPUs than its file says, and freed when isolation ends")
    func groupsSettled() {
        let files = [
            Self.group("init.scope", [2]), Self.group("system.slice", [2, 3]), Self.group("user.slice", [2, 3]),
        ]
        func orders(_ isolation: HostPolicy.Isolation = .full, now: CPUSet) -> [String] {
            var request = Self.grouped(isolation, slice: .init(now: now), dropIns: files)
            request.host.isolation?.manager?.groups["init.scope"]?.now = [2]
            return Self.orders(Planner.plan(request)).filter { $0.contains("programs in") }
        }
        #expect(orders(now: [2, 3]) == [])
        #expect(orders(now: []) == ["confine programs in system.slice to CPUs 2-3"])
        #expect(orders(now: [1, 2, 3]) == ["confine programs in system.slice to CPUs 2-3"])
        #expect(
            orders(.none, now: [2, 3]) == [
                "release programs in init.scope from their CPUs", "release programs in system.slice from their CPUs",
                "release programs in user.slice from their CPUs",
            ])
    }

    @Test("the programs of actors keep their CPUs in a group, those of another site's too")
    func groupsWithActors() {
        let elsewhere = ActorRecord(site: "other", name: "ovs", cpus: [1])
        var request = Self.grouped(dedicated: 1, actors: [elsewhere])
        request.policy.dedicatedCPUs = .init([0, 1])
        let orders = Self.orders(Planner.plan(request))
        #expect(orders.contains("confine programs in system.slice to CPUs 1-3"), "\(orders)")
        #expect(orders.contains("confine programs in init.scope to CPUs 2"))
    }

    @Test(
        "a program that has nothing but dedicated CPUs keeps them in its group; guests of a session's libvirt keep all of them"
    )
    func groupsWithOthers() {
        let pinned = Planner.plan(Self.grouped(slice: .init(now: [], placed: [[1], [1, 2], [2]])))
        #expect(Self.orders(pinned).contains("confine programs in system.slice to CPUs 1-3"))
        #expect(Self.orders(pinned).contains("confine programs in user.slice to CPUs 2-3"))
        for (uri, isConfined) in [("qemu:///session", false), ("qemu:///system", true)] {
            var request = Self.grouped()
            request.policy.connect = .init(uri)
            #expect(Self.orders(Planner.plan(request)).contains { $0.contains("slice") } == isConfined)
        }
    }

    @Test("a group that others confine stays as it is, and is named where isolated CPUs are among its own")
    func groupsOfOthers() {
        for (allowed, isNamed) in [([2], false), ([1, 2], true)] as [(CPUSet, Bool)] {
            let plan = Planner.plan(Self.grouped(slice: .init(allowed: allowed, now: allowed)))
            #expect(!Self.orders(plan).contains { $0.contains("system.slice") })
            let finding = plan.plan.diagnostics.first { $0.code == .isolationOwned }
            #expect((finding != nil) == isNamed)
            #expect(finding?.message.contains("programs in system.slice may run on CPUs 0-1") ?? true)
            #expect(finding?.hint?.contains("AllowedCPUs=2-3") ?? true)
        }
        let theirs = Planner.plan(Self.grouped(dropIns: [Self.group("user.slice", [2, 3], site: "other")]))
        #expect(!Self.orders(theirs).contains { $0.contains("user.slice") })
        #expect(theirs.plan.diagnostics.contains { $0.message.contains("user.slice.d/50-numactl-plan.conf was not") })
    }

    @Test("dedicated CPUs that nobody has go offline, and come back for the next guest or once they are to be kept")
    func idle() {
        func plan(
            _ idle: HostPolicy.IdleCPUs, dedicated: Int, parked: CPUSet = [], offlinable: CPUSet? = [1, 2, 3],
            housekeeping: CPUSet? = nil
        ) -> ExecutablePlan {
            var request = Self.request(dedicated: dedicated, .none, set: [1, 2, 3], housekeeping: housekeeping)
            request.policy.idleCPUs = idle
            request.host.parkedCPUs = parked
            request.host.isolation?.offlinable = offlinable
            return Planner.plan(request)
        }
        #expect(Self.orders(plan(.offline, dedicated: 1)) == ["take CPUs 2-3 offline"])
        #expect(Self.orders(plan(.offline, dedicated: 1, parked: [2, 3], offlinable: nil)) == [])
        #expect(Self.orders(plan(.offline, dedicated: 2, parked: [2, 3])) == ["bring CPUs 2 online"])
        #expect(
            Self.orders(plan(.offline, dedicated: 2, parked: [2])) == ["bring CPUs 2 online", "take CPUs 3 offline"])
        #expect(Self.orders(plan(.keep, dedicated: 1, parked: [2, 3])) == ["bring CPUs 2-3 online"])
        #expect(Self.orders(plan(.keep, dedicated: 1)) == [])
        let parts = plan(.offline, dedicated: 2, parked: [2]).plan.changes.first { $0.subject == .isolation }?.parts
        #expect(parts?.map(\.path) == ["cpus[2]", "cpus[3]"])
        #expect(parts?.map(\.want) == [.text("online"), .text("offline")])

        let some = plan(.offline, dedicated: 1, offlinable: [1, 2])
        #expect(Self.orders(some) == ["take CPUs 2 offline"])
        #expect(
            some.plan.diagnostics.first { $0.code == .idleCPUsStay }?.message
                == "CPUs 3 are idle and stay online: the kernel does not let them be taken offline")
        let old = plan(.offline, dedicated: 1, offlinable: nil)
        #expect(Self.orders(old) == [] && old.plan.diagnostics.contains { $0.code == .idleCPUsStay })
    }

    @Test("irqbalance that keeps off them is no obstacle, and managed interrupts are a note")
    func fine() throws {
        #expect(Self.orders(Planner.plan(Self.request(interrupts: Self.facts(banned: [0, 1, 2])))).count == 2)
        let fixed = Planner.plan(Self.request(interrupts: Self.facts([1], new: [2], isFixed: true)))
        #expect(Self.orders(fixed) == [] && fixed.isolation != nil)
        let finding = try #require(fixed.plan.diagnostics.first { $0.code == .keptOnItsCPUs })
        #expect(finding.severity == .note && finding.message.hasSuffix("on dedicated CPUs: nvme0q1(24)"))
        #expect(finding.hint?.hasSuffix("isolcpus=managed_irq,0-1") == true)
        #expect(Self.code(Planner.plan(Self.request(interrupts: Self.facts([3], new: [2], isFixed: true)))) == [])
    }
}
