import Execution
import HostModel
import Planning
import Testing

/// Records and files in memory.
private final class FakeActors: ActorHost {
    var records: [String: ActorRecord] = [:]
    var dropIns: [String: String] = [:]
    var groups: [String: CPUSet] = [:]
    /// Whether the kernel refuses to confine groups.
    var keepsGroups = false
    private(set) var writes = 0

    func record(of actor: String, site: String) throws(StepFailure) -> ActorRecord? { records["\(site)/\(actor)"] }

    func set(_ record: ActorRecord?, of actor: String, site: String) throws(StepFailure) {
        records["\(site)/\(actor)"] = record
        writes += 1
    }

    func dropIn(of unit: String) throws(StepFailure) -> String? { dropIns[unit] }

    func setDropIn(of unit: String, to text: String?) throws(StepFailure) {
        dropIns[unit] = text
        writes += 1
    }

    func cpus(ofGroup unit: String) throws(StepFailure) -> CPUSet? { groups[unit] }

    func confine(group unit: String, to cpus: CPUSet) throws(StepFailure) {
        if keepsGroups {
            throw .refused(HostRefusal(call: "cpuset.cpus", kind: .other, code: 22, message: "Invalid argument"))
        }
        if groups[unit] != nil { groups[unit] = cpus }
    }
}

@Suite("Recording actors")
struct SetActorTests {
    private static let record = ActorRecord(site: "s", name: "ovs", cpus: [2, 18], unit: "spdk.service")
    private static let steps: [Step] = [
        .setActor("ovs", site: "s", prior: nil, target: record),
        .setUnit("spdk.service", actor: "ovs", site: "s", replaces: false, cpus: [2, 18], cells: [0]),
    ]
    private static let text = UnitDropIn(unit: "spdk.service", actor: "ovs", site: "s", cpus: [2, 18], cells: [0]).text

    private static func run(_ actors: FakeActors, _ steps: [Step] = steps, failing: Int? = nil) -> RunOutcome {
        let scenario = Scenario()
        if let failing { scenario.log.failing = (failing, .refused) }
        return Interpreter(domains: scenario.domains, pools: scenario.pools, actors: actors).run(steps)
    }

    @Test("is done once, and the second time nothing is written")
    func once() {
        let actors = FakeActors()
        guard case .applied(let report) = Self.run(actors) else { return #expect(Bool(false), "failed") }
        #expect(report.writes == 2 && report.done == Self.steps && report.verified >= 2)
        #expect(actors.records == ["s/ovs": Self.record] && actors.dropIns == ["spdk.service": Self.text])
        guard case .applied(let again) = Self.run(actors) else { return #expect(Bool(false), "failed") }
        #expect(again.writes == 0 && again.inSync == Self.steps && actors.writes == 2)
    }

    @Test(
        "is refused where the record is another than planned, or the file is somebody else's: then nothing is written")
    func refused() {
        let actors = FakeActors()
        actors.records["s/ovs"] = ActorRecord(site: "s", name: "ovs", cpus: [7])
        guard case .failed(_, .actorChanged("ovs"), _) = Self.run(actors) else {
            return #expect(Bool(false), "was not refused")
        }
        actors.records = [:]
        actors.dropIns["spdk.service"] = "[Service]\nNice=5\n"
        guard case .failed(_, .dropInForeign("spdk.service"), _) = Self.run(actors) else {
            return #expect(Bool(false), "was not refused")
        }
        #expect(actors.writes == 0)
    }

    @Test("is undone with all else, files byte for byte")
    func undone() {
        let actors = FakeActors()
        let old = Self.text + "# and a line of somebody's\n"
        actors.dropIns["spdk.service"] = old
        guard case .failed = Self.run(actors, Self.steps + [.start(name: "db")], failing: 0) else {
            return #expect(Bool(false), "did not fail")
        }
        #expect(actors.records.isEmpty && actors.dropIns == ["spdk.service": old] && actors.writes == 4)
    }

    private static let confined: [Step] = [
        .setUnit("system.slice", actor: nil, site: "s", replaces: false, cpus: [0, 1]),
        .setUnit("user.slice", actor: nil, site: "s", replaces: false, cpus: [0, 1]),
    ]

    @Test(
        "a group of programs is confined at once, also where its file is there already; one that is not there needs its file alone"
    )
    func groups() {
        let actors = FakeActors()
        actors.groups = ["system.slice": []]
        guard case .applied(let report) = Self.run(actors, Self.confined) else { return #expect(Bool(false), "failed") }
        #expect(report.writes == 2 && report.notes.isEmpty && actors.groups == ["system.slice": [0, 1]])
        #expect(actors.dropIns.keys.sorted() == ["system.slice", "user.slice"])
        guard case .applied(let again) = Self.run(actors, Self.confined) else { return #expect(Bool(false), "failed") }
        #expect(again.writes == 0 && again.inSync == Self.confined)
        actors.groups["system.slice"] = [0, 1, 2]
        guard case .applied(let back) = Self.run(actors, Self.confined) else { return #expect(Bool(false), "failed") }
        #expect(back.done == [Self.confined[0]] && actors.groups == ["system.slice": [0, 1]])
    }

    @Test("a group is undone to the CPUs and the file that it had")
    func groupUndone() {
        let actors = FakeActors()
        actors.groups = ["system.slice": [0, 1, 2]]
        guard case .failed = Self.run(actors, Self.confined + [.start(name: "db")], failing: 0) else {
            return #expect(Bool(false), "did not fail")
        }
        #expect(actors.groups == ["system.slice": [0, 1, 2]] && actors.dropIns.isEmpty && actors.writes == 4)
    }

    @Test("a group that the kernel does not confine waits for the next boot, and a note says so")
    func groupKept() {
        let actors = FakeActors()
        actors.groups = ["system.slice": []]
        actors.keepsGroups = true
        guard case .applied(let report) = Self.run(actors, [Self.confined[0]]) else {
            return #expect(Bool(false), "failed")
        }
        #expect(report.notes.map(\.message).count == 1 && actors.dropIns.keys.sorted() == ["system.slice"])
        #expect(report.notes.first?.message.contains("system.slice keep their CPUs until the next boot") == true)
    }

    @Test("is undone by a later rollback, unless somebody has changed it since")
    func rollback() throws {
        let writes = [
            ReversibleWrite(
                .setActor("ovs", site: "s", to: Self.record), inverse: [.setActor("ovs", site: "s", to: nil)]),
            ReversibleWrite(
                .setDropIn(of: "spdk.service", to: Self.text), inverse: [.setDropIn(of: "spdk.service", to: nil)]),
        ]
        let transaction = try Transaction(
            [.opened(.sample)]
                + writes.enumerated().flatMap {
                    [JournalRecord.begun($0.offset + 1, $0.element), .done($0.offset + 1, found: nil)]
                })
        let (actors, scenario) = (FakeActors(), Scenario())
        actors.records["s/ovs"] = Self.record
        actors.dropIns["spdk.service"] = "changed"
        let interpreter = Interpreter(domains: scenario.domains, pools: scenario.pools, actors: actors)
        #expect(try interpreter.check(transaction).obstacles.count == 1)
        actors.dropIns["spdk.service"] = Self.text
        #expect(try interpreter.check(transaction).obstacles == [])
        #expect(interpreter.rollBack(transaction).isRolledBack)
        #expect(actors.records.isEmpty && actors.dropIns.isEmpty)
    }
}
