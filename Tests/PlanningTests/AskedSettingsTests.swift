import Diagnostics
import DomainXML
import FullHosts
import HostModel
import Placement
import Planning
import SiteFile
import Testing
import XMLTree

@Suite("Settings that a site asks for")
struct AskedSettingsTests {
    private static let host = HostFacts(
        host: HostIdentity(name: "h"), onlineCPUs: CPUSet(numbers: 0..<8),
        cells: (0..<2).map { Cell(id: CellID($0), cpus: CPUSet(numbers: $0 * 4..<$0 * 4 + 4), memory: 8_388_608) })

    /// The plan for one guest of 4 vCPUs and 2 GiB with these keys.
    private static func request(_ keys: String, host: HostFacts = host) throws -> PlanRequest {
        let text = "site: s\nhosts: {h: {guest_overhead: none}}\nguests: {g: {vcpus: 4, ram: 2GiB, \(keys)}}\n"
        let read = SiteReader.read(SourceText(name: "site.yaml", text: text))
        let site = try #require(read.value, "\(read.diagnostics)")
        return PlanRequest(host: host, site: "s", policy: site.hosts[0], guests: site.guests)
    }

    @Test(
        "are in the definition, and nothing is left to do then",
        arguments: [
            (
                "scheduler: {vcpus: 1-2, policy: fifo, priority: 2}",
                ["cputune.vcpusched[1] = fifo:2", "cputune.vcpusched[2] = fifo:2"]
            ),
            ("scheduler: {policy: batch}", ["cputune.vcpusched[0] = batch", "cputune.vcpusched[3] = batch"]),
            (
                "vcpu_pins: {0: 4, 3: 1-2}, emulator_pin: 0-1",
                ["cputune.vcpupin[0] = 4", "cputune.vcpupin[3] = 1-2", "cputune.emulatorpin = 0-1"]
            ),
            (
                "cpu_policy: dedicated, vcpu_pins: {1: 6, 2: 4}, emulator_pin: none",
                [
                    "cputune.vcpupin[0] = 5", "cputune.vcpupin[1] = 6", "cputune.vcpupin[2] = 4",
                    "cputune.vcpupin[3] = 7", "numatune.memory = strict 1",
                ]
            ),
            (
                "cpu_policy: mixed, cpu_dedicated_mask: 0-1, vcpu_pins: {0: 2, 1: 1, 2: 0}",
                [
                    "cputune.vcpupin[0] = 2", "cputune.vcpupin[1] = 1", "cputune.vcpupin[2] = 0",
                    "cputune.vcpupin[3] = 0,3",
                ]
            ),
            (
                "numa_nodes: 1, iothreads: 2, iothread_pins: {2: 7}",
                ["cputune.iothreadpin[1] = 0-3", "cputune.iothreadpin[2] = 7"]
            ),
            ("numa_nodes: 1, numa_policy: none, vcpu_pins: {1: 5}", ["cputune.vcpupin[1] = 5"]),
            ("current_vcpus: 2", ["vcpu = 4", "vcpu.current = 2"]), ("current_vcpus: 4", ["vcpu = 4"]),
            ("current_vcpus: 1, numa_nodes: 2", ["vcpu.current = 1", "cputune.vcpupin[3] = 4-7"]),
            ("current_ram: 1GiB", ["memory.kib = 2097152", "memory.current_kib = 1048576"]),
            ("current_ram: 2GiB", ["memory.kib = 2097152"]),
            ("mem_access: shared", ["memoryBacking.access = shared"]),
            (
                "numa_nodes: 1, mem_access: private",
                ["memoryBacking.access = private", "cpu.numa.cell[0].memAccess = private"]
            ),
        ] as [(String, [String])])
    func asked(keys: String, settings: [String]) throws {
        let request = try Self.request(keys)
        let plan = Planner.plan(request)
        let definition = try #require(plan.definitions.first?.document, "\(plan.plan.diagnostics)")
        let found = try FoundSettings(reading: definition).settings.map { "\($0.path) = \($0.value.words)" }
        for setting in settings { #expect(found.contains(setting), "\(found)") }
        #expect(Planner.plan(request.applied(plan, state: .shutoff)).plan.isEmpty)
        let running = Planner.plan(request.applied(plan, state: .running)).plan
        #expect(running.isEmpty && running.restartPending.isEmpty)
    }
}

@Suite("Pins by the operator's hand")
struct HandPinTests {
    private static let cores = HostFacts(
        host: HostIdentity(name: "h"), onlineCPUs: CPUSet(numbers: 0..<8),
        cells: (0..<2).map { cell in
            let first = cell * 4
            return Cell(
                id: CellID(cell), cpus: CPUSet(numbers: first..<first + 4), memory: 8_388_608,
                siblings: [CPUSet(numbers: first..<first + 2), CPUSet(numbers: first + 2..<first + 4)])
        })

    private static func plan(_ guests: String, hostKeys: String = "", domains: [DomainFacts] = []) throws -> Plan {
        let text =
            "site: s\nhosts: {h: {guest_overhead: none\(hostKeys)}}\n"
            + "flavors: {f: {vcpus: 2, ram: 1GiB}, own: {vcpus: 2, ram: 1GiB, cpu_policy: dedicated}}\nguests: {\(guests)}\n"
        let read = SiteReader.read(SourceText(name: "site.yaml", text: text))
        let site = try #require(read.value, "\(read.diagnostics)")
        var host = cores
        host.domains = domains
        return Planner.plan(PlanRequest(host: host, site: "s", policy: site.hosts[0], guests: site.guests)).plan
    }

    @Test("keep others off: what a hand gives to one thread is nobody else's own")
    func others() throws {
        let plan = try Self.plan(
            "a: {flavor: own}, b: {flavor: own, vcpu_pins: {0: 0, 1: 2}}, c: {flavor: f, vcpu_pins: {0: 4, 1: 4}}")
        #expect(plan.diagnostics.filter { $0.severity == .error } == [])
        let own = plan.placement.guests.filter { $0.name != "c" }
            .flatMap { guest in guest.cells.flatMap { $0.pins.values } }.reduce(into: CPUSet()) { $0.formUnion($1) }
        #expect(own.count == 4 && CPUSet([0, 2]).isSubset(of: own) && !own.contains(4))
    }

    @Test("of a guest that keeps its cores to itself take the siblings along")
    func isolated() throws {
        let plan = try Self.plan("a: {flavor: own, cpu_thread_policy: isolate, vcpu_pins: {0: 5}}")
        let cell = try #require(plan.placement.guests.first?.cells.first)
        #expect(cell.hostCell == 1 && cell.pins[0] == [5])
        #expect(cell.pins[1] == [6] || cell.pins[1] == [7])
    }

    @Test(
        "that this host cannot give are refused, each with its place",
        arguments: [
            ("a: {flavor: own, vcpu_pins: {0: 9}}", "", [.cpusNotOnline]),
            ("a: {flavor: f, emulator_pin: 8-9}", "", [.cpusNotOnline]),
            ("a: {flavor: own, vcpu_pins: {0: 1, 1: 4}}", "", [.pinImpossible]),
            ("a: {flavor: own, numa_placement: {0: 1}, vcpu_pins: {0: 1}}", "", [.pinImpossible]),
            (
                "a: {flavor: own, vcpu_pins: {0: 1}}, b: {flavor: own, vcpu_pins: {0: 1}}", "",
                [.pinImpossible, .pinImpossible]
            ),
            ("a: {flavor: own, vcpu_pins: {0: 1}}, b: {flavor: f, vcpu_pins: {0: 0-1}}", "", [.pinImpossible]),
            (
                "a: {flavor: own, cpu_thread_policy: isolate, vcpu_pins: {0: 0, 1: 1}}", "",
                [.pinImpossible, .pinImpossible]
            ),
            ("a: {flavor: own, vcpu_pins: {0: 1}}", ", cpus: {dedicated: 2-7, shared: 0-1}", [.pinImpossible]),
        ] as [(String, String, [DiagnosticCode])])
    func refused(guests: String, hostKeys: String, codes: [DiagnosticCode]) throws {
        let plan = try Self.plan(guests, hostKeys: hostKeys)
        let errors = plan.diagnostics.filter { [.cpusNotOnline, .pinImpossible].contains($0.code) }
        #expect(errors.map(\.code) == codes)
        #expect(errors.allSatisfy { $0.mark?.line == 4 })
        #expect(plan.verdict != .changes)
    }

    @Test("give way to nobody who is there already")
    func foreign() throws {
        var settings = WantedSettings(vcpus: 1, memory: 65_536)
        settings.vcpuPins = [0: [1]]
        let xml = XMLWriter.write(
            DomainTemplate.domain(for: MachineDescription(name: "other"), wanted: settings, mark: nil))
        let plan = try Self.plan(
            "a: {flavor: own, vcpu_pins: {0: 1}}", domains: [DomainFacts(name: "other", state: .running, xml: xml)])
        #expect(plan.diagnostics.contains { $0.code == .pinImpossible && $0.message.contains("'other'") })
    }
}

extension SettingValue {
    fileprivate var words: String {
        switch self {
        case .text(let text): text
        case .number(let number): "\(number)"
        case .flag(let flag): "\(flag)"
        }
    }
}
