import Foundation
import TestSupport
import Testing

@Suite("A plan for all hosts")
struct FleetTests {
    private static let site = """
        site: rack7
        hosts: {hv01: {}, hv02: {}, hv03: {}, hv04: {}, hv05: {}}
        flavors:
          small: {vcpus: 2, ram: 1GiB, numa_nodes: 1}
          huge: {vcpus: 64, ram: 900GiB}
        guests:
          web: {flavor: small, host: hv01, count: 2}
          db: {flavor: huge, host: hv02}

        """

    /// What time it is: 2026-02-11T09:00:00Z.
    private static let now: Int64 = 1_770_800_400

    private static func facts(_ name: String?, time: String? = nil) -> String {
        let host = name.map { #""host": {"name": "\#($0)"},"# } ?? ""
        let time = time.map { #""time": "\#($0)","# } ?? ""
        return #"{\#(host) \#(time) "cells": [{"id": 0, "cpus": "0-3", "memory_kib": 8388608}]}"#
    }

    /// hv01 changes, hv02 does not fit, hv03 and hv04 stay as they are, hv04 by a file of another name.
    private static let four = [
        "site.yaml": site, "facts/hv01.json": facts("hv01", time: "2026-02-11T06:00:00Z"),
        "facts/hv02.json": facts(nil, time: "2026-02-01T00:00:00Z"), "facts/hv03.json": facts("hv03.example.org"),
        "facts/other.json": facts("hv04"), "facts/README.md": "not facts",
    ]
    private static let all = four.merging(["facts/hv05.json": facts("hv05")]) { first, _ in first }

    private func run(_ more: String..., files: [String: String] = Self.all) -> CommandRun {
        CommandRun(["plan", "site.yaml", "--all-hosts", "--facts", "facts"] + more, files: files, time: Self.now)
    }

    @Test("is one text, one document and one comment", arguments: ["text", "json", "markdown"])
    func golden(format: String) throws {
        let result = run("--format", format, files: Self.four)
        #expect(result.status == 66)
        let isText = format == "text"
        #expect(result.errors.isEmpty != isText && result.errors.contains("host hv02\n") == isText)
        #expect(!isText || !result.output.contains("error NP"))
        try expectGolden(result.output, "fleet.\(format)")
    }

    @Test("names the first of equally old facts, however long the plans take")
    func oldest() {
        let names = (10..<80).map { "hv\($0)" }
        var files = [
            "site.yaml": "site: rack\nhosts: {\(names.map { "\($0): {}" }.joined(separator: ", "))}\n"
        ]
        for name in names { files["facts/\(name).json"] = Self.facts(name, time: "2026-02-10T06:00:00Z") }
        let arguments = ["plan", "site.yaml", "--all-hosts", "--facts", "facts", "--format", "markdown"]
        let result = CommandRun(arguments, files: files, time: Self.now, ticks: true)
        #expect(result.status == 0 && result.output.contains("the oldest `hv10` 2026-02-10 06:00Z"))
    }

    @Test("is one page with a tile a host")
    func page() {
        let result = run("--format", "html", files: Self.four)
        #expect(result.status == 66 && result.errors == "")
        #expect(result.output.ranges(of: "<section class='tile'").count == 5)
        // Tiles are written one by one, as they would be with the whole.
        #expect(result.output.ranges(of: "\n        <section class='tile'").count == 5)
        #expect(result.output.ranges(of: "\n        </section>\n").count == 5)
        #expect(result.output.contains("\n      <div class='tiles'>\n        <section class='tile'"))
        #expect(result.output.contains("\n        </section>\n      </div>\n") && !result.output.contains("<!--"))
        for words in ["<h2>hv01</h2>", "does not fit NP304", "no facts of hv05", "data-g='web-1&#9;web-2'"] {
            #expect(result.output.contains(words), "\(words)")
        }
    }

    @Test("is a valid document, hosts ascending, each with the plan that it has alone")
    func document() throws {
        let result = run("--format", "json", "--detailed-exitcode")
        let document = try #require(try json(result.output) as? [String: Any])
        let hosts = try #require(document["hosts"] as? [[String: Any]])
        #expect(hosts.map { $0["host"] as? String } == ["hv01", "hv02", "hv03", "hv04", "hv05"])
        for host in hosts {
            let name = try #require(host["host"] as? String)
            let file = try #require((host["facts"] as? [String: Any])?["file"] as? String)
            let alone = CommandRun(
                ["plan", "site.yaml", "--facts", file, "--host", name, "--format", "json", "--detailed-exitcode"],
                files: Self.all)
            let plan = try #require(host["plan"] as? NSDictionary)
            #expect(plan == (try json(alone.output) as? NSDictionary))
            #expect((host["exit"] as? [String: Any])?["code"] as? Int32 == alone.status)
        }
    }

    @Test(
        "ends with the worst of what its hosts come to",
        arguments: [
            (["hv03", "hv04"], [], 0), (["hv01", "hv03"], [], 0), (["hv01", "hv03"], ["--detailed-exitcode"], 2),
            (["hv01"], ["--max-facts-age", "4h"], 0), (["hv01"], ["--max-facts-age", "2h"], 14),
            (["hv01"], ["--max-facts-age", "2h", "--detailed-exitcode"], 14),
            (["hv03"], ["--max-facts-age", "7d"], 14),
            (["hv01", "hv02"], ["--max-facts-age", "2h"], 10), (["hv01", "hv02", "absent"], [], 66),
            (["hv01", "broken", "absent"], [], 65),
        ] as [([String], [String], Int32)])
    func status(hosts: [String], options: [String], status: Int32) {
        let guests = hosts.contains("hv02") ? "  db: {flavor: huge, host: hv02}\n" : ""
        let web = hosts.contains("hv01") ? "  web: {flavor: small, host: hv01, count: 2}\n" : ""
        let old = hosts.contains("hv01") || hosts.contains("hv02") ? "" : "  {}\n"
        let text = """
            site: rack7
            hosts: {\(hosts.map { "\($0): {}" }.joined(separator: ", "))}
            flavors: {small: {vcpus: 2, ram: 1GiB, numa_nodes: 1}, huge: {vcpus: 64, ram: 900GiB}}
            guests:
            \(guests)\(web)\(old)
            """
        var files = Self.all
        files["site.yaml"] = text
        files["facts/broken.json"] = "{"
        let result = CommandRun(
            ["plan", "site.yaml", "--all-hosts", "--facts", "facts"] + options, files: files, time: Self.now)
        #expect(result.status == status, "\(result.output)\(result.errors)")
    }

    @Test("says which facts are missing, doubled, another host's, or nobody's")
    func matching() {
        var files = Self.four
        files["facts/again.json"] = Self.facts("hv04")
        files["facts/zz.json"] = Self.facts("unknown")
        files["facts/hv03.json"] = Self.facts("hv01")
        let output = run(files: files).errors
        #expect(output.contains("error NP414: no facts of hv05 in facts\n"))
        #expect(output.contains("error NP221: facts/again.json and facts/other.json both hold facts of hv04\n"))
        #expect(output.contains("error NP221: facts/hv03.json holds the facts of hv01, not of hv03\n"))
        #expect(output.contains("note NP221: 1 file in facts belongs to no host of the site: zz.json\n"))
    }

    @Test("stays within a size with its table and verdict, however many hosts there are")
    func size() {
        let names = (0..<400).map { "hv\($0)" }
        var files = Dictionary(uniqueKeysWithValues: names.map { ("facts/\($0).json", Self.facts($0)) })
        files["site.yaml"] = """
            site: rack7
            hosts: {\(names.map { "\($0): {}" }.joined(separator: ", "))}
            flavors: {small: {vcpus: 1, ram: 16MiB, numa_nodes: 1}}
            guests: {\(names.map { "g-\($0): {flavor: small, host: \($0), count: 3}" }.joined(separator: ", "))}
            """
        for bytes in [4_096, 20_000, 60_000] {
            let output = run("--format", "markdown", "--max-bytes", "\(bytes)", files: files).output
            #expect(output.utf8.count <= bytes && output.utf8.count > bytes - 1_500)
            #expect(
                output.hasPrefix("<!-- numactl-plan site=rack7 -->\n### numactl-plan: `rack7`: **1200 changes on 400"))
            #expect(output.contains("omitted: see the plan as text or JSON."))
            #expect(output.ranges(of: "<details>").count == output.ranges(of: "</details>").count)
            #expect(output.ranges(of: "\n```").count == 2 * output.ranges(of: "<details>").count)
        }
    }

    @Test("takes the folder for one host too")
    func oneHost() {
        let one = CommandRun(
            ["plan", "site.yaml", "--facts", "facts", "--host", "hv01"], files: Self.all, time: Self.now)
        #expect(one.status == 0 && one.output.contains("host hv01  site rack7  facts 2026-02-11 06:00Z (3 h old)\n"))
    }

    @Test(
        "is not asked for in vain",
        arguments: [
            ["--all-hosts"], ["--all-hosts", "--facts", "facts", "--host", "hv01"],
            ["--all-hosts", "--facts", "facts", "--format", "svg"],
            ["--max-facts-age", "1h"],
            ["--facts", "f", "--max-facts-age", "1w"], ["--facts", "f", "--max-facts-age", "h"],
            ["--facts", "f", "--max-facts-age", "99999999999999999999h"], ["--max-bytes", "4095"],
            ["--xml", "--format", "json"], ["--xml", "--format", "svg"],
        ])
    func usage(options: [String]) { #expect(CommandRun(["plan", "site.yaml"] + options).status == 64) }

    @Test("of a folder that is not there ends with 66")
    func noFolder() {
        let result = CommandRun(
            ["plan", "site.yaml", "--all-hosts", "--facts", "nowhere"], files: ["site.yaml": Self.site])
        #expect(result.status == 66 && result.errors.contains("NP414: cannot read the folder nowhere"))
    }

    private func json(_ text: String) throws -> Any { try JSONSerialization.jsonObject(with: Data(text.utf8)) }
}
