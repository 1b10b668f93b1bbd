import Foundation
import TestSupport
import Testing

@Suite("Explaining codes")
struct ExplainCodeTests {
    @Test("prints what the code means")
    func golden() throws {
        let run = CommandRun(["explain", "NP304"])
        #expect(run.status == 0)
        #expect(run.errors == "")
        try expectGolden(run.output, "explain-NP304.txt")
    }

    @Test("takes codes in any case, and several", arguments: [["np304"], ["Np304", "NP101"]])
    func spelling(codes: [String]) {
        let run = CommandRun(["explain"] + codes)
        #expect(run.status == 0)
        for code in codes { #expect(run.output.contains("\(code.uppercased()): ")) }
    }

    @Test(
        "an unknown code is wrong usage, with what was probably meant",
        arguments: [
            ("NP394", "Did you mean NP304?"), ("304", "Did you mean NP304?"), ("np999", "Codes look like NP304."),
            ("NP0", "Codes look like NP304."),
        ] as [(String, String)])
    func unknown(code: String, hint: String) {
        let run = CommandRun(["explain", code])
        #expect(run.status == 64)
        #expect(run.output == "")
        #expect(run.errors.contains("Unknown code '\(code)'. \(hint)"), "\(run.errors)")
    }

    @Test("has no JSON, and takes one site only", arguments: [["NP304", "--format", "json"], ["a.yaml", "b.yml"]])
    func usage(arguments: [String]) {
        #expect(CommandRun(["explain"] + arguments).status == 64)
    }
}

@Suite("Explaining guests")
struct ExplainGuestTests {
    private static let facts = """
        {"host": {"name": "h"}, "cells": [
          {"id": 0, "cpus": "0-3", "memory_kib": 4194304, "siblings": ["0-1", "2-3"],
           "pools": [{"page_kib": 2048, "total": 0, "free": 0, "surplus": 0}]},
          {"id": 1, "cpus": "4-7", "memory_kib": 4194304, "siblings": ["4-5", "6-7"],
           "pools": [{"page_kib": 2048, "total": 0, "free": 0, "surplus": 0}]}]}
        """

    private func explain(_ guests: String, _ more: [String] = [], host: String = "{}") -> CommandRun {
        CommandRun(
            ["explain", "s.yaml", "--facts", "f.json"] + more,
            files: ["s.yaml": "hosts: {h: \(host)}\nguests:\n\(guests)", "f.json": Self.facts])
    }

    private static let full = """
          a: {vcpus: 3, ram: 1GiB, cpu_policy: dedicated}
          b: {vcpus: 3, ram: 1GiB, cpu_policy: dedicated}
          c: {vcpus: 2, ram: 1GiB, cpu_policy: dedicated}
          tiny: {vcpus: 1, ram: 256MiB, cpu_policy: dedicated}
        """

    @Test("a guest that does not fit: every cell, the conflict, what would help")
    func infeasible() throws {
        let run = explain(Self.full)
        #expect(run.status == 10)
        #expect(run.errors == "")
        try expectGolden(run.output, "explain-full.txt")
    }

    @Test("guests that fit: where and why")
    func placed() throws {
        let run = explain(
            """
              forced: {vcpus: 1, ram: 1GiB, cpu_policy: dedicated, cpu_thread_policy: isolate, numa_placement: {0: 1}}
              gone: {state: absent}
              huge: {vcpus: 2, ram: 1GiB, numa_nodes: 2, mem_page_size: large}
              loose: {vcpus: 1, ram: 256MiB}
              virtual: {vcpus: 2, ram: 512MiB, numa_nodes: 2, numa_policy: none}
            """)
        #expect(run.status == 0)
        try expectGolden(run.output, "explain-placed.txt")
    }

    @Test(
        "says what holds for each guest",
        arguments: [
            ("  a: {vcpus: 5, ram: 1GiB, cpu_policy: dedicated}", "even alone", 10),
            ("  a: {vcpus: 6, ram: 1GiB, cpu_policy: dedicated}", "    - numa_nodes: ", 10),
            ("  a: {vcpus: 1, ram: 1GiB, mem_page_size: 1GiB}", "NP301", 10),
            ("  a: {vcpus: 4, ram: 1GiB, numa_nodes: 4}", "NP302", 10),
            ("  a: {vcpus: 1, ram: 1GiB, numa_nodes: 1, numa_placement: {0: 7}}", "NP303", 10),
            ("  a: {vcpus: 5, ram: 1GiB, numa_nodes: 1, numa_placement: {0: 1}}", "not asked: numa_placement", 10),
            ("  a: {vcpus: 4, ram: 1GiB, cpu_policy: dedicated, cpu_thread_policy: isolate}", "whole cores", 10),
            ("  a: {vcpus: 4, ram: 1GiB, cpu_policy: dedicated}", "The only guest fits.", 0),
            ("  a: {vcpus: 1, ram: 1GiB}\n  b: {vcpus: 1, ram: 1GiB}", "All 2 guests fit together.", 0),
            ("  a: {state: absent}", "There is nothing to place.", 0),
        ] as [(String, String, Int32)])
    func words(guests: String, words: String, status: Int32) {
        let run = explain(guests)
        #expect(run.status == status)
        #expect(run.output.contains(words), "\(run.output)")
    }

    @Test("a host cell that is not there is named, with those that are")
    func missingCell() throws {
        let site = "hosts: {host: {}}\nguests:\n  a: {vcpus: 1, ram: 1GiB, numa_nodes: 1, numa_placement: {0: 7}}\n"
        let run = CommandRun(["plan", "-", "--facts", "numa-host.json"], files: ["-": site])
        #expect(run.status == 10)
        let line = "  'numa_placement' names host cell 7; this host has 0-2\n"
        #expect(run.errors.contains(line), "\(run.output)\(run.errors)")
    }

    @Test("a named guest alone, though another one does not fit")
    func named() {
        let run = explain(Self.full, ["b"])
        #expect(run.status == 10)
        #expect(run.output.contains("guest b"))
        #expect(!run.output.contains("guest a\n"))
        #expect(!run.output.contains("guest tiny"))
    }

    @Test("an unknown guest is wrong usage, with the name that was probably meant")
    func unknown() {
        let run = explain(Self.full, ["tinny"])
        #expect(run.status == 64)
        #expect(run.output == "")
        #expect(run.errors.contains("did you mean tiny?"))
    }

    @Test("as JSON is the plan's document")
    func document() throws {
        let run = explain(Self.full, ["--format", "json"])
        #expect(run.status == 10)
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
        #expect(object["kind"] as? String == "numactl-plan/plan")
        let unplaced = try #require(object["unplaced"] as? [[String: Any]])
        #expect(unplaced.count == 1)
        #expect((unplaced.first?["remedies"] as? [Any])?.isEmpty == false)
    }

    @Test("a guest whose domain is somebody else's takes no part, and its finding is shown")
    func foreign() {
        let xml = "<domain type='kvm'><name>a</name><memory>1048576</memory><vcpu>1</vcpu></domain>"
        let domain =
            #"{"name": "a", "uuid": "5f2f0a52-6f4d-4a3e-9d55-6f6f6f6f6f6f", "state": "shutoff", "xml": "\#(xml)"}"#
        let run = CommandRun(
            ["explain", "s.yaml", "a", "--facts", "f.json"],
            files: [
                "s.yaml": "hosts: {h: {}}\nguests:\n  a: {vcpus: 1, ram: 1GiB}\n",
                "f.json": Self.facts.dropLast() + ", \"domains\": [\(domain)]}",
            ])
        #expect(run.status == 0)
        #expect(run.output.contains("guest a  not planned"), "\(run.output)")
        #expect(run.errors.contains("NP601"))
    }
}
