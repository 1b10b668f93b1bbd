import DomainXML
import Execution
import HostModel
import Planning
import Testing
import XMLTree

@Suite("A saved plan")
struct SavedPlanTests {
    /// What the scenario's plan found, as a facts document would have told it.
    private static func preconditions(_ scenario: Scenario) -> Preconditions {
        let domains = scenario.domains.entries.map { name, entry in
            DomainFacts(
                name: name, state: entry.live == nil ? .shutoff : .running, autostart: entry.autostarts,
                hasManagedSave: entry.hasManagedSave, xml: XMLWriter.write(entry.document))
        }
        let cells = Dictionary(grouping: scenario.pools.sizes) { $0.key.cell }.map { id, pools in
            Cell(
                id: id, cpus: [id == 0 ? 0 : 1], memory: 16_777_216,
                pools: pools.map { HugepagePool(pageSize: $0.key.pageSize, total: $0.value, free: $0.value) })
        }
        let host = HostFacts(host: HostIdentity(), onlineCPUs: [0, 1], cells: cells, domains: domains)
        return Preconditions(of: Scenario.steps, on: host)
    }

    private static func check(_ scenario: Scenario) -> PreconditionCheck {
        PreconditionCheck(
            preconditions(Scenario()), of: Scenario.steps, domains: scenario.domains, pools: scenario.pools,
            defaultHugePage: nil)
    }

    /// What has happened since, and what the check says to it.
    static let changes: [(@Sendable (Scenario) -> Void, [String])] = [
        ({ _ in }, []),
        (
            { $0.pools.sizes[Scenario.small] = 11 },
            ["pool/2MiB/cell/0 persistent was 10 when planned, is 11 now"]
        ),
        ({ $0.pools.sizes[Scenario.small] = 20 }, []),
        ({ $0.pools.surplus[Scenario.small] = 2 }, ["pool/2MiB/cell/0 surplus was 0 when planned, is 2 now"]),
        (
            { $0.pools.free[Scenario.shrinking] = 1 },
            ["pool/1GiB/cell/0 free was at least 2 when planned, is 1 now"]
        ),
        (
            { $0.domains.entries["db"]?.document = .domain("db", pins: [0: "5", 1: "7"]) },
            [
                "guest/db cputune.vcpupin[0] was 2 when planned, is 5 now",
                "guest/db cputune.vcpupin[1] was absent when planned, is 7 now",
            ]
        ),
        (
            { $0.domains.entries["db"]?.document = .domain("db", pins: [0: "3"], mark: .of("db")) }, []
        ),
        ({ $0.domains.entries["db"] = nil }, ["guest/db domain was defined when planned, is gone now"]),
        ({ $0.domains.entries["old"] = nil }, []),
        (
            { $0.domains.entries["new"] = .init(document: .domain("new")) },
            ["guest/new domain was not defined when planned, is defined now"]
        ),
        ({ $0.domains.entries["new"] = .init(document: .domain("new", pins: [0: "4"], mark: .of("new"))) }, []),
        (
            { $0.domains.entries["web"]?.live = nil },
            ["guest/web state was running when planned, is shut off now"]
        ),
        ({ $0.domains.entries["old"]?.live = nil }, []),
        (
            { $0.domains.entries["db"]?.live = .domain("db") },
            ["guest/db state was shut off when planned, is running now"]
        ),
        (
            { $0.domains.entries["web"]?.live = .domain("web", pins: [0: "5"]) },
            ["guest/web pin of vCPU 0 was 0-1 when planned, is 5 now"]
        ),
        (
            { $0.domains.entries["old"]?.autostarts = false },
            ["guest/old autostart was on when planned, is off now"]
        ),
        (
            { $0.domains.entries["db"]?.hasManagedSave = true },
            ["guest/db managed save image was absent when planned, is there now"]
        ),
        ({ $0.domains.entries["stranger"] = .init(document: .domain("stranger")) }, []),
    ]

    @Test("names everything that it depends on and that has moved, and nothing else", arguments: changes.indices)
    func moved(index: Int) throws {
        let (change, expected) = Self.changes[index]
        let scenario = Scenario()
        change(scenario)
        #expect(try Self.check(scenario).moved().map(\.description) == expected)
    }

    @Test("does not take a mark that somebody else has put there")
    func mark() throws {
        let scenario = Scenario()
        var other = OwnershipMark.of("db")
        other.site = "elsewhere"
        scenario.domains.entries["db"]?.document = .domain("db", pins: [0: "2"], mark: other)
        let moved = try Self.check(scenario).moved()
        #expect(moved.map(\.path) == ["ownership mark"])
        #expect(moved.first?.planned == "absent" && moved.first?.found.contains("elsewhere") == true)
    }

    @Test("has all of it looked at again right before each first write")
    func observed() {
        let scenario = Scenario()
        let meddler = Meddler(scenario)
        let outcome = scenario.run(observer: PreconditionObserver(Self.check(scenario), meddler))
        guard case .failed(_, let failure, let report) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(failure.isStale)
        #expect(failure.description == "guest/db state was shut off when planned, is running now")
        #expect(report.isRolledBack && !report.done.isEmpty)
    }

    @Test("that still holds is carried out like any other")
    func carriedOut() {
        let scenario = Scenario()
        let outcome = scenario.run(observer: PreconditionObserver(Self.check(scenario), SilentObserver()))
        guard case .applied = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(scenario.log.lines == Scenario.writes)
    }
}

/// Starts a domain as soon as the first write is over.
private final class Meddler: StepObserver {
    let scenario: Scenario
    init(_ scenario: Scenario) { self.scenario = scenario }
    func didRun(_ effect: Effect, found: XMLElement?) { scenario.domains.entries["db"]?.live = .domain("db") }
}
