import Diagnostics
import Foundation
import HostModel
import LinuxHost
import SystemPackage
import Testing

@Suite("Discovery of captured machines", .enabled(if: !CapturedHost.names.isEmpty, "no folder of captured hosts"))
struct CapturedHostTests {
    @Test("gives the recorded answers", arguments: CapturedHost.names)
    func answers(name: String) throws {
        let (tree, root, wanted) = try CapturedHost.unpack(name)
        let (found, diagnostics) = HostDiscovery(root: FilePath(root.path)).facts()
        let facts = try #require(found)
        #expect(!diagnostics.hasErrors)
        #expect(facts.problems == [])
        #expect(facts.onlineCPUs.description == wanted.online_cpus)
        #expect(facts.isolatedCPUs.description == wanted.isolated ?? "")
        #expect(facts.efficiencyCPUs.description == Self.efficiency[name] ?? "")
        #expect(facts.host.commandLine == wanted.cmdline)
        if let whole = wanted.without_node_dirs?["hwloc"] {
            #expect(facts.cells.map { "\($0.id): \($0.cpus)" } == whole.map { "\($0): \($1.cpus)" })
            #expect(facts.cells.allSatisfy { $0.memory == nil && $0.pools.isEmpty })
        } else {
            try expectCells(facts, wanted)
        }
        if let (cell, caches) = Self.caches[name] {
            #expect(facts.cell(cell)?.lastLevelCaches.map(\.description) == caches)
        }
        let findings = DiagnosticText(width: 1_000).render(diagnostics)
        for phrase in Self.silence[name] ?? [] { #expect(findings.contains(phrase)) }
        withExtendedLifetime(tree) {}
    }

    private func expectCells(_ facts: HostFacts, _ wanted: CapturedHost) throws {
        #expect(facts.cells.map(\.id.rawValue) == wanted.nodes.map(\.id))
        let cores = try wanted.cores.map { try CPUSet(parsing: $0) }
        for node in wanted.nodes {
            let cell = try #require(facts.cell(CellID(node.id)))
            #expect(cell.cpus.description == node.cpus, "cell \(node.id)")
            #expect(cell.memory == node.memory_kb.map { KiB($0) }, "cell \(node.id)")
            #expect(cell.memoryFree == node.memory_free_kb.map { KiB($0) }, "cell \(node.id)")
            #expect(cell.pools == node.hugepages.map(HugepagePool.init).sorted { $0.pageSize < $1.pageSize })
            #expect(cell.siblings == cores.map { $0.intersection(cell.cpus) }.filter { !$0.isEmpty }.sorted())
            let columns = (wanted.distance_ids ?? []).map { CellID($0) }
            let row = node.distances.map { Dictionary(uniqueKeysWithValues: zip(columns, $0)) }
            #expect(cell.distances == row, "cell \(node.id)")
        }
    }

    /// Last-level caches of one cell of some machines, worked out from the files by hand.
    static let caches: [String: (cell: CellID, caches: [String])] = [
        "hwloc-16amd64-8n2c-cpusets": (2, ["5"]),
        "hwloc-16em64t-4s2c2t-offlines": (0, ["0,4,8,12", "1,9", "3,7,11,15", "6,10"]),
        "hwloc-20em64t-hybrid-1p6c2t-2ca4co1t": (0, ["0-19"]),
        "hwloc-32intel64-2p8co2t-8ve": (1, ["8-15,24-31"]),
        "hwloc-nvidiagpunumanodes": (8, ["88-95", "96-103"]),
        "rebuilt-gh200-mig": (0, []),
    ]

    /// Efficiency cores, which no other machine has. Nothing in the capture says how fast they are.
    static let efficiency = ["hwloc-20em64t-hybrid-1p6c2t-2ca4co1t": "12-19"]

    /// What some machines do not tell, in the words of the findings.
    static let silence: [String: [String]] = [
        "ul-s390-lpar": ["no NUMA cells", "does not report its memory"],
        "ul-x86_64-64cpu": ["cell 0 does not report its memory", "cell 3 does not report its memory"],
        "hwloc-16em64t-4s2c2t-offlines": ["cpu/online cannot be used"],
    ]
}

extension HugepagePool {
    fileprivate init(_ pages: CapturedHost.Node.Pages) {
        self.init(
            pageSize: PageSize(KiB(pages.size_kb)), total: PageCount(pages.count), free: PageCount(pages.free),
            surplus: PageCount(pages.surplus))
    }
}
