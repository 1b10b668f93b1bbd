import Diagnostics
import DomainXML
import FullHosts
import HostModel
import Placement
import Planning
import SiteFile
import Testing
import XMLTree

@Suite("A domain that is adopted stays where it is")
struct AdoptedPlaceTests {
    /// Two cells of four CPUs and 4 GiB.
    private static let host = HostFacts(
        host: HostIdentity(name: "h"), onlineCPUs: CPUSet(numbers: 0..<8),
        cells: (0..<2).map { Cell(id: CellID($0), cpus: CPUSet(numbers: $0 * 4..<$0 * 4 + 4), memory: 4_194_304) })

    private static func request(
        _ parts: WantedSettings, live: WantedSettings? = nil, state: DomainFacts.DomainState, demand: GuestDemand
    ) -> PlanRequest {
        func xml(_ parts: WantedSettings) -> String {
            XMLWriter.write(
                DomainTemplate.domain(for: MachineDescription(name: "web"), wanted: parts, mark: nil))
        }
        var request = PlanRequest(
            host: host, site: "test", policy: .plain(), guests: [GuestSpec(name: Located("web"), demand: demand)],
            consent: PlanConsent(adopts: true))
        request.host.domains = [
            DomainFacts(
                name: "web", state: state, xml: xml(parts), liveXML: state == .running ? xml(live ?? parts) : nil)
        ]
        return request
    }

    /// Two vCPUs, 1 GiB and what `change` adds.
    private static func settings(_ change: (inout WantedSettings) -> Void) -> WantedSettings {
        var settings = WantedSettings(vcpus: 2, memory: 1_048_576)
        change(&settings)
        return settings
    }

    private static let ways: [(String, WantedSettings)] = [
        (
            "bound and confined, without guest cells",
            settings {
                $0.vcpuCPUs = [4, 5]
                $0.numaTune = NUMATune(hostCells: [1])
            }
        ),
        ("bound only", settings { $0.numaTune = NUMATune(hostCells: [1]) }),
        ("confined only", settings { $0.vcpuCPUs = [4, 5] }),
        ("pinned only", settings { $0.vcpuPins = [0: [6], 1: [4, 7]] }),
        (
            "with a guest cell",
            settings {
                $0.numaTune = NUMATune(hostCells: [0, 1])
                $0.guestCells = [GuestCell(id: 0, vcpus: [0, 1], memory: 1_048_576)]
                $0.vcpuPins = [0: [4, 5, 6, 7], 1: [4, 5, 6, 7]]
            }
        ),
    ]

    @Test(
        "whether it runs or not", arguments: ways.indices.map { $0 }, [DomainFacts.DomainState.running, .shutoff])
    func stays(way: Int, state: DomainFacts.DomainState) {
        let request = Self.request(
            Self.ways[way].1, state: state, demand: .even(1, vcpus: 2, memory: 1_048_576))
        let plan = Planner.plan(request).plan
        #expect(plan.placement.guests[0].cells[0].hostCell == 1, "\(Self.ways[way].0)")
        #expect(plan.placement.moved == [])
        #expect(!plan.diagnostics.contains { $0.code == .runningGuestMoves })
    }

    @Test("where it runs, not where its definition would bring it")
    func live() {
        let (here, there) = (NUMATune(hostCells: [1]), NUMATune(hostCells: [0]))
        let request = Self.request(
            Self.settings { $0.numaTune = there }, live: Self.settings { $0.numaTune = here }, state: .running,
            demand: .even(1, vcpus: 2, memory: 1_048_576))
        #expect(Planner.plan(request).plan.placement.guests[0].cells[0].hostCell == 1)
    }

    @Test("with the CPUs that its vCPUs have alone")
    func ownCPUs() {
        let pins: [VCPU: CPUSet] = [0: [7], 1: [5]]
        let request = Self.request(
            Self.settings {
                $0.vcpuPins = pins
                $0.numaTune = NUMATune(hostCells: [1])
            },
            state: .running, demand: .even(1, vcpus: 2, memory: 1_048_576, policy: .dedicated))
        let plan = Planner.plan(request)
        #expect(plan.plan.placement.guests[0].cells[0].pins == pins)
        #expect(
            !plan.steps.contains { step in
                if case .pin(let pin) = step, case .vcpu = pin.thread { true } else { false }
            })
    }

    @Test("and where it must move, the plan says so, with the reason, and its threads wait with its memory")
    func mustMove() throws {
        var demand = GuestDemand.even(1, vcpus: 2, memory: 1_048_576)
        demand.forcedCells = [0: Located(0)]
        let plan = Planner.plan(Self.request(Self.ways[0].1, state: .running, demand: demand))
        let finding = try #require(plan.plan.diagnostics.first { $0.code == .runningGuestMoves })
        #expect(finding.message == "running guest 'web' must move from cell 1 to cell 0: 'numa_placement' requires it")
        #expect(!plan.steps.contains { if case .pin = $0 { true } else { false } })
        #expect(plan.plan.changes.first?.consents.isEmpty == false)
    }
}
