import Diagnostics
import DomainXML
import FullHosts
import HostModel
import Placement
import Planning
import SiteFile
import Testing

/// Where memory comes from by the operator's hand, and which cells a guest sees of that.
@Suite("Memory bound by hand")
struct MemoryBindingTests {
    private static let pool = HugepagePool(pageSize: PageSize(2_048), total: .zero, free: .zero)
    private static let host = HostFacts(
        host: HostIdentity(name: "h"), onlineCPUs: CPUSet(numbers: 0..<8),
        cells: (0..<2).map {
            Cell(
                id: CellID($0), cpus: CPUSet(numbers: $0 * 4..<$0 * 4 + 4), memory: 8_388_608, pools: [pool])
        })

    /// The plan for one guest of 4 vCPUs and 2 GiB with these keys.
    private static func request(_ keys: String, host: HostFacts = host) throws -> PlanRequest {
        try sites("g: {vcpus: 4, ram: 2GiB, \(keys)}", host: host)
    }

    private static func sites(_ guests: String, host: HostFacts) throws -> PlanRequest {
        let text = "site: s\nhosts: {h: {guest_overhead: none, reserved: {memory: 0KiB}}}\nguests: {\(guests)}\n"
        let read = SiteReader.read(SourceText(name: "site.yaml", text: text))
        let site = try #require(read.value, "\(read.diagnostics)")
        return PlanRequest(host: host, site: "s", policy: site.hosts[0], guests: site.guests)
    }

    /// What a guest is asked, and what its definition says then.
    struct Case: Sendable, CustomTestStringConvertible {
        var keys: String
        var settings: [String]
        /// Parts of settings that it does not say.
        var absent: [String] = []
        var testDescription: String { keys }
    }

    static let cases: [Case] = [
        Case(
            keys: "numa_nodes: 1, numa_placement: {0: 0}, memory_cells: [1]",
            settings: ["numatune.memory = strict 1", "numatune.memnode[0] = strict 1", "cputune.vcpupin[0] = 0-3"]),
        Case(
            keys: "numa_nodes: 1, memory_cells: [0, 1], numa_policy: interleave",
            settings: ["numatune.memory = interleave 0-1", "numatune.memnode[0] = interleave 0-1"]),
        Case(
            keys: "numa_nodes: 2, numa_placement: {0: 1, 1: 1}",
            settings: [
                "numatune.memory = strict 1", "numatune.memnode[0] = strict 1", "numatune.memnode[1] = strict 1",
                "cputune.vcpupin[0] = 4-7", "cputune.vcpupin[3] = 4-7",
            ]),
        Case(
            keys: "numa_nodes: 2, numa_placement: {0: 1, 1: 1}, cpu_policy: dedicated, mem_page_size: 2MiB",
            settings: [
                "cputune.vcpupin[0] = 4", "cputune.vcpupin[3] = 7", "memoryBacking.page[0] = 2048",
                "memoryBacking.page[1] = 2048",
            ]),
        Case(
            keys: "numa_cells: [{cpus: 0-1, ram: 0MiB}, {cpus: 2-3, ram: 2GiB}], mem_page_size: 2MiB",
            settings: [
                "cpu.numa.cell[0].memory_kib = 0", "cpu.numa.cell[0].cpus = 0-1", "memoryBacking.page[1] = 2048",
                "cpu.numa.cell[1].memory_kib = 2097152",
            ], absent: ["memnode[0]", "page[0]"]),
        Case(
            keys: "numa_cells: [{cpus: 0-1, ram: 1GiB, numa_policy: preferred}, {cpus: 2-3, ram: 1GiB}]",
            settings: ["numatune.memnode[0] = preferred 0", "numatune.memnode[1] = strict 1"],
            absent: ["numatune.memory ="]),
        Case(
            keys: "numa_policy: strict, numa_cells: [{cpus: 0-1, ram: 1GiB, numa_policy: interleave, "
                + "memory_cells: [0, 1]}, {cpus: 2-3, ram: 1GiB}]",
            settings: [
                "numatune.memory = strict 0-1", "numatune.memnode[0] = interleave 0-1",
                "numatune.memnode[1] = strict 1",
            ]),
        Case(
            keys: "numa_cells: [{cpus: 0-1, ram: 1GiB, numa_policy: none}, {cpus: 2-3, ram: 1GiB}]",
            settings: ["numatune.memnode[1] = strict 1", "cputune.vcpupin[0] = 0-3"],
            absent: ["numatune.memory =", "memnode[0]"]),
        Case(
            keys: "cpu_policy: dedicated, numa_policy: none",
            settings: ["cputune.vcpupin[3] = 3", "cpu.numa.cell[0].cpus = 0-3"], absent: ["numatune"]),
        Case(
            keys: "mem_page_size: 2MiB, numa_policy: none",
            settings: ["memoryBacking.page[0] = 2048", "cputune.vcpupin[3] = 0-3"], absent: ["numatune"]),
        Case(
            keys: "numa_nodes: 1, guest_numa: hidden",
            settings: ["numatune.memory = strict 0", "cputune.vcpupin[0] = 0-3", "cputune.emulatorpin = 0-3"],
            absent: ["cpu.numa", "memnode", "topology"]),
        Case(
            keys: "numa_nodes: 2, guest_numa: hidden, cpu_policy: dedicated",
            settings: ["numatune.memory = strict 0-1", "cputune.vcpupin[1] = 1", "cputune.vcpupin[2] = 4"],
            absent: ["cpu.numa", "memnode"]),
        Case(
            keys: "numa_nodes: 1, guest_numa: hidden, mem_page_size: 2MiB, numa_policy: none",
            settings: ["memoryBacking.page = 2048"], absent: ["cpu.numa", "numatune", "page["]),
        Case(
            keys: "guest_numa: hidden, numa_placement: {0: 1, 1: 0}, "
                + "numa_cells: [{cpus: 0-1, ram: 0MiB}, {cpus: 2-3, ram: 2GiB}]",
            settings: ["numatune.memory = strict 0", "cputune.vcpupin[0] = 4-7", "cputune.vcpupin[2] = 0-3"],
            absent: ["cpu.numa", "memnode"]),
    ]

    @Test("is in the definition, and nothing is left to do then", arguments: cases)
    func asked(asked: Case) throws {
        let request = try Self.request(asked.keys)
        let plan = Planner.plan(request)
        let definition = try #require(plan.definitions.first?.document, "\(plan.plan.diagnostics)")
        let found = try FoundSettings(reading: definition).settings.map { "\($0.path) = \($0.value.inWords)" }
        for setting in asked.settings { #expect(found.contains(setting), "\(found)") }
        for part in asked.absent { #expect(!found.contains { $0.contains(part) }, "\(part) in \(found)") }
        #expect(plan.plan.diagnostics.filter { $0.severity == .error } == [])
        for state in [DomainFacts.DomainState.shutoff, .running] {
            let again = Planner.plan(request.applied(plan, state: state)).plan
            #expect(again.isEmpty && again.restartPending.isEmpty, "\(state): \(again.changes)")
            #expect(again.placement.guests == plan.plan.placement.guests)
        }
    }

    @Test(
        "is counted where it comes from",
        arguments: [
            ("numa_nodes: 1, numa_placement: {0: 0}, memory_cells: [1]", [0, 2_097_152]),
            ("numa_nodes: 1, memory_cells: [0, 1], numa_policy: interleave", [1_048_576, 1_048_576]),
            ("numa_nodes: 1, numa_placement: {0: 1}, memory_cells: [0, 1]", [0, 2_097_152]),
            ("numa_nodes: 2, numa_placement: {0: 1, 1: 1}", [0, 2_097_152]),
            ("cpu_policy: dedicated, numa_policy: none", [2_097_152, 0]),
            ("numa_nodes: 2, numa_policy: none", [0, 0]),
            ("numa_nodes: 2, guest_numa: hidden", [1_048_576, 1_048_576]),
        ] as [(String, [UInt64])])
    func counted(keys: String, used: [UInt64]) throws {
        let plan = Planner.plan(try Self.request(keys)).plan
        #expect(plan.placement.verdict == .placed)
        #expect(plan.placement.cells.map(\.memoryUsed.count) == used)
    }

    @Test(
        "comes from other cells where its own has no room, for as few guests as possible, and the plan warns",
        arguments: [
            // More than a cell has.
            ("a: {vcpus: 1, ram: 10GiB, numa_nodes: 1, numa_policy: preferred}", [8, 2], ["a"]),
            ("a: {vcpus: 1, ram: 10GiB, numa_nodes: 1, numa_policy: interleave}", [5, 5], ["a"]),
            // The smaller one stays local.
            (
                "a: {vcpus: 1, ram: 10GiB, numa_nodes: 1, numa_policy: preferred}, "
                    + "b: {vcpus: 1, ram: 4GiB, numa_nodes: 1, numa_policy: preferred}", [8, 6], ["a"]
            ),
            // Strict ones come first.
            (
                "a: {vcpus: 1, ram: 6GiB, numa_nodes: 1, numa_policy: preferred}, b: {vcpus: 1, ram: 5GiB, numa_nodes: 1}, "
                    + "c: {vcpus: 1, ram: 5GiB, numa_nodes: 1}", [8, 8], ["a"]
            ),
            // One that fits stays with its cell, whatever it would be content with.
            ("a: {vcpus: 1, ram: 8GiB, numa_nodes: 1, numa_policy: interleave}", [8, 0], []),
            (
                "a: {vcpus: 1, ram: 10GiB, numa_nodes: 1, numa_policy: preferred, mem_page_size: 2MiB}", [0, 0], ["a"]
            ),
        ] as [(String, [UInt64], [String])])
    func elsewhere(guests: String, gibibytes: [UInt64], warned: [String]) throws {
        let request = try Self.sites(guests, host: Self.host)
        let result = Planner.plan(request)
        let plan = result.plan
        #expect(plan.placement.verdict == .placed)
        #expect(plan.placement.cells.map(\.memoryUsed.count).sorted() == gibibytes.map { $0 * 1_048_576 }.sorted())
        let findings = plan.diagnostics.filter { $0.code == .memoryFromOtherCells }
        #expect(findings.count == warned.count)
        for (finding, name) in zip(findings, warned) { #expect(finding.message.contains("'\(name)'")) }
        for state in [DomainFacts.DomainState.shutoff, .running] {
            let again = Planner.plan(request.applied(result, state: state)).plan
            #expect(again.isEmpty && again.restartPending.isEmpty, "\(state): \(again.changes)")
            #expect(again.placement.cells == plan.placement.cells)
        }
    }

    @Test(
        "that the guest sees as one has pages of one size, though only a mix of sizes would fit",
        arguments: [true, false])
    func onePageSize(isHidden: Bool) throws {
        var host = Self.host
        // 1 GiB pages on one cell only, and no memory left on the other but in pages of 2 MiB.
        host.cells[0].pools.append(HugepagePool(pageSize: PageSize(1_048_576), total: 8, free: 8))
        host.cells[1].pools[0] = HugepagePool(pageSize: PageSize(2_048), total: 4_096, free: 4_096)
        let keys =
            "g: {vcpus: 4, ram: 8GiB, numa_nodes: 2, mem_page_size: any\(isHidden ? ", guest_numa: hidden" : "")}"
        let plan = Planner.plan(try Self.sites(keys, host: host)).plan
        #expect(plan.placement.verdict == (isHidden ? .infeasible : .placed))
    }

    @Test("that is laid out over several cells by turns stays so when its own cell has room again")
    func stays() throws {
        let guests = "a: {vcpus: 1, ram: 6GiB, numa_nodes: 1, numa_policy: interleave, state: running}"
        let more = ", b: {vcpus: 1, ram: 5GiB, numa_nodes: 1}, c: {vcpus: 1, ram: 5GiB, numa_nodes: 1}"
        let full = try Self.sites(guests + more, host: Self.host)
        var request = full.applied(Planner.plan(full), state: .running)
        request.guests = try Self.sites(guests, host: Self.host).guests
        request.host.domains.removeAll { $0.name != "a" }
        let plan = Planner.plan(request).plan
        #expect(plan.isEmpty && plan.restartPending.isEmpty, "\(plan.changes)")
        #expect(plan.placement.guests.first?.cells.first?.boundTo == [0, 1])
    }

    @Test(
        "that the host does not have is refused, with the cell",
        arguments: [
            ("numa_nodes: 1, memory_cells: [7]", .placementCellMissing, "'memory_cells' names host cell 7"),
            ("numa_nodes: 1, ram: 12GiB, memory_cells: [1]", .doesNotFit, nil),
            ("numa_nodes: 1, ram: 12GiB", .doesNotFit, nil),
            ("numa_nodes: 1, ram: 20GiB, numa_policy: preferred", .doesNotFit, nil),
            ("numa_nodes: 2, ram: 18GiB, numa_placement: {0: 0, 1: 0}", .doesNotFit, nil),
            ("numa_nodes: 4, numa_placement: {0: 0, 1: 0}", nil, nil), ("numa_nodes: 4", .tooManyCells, nil),
        ] as [(String, DiagnosticCode?, String?)])
    func refused(keys: String, code: DiagnosticCode?, note: String?) throws {
        let text = keys.contains("ram:") ? "g: {vcpus: 4, \(keys)}" : "g: {vcpus: 4, ram: 2GiB, \(keys)}"
        let plan = Planner.plan(try Self.sites(text, host: Self.host)).plan
        let expected = code ?? .tooManyCells
        #expect(plan.placement.unplaced.map(\.code) == [expected])
        let finding = try #require(plan.diagnostics.first { $0.code == expected })
        if let note { #expect(finding.notes.contains { $0.hasPrefix(note) }, "\(finding.notes)") }
        if code == .doesNotFit { #expect(plan.placement.unplaced[0].reasons.contains { $0.resource == .memory }) }
    }
}

extension SettingValue {
    fileprivate var inWords: String {
        switch self {
        case .text(let text): text
        case .number(let number): "\(number)"
        case .flag(let flag): "\(flag)"
        }
    }
}
