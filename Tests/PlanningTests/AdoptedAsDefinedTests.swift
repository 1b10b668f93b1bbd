import Diagnostics
import DomainXML
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
            keepsShape: true)
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

    @Test(
        "is an entry that names no flavor and none of its keys",
        arguments: [
            ("adopt: true", true), ("adopt: true, state: running, autostart: true", true),
            ("adopt: true, vcpus: 1, ram: 1GiB", false), ("adopt: true, vcpus: 1", nil), ("adopt: false", nil),
            ("adopt: true, numa_policy: strict", nil),
        ] as [(String, Bool?)])
    func entry(keys: String, keeps: Bool?) {
        let answer = SiteReader.read(SourceText(name: "s", text: "guests: {a: {\(keys)}}"))
        #expect(answer.value?.guests.first?.keepsShape == keeps || keeps == nil)
        #expect(answer.diagnostics.hasErrors == (keeps == nil))
    }
}
