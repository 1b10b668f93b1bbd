import Diagnostics
import FullHosts
import HostModel
import Planning
import SiteFile
import Testing

@Suite("Partitions of the scheduler for vCPUs")
struct PartitionTests {
    private static let all = CPUSet(numbers: 0..<4)

    /// A host of 4 CPUs, two of them for dedicated vCPUs, with a guest that has both.
    private static func request(
        _ isolation: HostPolicy.Isolation = .full, partitions: CPUSet? = [],
        emulator: GuestDemand.EmulatorPolicy? = .share, state: GuestSpec.GuestState = .running, plugged: Int? = nil,
        atBoot: CPUSet = []
    ) -> PlanRequest {
        var demand = GuestDemand.even(1, vcpus: 2, memory: KiB(1 << 20), policy: .dedicated)
        demand.emulatorPolicy = emulator
        demand.currentVCPUs = plugged
        var host = HostFacts(
            host: HostIdentity(name: "h"), onlineCPUs: all, isolatedCPUs: atBoot,
            cells: [Cell(id: 0, cpus: all, memory: KiB(16 << 20))])
        host.isolation = IsolationFacts(interrupts: [], partitions: partitions)
        var policy = HostPolicy.plain(dedicated: [0, 1], shared: [2, 3])
        policy.isolation = isolation
        return PlanRequest(
            host: host, site: "test", policy: policy,
            guests: [GuestSpec(name: Located("a"), state: Located(state), demand: demand)])
    }

    private static func orders(_ request: PlanRequest) -> [String] {
        Planner.plan(request).steps.filter { if case .setPartition = $0 { true } else { false } }.map(\.order)
    }

    @Test("are made for a guest that runs with full isolation, once")
    func made() throws {
        let plan = Planner.plan(Self.request())
        #expect(Self.orders(Self.request()) == ["make CPUs 0-1 of a isolated partitions"])
        let change = try #require(plan.plan.changes.first { $0.subject == .isolation })
        let part = try #require(change.parts.first { $0.path == "partition[a]" })
        #expect(part.now == .text("") && part.want == .text("0-1") && part.when == .live)
        #expect(Self.orders(Self.request(partitions: [0])) == ["make CPUs 0-1 of a isolated partitions"])
        #expect(Self.orders(Self.request(partitions: [0, 1])) == [])
        #expect(Self.orders(Self.request(partitions: [0, 1], atBoot: [0, 1])) == [], "the boot has isolated them")
        #expect(Self.orders(Self.request(plugged: 1)) == ["make CPUs 0 of a isolated partitions"])
        #expect(Self.orders(Self.request(partitions: [0], plugged: 1)) == [])
    }

    @Test("are not made where the kernel cannot, the guest does not run, or its emulator needs the CPUs")
    func none() {
        for request in [
            Self.request(partitions: nil), Self.request(state: .shutoff), Self.request(emulator: nil),
            Self.request(.interrupts), Self.request(.none),
        ] { #expect(Self.orders(request) == []) }
    }

    @Test("are given back when the isolation ends, but for what was isolated at boot")
    func ended() {
        #expect(Self.orders(Self.request(.none, partitions: [0, 1])) == ["give CPUs 0-1 of a back to the scheduler"])
        #expect(Self.orders(Self.request(.none, partitions: [0, 1], atBoot: [0, 1])) == [])
    }
}
