import Diagnostics
import HostModel
import Placement
import Planning
import Rendering
import SiteFile
import TestSupport
import Testing

@Suite("Facts as text")
struct FactsTextTests {
    @Test("the reference host")
    func reference() throws {
        try expectGolden(FactsText(Samples.referenceHost).text, "facts-reference.txt")
    }

    @Test("32 cells and 608 CPUs")
    func large() throws {
        let cells = (0..<32).map { id in
            let cpus: CPUSet = id < 16 ? Samples.range((id * 38)...(id * 38 + 37)) : []
            let distances = (0..<32).map { (CellID($0), $0 == id ? 10 : $0 / 16 == id / 16 ? 20 : 140) }
            return Cell(
                id: CellID(id), cpus: cpus, memory: id < 16 ? 33_554_432 : 2_883_584, memoryFree: 1_048_577,
                distances: Dictionary(uniqueKeysWithValues: distances),
                pools: [64, 2_048, 32_768, 1_048_576].map { Samples.pool($0, UInt64(id)) })
        }
        let facts = HostFacts(
            host: HostIdentity(name: "cn23154", arch: "aarch64", basePage: Samples.size(64)),
            onlineCPUs: Samples.range(0...607), isolatedCPUs: [1, 3, 5], cells: cells)
        let text = FactsText(facts).text
        try expectGolden(text, "facts-large.txt")
        #expect(text.split(separator: "\n").allSatisfy { $0.count <= 100 })
    }

    @Test("sparse cells, interleaved CPUs, caches, and much that is unknown")
    func odd() throws {
        let evens = CPUSet(numbers: stride(from: 0, to: 160, by: 2))
        let facts = HostFacts(
            host: HostIdentity(), onlineCPUs: evens,
            cells: [
                Cell(
                    id: 0, cpus: evens, memory: nil, lastLevelCaches: [[0, 2], [4, 6]],
                    distances: [0: 10, 8: 40]),
                Cell(id: 8, cpus: [161, 162, 163], memory: 1_023, siblings: [[161, 162], [163]]),
                Cell(
                    id: 255, cpus: [], memory: 0, memoryFree: 0,
                    pools: [HugepagePool(pageSize: Samples.size(16_384), total: 7, free: 2, surplus: 1)]),
            ],
            libvirt: LibvirtFacts(version: nil, hypervisor: nil),
            domains: [
                DomainFacts(name: "a\u{1B}[2Jb\nc", state: .paused, xml: ""),
                DomainFacts(name: String(repeating: "long", count: 20), state: .other, xml: ""),
            ])
        let text = FactsText(facts).text
        try expectGolden(text, "facts-odd.txt")
        #expect(!text.unicodeScalars.contains("\u{1B}"))
    }

    @Test("interrupts are shown where they were looked at, each with who asked for it")
    func interrupts() {
        var facts = Samples.referenceHost
        #expect(!FactsText(facts).text.contains("interrupt"))
        facts.isolation = IsolationFacts(
            interrupts: [
                .init(number: 24, name: "eth0\u{1B}[2J", cpus: [0, 1]),
                .init(number: 131, name: "nvme0q1", cpus: [3], isFixed: true),
            ], newInterrupts: [0, 1, 2, 3], balancer: .init(banned: []))
        let text = FactsText(facts).text
        for line in [
            "interrupt  asked for by  may come to", "      new                0-3",
            "      131  nvme0q1       3            kept by the kernel",
            "irqbalance runs, and leaves alone CPUs (none)",
        ] { #expect(text.contains(line), "\(text)") }
        #expect(!text.contains("\u{1B}"))
    }

    @Test("how many PCI devices each cell has")
    func devices() throws {
        var facts = Samples.referenceHost
        #expect(!FactsText(facts).text.contains("PCI"))
        facts.devices = (0..<7).compactMap { number in
            PCIAddress(bus: 1, slot: number, function: 0).map { address in
                HostDevice(address: address, cell: number < 4 ? 0 : number < 6 ? 2 : nil)
            }
        }
        #expect(FactsText(facts).text.contains("\nPCI devices: 7 (cell 0: 4, cell 2: 2, without a cell: 1)\n"))
    }

    @Test("nothing at all")
    func nothing() throws {
        let facts = HostFacts(host: HostIdentity(), onlineCPUs: [], cells: [])
        try expectGolden(FactsText(facts).text, "facts-nothing.txt")
    }
}

@Suite("Nova's objects")
struct NovaTests {
    @Test("a host without a site has nothing in use")
    func host() throws {
        try expectGolden(json(NovaTopology(Samples.referenceHost)), "nova-host.json")
    }

    @Test("a host with guests")
    func hostInUse() throws {
        var facts = Samples.referenceHost
        facts.cells[0].pools = [Samples.pool(2_048, 100)]
        let usage = CellUsage(
            id: 0, dedicatedCPUs: [2, 3], sharedCPUs: [0, 1], sharedVCPUs: 3, memoryUsed: 1_048_577,
            pools: [CellUsage.PoolUsage(pageSize: Samples.size(2_048), guests: 64, others: 10)])
        try expectGolden(json(NovaTopology(facts, usage: [usage])), "nova-host-in-use.json")
    }

    @Test("pools larger than the cell leave no ordinary page", arguments: [1, 2_000_000, UInt64.max])
    func pooled(total: UInt64) throws {
        let cell = Cell(id: 0, cpus: [0], memory: 1_024, pools: [Samples.pool(2_048, total)])
        let text = try json(NovaTopology(HostFacts(host: HostIdentity(), onlineCPUs: [0], cells: [cell])))
        #expect(text.contains("\"size_kb\" : 4,\n                \"total\" : 0,"))
    }

    @Test("a guest with two cells asks for nothing more")
    func guest() throws {
        let demand = GuestDemand(vcpus: 4, memory: 1_048_576)
        try expectGolden(json(NovaInstanceTopology(Samples.twoCells, demand: demand)), "nova-guest.json")
    }

    @Test("a pinned guest says how")
    func pinned() throws {
        let demand = GuestDemand(
            vcpus: 4, memory: 2_097_152, cpuPolicy: .mixed, dedicatedVCPUs: [0, 1, 2], threadPolicy: .isolate,
            emulatorPolicy: .isolate, pageSize: .init(.large, at: .init(file: "site.yaml", line: 1, column: 1)))
        let placement = Samples.update.placement.guests[0]
        try expectGolden(json(NovaInstanceTopology(placement, demand: demand)), "nova-guest-pinned.json")
    }

    @Test("a guest that is bound to no cell is null")
    func unbound() throws {
        let demand = GuestDemand(vcpus: 1, memory: 1_024)
        #expect(try json(NovaInstanceTopology(GuestPlacement(name: "a", memory: 1_024), demand: demand)) == "null\n")
    }
}
