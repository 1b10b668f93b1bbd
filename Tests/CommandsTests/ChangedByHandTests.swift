import Foundation
import Testing

/// What somebody changes in a definition behind the program's back is drift: it is put back, and nobody moves for it.
@Suite("A definition that was changed by hand")
struct ChangedByHandTests {
    static let site = """
        site: lab
        hosts: {host: {}}
        guests:
          own: {vcpus: 2, ram: 1GiB, cpu_policy: dedicated, accelerator: qemu, disks: [{path: /a}], console: false}
          shared: {vcpus: 1, ram: 1GiB, numa_nodes: 1, accelerator: qemu}
        """

    @Test(
        "is shown as exactly that",
        arguments: [
            (
                "<vcpupin vcpu='0' cpuset='0'/>", "<vcpupin vcpu='0' cpuset='3'/>", "cputune.vcpupin[0]", "3",
                "0"
            ),
            (
                "<memory mode='strict' nodeset='0'/>", "<memory mode='strict' nodeset='1'/>", "numatune.memory",
                "strict 1", "strict 0"
            ),
            (
                "<memnode cellid='0' mode='strict' nodeset='0'/>",
                "<memnode cellid='0' mode='strict' nodeset='1'/>", "numatune.memnode[0]", "strict 1", "strict 0"
            ),
            ("<source file='/a'/>", "<source file='/x'/>", "devices.disk[vda].source", "/x", "/a"),
            ("dev='vda' bus='virtio'", "dev='vda' bus='scsi'", "devices.disk[vda].bus", "scsi", "virtio"),
        ])
    func drift(before: String, after: String, path: String, now: String, want: String) throws {
        let definition = try rendered()
        #expect(definition.contains(before))
        let run = try plan(definition.replacing(before, with: after))
        let document = try #require(try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
        let changes = try #require(document["changes"] as? [[String: Any]])
        let own = changes.filter { $0["address"] as? String == "guest/own" }
        let parts = try #require(own.first?["parts"] as? [[String: Any]])
        #expect(parts.map { $0["path"] as? String } == [path])
        #expect(parts.map { $0["now"] as? String } == [now])
        #expect(parts.map { $0["want"] as? String } == [want])

        let files = [
            "site.yaml": Self.site, "facts.json": try facts(definition.replacing(before, with: after)),
        ]
        let verify = CommandRun(["verify", "site.yaml", "--facts", "facts.json"], files: files)
        #expect(verify.status == 2 && verify.output.contains("guest/own \(path): wanted \(want), found \(now)"))
        let status = CommandRun(["status", "site.yaml", "--facts", "facts.json"], files: files)
        #expect(status.output.contains("differs"), "\(status.output)")
    }

    @Test("is nothing when nothing was changed")
    func unchanged() throws {
        let run = try plan(try rendered())
        #expect(!run.output.contains("guest/own"))
    }

    private func rendered() throws -> String {
        let run = CommandRun(
            ["render", "site.yaml", "--facts", "facts.json"],
            files: ["site.yaml": Self.site, "facts.json": try facts()])
        #expect(run.status == 0, "\(run.errors)")
        let end = try #require(run.output.range(of: "</domain>"))
        return String(run.output[..<end.upperBound])
    }

    private func plan(_ definition: String) throws -> CommandRun {
        CommandRun(
            ["plan", "site.yaml", "--facts", "facts.json", "--format", "json"],
            files: ["site.yaml": Self.site, "facts.json": try facts(definition)])
    }

    private func facts(_ definition: String? = nil) throws -> String {
        let cells = [0, 1].map {
            ["id": $0, "cpus": $0 == 0 ? "0-3" : "4-7", "memory_kib": 8_000_000] as [String: Any]
        }
        let domains = definition.map { xml in
            [["name": "own", "uuid": "6e2c1f0a-3b1d-4c58-9d55-0f7b4f1f3a11", "state": "shutoff", "xml": xml]]
        }
        let facts: [String: Any] = [
            "kind": "numactl-plan/facts", "format_version": "1.0", "cells": cells, "domains": domains ?? [],
        ]
        return String(decoding: try JSONSerialization.data(withJSONObject: facts, options: .sortedKeys), as: UTF8.self)
    }
}
