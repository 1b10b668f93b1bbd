import Diagnostics
import DomainXML
import FullHosts
import HostModel
import Placement
import Planning
import SiteFile
import Testing
import XMLTree

/// Plans for some guests of a site.
@Suite("A plan for a part of a site")
struct PartOfSiteTests {
    private static func request(_ guests: String, only: Set<String>? = nil, domains: [DomainFacts] = []) throws
        -> PlanRequest
    {
        var host = referenceHost
        for cell in host.cells.indices {
            host.cells[cell].pools = [HugepagePool(pageSize: PageSize(2_048), total: 0, free: 0)]
        }
        host.domains = domains
        let site = SiteReader.read(SourceText(name: "s", text: "guests:\n\(guests)"))
        var request = PlanRequest(
            host: host, site: "test", policy: .plain(), guests: try #require(site.value, "\(site.diagnostics)").guests)
        request.consent.only = only
        return request
    }

    private static let first = """
          a: {vcpus: 2, ram: 512MiB, cpu_policy: dedicated, mem_page_size: 2MiB}
          b: {vcpus: 2, ram: 512MiB, mem_page_size: 2MiB}
        """

    /// The domains that the first site has made.
    private static func made() throws -> [DomainFacts] {
        Planner.plan(try request(first)).definitions.map {
            DomainFacts(name: $0.name, state: .shutoff, xml: XMLWriter.write($0.document))
        }
    }

    @Test("changes these guests and the pools that they need; others stay, and count as they are")
    func part() throws {
        let changed = """
              a: {vcpus: 1, ram: 256MiB}
              b: {vcpus: 1, ram: 256MiB, mem_page_size: 2MiB}
              c: {vcpus: 2, ram: 512MiB, cpu_policy: dedicated, numa_placement: {0: 0}}
              d: {vcpus: 2, ram: 512MiB}
              old: {state: absent}
            """
        var request = try Self.request(changed, only: ["b", "c"], domains: try Self.made())
        let result = Planner.plan(request)
        #expect(result.plan.verdict == .changes, "\(result.plan.diagnostics)")
        #expect(result.plan.only == ["b", "c"])
        #expect(result.plan.changes.map(\.address).filter { $0.hasPrefix("guest/") } == ["guest/b", "guest/c"])
        let places = Dictionary(uniqueKeysWithValues: result.plan.placement.guests.map { ($0.name, $0) })
        #expect(places.keys.sorted() == ["a", "b", "c"])
        let own = places["a"]?.cells[0].pins.values.reduce(into: CPUSet()) { $0.formUnion($1) } ?? []
        #expect(own.count == 2)
        #expect(places["c"]?.cells[0].pins.values.allSatisfy { $0.isDisjoint(with: own) } == true)
        // Pages of a, as it is, and of b, as it will be.
        #expect(result.poolTargets.values.reduce(.zero, +) == PageCount(256 + 128))
        for definition in result.definitions {
            let facts = DomainFacts(name: definition.name, state: .shutoff, xml: XMLWriter.write(definition.document))
            request.host.domains.removeAll { $0.name == definition.name }
            request.host.domains.append(facts)
        }
        let again = Planner.plan(request).plan
        #expect(again.changes.allSatisfy { $0.address.hasPrefix("pool") })
        #expect(again.unchanged == ["b", "c"])
    }

    @Test("goes on to isolate the CPUs of those that it leaves out")
    func isolation() throws {
        let site = """
              a: {vcpus: 2, ram: 512MiB, cpu_policy: dedicated, isolation: full}
              b: {vcpus: 1, ram: 256MiB}
            """
        var request = try Self.request(site)
        request.host.isolation = IsolationFacts(interrupts: [])
        request.host.isolation?.manager = .init()
        let whole = Planner.plan(request)
        let wanted = try #require(whole.isolation)
        #expect(wanted.programsOff.count == 2)
        request.host.domains = whole.definitions.map {
            DomainFacts(name: $0.name, state: .shutoff, xml: XMLWriter.write($0.document))
        }
        request.host.dropIns = whole.steps.compactMap { if case .setUnit(let step) = $0 { step.dropIn } else { nil } }
        #expect(request.host.dropIns.map(\.unit) == [UnitDropIn.manager])
        request.consent.only = ["b"]
        let part = Planner.plan(request)
        #expect(part.isolation == wanted, "\(part.plan.diagnostics)")
        #expect(part.steps.isEmpty, "\(part.steps)")
    }

    @Test("removes a guest that is named, and prunes none")
    func removal() throws {
        var request = try Self.request(
            "  a: {state: absent}\n  c: {vcpus: 1, ram: 1GiB}\n", only: ["a"], domains: try Self.made())
        request.consent.prune = .all
        let plan = Planner.plan(request).plan
        #expect(plan.changes.map(\.address).filter { $0.hasPrefix("guest/") } == ["guest/a"])
        #expect(plan.diagnostics.isEmpty, "\(plan.diagnostics)")
    }

    @Test("says who holds what a guest lacks among those that stay")
    func held() throws {
        let plan = Planner.plan(
            try Self.request(
                "  a: {vcpus: 1, ram: 1GiB}\n  c: {vcpus: 4, ram: 1GiB, cpu_policy: dedicated, numa_placement: {0: 0}}\n",
                only: ["c"], domains: try Self.made())
        ).plan
        #expect(plan.verdict == .infeasible)
        #expect(plan.placement.unplaced.flatMap(\.reasons).contains { $0.heldBy.contains("a") }, "\(plan.placement)")
    }
}
