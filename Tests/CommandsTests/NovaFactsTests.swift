import Foundation
import Testing

/// Nova's document of a host is read to see what instances have left of it.
@Suite("A host in Nova's words")
struct NovaFactsTests {
    static let pinned = """
        <domain type='qemu'><name>own</name><uuid>6f1c2ac5-2f8e-4a4e-8d5c-0b8a7f2c1d3e</uuid>
        <memory unit='MiB'>512</memory><vcpu>2</vcpu>
        <memoryBacking><hugepages><page size='2048' unit='KiB'/></hugepages></memoryBacking>
        <cputune><vcpupin vcpu='0' cpuset='4'/><vcpupin vcpu='1' cpuset='5'/></cputune>
        <numatune><memory mode='strict' nodeset='1'/><memnode cellid='0' mode='strict' nodeset='1'/></numatune>
        <os><type arch='x86_64'>hvm</type></os>
        <cpu><numa><cell id='0' cpus='0-1' memory='524288' unit='KiB'/></numa></cpu></domain>
        """

    static let shared = """
        <domain type='qemu'><name>any</name><uuid>0e3b8f2a-61d7-4f0c-9a55-7c1d2e3f4a5b</uuid>
        <memory unit='MiB'>256</memory><vcpu>2</vcpu>
        <cputune><vcpupin vcpu='0' cpuset='0-3'/><vcpupin vcpu='1' cpuset='0-3'/></cputune>
        <numatune><memory mode='strict' nodeset='0'/><memnode cellid='0' mode='strict' nodeset='0'/></numatune>
        <os><type arch='x86_64'>hvm</type></os>
        <cpu><numa><cell id='0' cpus='0-1' memory='262144' unit='KiB'/></numa></cpu></domain>
        """

    @Test(
        "says what the domains use of each cell",
        arguments: [
            ("running", [2, 0], [[], [4, 5]], [256, 512], 256),
            ("shutoff", [0, 0], [[], []], [0, 0], 0),
        ] as [(String, [Int], [[Int]], [Int], Int)])
    func usage(state: String, vcpus: [Int], pinned: [[Int]], memory: [Int], pages: Int) throws {
        let cells = try cells(state: state)
        #expect(cells.map(\.cpu_usage) == vcpus)
        #expect(cells.map(\.pinned_cpus) == pinned)
        #expect(cells.map(\.memory_usage) == memory)
        let large = try #require(cells.last?.mempages.map(\.data).first { $0.size_kb == 2_048 })
        #expect(large == Pages(size_kb: 2_048, total: 300, used: pages, reserved: 0))
    }

    private struct Object<Data: Decodable>: Decodable {
        var data: Data
        enum CodingKeys: String, CodingKey { case data = "nova_object.data" }
    }

    private struct Topology: Decodable { var cells: [Object<NovaCell>] }

    private struct NovaCell: Decodable {
        var cpu_usage: Int
        var pinned_cpus: [Int]
        var memory_usage: Int
        var mempages: [Object<Pages>]
    }

    private struct Pages: Decodable, Equatable {
        var size_kb: Int
        var total: Int
        var used: Int
        var reserved: Int
    }

    private func cells(state: String) throws -> [NovaCell] {
        let free = state == "running" ? 44 : 300
        let pool = ["page_kib": 2_048, "total": 300, "free": free, "surplus": 0]
        let facts: [String: Any] = [
            "kind": "numactl-plan/facts", "format_version": "1.0",
            "cells": [
                ["id": 0, "cpus": "0-3", "memory_kib": 4_096_000],
                ["id": 1, "cpus": "4-5", "memory_kib": 2_048_000, "pools": [pool]],
            ],
            "domains": [
                ["name": "own", "uuid": "6f1c2ac5-2f8e-4a4e-8d5c-0b8a7f2c1d3e", "state": state, "xml": Self.pinned],
                ["name": "any", "uuid": "0e3b8f2a-61d7-4f0c-9a55-7c1d2e3f4a5b", "state": state, "xml": Self.shared],
            ],
        ]
        let text = try #require(String(data: JSONSerialization.data(withJSONObject: facts), encoding: .utf8))
        let run = CommandRun(["facts", "--facts", "facts.json", "--format", "nova"], files: ["facts.json": text])
        #expect(run.status == 0, "\(run.errors)")
        return try JSONDecoder().decode(Object<Topology>.self, from: Data(run.output.utf8)).data.cells.map(\.data)
    }
}
