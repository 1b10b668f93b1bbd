import Commands
import Testing

@Suite("How much a command says")
struct OutputOptionsTests {
    private static let facts = ["--facts", "hv01.json"]

    private func plan(_ words: [String]) -> CommandRun { CommandRun(["plan"] + words + Self.facts) }

    @Test(
        "--details is of all guests where none is named, wherever it stands, and of those that are",
        arguments: [
            (["pinned.yaml"], []), (["--details", "pinned.yaml"], ["db01", "rt01"]),
            (["pinned.yaml", "--details"], ["db01", "rt01"]), (["pinned.yaml", "--details", "db01"], ["db01"]),
            (["--details=rt01", "pinned.yaml", "--details", "db01"], ["db01", "rt01"]),
            (["--details", "rt01,db01", "pinned.yaml"], ["db01", "rt01"]),
        ] as [([String], [String])])
    func details(words: [String], shown: [String]) throws {
        let run = plan(words)
        #expect(run.status == 0, "\(run.errors)")
        let lines = run.output.split(separator: "\n")
        for guest in ["db01", "rt01"] {
            let line = try #require(lines.firstIndex { $0.hasPrefix("  + \(guest) ") })
            #expect(lines[line + 1].hasPrefix("      + ") == shown.contains(guest), "\(guest)")
        }
    }

    @Test("--version is the version and nothing else, whatever is beside it")
    func version() {
        let alone = CommandRun(["--version"])
        #expect(alone.status == 0 && alone.output == NumactlPlan.version + "\n" && alone.errors == "")
        let parsed = CommandRun(["plan", "--version"])
        #expect(parsed.status == 0 && parsed.output == alone.output && parsed.errors == "")
        #expect(CommandRun(["--version", "--nonsense"]).output == alone.output)
    }

    @Test("--details refuses a name that no guest has")
    func unknown() {
        let run = plan(["pinned.yaml", "--details", "db02"])
        #expect(run.status == 64 && run.output.isEmpty)
        #expect(run.errors.contains("NP607: --details names 'db02'") && run.errors.contains("did you mean db01?"))
    }

    @Test("50 guests are two screens, and the settings of one a few lines more")
    func many() {
        let site = "hosts: {hv01: {}}\nguests: {vm: {vcpus: 1, ram: 512MiB, numa_nodes: 1, count: 50}}\n"
        let short = CommandRun(["plan", "many.yaml"] + Self.facts, files: ["many.yaml": site])
        let one = CommandRun(["plan", "many.yaml", "--details", "vm-7"] + Self.facts, files: ["many.yaml": site])
        #expect(short.status == 0 && short.output.split(separator: "\n").count <= 50)
        #expect(one.output.split(separator: "\n").count <= 70 && one.output.contains("cputune.vcpupin[0]"))
    }

    @Test(
        "--quiet leaves errors only, and documents as they are",
        arguments: [
            (["plan", "pinned.yaml", "-q"], 0, true), (["validate", "pinned.yaml", "--quiet"], 0, true),
            (["plan", "pinned.yaml", "-q", "--format", "json"], 0, false),
            (["status", "pinned.yaml", "-q", "--check"], 2, true),
        ] as [([String], Int32, Bool)])
    func quiet(words: [String], status: Int32, isSilent: Bool) {
        let run = CommandRun(words.first == "validate" ? words : words + Self.facts)
        #expect(run.status == status)
        #expect(run.output.isEmpty == isSilent)
        #expect(run.errors == "")
        #expect(CommandRun(["validate", "absent.yaml", "-q"]).errors.contains("error NP"))
    }

    @Test(
        "--color colours what goes to a file, or nothing",
        arguments: [("always", true), ("never", false), ("auto", false)])
    func color(choice: String, isColored: Bool) {
        #expect(plan(["pinned.yaml", "--color", choice]).output.contains("\u{1B}[") == isColored)
    }

    @Test("findings of status and verify are on standard error", arguments: ["status", "verify"])
    func findings(verb: String) {
        let run = CommandRun([verb, "pinned.yaml"] + Self.facts)
        #expect(run.errors.contains("NP412") && !run.output.contains("NP412"), "\(run.output)")
    }
}
