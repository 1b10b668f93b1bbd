import Diagnostics
import DomainXML
import HostModel
import Placement
import Planning
import Rendering
import Testing

@Suite("Words of a plan")
struct PlanWordsTests {
    private func plan(_ verdict: Plan.PlanVerdict, _ changes: [Change] = []) -> Plan {
        Plan(
            host: "h", site: "s", verdict: verdict, placement: Placement(verdict: .placed, guests: [], cells: []),
            changes: changes, diagnostics: verdict == .refused ? [Diagnostic(.notOurs, "m")] : [])
    }

    private func lastLine(_ plan: Plan) -> String {
        PlanText(plan).text().split(separator: "\n").last.map(String.init) ?? ""
    }

    @Test(
        "the last line says the verdict",
        arguments: [
            (.noChanges, "No changes: 0 guests in sync."),
            (.changes, "Plan: 0 to create, 0 to update, 0 to remove, 0 unchanged; impact: none."),
            (.infeasible, "Plan: does not fit: 0 guests not placed; nothing would be changed."),
            (
                .undecided,
                "Plan: undecided, the search limit was reached: 0 guests not placed; nothing would be changed."
            ),
            (.refused, "Plan: refused, 1 error; nothing would be changed."),
        ] as [(Plan.PlanVerdict, String)])
    func verdicts(verdict: Plan.PlanVerdict, line: String) {
        #expect(lastLine(plan(verdict)) == line)
    }

    @Test(
        "the last line counts every action",
        arguments: [
            (.create, "1 to create, 0 to update, 0 to remove"), (.update, "0 to create, 1 to update, 0 to remove"),
            (.adopt, "0 to create, 0 to update, 1 to adopt, 0 to remove"),
            (.rename, "0 to create, 0 to update, 1 to rename, 0 to remove"),
            (.stamp, "0 to create, 0 to update, 1 to stamp, 0 to remove"),
            (.start, "0 to create, 0 to update, 1 to start, 0 to remove"),
            (.stop, "0 to create, 0 to update, 1 to stop, 0 to remove"),
            (.remove, "0 to create, 0 to update, 1 to remove"),
        ] as [(Change.Action, String)])
    func actions(action: Change.Action, words: String) {
        let change = Change(subject: .guest("a"), action: action, disruption: .none, parts: [])
        #expect(lastLine(plan(.changes, [change])) == "Plan: \(words), 0 unchanged; impact: none.")
    }

    private func guest(_ name: String, _ disruption: Disruption, _ parts: ChangedPart...) -> Change {
        Change(subject: .guest(name), action: .update, disruption: disruption, parts: parts)
    }

    private func state(_ word: String?) -> ChangedPart {
        ChangedPart(.state, now: .text("running"), want: word.map { .text($0) }, when: .live)
    }

    @Test("the impact says whether guests stop or restart, and what waits for their next start")
    func impactWords() {
        let waiting = ChangedPart(.setting(SettingKey(Memory.self)), now: nil, want: .number(1), when: .nextStart)
        let table: [([Change], String)] = [
            ([guest("a", .guest, state("restarted"))], "guest restart"),
            ([guest("a", .guest, state("shutoff"))], "guest shutdown"),
            ([guest("a", .guest, state(nil))], "guest shutdown"),
            (
                [guest("a", .guest, state(nil)), guest("b", .guest, state("restarted"))], "guest shutdown or restart"
            ),
            ([guest("a", .none, waiting)], "at next start"), ([guest("a", .live, waiting)], "live and at next start"),
            ([guest("a", .none), guest("b", .live)], "live"),
        ]
        for (changes, words) in table {
            #expect(lastLine(plan(.changes, changes)).hasSuffix("impact: \(words)."), "\(words)")
        }
    }

    @Test(
        "the worst disruption is named first and in the last line",
        arguments: [
            (.none, "none", nil), (.live, "live", nil),
            (.daemon, "libvirt daemon restart", "! guest/a: a libvirt daemon restarts; guests keep running"),
            (.guest, "guest shutdown", "! a (running): interrupted (guest shutdown)"),
            (.host, "host reboot", "! guest/a: the host reboots"),
        ] as [(Disruption, String, String?)])
    func impact(disruption: Disruption, words: String, sentence: String?) {
        let changes = [Disruption.none, disruption].map {
            Change(subject: .guest($0 == disruption ? "a" : "b"), action: .update, disruption: $0, parts: [])
        }
        #expect(lastLine(plan(.changes, changes)).hasSuffix("impact: \(words)."))
        let second = PlanText(plan(.changes, changes)).text().split(separator: "\n").dropFirst().first
        #expect(second.map(String.init) == sentence ?? "Guests")
    }

    @Test(
        "moves that may be more than it takes are said to be so, with what is proven",
        arguments: [
            (true, 1, "at least 1 running guest must move, found 3", "running"),
            (false, 0, "at least 0 shut-off guests must move, found 3", "shut_off"),
        ])
    func moveBound(isOfRunning: Bool, atLeast: Int, words: String, guests: String) throws {
        var plan = Samples.update
        #expect(try !json(PlanJSON(plan, exit: ExitReport(code: 0, name: "done"))).contains("moves_bound"))
        plan.placement.moveBound = Placement.MoveBound(isOfRunning: isOfRunning, atLeast: atLeast, found: 3)
        let line = "! not proven fewest: \(words); a larger --effort searches longer\n"
        #expect(PlanText(plan).text(width: 120).contains(line))
        let document = PlanJSON(plan, exit: ExitReport(code: 0, name: "done")).document
        guard case .object(let members) = document, case .object(let placement)? = members["placement"] else {
            Issue.record("no placement")
            return
        }
        #expect(
            placement["moves_bound"] == [
                "guests": .text(guests), "at_least": .number(atLeast), "found": .number(3),
            ])
    }

    @Test(
        "guests are a line each, and alike ones one line; numbered names are a range",
        arguments: [
            (["a"], "  + a"), (["a", "b"], "  + a, b (2)"), ((1...50).map { "vm-\($0)" }, "  + vm-1 to vm-50 (50)"),
            (["vm08", "vm09", "vm10"], "  + vm08 to vm10 (3)"), (["x9", "x010", "x11"], "  + x9, x010, x11 (3)"),
            (["a", "b", "c", "d", "e"], "  + a, b, c, d and 1 more (5)"),
        ] as [([String], String)])
    func folded(names: [String], line: String) {
        let changes = names.map { Samples.creation(of: $0, line: 1, [(.vcpuPin(0), .text("0-3"))]) }
        let lines = PlanText(plan(.changes, changes)).text().split(separator: "\n").map(String.init)
        #expect(lines.contains(line), "\(lines)")
        #expect(lines.count < 8)
    }

    @Test("shows every setting of the guests for which it is asked, and no others")
    func details() {
        let changes = ["a", "b"].map { Samples.creation(of: $0, line: 1, [(.vcpuPin(0), .text("0-3"))]) }
        func shown(_ details: PlanDetails) -> Int {
            PlanText(PlanReview(plan(.changes, changes), details: details)).text().ranges(of: "cputune.vcpupin[0]")
                .count
        }
        #expect(shown(.none) == 0 && shown(.guests(["b"])) == 1 && shown(.all) == 2)
    }

    @Test(
        "says where a guest without cells runs, and where its memory is bound",
        arguments: [
            (GuestPlacement(name: "a", memory: 1_024, floatingVCPUs: [0, 1]), "any"),
            (GuestPlacement(name: "a", floatingCPUs: [0, 1], memory: 1_024, floatingVCPUs: [0, 1]), "0-1"),
            (
                GuestPlacement(name: "a", memory: 1_024, pins: [0: [4], 1: [5]], floatingVCPUs: [0, 1]),
                "vCPU 0 on 4; vCPU 1 on 5"
            ),
            (
                GuestPlacement(name: "a", memory: 1_024, pins: [0: [4], 1: [4]], floatingVCPUs: [0, 1, 2]),
                "vCPUs 0-1 on 4; vCPU 2 on any"
            ),
            (
                GuestPlacement(
                    name: "a", memory: 1_024, pins: [0: [4], 1: [6], 2: [5], 3: [8, 9]], floatingVCPUs: [0, 1, 2, 3]),
                "vCPUs 0-2 on 4-6, one each; vCPU 3 on 8-9"
            ),
            (GuestPlacement(name: "a", memory: 1_024, floatingVCPUs: [0], boundTo: [1]), "any; memory on cell 1"),
        ])
    func floating(guest: GuestPlacement, words: String) throws {
        var plan = plan(.changes)
        plan.placement.guests = [guest]
        let text = PlanText(PlanReview(plan, details: .all)).text(width: 160)
        let row = try #require(text.split(separator: "\n").first { $0.hasPrefix("  a ") })
        #expect(row.hasSuffix("  \(words)"), "\(text)")
    }

    @Test("is as wide as it is told to be", arguments: [60, 80, 160])
    func width(columns: Int) {
        let wide = Samples.update
        let text = PlanText(wide).text(width: columns)
        let lines = text.split(separator: "\n").dropLast()
        #expect(lines.allSatisfy { $0.count <= max(columns, 80) }, "\(text)")
    }

    @Test(
        "amounts of a pool",
        arguments: [
            (0, 1, 4, "0 -> 1 pages  +4 KiB"), (0, 3, 512, "0 -> 3 pages  +1.5 MiB"),
            (0, 213, 1_048_576, "0 -> 213 pages  +213 GiB"), (1_536, 0, 1_048_576, "1536 -> 0 pages  -1.5 TiB"),
            (0, .max, 1_048_576, "0 -> 18446744073709551615 pages  +17179869183 TiB"),
        ] as [(UInt64, UInt64, UInt64, String)])
    func pools(now: UInt64, want: UInt64, kib: UInt64, words: String) {
        let text = PlanText(plan(.changes, [Samples.pool(.grow, cell: 0, kib, now, want, .live)])).text()
        #expect(text.contains("cell/0  \(words)  grow"))
    }
}

@Suite("Markdown of a plan")
struct PlanMarkdownTests {
    /// A plan with `count` guests, the n-th with n settings.
    private func plan(guests count: Int) -> Plan {
        let changes = (1...count).map { number in
            Samples.creation(of: "guest\(number)", line: 1, (0..<number).map { (.vcpuPin(VCPU($0)), .text("0-3")) })
        }
        return Plan(
            host: "h", site: "s", verdict: .changes, placement: Placement(verdict: .placed, guests: [], cells: []),
            changes: changes)
    }

    @Test(
        "stays within the size, with the table, the shortest details and the last line",
        arguments: [4_096, 10_000, 60_000])
    func budget(bytes: Int) throws {
        let plan = plan(guests: 60)
        let text = PlanMarkdown(plan, maximumBytes: bytes).text
        #expect(text.utf8.count <= bytes)
        #expect(text.contains("| + `guest1 to guest60 (60)` |"))
        #expect(text.contains("<summary><code>guest/guest1</code>"))
        #expect(!text.contains("<summary><code>guest/guest60</code>"))
        #expect(text.contains(" omitted: see the plan as text or JSON."))
        #expect(text.hasSuffix("\nPlan: 60 to create, 0 to update, 0 to remove, 0 unchanged; impact: none.\n"))
    }

    @Test("closes every fence and every fold", arguments: SamplePlan.allCases)
    func closed(sample: SamplePlan) {
        let lines = PlanMarkdown(sample.plan).text.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.count { $0.hasPrefix("<details>") } == lines.count { $0 == "</details>" })
        let fences = lines.filter { $0.hasPrefix("```") }
        #expect(fences.count { $0.hasSuffix("diff") } * 2 == fences.count)
    }

    @Test("every row of a table has its number of cells, whatever the names", arguments: SamplePlan.allCases)
    func rows(sample: SamplePlan) {
        var width: Int?
        for line in PlanMarkdown(sample.plan).text.split(separator: "\n", omittingEmptySubsequences: false) {
            let bars = line.count { $0 == "|" }
            if line.hasPrefix("| ") {
                #expect(bars == width ?? bars)
                width = bars
            } else {
                width = nil
            }
        }
    }

    @Test("nothing that a terminal obeys is left in any rendering for people")
    func controls() {
        let texts = [PlanText(Samples.hostile).text(), PlanMarkdown(Samples.hostile).text]
        for scalar in texts.flatMap({ Array($0.unicodeScalars) }) where scalar != "\n" {
            #expect(![.control, .format].contains(scalar.properties.generalCategory))
        }
    }
}
