import Commands
import Foundation
import Testing

@Suite("Files that another user can change")
struct TrustTests {
    private static let site = "site: lab\nguests: {a: {vcpus: 1, ram: 64MiB}}\n"

    /// A folder with a site file, which goes with the value.
    private final class Folder {
        let url = URL(filePath: NSTemporaryDirectory()).appending(path: "np-trust-\(UUID().uuidString)")
        /// Where lock, state and boot file are, out of the way of what the tests open to others.
        var safe: URL { url.deletingLastPathComponent().appending(path: url.lastPathComponent + "-safe") }

        init(_ files: [String: String]) throws {
            try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
            for (name, text) in files {
                try Data(text.utf8).write(to: url.appending(path: name))
                try set(0o644, name)
            }
            try set(0o755, "")
            try FileManager.default.createDirectory(at: safe, withIntermediateDirectories: true)
            try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: safe.path)
            try HostTree.besideTestDomain.write(to: safe.appending(path: "root"))
        }

        deinit {
            try? FileManager.default.removeItem(at: url)
            try? FileManager.default.removeItem(at: safe)
        }

        func set(_ mode: Int, _ name: String) throws {
            try FileManager.default.setAttributes(
                [.posixPermissions: mode], ofItemAtPath: url.appending(path: name).path)
        }

        func run(_ arguments: String...) -> CommandRun {
            let safety = ["--state-dir", "state", "--lock-file", "lock", "--boot-file", "boot.json"]
            let own = arguments.first == "apply" ? safety.map { $0.hasPrefix("--") ? $0 : safe.path + "/" + $0 } : []
            let here = ["--connect", "test:///default", "--root", safe.path + "/root"]
            return CommandRun(arguments + here + own, folder: url)
        }
    }

    @Test(
        "are refused by apply, and warned of by those that only look",
        arguments: [("site.yaml", "site.yaml"), ("base.xml", "site.yaml"), ("", "site.yaml")])
    func refused(name: String, site: String) throws {
        let text = "site: lab\nguests: {a: {vcpus: 1, ram: 64MiB, base: base.xml}}\n"
        let folder = try Folder(["site.yaml": text, "base.xml": "<domain type='test'><name>x</name></domain>"])
        #expect(!folder.run("apply", site, "--dry-run").errors.contains("NP620"))
        try folder.set(0o777, name)
        let culprit = name.isEmpty ? folder.url.path : folder.url.appending(path: name).path
        let apply = folder.run("apply", site)
        #expect(apply.status == 77)
        #expect(apply.errors.contains("error NP620"), "\(apply.errors)")
        #expect(apply.errors.contains("\(culprit) is writable by everybody"), "\(apply.errors)")
        #expect(apply.errors.contains("hint: chmod o-w \(culprit)"))
        let plan = folder.run("plan", site)
        #expect(plan.errors.contains("warning NP620: apply would not follow"), "\(plan.errors)")
        #expect(plan.status != 77)
        let dry = folder.run("apply", site, "--dry-run")
        #expect(dry.status != 77 && dry.errors.contains("warning NP620"), "\(dry.errors)")
    }

    @Test("are refused at the place where the site file includes them")
    func included() throws {
        let folder = try Folder([
            "site.yaml": "site: lab\ninclude:\n  - web.yaml\n", "web.yaml": "guests: {a: {vcpus: 1, ram: 64MiB}}\n",
        ])
        try folder.set(0o666, "web.yaml")
        let apply = folder.run("apply", "site.yaml")
        #expect(apply.status == 77)
        #expect(apply.errors.contains("site.yaml:3:5: error NP620: "), "\(apply.errors)")
        #expect(folder.run("plan", "site.yaml").errors.contains("site.yaml:3:5: warning NP620: "))
    }

    @Test("are followed from standard input, which the caller opened")
    func standardInput() throws {
        let run = CommandRun(["plan", "-", "--facts", "numa-host.json"], files: ["-": Self.site])
        #expect(run.status == 0)
        #expect(!run.errors.contains("NP620"))
    }

    @Test("are refused as a saved plan, and as the place of the boot file")
    func planAndBootFile() throws {
        let folder = try Folder(["site.yaml": Self.site])
        #expect(folder.run("plan", "site.yaml", "--out", folder.url.path + "/saved.json").status == 0)
        try folder.set(0o666, "saved.json")
        let saved = folder.run("apply", "saved.json")
        #expect(saved.status == 77)
        #expect(saved.errors.contains("saved.json is not followed"), "\(saved.errors)")
        let boot = folder.safe.appending(path: "boot.json").path
        try Data("{}".utf8).write(to: URL(filePath: boot))
        try FileManager.default.setAttributes([.posixPermissions: 0o666], ofItemAtPath: boot)
        let run = folder.run("apply", "site.yaml")
        #expect(run.status == 77)
        #expect(run.errors.contains("boot.json is not followed"), "\(run.errors)")
    }

    @Test("the site file that is taken without being named is named")
    func named() throws {
        let run = CommandRun(["validate"], files: ["site.yaml": Self.site])
        #expect(run.errors.hasPrefix("site file: /"))
        #expect(run.errors.contains("/site.yaml\n"))
        #expect(!CommandRun(["validate", "site.yaml"], files: ["site.yaml": Self.site]).errors.contains("site file"))
    }
}

@Suite("The machine that a site's only host names")
struct HostEntryTests {
    private static let site = "site: lab\nhosts: {hv99: {}}\nguests: {a: {vcpus: 1, ram: 64MiB}}\n"

    private static func run(_ verb: String, _ more: [String] = [], site: String = site, host: String) -> CommandRun {
        let folder = URL(filePath: NSTemporaryDirectory()).appending(path: "np-entry-\(UUID().uuidString)").path
        try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let safety =
            verb == "apply"
            ? ["--state-dir", folder + "/state", "--lock-file", folder + "/lock", "--boot-file", folder + "/boot.json"]
            : []
        return CommandRun(
            [verb, "s.yaml", "--connect", "test:///default"] + safety + more, files: ["s.yaml": site], hostName: host)
    }

    @Test("is this one, or apply refuses and plan warns")
    func elsewhere() {
        let apply = Self.run("apply", host: "vm")
        #expect(apply.status == 15)
        #expect(apply.errors.contains("s.yaml:2:9: error NP623"), "\(apply.errors)")
        #expect(apply.errors.contains("hint: if the entry is meant for this machine: --host hv99"))
        let plan = Self.run("plan", host: "vm")
        #expect((plan.output + plan.errors).contains("warning NP623"))
        for arguments in [["plan"], ["apply", "--dry-run"]] {
            let named = Self.run(arguments[0], arguments.dropFirst() + ["--host", "hv99"], host: "vm")
            #expect(!(named.output + named.errors).contains("NP623"))
        }
    }

    @Test("is this one with its domain and without it", arguments: ["hv99", "HV99", "hv99.example.com"])
    func same(host: String) {
        let plan = Self.run("plan", host: host)
        #expect(!(plan.output + plan.errors).contains("NP623"))
    }

    @Test("is any in a site without hosts, and that of the facts in a review")
    func any() {
        let site = "site: lab\nguests: {a: {vcpus: 1, ram: 64MiB}}\n"
        let plan = Self.run("plan", site: site, host: "vm")
        #expect(!(plan.output + plan.errors).contains("NP623"))
        for (facts, isSame) in [
            (#"{"host": {"name": "hv99"}, CELLS}"#, true), ("{CELLS}", true),
            (#"{"host": {"name": "hv01"}, CELLS}"#, false),
        ] {
            let text = facts.replacing("CELLS", with: #""cells": [{"id": 0, "cpus": "0-3", "memory_kib": 8000000}]"#)
            let run = CommandRun(
                ["plan", "s.yaml", "--facts", "f.json"], files: ["s.yaml": Self.site, "f.json": text], hostName: "vm")
            #expect((run.output + run.errors).contains("NP623") == !isSame, "\(facts)")
        }
    }
}

@Suite("Standard output")
struct OutputFailureTests {
    @Test(
        "that cannot be written makes a command end with 1, and is named",
        arguments: [
            ["validate", "numa-host.yaml"],
            ["plan", "reference.yaml", "--facts", "numa-host.json", "--detailed-exitcode"], ["--version"],
        ])
    func full(arguments: [String]) {
        let run = CommandRun(arguments, outputFailure: .failed("No space left on device"))
        let isRefused = CommandRun(arguments).status > 3
        #expect(isRefused || run.status == 1)
        #expect(run.errors.contains("error NP413: cannot write to standard output: No space left on device"))
        #expect(!CommandRun(arguments).errors.contains("NP413"))
    }

    @Test(
        "of the program itself ends it as failed, whether the disk is full or the reader gone",
        arguments: [
            ("/dev/full", "cannot write to standard output: No space left on device"), (nil, ""),
        ] as [(String?, String)])
    func real(output: String?, words: String) throws {
        let process = Process()
        let errors = Pipe()
        process.executableURL = URL(filePath: builtProgram)
        process.arguments = ["schema", "site"]
        process.standardError = errors
        let pipe = Pipe()
        process.standardOutput = try output.map { try FileHandle(forWritingTo: URL(filePath: $0)) as Any } ?? pipe
        // Nobody will read: the pipe breaks with the first write.
        try pipe.fileHandleForReading.close()
        try process.run()
        let told = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        // A command that does not write to the host dies of the broken pipe, as programs do.
        #expect(process.terminationStatus == (process.terminationReason == .exit ? 1 : SIGPIPE))
        #expect(words.isEmpty ? told.isEmpty : told.contains(words), "\(told)")
    }
}

@Suite("Streams that the caller closed")
struct ClosedStreamTests {
    @Test(
        "are written to no file that is opened in their place",
        arguments: [("2>&-", 0), ("<&-", 0), (">&-", 1), (">&- 2>&-", 1), ("<&- >&- 2>&-", 1)])
    func closed(redirections: String, status: Int32) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "np-streams-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try Data("site: lab\nguests: {np-web: {vcpus: 1, ram: 64MiB}}\n".utf8).write(
            to: folder.appending(path: "site.yaml"))
        try HostTree.besideTestDomain.write(to: folder.appending(path: "root"))
        let process = Process()
        process.executableURL = URL(filePath: "/bin/sh")
        process.currentDirectoryURL = folder
        process.arguments = [
            "-c",
            "exec '\(builtProgram)' apply site.yaml --yes --connect test:///default --root root"
                + " --boot-file boot.json --lock-file lock --state-dir state \(redirections)",
        ]
        for stream in [\Process.standardInput, \.standardOutput, \.standardError] {
            process[keyPath: stream] = FileHandle.nullDevice
        }
        try process.run()
        process.waitUntilExit()
        // What cannot be shown is not done.
        #expect(process.terminationReason == .exit && process.terminationStatus == status)
        let files = try FileManager.default.subpathsOfDirectory(atPath: folder.path)
            .filter { $0 != "site.yaml" && !$0.hasPrefix("root") }
        for file in files {
            let text = (try? String(contentsOf: folder.appending(path: file), encoding: .utf8)) ?? ""
            #expect(!text.contains("impact:") && !text.contains("warning"), "\(file): \(text)")
        }
    }
}

extension HostTree {
    /// A machine with room beside the domain that libvirt's test driver begins with, whose memory is 8 GiB.
    fileprivate static let besideTestDomain = HostTree(cells: 2, cpus: 4, memory: 16_384, pages: [2_048])
}

/// The program that was built with these tests.
let builtProgram: String = {
    let bundle = ProcessInfo.processInfo.arguments.first { $0.hasSuffix(".xctest") }
    let folder = bundle.map { URL(filePath: $0).deletingLastPathComponent() }
    return (folder ?? packageRoot.appending(path: ".build/debug")).appending(path: "numactl-plan").path
}()
