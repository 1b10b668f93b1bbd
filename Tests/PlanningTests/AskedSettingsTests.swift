import Diagnostics
import DomainXML
import HostModel
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

extension SettingValue {
    fileprivate var words: String {
        switch self {
        case .text(let text): text
        case .number(let number): "\(number)"
        case .flag(let flag): "\(flag)"
        }
    }
}
