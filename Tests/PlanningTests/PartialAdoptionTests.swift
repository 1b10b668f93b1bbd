import Diagnostics
import DomainXML
import FullHosts
import HostModel
import Placement
import Planning
import SiteFile
import Testing
import XMLTree

/// Domains of which a site manages what it names, and nothing else.
@Suite("A guest that is adopted in part")
struct PartialAdoptionTests {
    struct Example: Sendable {
        /// What the domain has beside its name, or the name of one of those below.
        var domain = flat
        /// The keys of the entry beside `adopt: true`.
        let keys: String
        /// The settings that change.
        var changes: [String] = []
        /// Parts of the new definition.
        var has: [String] = []
    }

    private static let flat = """
        <memory unit='KiB'>1048576</memory><currentMemory unit='KiB'>1048576</currentMemory><vcpu placement='static'>2</vcpu>
        """
    /// Pins, pages, a binding, a balloon and a vCPU to come: no cells.
    private static let tuned = """
        <memory unit='KiB'>1048576</memory><currentMemory unit='KiB'>524288</currentMemory>
        <memoryBacking><hugepages><page size='2048' unit='KiB'/></hugepages><locked/></memoryBacking>
        <vcpu placement='static' cpuset='0-3' current='3'>4</vcpu><iothreads>2</iothreads>
        <cputune><shares>2048</shares><vcpupin vcpu='0' cpuset='2'/><vcpupin vcpu='1' cpuset='3'/>
        <emulatorpin cpuset='0-1'/><iothreadpin iothread='1' cpuset='0'/>
        <vcpusched vcpus='0' scheduler='fifo' priority='2'/></cputune>
        <numatune><memory mode='strict' nodeset='0'/></numatune>
        """
    /// Two cells of 512 MiB that are bound to two host cells each.
    private static let cells = """
        <memory unit='KiB'>1048576</memory><vcpu placement='static'>4</vcpu>
        <cputune><vcpupin vcpu='0' cpuset='0-3'/><emulatorpin cpuset='0-5'/></cputune>
        <numatune><memory mode='preferred' nodeset='0'/></numatune><cpu mode='host-passthrough'><numa>
        <cell id='0' cpus='0-1' memory='524288' memAccess='shared'/><cell id='1' cpus='2-3' memory='524288'/></numa></cpu>
        """

    private static let uneven = cells.replacing("cpus='2-3' memory='524288'", with: "cpus='2-3' memory='262144'")
        .replacing("1048576", with: "786432")

    private static let examples = [
        Example(
            domain: cells, keys: "ram: 2GiB",
            changes: ["cpu.numa.cell[0].memory_kib", "cpu.numa.cell[1].memory_kib", "memory.kib"],
            has: ["cpus='0-1' memory='1048576'", "cpus='2-3' memory='1048576'", ">2097152</memory>"]),
        Example(
            domain: cells, keys: "ram: 2GiB, cpu_policy: dedicated",
            has: ["cpus='0-1' memory='1048576'", "cpus='2-3' memory='1048576'"]),
        Example(keys: ""), Example(domain: tuned, keys: ""), Example(domain: cells, keys: ""),
        Example(domain: tuned, keys: "vcpus: 4, ram: 1GiB, current_ram: 512MiB, current_vcpus: 3, emulator_pin: 0-1"),
        Example(domain: tuned, keys: "vcpu_pins: {0: 2}, iothread_pins: {1: 0}, iothreads: 2, locked_memory: true"),
        Example(domain: tuned, keys: "scheduler: {vcpus: 0, policy: fifo, priority: 2}"),
        Example(domain: cells, keys: "vcpus: 4, ram: 1GiB, cpu_mode: host-passthrough"),
        Example(
            domain: tuned, keys: "current_ram: 768MiB", changes: ["memory.current_kib"],
            has: ["<currentMemory unit='KiB'>786432<", "<locked/>", "<vcpupin vcpu='1' cpuset='3'/>", "current='3'"]),
        Example(
            domain: tuned, keys: "ram: 2GiB", changes: ["memory.kib"],
            has: [">2097152</memory>", ">524288</currentMemory>", "nodeset='0'"]),
        Example(keys: "ram: 2GiB", changes: ["memory.kib"], has: [">2097152</currentMemory>"]),
        Example(
            domain: tuned, keys: "vcpus: 1",
            changes: [
                "vcpu", "vcpu.current", "cputune.vcpupin[1]",
            ], has: [">1</vcpu>", "<vcpupin vcpu='0' cpuset='2'/>", "<shares>2048</shares>"]),
        Example(
            domain: tuned, keys: "vcpu_pins: {1: 1, 2: 0-1}",
            changes: ["cputune.vcpupin[1]", "cputune.vcpupin[2]"],
            has: ["<vcpupin vcpu='0' cpuset='2'/>", "<vcpupin vcpu='1' cpuset='1'/>"]),
        Example(
            domain: tuned, keys: "emulator_pin: none, locked_memory: false",
            changes: ["memoryBacking.locked", "cputune.emulatorpin"], has: ["<hugepages>"]),
        Example(
            domain: tuned, keys: "iothread_pins: {2: 1}", changes: ["cputune.iothreadpin[2]"],
            has: ["<iothreadpin iothread='1' cpuset='0'/>"]),
        Example(
            domain: cells, keys: "mem_access: private",
            changes: ["cpu.numa.cell[0].memAccess"],
            has: ["memAccess='private'", "<memory mode='preferred' nodeset='0'/>"]),
        Example(domain: cells, keys: "current_vcpus: 2", changes: ["vcpu.current"]),
        // Naming the place manages it; vCPUs, memory, cells, binding, pages and balloon are the domain's.
        Example(
            domain: cells, keys: "cpu_policy: dedicated",
            has: [
                "<memory mode='preferred'", "<cell id='1' cpus='2-3' memory='524288'", "<vcpupin vcpu='3' cpuset='5'/>",
            ]),
        Example(
            domain: tuned, keys: "numa_nodes: 1, emulator_pin: 0-1",
            has: [
                "<page size='2048'", ">524288</currentMemory>", "<locked/>", "current='3'", "scheduler='fifo'",
                "<iothreadpin iothread='1' cpuset='0'/>", "memory='1048576'",
            ]),
    ]

    private static func request(_ example: Example) throws -> PlanRequest {
        var host = referenceHost
        for cell in host.cells.indices {
            host.cells[cell].pools = [HugepagePool(pageSize: PageSize(2_048), total: 600, free: 600)]
        }
        let xml = "<domain type='kvm'><name>a</name>\(example.domain)<os><type>hvm</type></os></domain>"
        host.domains = [DomainFacts(name: "a", state: .shutoff, xml: xml)]
        let site = SiteReader.read(SourceText(name: "s", text: "guests: {a: {adopt: true, \(example.keys)}}"))
        #expect(site.diagnostics.isEmpty, "\(site.diagnostics)")
        return PlanRequest(
            host: host, site: "test", policy: .plain(), guests: try #require(site.value).guests)
    }

    @Test("changes what the entry names and nothing else, and is in sync then", arguments: examples)
    func managed(_ example: Example) throws {
        var request = try Self.request(example)
        let result = Planner.plan(request)
        let plan = result.plan
        #expect(plan.verdict == .changes, "\(plan.diagnostics)")
        let change = try #require(plan.changes.first { $0.address == "guest/a" })
        let guest = try #require(request.guests.first)
        if guest.keepsPlace {
            #expect(change.parts.map(\.path).filter { $0 != "metadata" }.sorted() == example.changes.sorted())
        }
        let definition = XMLWriter.write(result.definitions[0].document)
        for part in example.has {
            #expect(definition.replacing("\"", with: "'").contains(part), "\(part) in \(definition)")
        }
        // A step carries all settings, so that a plan that is saved says the same.
        for case .redefine(let step) in result.steps {
            let (wanted, prior) = (step.wanted.settings, step.prior.settings)
            let read = try WantedSettings(fragment: wanted.fragment(mark: step.wanted.mark))
            #expect(read.differences(from: prior) == wanted.differences(from: prior))
        }
        request.host.domains[0].xml = definition
        #expect(Planner.plan(request).plan.unchanged == ["a"])
    }

    @Test("leaves what is changed by hand alone where the entry does not name it")
    func byHand() throws {
        var request = try Self.request(Example(domain: Self.tuned, keys: "vcpu_pins: {0: 2}"))
        let adopted = XMLWriter.write(Planner.plan(request).definitions[0].document).replacing("\"", with: "'")
        for (old, new, path) in [
            ("<vcpupin vcpu='1' cpuset='3'/>", "<vcpupin vcpu='1' cpuset='1'/>", nil),
            (">524288</currentMemory>", ">1048576</currentMemory>", nil),
            ("<vcpupin vcpu='0' cpuset='2'/>", "<vcpupin vcpu='0' cpuset='1'/>", "cputune.vcpupin[0]"),
        ] as [(String, String, String?)] {
            request.host.domains[0].xml = adopted.replacing(old, with: new)
            try #require(request.host.domains[0].xml != adopted)
            let plan = Planner.plan(request).plan
            #expect(plan.changes.flatMap(\.parts).map(\.path) == [path].compactMap(\.self), "\(plan.changes)")
        }
    }

    @Test(
        "leaves the vCPUs of the running domain alone where the entry does not name their number",
        arguments: [
            ("vcpu_pins: {0: 2}", []), ("vcpus: 4", []),
            ("current_vcpus: 3", [.setVCPUs(name: "a", prior: 2, target: 3)]),
            ("vcpus: 4, current_vcpus: 3", [.setVCPUs(name: "a", prior: 2, target: 3)]),
        ] as [(String, [Step])])
    func plugged(keys: String, steps: [Step]) throws {
        var request = try Self.request(Example(domain: Self.tuned, keys: keys))
        let adopted = XMLWriter.write(Planner.plan(request).definitions[0].document).replacing("\"", with: "'")
        request.host.domains[0].xml = adopted
        request.host.domains[0].state = .running
        request.host.domains[0].liveXML = adopted.replacing("current='3'", with: "current='2'")
        try #require(request.host.domains[0].liveXML != adopted)
        #expect(Planner.plan(request).steps == steps)
    }

    @Test("keeps pages of several sizes, cell by cell, where its cells are named and a page size is not")
    func severalPageSizes() throws {
        let domain = """
            <memory unit='KiB'>1048576</memory><currentMemory unit='KiB'>1048576</currentMemory>
            <memoryBacking><hugepages><page size='2048' unit='KiB' nodeset='1'/></hugepages></memoryBacking>
            <vcpu placement='static'>2</vcpu><numatune><memory mode='strict' nodeset='0-1'/>
            <memnode cellid='0' mode='strict' nodeset='0'/><memnode cellid='1' mode='strict' nodeset='1'/></numatune>
            <cpu><numa><cell id='0' cpus='0' memory='524288' unit='KiB'/>
            <cell id='1' cpus='1' memory='524288' unit='KiB'/></numa></cpu>
            """
        let result = Planner.plan(try Self.request(Example(domain: domain, keys: "numa_nodes: 2")))
        let parts = try #require(result.plan.changes.first { $0.address == "guest/a" }).parts
        #expect(!parts.contains { $0.path.hasPrefix("memoryBacking.page") }, "\(parts)")
        let place = try #require(result.plan.placement.guests.first)
        #expect(place.cells.map(\.pageSize) == [PageSize(4), PageSize(2_048)])
        #expect(result.plan.placement.cells.prefix(2).map { $0.pools.map(\.guests) } == [[0], [256]])
    }

    @Test("counts what it has, and what it will have once that is named")
    func counted() throws {
        let plan = Planner.plan(try Self.request(Example(domain: Self.tuned, keys: "ram: 1200MiB"))).plan
        #expect(plan.placement.cells[0].pools.map(\.guests) == [600])
        #expect(plan.placement.cells[0].dedicatedCPUs == [0, 2, 3])
        let place = try #require(plan.placement.guests.first)
        #expect(place.memory == KiB(1_200 << 10) && place.emulatorCPUs == [0, 1] && place.pins == [0: [2], 1: [3]])
    }

    @Test(
        "counts memory devices, wherever the guest is said to be",
        arguments: ["", "vcpus: 4", "numa_nodes: 2, mem_page_size: 2MiB"])
    func memoryDevices(keys: String) throws {
        let devices = """
            <devices><memory model='dimm'><target><size unit='KiB'>131072</size><node>1</node></target></memory>
            <memory model='virtio-mem'><source><nodemask>2</nodemask><pagesize unit='KiB'>4</pagesize></source><target>
            <size unit='KiB'>65536</size><node>0</node></target></memory></devices>
            """
        let domain =
            Self.cells.replacing("1048576", with: "1245184")
            .replacing("<memory mode='preferred' nodeset='0'/>", with: Self.bound)
            .replacing(
                "<vcpu ", with: "<memoryBacking><hugepages><page size='2048'/></hugepages></memoryBacking><vcpu ")
            + devices
        var request = try Self.request(Example(domain: domain, keys: keys))
        for state in [DomainFacts.DomainState.shutoff, .running] {
            request.host.domains[0].state = state
            if state == .running {
                request.host.domains[0].liveXML = request.host.domains[0].xml
                for cell in 0...1 { request.host.cells[cell].pools[0].free = PageCount(cell == 0 ? 344 : 280) }
            }
            // A domain that keeps its place and is not started takes nothing yet.
            let isCounted = state == .running || !keys.isEmpty
            let plan = Planner.plan(request).plan
            #expect(plan.verdict == .changes, "\(plan.diagnostics)")
            guard isCounted else { continue }
            let cells = plan.placement.cells
            #expect(cells.map { $0.pools.map(\.guests) } == [[256], [320], [0]], "\(keys) \(state)")
            #expect(cells.map { $0.pools.map(\.others) } == [[0], [0], [0]], "\(keys) \(state)")
            #expect(cells[2].memoryUsed == KiB(65_536))
        }
    }

    private static let bound = """
        <memory mode='strict' nodeset='0-1'/><memnode cellid='0' mode='strict' nodeset='0'/>
        <memnode cellid='1' mode='strict' nodeset='1'/>
        """

    @Test("counts a running guest with the larger of what it has and will have")
    func running() throws {
        var request = try Self.request(Example(domain: Self.tuned, keys: "ram: 1200MiB"))
        request.host.domains[0].state = .running
        request.host.domains[0].liveXML = request.host.domains[0].xml
        let result = Planner.plan(request)
        #expect(result.plan.placement.cells[0].pools.map(\.guests) == [600])
        #expect(result.plan.restartPending == ["a"])
        request.guests[0].demand.pins = HandPins()
        let pinned = try Self.request(Example(domain: Self.tuned, keys: "vcpu_pins: {1: 1}"))
        request.guests = pinned.guests
        #expect(Planner.plan(request).steps.contains(.pin(name: "a", thread: .vcpu(1), prior: [3], target: [1])))
    }

    @Test(
        "refuses what does not go with what the domain keeps",
        arguments: [
            (uneven, "ram: 2GiB", .cellsDoNotMatch), (cells, "ram: 2097151KiB", .cellsDoNotMatch),
            (uneven, "ram: 2GiB, cpu_policy: dedicated", .cellsDoNotMatch), (cells, "vcpus: 2", .cellsDoNotMatch),
            (tuned, "ram: 1025MiB", .pageSizeImpossible), (flat, "current_ram: 2GiB", .conflictingKeys),
            (flat, "vcpu_pins: {2: 1}", .vcpuOutOfRange), (flat, "iothread_pins: {1: 1}", .pinsContradict),
            (flat, "numa_policy: preferred", .policyNeedsCells),
            (flat, "cpu_topology: {sockets: 3, cores: 1, threads: 1}", .impossibleTopology),
        ] as [(String, String, DiagnosticCode)])
    func refused(domain: String, keys: String, code: DiagnosticCode) throws {
        let plan = Planner.plan(try Self.request(Example(domain: domain, keys: keys))).plan
        #expect(plan.verdict == .refused)
        #expect(plan.diagnostics.filter { $0.severity == .error }.map(\.code) == [code], "\(plan.diagnostics)")
        #expect(plan.diagnostics.first { $0.code == code }?.mark?.file == "s")
    }

    @Test("takes a flavor's words as its own")
    func flavor() throws {
        var request = try Self.request(Example(domain: Self.tuned, keys: ""))
        let text = "flavors: {f: {vcpus: 4, ram: 2GiB}}\nguests: {a: {flavor: f, adopt: true}}"
        request.guests = try #require(SiteReader.read(SourceText(name: "s", text: text)).value).guests
        let result = Planner.plan(request)
        let change = result.plan.changes.first { $0.address == "guest/a" }
        #expect(change?.parts.map(\.path) == ["memory.kib"])
        #expect(OwnershipMark(reading: result.definitions[0].document)?.flavor == "f")
    }
}
