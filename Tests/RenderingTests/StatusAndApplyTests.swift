import Diagnostics
import HostModel
import Placement
import Planning
import Rendering
import TestSupport
import Testing

@Suite("Status")
struct StatusTests {
    private let status = HostStatus(
        facts: Samples.referenceHost, site: "rack7",
        usage: [
            CellUsage(
                id: 0, dedicatedCPUs: [2, 3], sharedCPUs: [0, 1], sharedVCPUs: 3, memoryUsed: 1_048_576,
                pools: [CellUsage.PoolUsage(pageSize: Samples.size(2_048), guests: 64, others: 10)])
        ],
        guests: [
            GuestStatus(
                name: "cirros2", state: .running, ownership: .created, sync: .inSync, restartPending: true,
                placement: Samples.twoCells),
            GuestStatus(name: "db01", state: .paused, ownership: .adopted, sync: .differs),
            GuestStatus(name: "new", state: nil, ownership: nil, sync: .missing),
            GuestStatus(name: "nova-1", state: .running, ownership: .otherManager, sync: .notInSite),
            GuestStatus(name: "x\u{1B}[2J", state: .shutoff, ownership: .foreign, sync: .notInSite),
        ],
        diagnostics: [Diagnostic(.restartPending, "cirros2 waits for a restart", severity: .note)])

    @Test("as text")
    func text() throws { try expectGolden(StatusText(status).text(), "status.txt") }

    @Test("as JSON")
    func document() throws {
        try expectGolden(json(StatusJSON(status, exit: ExitReport(code: 3, name: "pending"))), "status.json")
    }

    @Test("without a site and without guests")
    func bare() throws {
        let cell = Cell(id: 4, cpus: [0], memory: nil)
        let status = HostStatus(facts: HostFacts(host: HostIdentity(), onlineCPUs: [0], cells: [cell]), guests: [])
        try expectGolden(StatusText(status).text(), "status-bare.txt")
        try expectGolden(json(StatusJSON(status, exit: ExitReport(code: 0, name: "done"))), "status-bare.json")
    }
}

@Suite("Report of an apply")
struct ApplyTests {
    private static func summary(_ outcome: ApplySummary.ApplyOutcome) -> ApplySummary {
        switch outcome {
        case .nothingToDo: ApplySummary(host: "hv01", outcome: outcome)
        case .applied:
            ApplySummary(
                host: "hv01", outcome: outcome,
                steps: ["grew pool/2MiB/cell/0 from 0 to 512 pages", "defined cirros2"],
                restartPending: ["web01"], verified: 2)
        case .rolledBack:
            ApplySummary(
                host: "hv01", outcome: outcome, steps: ["grew pool/1GiB/cell/0 from 16 to 24 pages"],
                undone: ["set pool/1GiB/cell/0 back to 16 pages"],
                shortPools: [.init(pool: PoolID(cell: 0, pageSize: Samples.size(1_048_576)), asked: 24, granted: 21)],
                wantedPools: [
                    PoolID(cell: 1, pageSize: Samples.size(1_048_576)): 20,
                    PoolID(cell: 0, pageSize: Samples.size(1_048_576)): 24,
                    PoolID(cell: 0, pageSize: Samples.size(2_048)): 512,
                    PoolID(cell: 1, pageSize: Samples.size(2_048)): 0,
                ],
                diagnostics: [Diagnostic(.poolShort, "cell 0 has 21 of 24 pages of 1GiB")])
        case .incomplete:
            ApplySummary(
                host: "hv\u{7}01", outcome: outcome, steps: ["defined web\u{1B}[31m01"],
                notUndone: ["the former definition of web01 could not be put back: libvirt said: no"])
        }
    }

    @Test("as text", arguments: ApplySummary.ApplyOutcome.allCases)
    func text(outcome: ApplySummary.ApplyOutcome) throws {
        try expectGolden(ApplyReport(Self.summary(outcome)).text(), "apply-\(outcome.rawValue).txt")
    }

    @Test("does not claim that all is as before when a started guest keeps what it needs")
    func leftForStartedGuests() throws {
        let summary = ApplySummary(
            host: "hv01", outcome: .rolledBack, steps: ["defined web01", "started web01", "defined web02"],
            undone: ["undefine web02"], left: ["the definition of web01, for web01"],
            diagnostics: [Diagnostic(.stepFailed, "could not start web02: no such disk")])
        #expect(summary.changed)
        try expectGolden(ApplyReport(summary).text(), "apply-left.txt")
        try expectGolden(
            json(ApplyJSON(summary, exit: ExitReport(code: 1, name: "unexpected_failure"))), "apply-left.json")
    }

    @Test("as JSON", arguments: ApplySummary.ApplyOutcome.allCases)
    func document(outcome: ApplySummary.ApplyOutcome) throws {
        let document = ApplyJSON(Self.summary(outcome), exit: ExitReport(code: 0, name: "done"))
        try expectGolden(json(document), "apply-\(outcome.rawValue).json")
    }

    @Test("names the kernel's arguments, largest pages first")
    func kernelArguments() {
        #expect(
            KernelArguments(Self.summary(.rolledBack).wantedPools).text
                == "hugepagesz=1G hugepages=0:24,1:20 hugepagesz=2M hugepages=0:512")
        #expect(KernelArguments([:]).text.isEmpty)
    }
}
