import Commands
import Foundation
import TestSupport
import Testing

@Suite("init")
struct InitTests {
    /// Facts of hosts by name: captured ones, and odd ones that say little.
    static let hosts: [(name: String, facts: String)] = [
        ("hv01", ""), ("hv02", ""), ("numa-host", ""),
        ("tiny", #"{"cells": [{"id": 0, "cpus": "0", "memory_kib": 2097152}]}"#),
        ("isolated", isolated),
        ("odd", #"{"host": {"name": "it's 7"}, "cells": [{"id": 3, "cpus": "0-1", "memory_kib": 4194304}]}"#),
        (
            "memory-only",
            #"{"cells": [{"id": 0, "cpus": "0-3", "memory_kib": 8388608}, {"id": 9, "cpus": "", "memory_kib": 1048576}]}"#
        ),
    ]

    private static let isolated = """
        {"host": {"name": "rt"}, "cpus": {"online": "0-7", "isolated": "2-7"},
         "cells": [{"id": 0, "cpus": "0-7", "memory_kib": 274877906944, "siblings": ["0,4", "1,5", "2,6", "3,7"]}]}
        """

    @Test("writes a site that is valid, planned at once, and changes nothing", arguments: hosts)
    func planned(name: String, facts: String) throws {
        let (site, arguments, files) = try made(name, facts)
        let plan = CommandRun(
            ["plan", "-", "--detailed-exitcode"] + arguments, files: files.merging(["-": site]) { $1 })
        let isQuiet = plan.errors == "" || plan.errors.hasPrefix("note NP455")
        #expect(plan.status == 0 && isQuiet, "\(plan.output)\(plan.errors)")
        let valid = CommandRun(["validate", "-"], files: ["-": site])
        #expect(valid.status == 0 && valid.errors == "", "\(valid.errors)")
    }

    @Test("has comments that can be made use of", arguments: hosts)
    func comments(name: String, facts: String) throws {
        let (site, arguments, files) = try made(name, facts)
        let used = site.replacing(/(?m)^( +)# ((?:web01|pools|cpus): .*)$/) { "\($0.output.1)\($0.output.2)" }
        #expect(used != site)
        let all = ["small", "local", "wide", "pinned"].filter { used.contains("  \($0): {") }
            .map { "  \($0)-guest: {flavor: \($0), disks: [{path: /\($0)}]}\n" }.joined()
        let plan = CommandRun(["plan", "-"] + arguments, files: files.merging(["-": used + all]) { $1 })
        // On a single CPU nothing can be both dedicated and shared; on hv02 a domain that is nobody's may use all CPUs.
        #expect(plan.status == (["tiny", "hv02"].contains(name) ? 10 : 0), "\(used + all)\(plan.output)\(plan.errors)")
    }

    @Test("writes what the schema takes", .enabled(if: JSONSchemaCheck.isHere, "make setup installs check-jsonschema"))
    func schema() throws {
        let schema = CommandRun(["schema"]).output
        let files = try Self.hosts.map { ("\($0.name).yaml", try made($0.name, $0.facts).site) }
        #expect(try JSONSchemaCheck(Dictionary(uniqueKeysWithValues: files), schema: schema).wrong == [:])
    }

    @Test("keeps a file that is there")
    func kept() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "numactl-plan-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appending(path: "site.yaml")
        let first = CommandRun(["init", file.path, "--facts", "hv01.json"])
        #expect(first.status == 0 && first.output == "" && first.errors.contains("wrote \(file.path)"))
        let written = try String(contentsOf: file, encoding: .utf8)
        #expect(written == CommandRun(["init", "-", "--facts", "hv01.json"]).output)
        let second = CommandRun(["init", file.path, "--facts", "hv02.json"])
        #expect(second.status == ExitStatus.needsConsent.rawValue && second.errors.contains("NP419"))
        #expect(try String(contentsOf: file, encoding: .utf8) == written)
    }

    /// What init writes for a host, and what other commands need to plan for the same.
    private func made(_ name: String, _ facts: String) throws -> (site: String, [String], [String: String]) {
        let files = facts.isEmpty ? [:] : ["facts.json": facts]
        let arguments = ["--facts", facts.isEmpty ? "\(name).json" : "facts.json"]
        let run = CommandRun(["init", "-"] + arguments, files: files)
        #expect(run.status == 0 && run.errors == "")
        return (run.output, arguments, files)
    }
}
