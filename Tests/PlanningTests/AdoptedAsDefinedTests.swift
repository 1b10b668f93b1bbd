import Diagnostics
import DomainXML
import FullHosts
import HostModel
import Placement
import Planning
import SiteFile
import Testing
import XMLTree

/// Domains of which the site says nothing but that it takes them over.
@Suite("A guest that is adopted as it is defined")
struct AdoptedAsDefinedTests {
    private static let pinned = """
        <domain type='kvm'><name>a</name><memory unit='KiB'>1048576</memory><currentMemory unit='KiB'>524288</currentMemory>
        <vcpu placement='static'>2</vcpu><memoryBacking><hugepages><page size='2048' unit='KiB'/></hugepages></memoryBacking>
        <cputune><vcpupin vcpu='0' cpuset='2'/><vcpupin vcpu='1' cpuset='3'/></cputune>
        <numatune><memory mode='strict' nodeset='0'/></numatune><os><type>hvm</type></os></domain>
        """

    private static func request(_ xml: String, others: [GuestSpec] = []) -> PlanRequest {
        var host = referenceHost
        for cell in host.cells.indices {
            host.cells[cell].pools = [HugepagePool(pageSize: PageSize(2_048), total: 600, free: 600)]
        }
        host.domains = [DomainFacts(name: "a", state: .shutoff, xml: xml)]
        let guest = GuestSpec(
            name: Located("a"), demand: GuestDemand(vcpus: 0, memory: 0), machine: GuestMachine(adopts: Located(true)),
            adoption: Adoption(at: nowhere))
        return PlanRequest(host: host, site: "test", policy: .plain(), guests: [guest] + others)
    }

    @Test("is marked and else left alone, is shown and counted where it is, and is in sync then")
    func asDefined() throws {
        var request = Self.request(Self.pinned)
        let result = Planner.plan(request)
        let change = try #require(result.plan.changes.first)
        #expect(result.plan.changes.count == 1 && change.action == .adopt && change.parts.map(\.path) == ["metadata"])
        let document = try XMLReader.read(Self.pinned)
        #expect(DomainPatch.release(result.definitions[0].document) == document)
        let place = try #require(result.plan.placement.guests.first)
        #expect(place.pins == [0: [2], 1: [3]] && place.cells.isEmpty && place.memory == 1_048_576)
        #expect(result.plan.placement.cells[0].pools.map(\.guests) == [512])
        #expect(result.plan.placement.cells[0].pools.map(\.others) == [0])
        #expect(result.plan.placement.cells[0].dedicatedCPUs == [2, 3])
        request.host.domains[0].xml = XMLWriter.write(result.definitions[0].document)
        #expect(Planner.plan(request).plan.unchanged == ["a"])
    }

    @Test("keeps its CPUs and pages from others")
    func beside() throws {
        let other = GuestSpec(
            name: Located("b"), demand: .even(1, vcpus: 2, memory: 1_048_576, policy: .dedicated))
        let plan = Planner.plan(Self.request(Self.pinned, others: [other])).plan
        let place = try #require(plan.placement.guests.first { $0.name == "b" })
        #expect(place.cells[0].pins.values.allSatisfy { $0.isDisjoint(with: [2, 3]) })
    }

    @Test("starts and stops as the entry says")
    func state() throws {
        var request = Self.request(Self.pinned)
        request.guests[0].state = Located(.running)
        request.guests[0].autostart = Located(true)
        let steps = Planner.plan(request).steps
        #expect(steps.contains(.start(name: "a")))
        #expect(steps.contains(.setAutostart(name: "a", prior: false, target: true)))
    }

    @Test("has its CPUs isolated with the host's, but no partitions: where its other threads are is not known")
    func isolated() throws {
        var request = Self.request(Self.pinned)
        request.guests[0].state = Located(.running)
        request.policy.isolation = .full
        request.host.isolation = IsolationFacts(interrupts: [], workqueues: [0, 1, 2, 3], partitions: [])
        let steps = Planner.plan(request).steps.filter { $0.subject == .isolation }
        #expect(steps == [.setAffinity(.workqueues, name: "", prior: [0, 1, 2, 3], target: [0, 1])])
    }

    @Test(
        "is an entry that says nothing of its place",
        arguments: [
            ("adopt: true", true), ("adopt: true, state: running, autostart: true", true),
            ("adopt: true, vcpus: 1, ram: 1GiB", true), ("adopt: true, vcpus: 1", true), ("adopt: false", nil),
            ("adopt: true, current_ram: 1GiB, vcpu_pins: {0: 1}, locked_memory: true", true),
            ("adopt: true, iothread_pins: {1: 3}", true), ("adopt: true, numa_nodes: 1", false),
            ("adopt: true, cpu_policy: dedicated", false), ("adopt: true, mem_page_size: 2MiB", false),
            ("adopt: true, numa_placement: {0: 1}, numa_nodes: 1", false),
            ("adopt: true, numa_policy: interleave", false),
        ] as [(String, Bool?)])
    func entry(keys: String, keeps: Bool?) {
        let answer = SiteReader.read(SourceText(name: "s", text: "guests: {a: {\(keys)}}"))
        #expect(answer.value?.guests.first?.keepsPlace == keeps || keeps == nil)
        #expect(answer.diagnostics.hasErrors == (keeps == nil))
    }
}
