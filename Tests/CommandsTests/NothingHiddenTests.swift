import Foundation
import Testing

@Suite("What waits or is left over is shown")
struct NothingHiddenTests {
    private static let site = """
        site: lab
        hosts: {host: {}}
        guests:
          a: {vcpus: 1, ram: 1GiB, accelerator: qemu}
        """

    /// A host with one cell, a pool of 8 pages, and a guest that runs with half of its memory.
    private static func facts(waits: Bool) throws -> String {
        func facts(_ domains: [[String: Any]]) throws -> String {
            let pool: [String: Any] = ["page_kib": 2_048, "total": 8, "free": 8, "surplus": 0]
            let cell: [String: Any] = ["id": 0, "cpus": "0-3", "memory_kib": 8_388_608, "pools": [pool]]
            let facts: [String: Any] = [
                "kind": "numactl-plan/facts", "format_version": "1.0", "cells": [cell], "domains": domains,
            ]
            return String(decoding: try JSONSerialization.data(withJSONObject: facts), as: UTF8.self)
        }
        let empty = CommandRun(
            ["render", "site.yaml", "a", "--facts", "facts.json"],
            files: ["site.yaml": site, "facts.json": try facts([])])
        let live = waits ? empty.output.replacing("1048576", with: "524288") : empty.output
        return try facts([
            ["name": "a", "state": "running", "autostart": false, "xml": empty.output, "live_xml": live]
        ])
    }

    private static func run(_ verb: String, waits: Bool, _ more: String...) throws -> CommandRun {
        CommandRun(
            [verb, "site.yaml"] + more + ["--facts", "facts.json"],
            files: ["site.yaml": site, "facts.json": try facts(waits: waits)])
    }

    @Test("settings that wait for a restart, with both values", arguments: ["status", "explain"])
    func pending(verb: String) throws {
        let waiting = try Self.run(verb, waits: true)
        #expect(waiting.output.contains(/memory +512MiB -> 1GiB/), "\(waiting.output)\(waiting.errors)")
        #expect(try !Self.run(verb, waits: false).output.contains("512MiB ->"))
    }

    @Test("and in the status for programs, and as a metric")
    func documents() throws {
        let json = try Self.run("status", waits: true, "--format", "json").output
        #expect(json.contains("\"path\" : \"memory.kib\""), "\(json)")
        let metrics = try Self.run("metrics", waits: true).output
        #expect(metrics.contains(/pending_settings\{[^}]*guest="a"[^}]*\} [1-9]/), "\(metrics)")
    }

    @Test("pages that nobody wants, with the word that gives them back, also when nothing changes")
    func excess() throws {
        let kept = try Self.run("plan", waits: false)
        #expect(kept.output.contains("No changes") && kept.errors.contains("NP455"), "\(kept.output)\(kept.errors)")
        #expect(kept.errors.contains("pool/2MiB/cell/0: 8 pages (16MiB)") && kept.errors.contains("--allow-shrink"))
        let shrinking = try Self.run("plan", waits: false, "--allow-shrink")
        #expect(!shrinking.errors.contains("NP455"))
    }

    @Test("memory of guests without topology, in a row of its own")
    func floating() throws {
        #expect(try Self.run("status", waits: false).output.contains(/\n +any .* 1 GiB\n/))
    }

    @Test("one definition alone, and no other name")
    func render() {
        let one = CommandRun(["render", "reference.yaml", "cirros2", "--facts", "numa-host.json"])
        #expect(one.status == 0 && one.output.ranges(of: "<domain ").count == 1 && one.output.contains("cirros2"))
        let none = CommandRun(["render", "reference.yaml", "cirros9", "--facts", "numa-host.json"])
        #expect(none.status == 64 && none.errors.contains("did you mean cirros"), "\(none.errors)")
    }
}
