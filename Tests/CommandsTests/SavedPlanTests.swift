import Foundation
import Rendering
import Testing

@Suite("A saved plan")
struct SavedPlanTests {
    private static let unreachable: Int32 = 69

    @Test("is the plan's JSON with steps and preconditions, readable by its owner only")
    func contents() throws {
        let plan = try SavedPlan()
        #expect(plan.made.status == 0)
        #expect(plan.made.errors.contains("valid until 2026-02-03T02:40:00Z, sha256 "))
        let mode = try FileManager.default.attributesOfItem(atPath: plan.path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        let text = try plan.text()
        for part in [
            "\"kind\" : \"numactl-plan/plan-file\"", "\"executable\" : true", "\"step\" : \"create\"",
            "\"preconditions\"",
            "\"expires\" : \"2026-02-03T02:40:00Z\"", "\"    <vcpupin vcpu='0' cpuset='0-3'/>\"",
        ] {
            #expect(text.contains(part), "\(part)")
        }
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: plan.folder.path).sorted() == ["plan.json", "root"])
    }

    @Test("is the same file when it is made again at the same time")
    func deterministic() throws { #expect(try SavedPlan().text() == SavedPlan().text()) }

    @Test("is told by its content, whatever its name, and from standard input")
    func recognized() throws {
        let plan = try SavedPlan()
        let text = try plan.text()
        for name in ["site.yaml", "-"] {
            let run = CommandRun(
                [
                    "apply", name, "--dry-run", "--root", plan.root, "--connect",
                    "qemu+unix:///system?socket=/nowhere/socket",
                ],
                files: [name: text], time: SavedPlan.noon)
            #expect(run.status == Self.unreachable, "\(run.errors)")
            #expect(run.output.contains("  + a  "))
        }
        let site = CommandRun(
            ["apply", "-", "--dry-run", "--facts", "f.json"],
            files: ["-": SavedPlan.site, "f.json": try SavedPlan.facts()])
        #expect(site.status == 0, "\(site.errors)")
    }

    @Test("may be laid out anew")
    func reformatted() throws {
        let plan = try SavedPlan()
        try plan.forge { _ in }
        #expect(try plan.text().split(separator: "\n").count == 1)
        #expect(plan.apply().status == Self.unreachable)
    }

    @Test(
        "that was edited, cut off or written by something else is refused with its place",
        arguments: [
            ("\"0-3\"", "\"0-2\"", "NP721"), ("0-3'/>", "0-2'/>", "NP721"),
            (
                "\"format_version\" : \"1.0\",\n  \"kind\" : \"numactl-plan/plan-file\"",
                "\"format_version\" : \"2.0\",\n  \"kind\" : \"numactl-plan/plan-file\"", "NP220"
            ),
            ("numactl-plan/plan-file", "numactl-plan/plan-fil", "NP720"), ("\"steps\" :", "\"steps\"", "plan.json:"),
            ("\"sha256\" : \"", "\"sha256\" : \"0", "plan.json:"), ("\"payload\"", "\"pay\"", "NP720"),
            ("\"verdict\"", "\"verdict\": 1.5, \"verdict\"", "plan.json:"),
            ("\"verdict\"", "\"verdict\": \"no_changes\", \"verdict\"", "occurs twice in its object"),
            ("\"steps\" :", "\"steps\": [], \"steps\" :", "occurs twice in its object"),
            ("\"steps\" :", "\"st\\u0065ps\" :", "is written with an escape"),
            ("\"empty\" : false", "\"empty\" : NaN", "plan.json:"),
            ("\"empty\" : false", "\"empty\" : 1e999", "plan.json:"),
            ("\"empty\" : false", "\"empty\" : 9223372036854775808", "plan.json:"),
        ] as [(String, String, String)])
    func altered(old: String, new: String, finding: String) throws {
        let plan = try SavedPlan()
        let text = try plan.text()
        try #require(text.contains(old))
        try text.replacing(old, with: new).write(to: plan.url, atomically: true, encoding: .utf8)
        let run = plan.apply()
        #expect(run.status == 65)
        #expect(run.errors.contains(finding), "\(run.errors)")
    }

    @Test("is not what plan --format json prints")
    func printed() throws {
        let files = ["s.yaml": SavedPlan.site, "f.json": try SavedPlan.facts()]
        let printed = CommandRun(["plan", "s.yaml", "--facts", "f.json", "--format", "json"], files: files)
        let run = CommandRun(["apply", "p"], files: ["p": printed.output])
        #expect(run.status == 65)
        #expect(run.errors.contains("NP720") && run.errors.contains("plan --out"))
    }

    @Test("must have the checksum that was approved")
    func checksum() throws {
        let plan = try SavedPlan()
        let sum = try #require(plan.made.errors.split(whereSeparator: \.isWhitespace).last.map(String.init))
        #expect(sum.count == 64)
        #expect(plan.apply("--plan-sha256", sum.uppercased()).status == Self.unreachable)
        let other = plan.apply("--plan-sha256", String(sum.reversed()))
        #expect(other.status == 65)
        #expect(other.errors.contains("NP721"))
        #expect(plan.apply("--plan-sha256", "abc").status == 64)
    }

    @Test("is for its host")
    func otherHost() throws {
        let plan = try SavedPlan(facts: SavedPlan.facts(machine: "0123456789abcdef0123456789abcde0"))
        let run = plan.apply()
        #expect(run.status == 15)
        #expect(run.errors.contains("NP724") && run.errors.contains("the host here"), "\(run.errors)")
    }

    @Test("that does not say which machine it is for is refused on one that has an identity")
    func noMachine() throws {
        let plan = try SavedPlan()
        try plan.forge { $0["host"] = ["name": "here"] }
        let run = plan.apply()
        #expect(run.status == 15)
        #expect(run.errors.contains("NP724") && run.errors.contains("the plan has no machine ID"))
        try FileManager.default.removeItem(atPath: plan.root + "/etc/machine-id")
        #expect(plan.apply().status == Self.unreachable)
        try plan.forge { $0["host"] = ["name": "there"] }
        #expect(plan.apply().status == 15)
    }

    @Test("is for its host's cells as they were", arguments: ["cells", "cpus"])
    func otherCells(what: String) throws {
        let facts = try SavedPlan.facts()
        let plan = try SavedPlan(
            facts: what == "cpus"
                ? facts.replacing("4-7", with: "4-6")
                : facts.dropLast(2) + ", {\"id\": 4000, \"cpus\": \"\", \"memory_kib\": 1048576}]}")
        let run = plan.apply()
        #expect(run.status == 14, "\(run.errors)")
        #expect(run.errors.contains(what == "cpus" ? "cell 1 has CPUs 4-7, not 4-6" : "cell 4000 is gone"))
    }

    @Test("is for the boot of the machine in which it was made")
    func otherBoot() throws {
        for (planned, status) in [("first", Self.unreachable), ("second", 14)] as [(String, Int32)] {
            let facts = try SavedPlan.facts().replacing("{\"name\"", with: "{\"boot_id\": \"\(planned)\", \"name\"")
            let plan = try SavedPlan(facts: facts)
            let folder = URL(filePath: plan.root + "/proc/sys/kernel/random")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try Data("first\n".utf8).write(to: folder.appending(path: "boot_id"))
            let run = plan.apply()
            #expect(run.status == status, "\(run.errors)")
            #expect(run.errors.contains("rebooted") == (status == 14))
        }
    }

    @Test("from the future, or good for years, is refused", arguments: ["created", "expires", "both"])
    func future(what: String) throws {
        let plan = try SavedPlan()
        if what == "created" {
            #expect(plan.apply(time: SavedPlan.noon - 299).status == Self.unreachable)
            let run = plan.apply(time: SavedPlan.noon - 301)
            #expect(run.status == 14)
            #expect(run.errors.contains("NP722") && run.errors.contains("these times are inconsistent"))
            return
        }
        try plan.forge { payload in
            payload["expires"] = "9998-01-01T00:00:00Z"
            if what == "both" { payload["created"] = "9997-12-31T00:00:00Z" }
        }
        #expect(plan.apply().status == 14)
    }

    @Test("is good for a day, or as long as it was told")
    func expiry() throws {
        let (day, week) = (try SavedPlan(), try SavedPlan(SavedPlan.site, ["--expires", "7d"]))
        #expect(day.apply(time: SavedPlan.noon + 86_400).status == Self.unreachable)
        let late = day.apply(time: SavedPlan.noon + 86_401)
        #expect(late.status == 14)
        #expect(late.errors.contains("NP722"))
        #expect(week.apply(time: SavedPlan.noon + 7 * 86_400).status == Self.unreachable)
        #expect(week.apply(time: SavedPlan.noon + 8 * 86_400).status == 14)
        for time in ["", "0s", "5", "-1h", "9999999999d", "1w", "h"] {
            #expect(CommandRun(["plan", "reference.yaml", "--expires=\(time)"]).status == 64, "\(time)")
        }
    }

    @Test("that stops a guest is refused unless that much was allowed")
    func disruption() throws {
        let xml =
            "<domain><name>a</name><memory>1024</memory><vcpu>1</vcpu><metadata><np:guest "
            + "xmlns:np='urn:numactl-plan:libvirt:1' site='lab' name='a' origin='created'/></metadata></domain>"
        let facts = try SavedPlan.facts(domains: "[{\"name\": \"a\", \"state\": \"running\", \"xml\": \"\(xml)\"}]")
        let plan = try SavedPlan("site: lab\nhosts: {h: {}}\nguests: {a: {state: absent}}\n", facts: facts)
        #expect(plan.made.status == 0, "\(plan.made.errors)")
        let run = plan.apply()
        #expect(run.status == 15)
        #expect(run.errors.contains("NP727") && run.errors.contains("guest/a: guest"))
        #expect(plan.apply("--max-disruption", "guest").status == Self.unreachable)
    }

    @Test(
        "takes nothing that belongs to the making of a plan",
        arguments: [["--prune"], ["--allow-shrink"], ["--restart", "a"]])
    func consent(options: [String]) throws {
        let plan = try SavedPlan()
        #expect(CommandRun(["apply", plan.path] + options).status == 64)
    }

    @Test("that changes nothing says so and needs nobody")
    func empty() throws {
        let plan = try SavedPlan("site: lab\nhosts: {h: {}}\nguests: {}\n")
        try #require(try plan.text().contains("\"empty\" : true"))
        let run = plan.apply("--boot-file", plan.folder.appending(path: "boot.json").path)
        #expect(run.status == 0, "\(run.errors)")
        #expect(run.output.contains("Nothing to do"))
    }

    @Test("is not written for what does not fit, and an older one stays")
    func infeasible() throws {
        let plan = try SavedPlan()
        let before = try plan.text()
        let big = CommandRun(
            ["plan", "s.yaml", "--facts", "f.json", "--out", plan.path],
            files: [
                "s.yaml": "hosts: {h: {}}\nguests: {a: {vcpus: 2, ram: 1TiB}}\n", "f.json": try SavedPlan.facts(),
            ])
        #expect(big.status == 10)
        #expect(big.errors.contains("NP725"))
        #expect(try plan.text() == before)
    }

    @Test("replaces a planted link and does not write through it")
    func planted() throws {
        let plan = try SavedPlan()
        let victim = plan.folder.appending(path: "victim")
        try "precious".write(to: victim, atomically: true, encoding: .utf8)
        let link = plan.folder.appending(path: "link.json")
        try FileManager.default.createSymbolicLink(at: link, withDestinationURL: victim)
        let run = CommandRun(
            ["plan", "s.yaml", "--facts", "f.json", "--out", link.path],
            files: ["s.yaml": SavedPlan.site, "f.json": try SavedPlan.facts()])
        #expect(run.status == 0)
        #expect(try String(contentsOf: victim, encoding: .utf8) == "precious")
        #expect(
            try FileManager.default.attributesOfItem(atPath: link.path)[.type] as? FileAttributeType == .typeRegular)
    }

    @Test("without a precondition for every step is refused", arguments: ["guests", "pools"])
    func uncovered(what: String) throws {
        let site = "site: lab\nhosts: {h: {}}\nguests: {a: {vcpus: 1, ram: 64MiB, mem_page_size: 2MiB}}\n"
        let plan = try SavedPlan(site)
        #expect(plan.apply().status == Self.unreachable)
        try plan.forge { payload in
            guard case .object(var all)? = payload["preconditions"] else { return }
            all[what] = .list([])
            payload["preconditions"] = .object(all)
        }
        let run = plan.apply()
        #expect(run.status == 65)
        #expect(run.errors.contains("NP720") && run.errors.contains("payload.steps["), "\(run.errors)")
    }
}
