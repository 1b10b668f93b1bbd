import Foundation
import Testing

@Suite("Hostile input")
struct HostileInputTests {
    private static let facts = #"{"cells": [{"id": 0, "cpus": "0-3", "memory_kib": 4194304}]}"#
    private static let site = "hosts: {h: {}}\nguests: {a: {vcpus: 1, ram: 64MiB}}\n"

    /// A file that is as long as a disk image and takes no room.
    private static func sparse(_ megabytes: Int, beginning: String) throws -> URL {
        let url = FileManager.default.temporaryDirectory.appending(path: "np-huge-\(UUID().uuidString)")
        try beginning.write(to: url, atomically: false, encoding: .utf8)
        let file = try FileHandle(forWritingTo: url)
        try file.truncate(atOffset: UInt64(megabytes) << 20)
        try file.close()
        return url
    }

    private static func nested(_ open: String, _ inner: String = "", _ close: String = "", times: Int = 100_000)
        -> String
    {
        String(repeating: open, count: times) + inner + String(repeating: close, count: times)
    }

    @Test(
        "as a site file is refused with a code and a place", .timeLimit(.minutes(1)),
        arguments: [
            (nested("["), "NP106"), (nested("{a: "), "NP106"), (nested("- "), "NP106"),
            (
                "a: &a [x, x, x, x, x, x, x, x, x]\n"
                    + (1...12).map { level in
                        "\(level): &b\(level) ["
                            + Array(repeating: level == 1 ? "*a" : "*b\(level - 1)", count: 9).joined(separator: ", ")
                            + "]\n"
                    }.joined(), "NP105"
            ),
            ("site: x\nhosts: {h: {}}\nguests: {a: {<<: {vcpus: 1}, ram: 1GiB}}\n", "NP108"),
            ("guests: !!python/object/apply:os.system ['touch owned']\n", "NP110"),
            ("hosts: {h: {}}\nguests: {'../../etc/passwd': {vcpus: 1, ram: 64MiB}}\n", "NP211"),
            ("hosts: {h: {}}\nguests: {\"a\\nb\": {vcpus: 1, ram: 64MiB}}\n", "NP211"),
            ("hosts: {h: {}}\nguests: {\"a\\u001b[2J\": {vcpus: 1, ram: 64MiB}}\n", "NP211"),
            ("hosts: {h: {}}\nguests: {-rf: {vcpus: 1, ram: 64MiB}}\n", "NP211"),
            ("hosts: {h: {}}\nguests: {.ssh: {vcpus: 1, ram: 64MiB}}\n", "NP211"),
            ("hosts: {h: {}}\nguests: {\(String(repeating: "n", count: 300)): {vcpus: 1, ram: 64MiB}}\n", "NP211"),
            ("hosts: {h: {}}\nguests: {a: {vcpus: 99999999999999999999, ram: 64MiB}}\n", "NP2"),
            ("hosts: {h: {}}\nguests: {a: {vcpus: 1, ram: 99999999999999EiB}}\n", "NP205"),
            ("hosts: {h: {}}\nguests: {a: {count: 2000000000, vcpus: 1, ram: 64MiB}}\n", "NP2"),
            ("\u{0}\u{1}\u{2}", "NP101"),
        ] as [(String, String)])
    func site(text: String, finding: String) {
        let run = CommandRun(["plan", "s.yaml", "--facts", "f.json"], files: ["s.yaml": text, "f.json": Self.facts])
        #expect(run.status == 65)
        #expect(run.errors.contains("s.yaml:") && run.errors.contains(finding), "\(run.errors.prefix(500))")
        #expect(run.output == "")
        #expect(!run.errors.unicodeScalars.contains { $0.value < 32 && $0 != "\n" }, "the terminal is told something")
    }

    @Test(
        "as facts is refused with a code", .timeLimit(.minutes(1)),
        arguments: [
            (nested("["), "NP120"), (nested("{\"a\":"), "NP120"),
            ("{\"cells\": " + nested("[", "", "]") + "}", "NP120"),
            (String(repeating: "\u{0}", count: 1 << 20), "NP"),
            (#"{"cells": [{"id": -1, "cpus": "0", "memory_kib": 1}]}"#, "NP"),
            (#"{"cells": [{"id": 0, "cpus": "0-99999999999", "memory_kib": 1}]}"#, "NP"),
            (#"{"cells": [{"id": 0, "cpus": "0", "memory_kib": 18446744073709551616}]}"#, "NP"),
            (
                #"{"cells": [{"id": 0, "cpus": "0", "memory_kib": 1}, {"id": 0, "cpus": "1", "memory_kib": 1}]}"#,
                "NP221"
            ),
            (#"{"kind": "numactl-plan/plan-file", "cells": []}"#, "NP221"),
        ] as [(String, String)])
    func facts(text: String, finding: String) {
        let run = CommandRun(["plan", "s.yaml", "--facts", "f.json"], files: ["s.yaml": Self.site, "f.json": text])
        #expect(run.status == 65)
        #expect(run.errors.contains(finding), "\(run.errors.prefix(500))")
    }

    @Test(
        "as a saved plan is refused with a code", .timeLimit(.minutes(1)),
        arguments: [
            #"{"kind": "numactl-plan/plan-file", "payload": "# + nested("["),
            #"{"kind": "numactl-plan/plan-file", "payload": "# + nested("{\"a\":"),
            #"{"kind": "numactl-plan/plan-file""#,
            #"{"kind": "numactl-plan/plan-file", "format_version": "1.0", "payload": null, "sha256": null}"#,
            #"{"kind": "numactl-plan/plan-file", "format_version": "1.0", "payload": {}, "sha256": "\#(String(repeating: "0", count: 64))"}"#,
            "{\"kind\": \"numactl-plan/plan-file\", \"x\": \"" + String(repeating: "\u{0}", count: 1 << 20),
        ])
    func plan(text: String) {
        let run = CommandRun(["apply", "plan.json"], files: ["plan.json": text])
        #expect(run.status == 65)
        #expect(run.errors.contains("NP"), "\(run.errors.prefix(500))")
    }

    @Test(
        "in a base file is refused, and nothing of what it points at is read", .timeLimit(.minutes(1)),
        arguments: [
            "<!DOCTYPE d [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><domain><name>&x;</name></domain>",
            "<!DOCTYPE d [<!ENTITY % x SYSTEM 'http://127.0.0.1:1/x.dtd'> %x;]><domain/>",
            "<!DOCTYPE l [<!ENTITY a 'ha'>" + (1...30).map { "<!ENTITY a\($0) '&a;&a;&a;&a;'>" }.joined()
                + "]><domain>&a30;</domain>",
            nested("<a>"), "<domain>" + nested("<a>", "", "</a>") + "</domain>",
            "<domain xmlns:xi='http://www.w3.org/2001/XInclude'><xi:include href='/etc/passwd' parse='text'/>",
            "\u{0}<domain/>", "<network/>", "",
        ])
    func base(text: String) {
        let site = "hosts: {h: {}}\nguests: {a: {vcpus: 1, ram: 64MiB, base: b.xml}}\n"
        let run = CommandRun(
            ["render", "s.yaml", "--facts", "f.json"], files: ["s.yaml": site, "f.json": Self.facts, "b.xml": text])
        #expect(run.status == 65)
        #expect(run.errors.contains("NP217"), "\(run.errors.prefix(500))")
        #expect(!(run.errors + run.output).contains("root:"))
    }

    @Test("of a hundred megabytes is refused without being read whole", .timeLimit(.minutes(1)))
    func huge() throws {
        let (site, base) = (try Self.sparse(100, beginning: Self.site), try Self.sparse(100, beginning: "<domain>"))
        let (plan, facts) = (
            try Self.sparse(100, beginning: "{\"kind\": \"numactl-plan/plan-file\""),
            try Self.sparse(300, beginning: Self.facts)
        )
        defer { for url in [site, base, plan, facts] { try? FileManager.default.removeItem(at: url) } }
        let named = "hosts: {h: {}}\nguests: {a: {vcpus: 1, ram: 64MiB, base: \(base.path)}}\n"
        let files = ["s.yaml": Self.site, "f.json": Self.facts, "n.yaml": named]
        for (arguments, finding) in [
            (["plan", site.path, "--facts", "f.json"], "NP106"), (["validate", site.path], "NP106"),
            (["plan", "s.yaml", "--facts", facts.path], "NP106"), (["plan", "n.yaml", "--facts", "f.json"], "NP217"),
            (["apply", plan.path], "NP106"), (["validate", "/dev/zero"], "NP106"),
        ] {
            let run = CommandRun(arguments, files: files)
            #expect(run.status == 65, "\(arguments)")
            #expect(run.errors.contains(finding), "\(run.errors.prefix(300))")
        }
    }

    @Test("that is no file at all keeps nobody waiting", .timeLimit(.minutes(1)))
    func unusual() throws {
        let pipe = FileManager.default.temporaryDirectory.appending(path: "np-pipe-\(UUID().uuidString)").path
        #expect(mkfifo(pipe, 0o600) == 0)
        defer { unlink(pipe) }
        #expect(CommandRun(["validate", pipe]).status == 65)
        #expect(CommandRun(["validate", "/"]).status == 66)
        #expect(CommandRun(["validate", "/dev/null"]).status == 65)
    }

    /// A name that libvirt takes and that means something to shells, terminals, browsers and Markdown.
    static let name = "x $(touch owned) `id` ; <script>alert(1)<b> | &amp; '\" \\ * ~ {} [a](b)"

    @Test("in names stays a name in every form of a plan", arguments: ["text", "json", "markdown", "svg"])
    func names(format: String) throws {
        let yaml = "hosts: {h: {}}\nguests: {'\(Self.name.replacing("'", with: "''"))': {vcpus: 1, ram: 64MiB}}\n"
        let run = CommandRun(
            ["plan", "s.yaml", "--facts", "f.json", "--format", format], files: ["s.yaml": yaml, "f.json": Self.facts])
        #expect(run.status == 0, "\(run.errors)")
        #expect(run.output.contains("alert(1)"))
        if ["markdown", "svg"].contains(format) { #expect(!run.output.contains("<script")) }
        if format == "json" {
            let document = try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any]
            let changes = document?["changes"] as? [[String: Any]]
            #expect(changes?.first?["address"] as? String == "guest/\(Self.name)")
        }
    }
}
