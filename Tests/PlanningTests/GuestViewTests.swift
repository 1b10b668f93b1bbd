import Diagnostics
import DomainXML
import FullHosts
import HostModel
import Placement
import Planning
import SiteFile
import Testing
import XMLTree

@Suite("What a guest sees of its host")
struct GuestViewTests {
    /// Three cells of 4 cores with two threads behind two caches each; a device on each of the first two, and one on no cell.
    private static let host = HostFacts(
        host: HostIdentity(name: "h", arch: "x86_64"), onlineCPUs: CPUSet(numbers: 0..<24),
        cells: (0..<3).map { id in
            let first = id * 8
            return Cell(
                id: CellID(id), cpus: CPUSet(numbers: first..<first + 8), memory: 8_388_608,
                siblings: (0..<4).map { CPUSet(numbers: [first + $0, first + $0 + 4]) },
                lastLevelCaches: (0..<2).map { cache in CPUSet(numbers: [0, 1, 4, 5].map { first + cache * 2 + $0 }) },
                distances: [[0: 10, 1: 21, 2: 31], [0: 21, 1: 10, 2: 21], [0: 31, 1: 21, 2: 10]][id],
                pools: [HugepagePool(pageSize: PageSize(2_048), total: 1_024, free: 1_024)])
        },
        devices: (0..<2).map { HostDevice(address: .number($0), cell: CellID(Int($0))) }
            + [HostDevice(address: .number(2))])

    /// A guest of 2 GiB, unless its keys begin with another amount.
    private static func guests(_ keys: String) throws -> [GuestSpec] {
        let whole = keys.hasPrefix("ram: ") ? keys : "ram: 2GiB, \(keys)"
        let text = "site: test\nhosts: {h: {guest_overhead: none}}\nguests: {g: {\(whole)}}\n"
        let read = SiteReader.read(SourceText(name: "site.yaml", text: text))
        return try #require(read.value, "\(read.diagnostics)").guests
    }

    private static func request(_ keys: String) throws -> PlanRequest {
        PlanRequest(host: host, site: "test", policy: .plain(), guests: try guests(keys))
    }

    private static func parts(_ plan: ExecutablePlan, _ path: String) -> [String] {
        plan.plan.changes.flatMap(\.parts).filter { $0.path.contains(path) }.map { part in
            func words(_ value: ChangedPart.PartValue?) -> String {
                switch value {
                case nil: "-"
                case .text(let text): text
                case .number(let number): "\(number)"
                case .flag(let flag): "\(flag)"
                }
            }
            return "\(part.path) \(words(part.now)) > \(words(part.want))"
        }
    }

    // MARK: Distances

    private static let two = "vcpus: 2, numa_nodes: 2"

    @Test(
        "has the distances that were asked for, and they are there then",
        arguments: [
            ("\(two), numa_placement: {0: 0, 1: 1}", []),
            (
                "\(two), numa_placement: {0: 0, 1: 2}, guest_distances: host",
                ["cell[0].distances - > 0:10 1:31", "cell[1].distances - > 0:31 1:10"]
            ),
            ("\(two), numa_placement: {0: 0, 1: 2}, guest_distances: none", []),
            (
                "\(two), numa_placement: {0: 1, 1: 1}, guest_distances: host",
                ["cell[0].distances - > 0:10 1:11", "cell[1].distances - > 0:11 1:10"]
            ),
            (
                "ram: 3GiB, vcpus: 3, numa_nodes: 3, numa_placement: {0: 0, 1: 1, 2: 2}",
                [
                    "cell[0].distances - > 0:10 1:21 2:31", "cell[1].distances - > 0:21 1:10 2:21",
                    "cell[2].distances - > 0:31 1:21 2:10",
                ]
            ),
            ("ram: 3GiB, vcpus: 3, numa_nodes: 3, numa_placement: {0: 0, 1: 1, 2: 2}, guest_distances: none", []),
            ("vcpus: 2, numa_nodes: 1, guest_distances: host", []),
        ] as [(String, [String])])
    func distances(keys: String, wanted: [String]) throws {
        let request = try Self.request(keys)
        let plan = Planner.plan(request)
        #expect(Self.parts(plan, "distances").map { $0.replacing("cpu.numa.", with: "") } == wanted)
        for state in [DomainFacts.DomainState.shutoff, .running] {
            let again = Planner.plan(request.applied(plan, state: state)).plan
            #expect(again.changes.isEmpty && again.restartPending.isEmpty, "\(again.changes)")
        }
    }

    @Test("gets them, loses them and gets others with its next start")
    func changed() throws {
        let place = "\(Self.two), numa_placement: {0: 0, 1: 2}"
        var request = try Self.request(place)
        request = request.applied(Planner.plan(request), state: .running)
        for (keys, parts) in [
            ("\(place), guest_distances: host", ["0:10 1:31", "0:31 1:10"]), (place, []),
            ("\(place), guest_distances: none", ["-", "-"]),
        ] as [(String, [String?])] {
            request.guests = try Self.guests(keys)
            let plan = Planner.plan(request)
            #expect(Self.parts(plan, "distances").map { $0.split(separator: " > ").last.map(String.init) } == parts)
            #expect(
                plan.plan.changes.flatMap(\.parts).allSatisfy { $0.when == .nextStart || $0.key == .metadata })
            #expect(plan.plan.restartPending == (parts.isEmpty ? [] : ["g"]))
            request = request.applied(plan, state: .running)
        }
        #expect(!request.host.domains[0].xml.contains("distances"))
    }

    @Test("keeps its old ones until its next start when it moves while it runs")
    func movedLive() throws {
        func keys(_ cell: Int) -> String {
            "\(Self.two), mem_page_size: 2MiB, guest_distances: host, numa_placement: {0: 0, 1: \(cell)}"
        }
        var request = try Self.request(keys(1))
        request = request.applied(Planner.plan(request), state: .running)
        request.guests = try Self.guests(keys(2))
        request.consent = PlanConsent(movesLive: true)
        let plan = Planner.plan(request)
        #expect(plan.steps.contains { if case .moveMemory = $0 { true } else { false } }, "\(plan.plan.diagnostics)")
        #expect(plan.plan.restartPending == ["g"])
        #expect(
            plan.plan.pending["g"]?.map(\.path) == ["cpu.numa.cell[0].distances", "cpu.numa.cell[1].distances"],
            "\(plan.plan.pending)")
        let parts = plan.plan.changes.flatMap(\.parts).filter { $0.path.contains("distances") }
        #expect(parts.count == 2 && parts.allSatisfy { $0.when == .nextStart })
    }

    // MARK: CPUs

    @Test(
        "has the topology and the caches of its pins",
        arguments: [
            ("vcpus: 4", "1/2/2", "emulate 3"), ("vcpus: 4, cpu_mode: host-passthrough", "1/2/2", "passthrough"),
            ("vcpus: 8, cpu_mode: maximum", "1/2/1/2/2", "passthrough"), ("vcpus: 8", "1/2/1/2/2", "emulate 3"),
            ("vcpus: 2, cpu_thread_policy: isolate, cpu_mode: host-passthrough", "1/2/1", "emulate 3"),
            ("vcpus: 8, cpu_mode: host-model, numa_nodes: 2", "2/2/2", "emulate 3"),
        ] as [(String, String, String)])
    func mirrored(keys: String, topology: String, cache: String) throws {
        let request = try Self.request("\(keys), cpu_policy: dedicated, cpu_topology: mirror")
        let plan = Planner.plan(request)
        #expect(Self.parts(plan, "cpu.topology") == ["cpu.topology - > \(topology)"])
        #expect(Self.parts(plan, "cpu.cache") == ["cpu.cache - > \(cache)"])
        #expect(plan.plan.diagnostics.isEmpty, "\(plan.plan.diagnostics)")
        #expect(Planner.plan(request.applied(plan, state: .running)).plan.changes.isEmpty)
    }

    @Test(
        "is told what it does not see as it is",
        arguments: [
            ("vcpus: 3", .topologyNotMirrored, "it has more threads of some cores than of others", "3/1/1"),
            ("vcpus: 6", .cachesNotShown, "it has more cores behind some than behind others", "1/3/2"),
            (
                "vcpus: 3, numa_cells: [{cpus: 0-1, ram: 1GiB}, {cpus: 2, ram: 1GiB}]", .topologyNotMirrored,
                "its cells have different numbers of vCPUs", "3/1/1"
            ),
            (
                "vcpus: 4, vcpu_pins: {0: 0, 1: 1, 2: 4, 3: 5}", .topologyNotMirrored,
                "vCPUs on one core are not beside each other", "4/1/1"
            ),
        ] as [(String, DiagnosticCode, String, String)])
    func flawed(keys: String, code: DiagnosticCode, why: String, topology: String) throws {
        let plan = Planner.plan(try Self.request("\(keys), cpu_policy: dedicated, cpu_topology: mirror"))
        let finding = try #require(plan.plan.diagnostics.first { $0.code == code })
        #expect(finding.severity == .warning && finding.message.hasSuffix(why), "\(finding)")
        #expect(Self.parts(plan, "cpu.topology") == ["cpu.topology - > \(topology)"])
    }

    // MARK: Devices

    private static func devices(_ numbers: UInt8...) -> String {
        "host_devices: [\(numbers.map { "'\(PCIAddress.number($0))'" }.joined(separator: ", "))]"
    }
    private static let wide =
        "\(two), pci_numa_affinity_policy: preferred, numa_placement: {0: 1, 1: 0}, \(devices(0, 1, 2))"

    private static func cells(_ request: PlanRequest) throws -> [Int: GuestCellID] {
        let record = OwnershipMark(reading: try XMLReader.read(request.host.domains[0].xml))?.machine
        let cells = try #require(record).deviceCells
        return Dictionary(uniqueKeysWithValues: cells.map { (Int($0.key.slot), $0.value) })
    }

    @Test(
        "finds its devices on its cells when it is new, where its machine can have them there",
        arguments: [
            ("\(wide), machine: q35", 2, false), (wide, 0, false), ("\(wide), machine: pc", 0, false),
            ("\(wide), machine: q35, guest_devices: on_root", 0, false),
            ("\(wide), machine: pc, guest_devices: on_cells", 0, true), ("\(wide), guest_devices: on_cells", 0, true),
            ("\(wide), machine: q35, guest_numa: hidden", 0, false),
            ("vcpus: 2, numa_nodes: 1, \(devices(1)), machine: q35", 0, false),
            ("vcpus: 2, numa_nodes: 1, \(devices(1)), machine: q35, guest_devices: on_cells", 1, false),
            ("vcpus: 2, \(devices(0, 1, 2)), machine: q35", 0, false),
        ] as [(String, Int, Bool)])
    func created(keys: String, count: Int, isWarned: Bool) throws {
        let request = try Self.request(keys)
        let plan = Planner.plan(request)
        #expect(plan.plan.diagnostics.contains { $0.code == .deviceOnNoGuestCell } == isWarned)
        let next = request.applied(plan, state: .running)
        let cells = try Self.cells(next)
        #expect(cells.count == count)
        let text = next.host.domains[0].xml
        #expect(text.contains("pcie-expander-bus") == (count > 0), "\(text)")
        let again = Planner.plan(next).plan
        #expect(again.changes.isEmpty && again.restartPending.isEmpty, "\(again.changes)")
    }

    @Test("finds them where they were when it is there already, and elsewhere only when the site says so")
    func existing() throws {
        let plain = "\(Self.wide), machine: q35"
        var request = try Self.request("\(plain), guest_devices: on_root")
        request = request.applied(Planner.plan(request), state: .running)
        request.guests = try Self.guests(plain)
        #expect(Planner.plan(request).plan.changes.isEmpty)
        request.guests = try Self.guests("\(plain), guest_devices: on_cells")
        let plan = Planner.plan(request)
        #expect(
            Self.parts(plan, "hostdev") == [
                "devices.hostdev[\(PCIAddress.number(0))].cell - > 1",
                "devices.hostdev[\(PCIAddress.number(1))].cell - > 0",
            ])
        #expect(plan.plan.restartPending == ["g"])
        #expect(plan.plan.changes.flatMap(\.parts).allSatisfy { $0.when == .nextStart })
        let preconditions = Preconditions(of: plan.steps, on: request.host)
        #expect(
            SavedPlanRules(steps: plan.steps, preconditions: preconditions, site: "test", host: request.host)
                .problems.isEmpty)
        let saved = ToldChanges(
            steps: plan.steps, preconditions: preconditions, defaultHugePage: request.host.defaultHugePage)
        #expect(saved.changes.map(ShownChange.init) == plan.plan.changes.map(ShownChange.init))
        request = request.applied(plan, state: .running)
        #expect(try Self.cells(request) == [0: 1, 1: 0])
        request.guests = try Self.guests(plain)
        #expect(Planner.plan(request).plan.changes.isEmpty)
    }

    @Test("finds them on other cells once it has moved")
    func moved() throws {
        let keys = "\(Self.wide), machine: q35"
        var request = try Self.request(keys)
        request = request.applied(Planner.plan(request), state: .shutoff)
        #expect(try Self.cells(request) == [0: 1, 1: 0])
        request.guests = try Self.guests(keys.replacing("{0: 1, 1: 0}", with: "{0: 0, 1: 2}"))
        let plan = Planner.plan(request)
        #expect(
            Self.parts(plan, "hostdev") == [
                "devices.hostdev[\(PCIAddress.number(0))].cell 1 > 0",
                "devices.hostdev[\(PCIAddress.number(1))].cell 0 > -",
            ])
        request = request.applied(plan, state: .shutoff)
        #expect(Planner.plan(request).plan.changes.isEmpty)
        #expect(request.host.domains[0].xml.ranges(of: "pcie-expander-bus").count == 1)
    }

    // MARK: Import

    @Test("of its CPUs is in an imported site as it was asked for")
    func importedMirror() throws {
        let request = try Self.request(
            "vcpus: 8, cpu_policy: dedicated, cpu_topology: mirror, cpu_mode: host-passthrough")
        let made = request.applied(Planner.plan(request), state: .shutoff)
        var source = ImportRequest(host: Self.host, guests: ["g"])
        source.host.domains = made.host.domains
        let text = SiteImport.write(source).text
        #expect(text.contains("cpu_topology: mirror") && text.contains("cpu_policy: dedicated"), "\(text)")
    }

    @Test(
        "is in an imported site as far as it is the host's",
        arguments: [("host", true), ("auto", false), ("none", false)])
    func imported(distances: String, isSaid: Bool) throws {
        let place = "\(Self.two), numa_placement: {0: 0, 1: 2}, guest_distances: \(distances)"
        let request = try Self.request(place)
        let made = request.applied(Planner.plan(request), state: .shutoff)
        var source = ImportRequest(host: Self.host, guests: ["g"])
        var facts = made.host.domains[0]
        facts.xml = XMLWriter.write(DomainPatch.release(try XMLReader.read(facts.xml)))
        source.host.domains = [facts]
        let text = SiteImport.write(source).text
        #expect(text.contains("guest_distances: host") == isSaid, "\(text)")
        facts.xml = facts.xml.replacing("value='31'", with: "value='77'")
        source.host.domains = [facts]
        let other = SiteImport.write(source).text
        #expect(!other.contains("guest_distances"), "\(other)")
        #expect(other.contains("numa_nodes: 2"), "\(other)")
    }
}
