import Foundation
import HostModel
import Testing

@Suite("Facts document")
struct FactsDocumentTests {
    private func facts(_ text: String) throws -> HostFacts {
        try JSONDecoder().decode(HostFacts.self, from: Data(text.utf8))
    }

    private static let whole = """
        {"kind": "numactl-plan/facts", "format_version": "1.0",
         "host": {"name": "hv01", "arch": "x86_64", "kernel": "6.12.9", "boot_id": "b", "cmdline": "quiet", "base_page_kib": 4},
         "cpus": {"online": "0-7,9", "isolated": "2-3"},
         "cells": [{"id": 1, "cpus": "4-7", "memory_kib": null, "siblings": ["6-7", "4-5"], "llc": ["6-7", "4-5"],
                    "distances": {"0": 20, "1": 10}, "pools": []},
                   {"id": 0, "cpus": "0-3", "memory_kib": 4096000, "memory_free_kib": 3900000,
                    "siblings": ["0", "1", "2", "3"], "llc": ["0-3"], "distances": {"0": 10, "1": 20},
                    "pools": [{"page_kib": 1048576, "total": 1, "free": 0, "surplus": 1},
                              {"page_kib": 2048, "total": 7}]}],
         "libvirt": {"version": "9.0.0", "hypervisor": "QEMU 7.2.22",
                     "hugetlbfs": [{"page_kib": 2048, "mount": "/dev/hugepages"}]},
         "domains": [{"name": "web02", "uuid": "u", "state": "running", "autostart": true, "xml": "<domain/>",
                      "live_xml": "<domain id='1'/>"},
                     {"name": "web01", "state": "crashed", "persistent": false, "xml": "<domain/>"}],
         "later": {"field": 1}}
        """

    @Test("reads every field, sorted")
    func reading() throws {
        let facts = try facts(Self.whole)
        #expect(facts.host.name == "hv01" && facts.host.bootID == "b" && facts.host.commandLine == "quiet")
        #expect(facts.onlineCPUs == CPUSet(numbers: Array(0...7) + [9]) && facts.isolatedCPUs == [2, 3])
        #expect(facts.cells.map(\.id) == [0, 1] && facts.cellIDs == [0, 1])
        let (zero, one) = (facts.cells[0], facts.cells[1])
        #expect(zero.memory == 4_096_000 && zero.memoryFree == 3_900_000)
        #expect(zero.pools.map(\.pageSize) == [PageSize(2_048), PageSize(1_048_576)])
        #expect(zero.pool(of: PageSize(2_048))?.free == 7 && zero.pool(of: PageSize(4)) == nil)
        #expect(zero.pool(of: PageSize(1_048_576))?.used == 1 && zero.pools[1].persistent == 0)
        #expect(one.memory == nil && one.siblings == [[4, 5], [6, 7]] && one.lastLevelCaches == [[4, 5], [6, 7]])
        #expect(facts.hugePageSizes == [PageSize(2_048), PageSize(1_048_576)])
        #expect(facts.libvirt?.hugetlbfs.first?.path == "/dev/hugepages")
        #expect(facts.domains.map(\.name) == ["web01", "web02"])
        #expect(facts.domains.map(\.state) == [.other, .running])
        #expect(facts.domains.map(\.persistent) == [false, true] && facts.domains[1].autostart)
        #expect(facts.problems.isEmpty)
    }

    @Test("comes back from what it writes")
    func roundTrip() throws {
        let facts = try facts(Self.whole)
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let data = try encoder.encode(facts)
        #expect(try JSONDecoder().decode(HostFacts.self, from: data) == facts)
        #expect(try encoder.encode(JSONDecoder().decode(HostFacts.self, from: data)) == data)
    }

    @Test("cells alone are enough: the rest has defaults")
    func minimal() throws {
        let facts = try facts(
            #"{"cells": [{"id": 0, "cpus": "0-1", "memory_kib": 1024}, {"id": 3, "cpus": "", "memory_kib": 8}]}"#)
        #expect(facts.host == HostIdentity() && facts.host.basePage == PageSize(4))
        #expect(facts.onlineCPUs == [0, 1] && facts.isolatedCPUs.isEmpty)
        #expect(facts.cells[0].siblings == [[0], [1]] && facts.cells[1].siblings.isEmpty)
        #expect(facts.cells.allSatisfy { $0.pools.isEmpty && $0.lastLevelCaches.isEmpty && $0.distances == nil })
        #expect(facts.libvirt == nil && facts.domains.isEmpty)
        #expect(facts.distance(from: 0, to: 0) == 10 && facts.distance(from: 0, to: 3) == 20)
        #expect(facts.problems.isEmpty)
    }

    @Test("asymmetric and partial distances are taken as they are")
    func distances() throws {
        let facts = try facts(
            """
            {"cells": [{"id": 0, "cpus": "0", "memory_kib": 1, "distances": {"0": 11, "8": 255}},
                       {"id": 8, "cpus": "1", "memory_kib": 1, "distances": {"8": 10}}]}
            """)
        #expect(facts.distance(from: 0, to: 8) == 255 && facts.distance(from: 8, to: 0) == 20)
        #expect(facts.distance(from: 0, to: 0) == 11 && facts.distance(from: 5, to: 5) == 10)
    }

    @Test(
        "refuses what is no facts document",
        arguments: [
            "{}", "[]", "null", #"{"cells": {}}"#, #"{"cells": [{}]}"#,
            #"{"cells": [{"id": 0, "cpus": "0"}]}"#, #"{"cells": [{"id": -1, "cpus": "0", "memory_kib": 1}]}"#,
            #"{"cells": [{"id": 0, "cpus": "3-1", "memory_kib": 1}]}"#,
            #"{"cells": [{"id": 0, "cpus": [0], "memory_kib": 1}]}"#,
            #"{"cells": [{"id": 0, "cpus": "0", "memory_kib": "1"}]}"#,
            #"{"cells": [{"id": 0, "cpus": "0", "memory_kib": -1}]}"#,
            #"{"cells": [{"id": 0, "cpus": "0", "memory_kib": 99999999999999}]}"#,
            #"{"cells": [{"id": 0, "cpus": "0-70000", "memory_kib": 1}]}"#,
            #"{"cells": [{"id": 0, "cpus": "0", "memory_kib": 1, "distances": {"x": 10}}]}"#,
            #"{"cells": [{"id": 0, "cpus": "0", "memory_kib": 1, "pools": [{"page_kib": 0, "total": 1}]}]}"#,
            #"{"cells": [{"id": 0, "cpus": "0", "memory_kib": 1, "pools": [{"page_kib": 4}]}]}"#,
            #"{"kind": "numactl-plan/plan", "cells": []}"#, #"{"format_version": "2.0", "cells": []}"#,
            #"{"format_version": "", "cells": []}"#, #"{"format_version": "10.1", "cells": []}"#,
            #"{"format_version": 1, "cells": []}"#, #"{"cells": [], "domains": [{"name": "a"}]}"#,
        ])
    func refusing(text: String) {
        #expect(throws: DecodingError.self) { try facts(text) }
    }

    @Test("reads every 1.x", arguments: ["1", "1.0", "1.7", "1.99.3"])
    func versions(version: String) throws {
        #expect(try facts(#"{"format_version": "\#(version)", "cells": []}"#).problems == [.noCells])
    }
}

@Suite("Contradictions in facts")
struct FactsProblemTests {
    private static func pool(_ kib: UInt64, _ total: UInt64, free: UInt64 = 0, surplus: UInt64 = 0) -> HugepagePool {
        HugepagePool(
            pageSize: PageSize(KiB(kib)), total: PageCount(total), free: PageCount(free), surplus: PageCount(surplus))
    }

    private static func cell(_ id: CellID, _ cpus: CPUSet, pools: [HugepagePool] = [], memory: KiB? = 8_192) -> Cell {
        Cell(id: id, cpus: cpus, memory: memory, pools: pools)
    }

    private static func huge(_ count: Int) -> [HugepagePool] {
        (0..<count).map { pool(1 << (20 + UInt64($0)), 1 << 42) }
    }

    @Test(
        "are found, cell by cell",
        arguments: [
            ([], [.noCells]),
            ([cell(0, [0]), cell(1, [1])], []),
            ([cell(0, [0]), cell(0, [1])], [.cellTwice(0)]),
            ([cell(0, [0, 1]), cell(1, [1, 2])], [.cpuInTwoCells(1, 0, 1)]),
            ([Cell(id: 2, cpus: [0, 1], memory: 1, siblings: [[0]])], [.siblingsDoNotMatch(2)]),
            ([Cell(id: 2, cpus: [0], memory: 1, siblings: [[0], [0]])], [.siblingsDoNotMatch(2)]),
            ([Cell(id: 2, cpus: [0], memory: 1, siblings: [[0, 1]])], [.siblingsDoNotMatch(2)]),
            ([Cell(id: 2, cpus: [], memory: 1, siblings: [])], []),
            ([Cell(id: 2, cpus: [], memory: 1, siblings: [], distances: [2: 0, 3: 255])], []),
            (
                [Cell(id: 2, cpus: [], memory: 1, siblings: [], distances: [2: .max, 3: -1])],
                [.distanceImpossible(2, -1), .distanceImpossible(2, .max)]
            ),
            (
                [cell(0, [0], pools: [pool(2_048, 1, free: 2)])],
                [.poolImpossible(PoolID(cell: 0, pageSize: PageSize(2_048)))]
            ),
            (
                [cell(0, [0], pools: [pool(2_048, 1, surplus: 2)])],
                [.poolImpossible(PoolID(cell: 0, pageSize: PageSize(2_048)))]
            ),
            (
                [cell(0, [0], pools: [pool(2_048, 1), pool(2_048, 1)])],
                [.poolTwice(PoolID(cell: 0, pageSize: PageSize(2_048)))]
            ),
            ([cell(0, [0], pools: [pool(2_048, 4)])], []),
            ([cell(0, [0], pools: [pool(2_048, 5)])], [.poolsAboveMemory(0)]),
            ([cell(0, [0], pools: [pool(2_048, 3), pool(4_096, 1)])], [.poolsAboveMemory(0)]),
            ([cell(0, [0], pools: [pool(2_048, 5)], memory: nil)], []),
            ([cell(0, [0], pools: huge(1))], [.poolsAboveMemory(0)]),
            ([cell(0, [0], pools: huge(3))], [.poolsAboveMemory(0)]),
            ([cell(0, [0], pools: huge(2) + [pool(1 << 23, 1)])], [.poolsAboveMemory(0)]),
            (
                [cell(0, [0], pools: [pool(1 << 22, 1 << 42), pool(1 << 23, 1)], memory: KiB(1 << 30))],
                [.poolsAboveMemory(0)]
            ),
        ] as [([Cell], [FactsProblem])])
    func problems(cells: [Cell], problems: [FactsProblem]) {
        #expect(HostFacts(host: HostIdentity(), onlineCPUs: [], cells: cells).problems == problems)
    }

    @Test("a domain that is given twice")
    func domains() {
        let domains = ["b", "a", "b"].map { DomainFacts(name: $0, state: .running, xml: "") }
        let facts = HostFacts(
            host: HostIdentity(), onlineCPUs: [], cells: [Self.cell(0, [0])], domains: domains)
        #expect(facts.problems == [.domainTwice("b")])
    }

    @Test("are one sentence each")
    func words() {
        let pool = PoolID(cell: 3, pageSize: PageSize(2_048))
        let problems: [FactsProblem] = [
            .cellTwice(1), .noCells, .cpuInTwoCells(1, 2, 3), .distanceImpossible(1, 256), .siblingsDoNotMatch(1),
            .poolImpossible(pool),
            .poolTwice(pool), .poolsAboveMemory(1), .domainTwice("a"),
        ]
        #expect(Set(problems.map(\.description)).count == problems.count)
        #expect(FactsProblem.poolTwice(pool).description == "cell 3 has two pools of 2MiB")
    }

    @Test("a domain is active unless it is shut off")
    func active() {
        #expect(DomainFacts.DomainState.allCases.filter { !$0.isActive } == [.shutoff])
    }
}
