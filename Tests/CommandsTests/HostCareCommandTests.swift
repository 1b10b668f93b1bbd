import Foundation
import Testing

/// Where `promtool` is, or nil.
private let promtool = ["/usr/bin/promtool", "/usr/local/bin/promtool"].first {
    FileManager.default.isExecutableFile(atPath: $0)
}

/// A folder of its own for one test, removed by ``end()``.
private struct Scratch {
    let url = FileManager.default.temporaryDirectory.appending(path: "np-care-\(UUID().uuidString)")

    init(_ files: [String: String] = [:]) throws {
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        for (name, text) in files {
            let file = url.appending(path: name)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try text.write(to: file, atomically: false, encoding: .utf8)
        }
    }

    func end() { try? FileManager.default.removeItem(at: url) }
    func text(_ name: String) throws -> String { try String(contentsOf: url.appending(path: name), encoding: .utf8) }
}

private func object(_ text: String) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
}

@Suite("verify")
struct VerifyCommandTests {
    @Test("finds what plan finds, and ends with 2")
    func differences() throws {
        let run = CommandRun(["verify", "reference.yaml", "--facts", "hv01.json"])
        #expect(run.status == 2)
        #expect(run.output.contains(": missing\n"))
        let document = try object(
            CommandRun(["verify", "reference.yaml", "--facts", "hv01.json", "--format", "json"]).output)
        #expect(document["kind"] as? String == "numactl-plan/verify")
        #expect((document["differences"] as? [Any])?.isEmpty == false)
        #expect(document["guests"] is NSNull, "nobody looked where they are")
        let plan = CommandRun(["plan", "reference.yaml", "--facts", "hv01.json", "--detailed-exitcode"])
        #expect(plan.status == run.status)
    }

    @Test("looks deep only where the guests are")
    func deep() {
        #expect(CommandRun(["verify", "reference.yaml", "--facts", "hv01.json", "--deep"]).status == 64)
        #expect(CommandRun(["verify", "--remote-tolerance", "101"]).status == 64)
        let remote = CommandRun(["verify", "reference.yaml", "--connect", "test:///default", "--deep"])
        #expect(remote.status == 64 && remote.errors.contains("do not run on this machine"))
    }
}

@Suite("doctor")
struct DoctorCommandTests {
    @Test("looks over a captured tree, file by file, and names what to do")
    func tree() throws {
        let tree = try Scratch([
            "sys/devices/system/cpu/online": "0-1\n", "sys/devices/system/node/online": "0\n",
            "sys/devices/system/node/node0/cpulist": "0-1\n",
            "sys/devices/system/node/node0/meminfo": "Node 0 MemTotal: 4194304 kB\nNode 0 MemFree: 4000000 kB\n",
            "proc/cmdline": "hugepagesz=2M hugepages=4 hugepages=8\n", "proc/sys/kernel/hostname": "hv09\n",
            "etc/sysctl.d/1.conf": "vm.nr_hugepages=7\n", "dev/null": "",
        ])
        defer { tree.end() }
        let run = CommandRun(["doctor", "--root", tree.url.path], folder: tree.url)
        #expect(run.status == 2, "\(run.errors)")
        for part in [
            "host hv09\n", "warning NP431: the kernel ignores 'hugepagesz=2M hugepages=8'", "warning NP432",
            "warning NP433: there is no /dev/kvm", "  hint: ", "unknown: ", "Doctor: ",
        ] { #expect(run.output.contains(part), "\(part)") }
        let document = try object(
            CommandRun(["doctor", "--root", tree.url.path, "--format", "json"], folder: tree.url).output)
        #expect((document["checks"] as? [Any])?.count ?? 0 >= 20)
        #expect((document["exit"] as? [String: Any])?["code"] as? Int == 2)
    }

    @Test("goes on without a site, and checks the needs of one that is named")
    func site() throws {
        let facts = ["--facts", "hv02.json"]
        let bare = CommandRun(["doctor"] + facts)
        #expect([0, 2].contains(bare.status), "\(bare.errors)")
        let site = "site: s\nhosts: {h: {}}\nguests: {a: {vcpus: 1, ram: 1GiB, mem_page_size: 1GiB}}\n"
        let run = CommandRun(["doctor", "-"] + facts, files: ["-": site])
        #expect(run.output.contains("NP406") || run.output.contains("unknown: "), "\(run.output)")
        #expect(CommandRun(["doctor", "gone.yaml"] + facts).status == 66)
        #expect(CommandRun(["doctor", "-"] + facts, files: ["-": "site: [\n"]).status == 65)
    }
}

@Suite("metrics")
struct MetricsCommandTests {
    @Test(
        "of every example are what promtool takes",
        .enabled(if: promtool != nil, "promtool is not here: apt-get install prometheus"))
    func promtoolTakes() throws {
        let run = CommandRun(["metrics", "pinned.yaml", "--facts", "hv02.json", "--state-dir", "/nonexistent"])
        #expect(run.status == 0 && run.errors.isEmpty == run.errors.isEmpty)
        #expect(try check(["check", "metrics"], input: run.output) == "")
    }

    @Test(
        "have alerts that fire when they should",
        .enabled(if: promtool != nil, "promtool is not here: apt-get install prometheus"))
    func alerts() throws {
        let folder = examples.appending(path: "prometheus")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        #expect(names == ["numactl-plan.rules.yml", "numactl-plan.test.yml"])
        #expect(try check(["check", "rules", folder.appending(path: names[0]).path]).contains("SUCCESS: "))
        #expect(try check(["test", "rules", folder.appending(path: names[1]).path]).contains("SUCCESS"))
    }

    @Test("that alerts name are printed")
    func names() throws {
        let printed = try String(
            contentsOf: packageRoot.appending(path: "Tests/RenderingTests/Golden/metrics.prom"), encoding: .utf8)
        let rules = try String(
            contentsOf: examples.appending(path: "prometheus/numactl-plan.rules.yml"), encoding: .utf8)
        let named = Set(rules.matches(of: /numactl_plan_[a-z_]+/).map { String($0.output) })
        #expect(named.count >= 8)
        for name in named { #expect(printed.contains("# TYPE \(name) gauge\n"), "\(name)") }
        let page = try String(
            contentsOf: packageRoot.appending(path: "manpages/numactl-plan-metrics.1"), encoding: .utf8)
        for match in printed.matches(of: /TYPE (numactl[a-z_]+) gauge/) {
            #expect(page.contains(match.output.1), "\(match.output.1)")
        }
    }

    @Test("go into a file or a folder, whole, for everybody to read")
    func textfile() throws {
        let scratch = try Scratch(["numactl-plan.prom": "old\n"])
        defer { scratch.end() }
        let printed = CommandRun(["metrics", "reference.yaml", "--facts", "hv01.json", "--state-dir", "/nonexistent"])
        for target in [scratch.url.path, scratch.url.appending(path: "other.prom").path] {
            let run = CommandRun([
                "metrics", "reference.yaml", "--facts", "hv01.json", "--state-dir", "/nonexistent", "--textfile",
                target,
            ])
            #expect(run.status == 0 && run.output == "", "\(run.errors)")
        }
        #expect(try scratch.text("numactl-plan.prom") == printed.output)
        #expect(try scratch.text("other.prom") == printed.output)
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: scratch.url.path).count == 2, "nothing is left beside")
        let missing = CommandRun([
            "metrics", "reference.yaml", "--facts", "hv01.json", "--textfile", scratch.url.path + "/no/where.prom",
        ])
        #expect(missing.status == 1 && missing.errors.contains("NP413"))
    }

    private func check(_ arguments: [String], input: String = "") throws -> String {
        let scratch = try Scratch(["input": input])
        defer { scratch.end() }
        let process = Process()
        process.executableURL = URL(filePath: promtool ?? "/bin/false")
        process.arguments = arguments
        process.standardInput = try FileHandle(forReadingFrom: scratch.url.appending(path: "input"))
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        return String(decoding: output, as: UTF8.self)
    }
}

@Suite("boot --emit")
struct BootEmitTests {
    private static let site = """
        site: s
        hosts: {hv01: {pools: {1GiB: {cells: {0: 2}}, 2MiB: {cells: {0: 8}}}}}
        guests: {}
        """
    private static let facts = """
        {"host": {"name": "hv01", "kernel": "KERNEL", "cmdline": "LINE"},
         "cells": [{"id": 0, "cpus": "0-1", "memory_kib": 8388608,
                    "pools": [{"page_kib": 2048, "total": 0}, {"page_kib": 1048576, "total": 0}]}]}
        """

    private func emit(_ what: String, kernel: String = "6.1.0", line: String = "quiet", _ more: String...) throws
        -> CommandRun
    {
        let facts = Self.facts.replacing("KERNEL", with: kernel).replacing("LINE", with: line)
        return CommandRun(
            ["boot", "-", "--emit", what, "--facts", "f.json"] + more, files: ["-": Self.site, "f.json": facts])
    }

    @Test(
        "prints what the kernel, a boot loader or another tool takes",
        arguments: [
            ("kernel-args", "hugepagesz=1G hugepages=0:2\n"),
            ("grub", "GRUB_CMDLINE_LINUX=\"$GRUB_CMDLINE_LINUX hugepagesz=1G hugepages=0:2\"\n"),
            ("grubby", "grubby --update-kernel=ALL --args=\"hugepagesz=1G hugepages=0:2\"\n"),
            ("systemd-boot", "hugepagesz=1G hugepages=0:2"), ("ostree", "--append=hugepages=0:2"),
            ("tmpfiles", "hugepages-2048kB/nr_hugepages - - - - 8\n"),
            ("units", "ExecStart=/usr/bin/numactl-plan boot\n"),
            ("units", "# /etc/systemd/system/dev-hugepages1G.mount\n"),
        ])
    func emissions(what: String, part: String) throws {
        let run = try emit(what)
        #expect(run.status == 0 && run.errors == "", "\(run.errors)")
        #expect(run.output.contains(part))
    }

    @Test("warns of options that the kernel would pass over")
    func warnings() throws {
        #expect(try emit("kernel-args", kernel: "5.10.0").errors.contains("warning NP430"))
        let second = try emit("grub", line: "hugepagesz=1G hugepages=1")
        #expect(second.status == 0 && second.errors.contains("replace it with 'hugepagesz=1G hugepages=0:2'"))
        #expect(try emit("units", kernel: "5.10.0").errors == "")
    }

    @Test("writes units as files, drop-ins in their folders")
    func files() throws {
        let scratch = try Scratch()
        defer { scratch.end() }
        let run = try emit("units", "--out", scratch.url.path)
        #expect(run.status == 0 && run.errors.contains("wrote 5 files"))
        #expect(
            try scratch.text("virtqemud.service.d/10-numactl-plan.conf").contains("After=numactl-plan-ready.target"))
        #expect(CommandRun(["boot", "--emit", "grub", "--out", "x"]).status == 64)
    }
}
