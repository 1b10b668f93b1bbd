import HostModel
import Planning
import Rendering
import Testing

@Suite("Isolation in words")
struct IsolationWordsTests {
    private static func part(
        _ key: ChangedPart.PartKey, _ want: String?, now: String? = "0-7", _ when: ChangedPart.When = .live
    ) -> ChangedPart {
        ChangedPart(key, now: now.map { .text($0) }, want: want.map { .text($0) }, when: when)
    }

    private static func plan(_ parts: [ChangedPart]) -> Plan {
        var plan = Samples.update
        plan.changes = [Change(subject: .isolation, action: .update, disruption: .live, parts: parts)]
        return plan
    }

    private static let parts =
        [24, 25, 26, 30].map { part(.affinity(.interrupt($0)), "0-3") } + [
            part(.affinity(.newInterrupts), "0-3"), part(.affinity(.interrupt(40)), "1"),
            part(.affinity(.workqueues), "0-3"), part(.threads(on: CPUSet(numbers: 0..<8)), "0-3"),
            part(.dropIn(UnitDropIn.manager), "CPUs 0-3", now: nil, .nextStart),
            part(.dropIn("init.scope"), "CPUs 0-1", now: nil), part(.dropIn("system.slice"), "CPUs 0-3", now: nil),
            part(.dropIn("user.slice"), "CPUs 0-3", now: nil), part(.partition(of: "web"), "4-5", now: ""),
            part(.partition(of: "db"), "", now: "6"),
            part(.cpus([6, 7]), "offline", now: "online"),
        ]
    private static let rows = [
        ("interrupts 24-26, 30 and new ones", "CPUs 0-3"), ("interrupts 40", "CPUs 1"), ("work queues", "CPUs 0-3"),
        ("threads on CPUs 0-7", "CPUs 0-3"), ("what systemd starts", "CPUs 0-3"), ("idle CPUs 6-7", "offline"),
        ("CPUs 4-5 of web", "isolated partitions"), ("CPUs 6 of db", "no partitions"),
        ("programs in init.scope", "CPUs 0-1"), ("programs in system.slice, user.slice", "CPUs 0-3"),
    ]

    @Test("has one line for all that goes to the same CPUs, in a plan and on its page")
    func rows() throws {
        let plan = Self.plan(Self.parts)
        let text = PlanText(plan).text(width: 120).split(separator: "\n").map(String.init)
        let page = PlanHTML(PlanReview(plan), picture: HostPicture(Samples.referenceHost, plan: plan)).text
        for (which, wanted) in Self.rows {
            #expect(text.contains { $0.contains("\(which) ") && $0.contains(" \(wanted) ") }, "\(text)")
            #expect(page.contains("~ \(which)  \(wanted)</div>"), "\(which)")
        }
        #expect(!page.contains("interrupt[24]"))
    }

    @Test("says that systemd is told nothing any more")
    func released() {
        let plan = Self.plan([Self.part(.dropIn(UnitDropIn.manager), nil, now: "as before", .nextStart)])
        #expect(PlanText(plan).text(width: 120).contains("all CPUs"))
    }
}
