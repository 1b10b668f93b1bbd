import Foundation
import Testing

@Suite("Status claims to be in sync only what was compared")
struct StatusClaimsTests {
    private static let site = """
        site: lab
        hosts: {host: {}}
        guests:
          a: {vcpus: 1, ram: 1GiB, numa_nodes: 1, accelerator: qemu}
        """

    private static func facts(_ domains: [[String: Any]]) throws -> String {
        let facts: [String: Any] = [
            "kind": "numactl-plan/facts", "format_version": "1.0",
            "cells": [["id": 0, "cpus": "0-3", "memory_kib": 8_388_608] as [String: Any]], "domains": domains,
        ]
        return String(decoding: try JSONSerialization.data(withJSONObject: facts), as: UTF8.self)
    }

    private static func status(_ domains: [[String: Any]]) throws -> CommandRun {
        CommandRun(
            ["status", "site.yaml", "--facts", "facts.json"],
            files: ["site.yaml": site, "facts.json": try facts(domains)])
    }

    private static func definition() throws -> String {
        let run = CommandRun(
            ["render", "site.yaml", "--facts", "facts.json"], files: ["site.yaml": site, "facts.json": try facts([])])
        let end = try #require(run.output.range(of: "</domain>"), "\(run.errors)")
        return String(run.output[..<end.upperBound])
    }

    @Test(
        "not a domain that has lost its definition, nor one that is not the site's",
        arguments: [
            (true, true, "in sync", "1 in sync"),
            (false, true, "transient, no definition", "1 transient, no definition"),
            (true, false, "not compared", "1 not compared"),
        ])
    func claims(isPersistent: Bool, isMarked: Bool, words: String, summary: String) throws {
        var xml = try Self.definition()
        if !isMarked, let start = xml.range(of: "<metadata>"), let end = xml.range(of: "</metadata>") {
            xml.removeSubrange(start.lowerBound..<end.upperBound)
        }
        let run = try Self.status([
            [
                "name": "a", "state": "running", "persistent": isPersistent, "xml": xml, "live_xml": xml,
            ]
        ])
        let line = run.output.split(separator: "\n").first { $0.hasPrefix("a ") }
        #expect(line?.contains(words) == true, "\(run.output) \(run.errors)")
        #expect(run.output.contains("Status: \(summary)"))
    }
}
