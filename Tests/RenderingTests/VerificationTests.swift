import Diagnostics
import Doctor
import DomainXML
import HostModel
import Placement
import Planning
import Rendering
import LivePlacement
import TestSupport
import Testing

@Suite("Verification, checkup and metrics")
struct VerificationTests {
    private static let small = PageSize(4)
    private static let large = PageSize(2_048)

    private static let residences = [
        GuestResidence(
            guest: "cirros2", process: 4_711,
            threads: [
                .init(role: .vcpu(0), ids: [4_721], allowed: [0, 1, 2, 3], wanted: [0, 1, 2, 3]),
                .init(role: .vcpu(2), ids: [4_723], allowed: [0, 1, 2, 3], wanted: [4, 5]),
                .init(
                    role: .emulator, ids: [4_711, 4_712], allowed: CPUSet(numbers: 0...5),
                    wanted: CPUSet(numbers: 0...5)),
            ],
            memory: [
                .init(
                    cell: 0, size: 524_288, wantedCell: 0, wantedPage: small, pages: [small: [0: 131_072]], tolerance: 1
                ),
                .init(
                    cell: 1, size: 524_288, wantedCell: 1, wantedPage: small, pages: [small: [1: 100_000, 0: 31_072]],
                    tolerance: 1),
            ]),
        GuestResidence(
            guest: "db01", process: 900,
            memory: [
                .init(
                    cell: 0, size: 65_536, wantedCell: 2, wantedPage: large, pages: [small: [1: 100]], tolerance: 1)
            ], isRestartPending: true),
        GuestResidence(
            guest: "x\u{1B}[2J", process: nil,
            unknown: [Unread("cannot open /proc/1/numa_maps: Permission denied", isForbidden: true)]),
    ]

    private static let plan = Plan(
        host: "hv01", site: "rack7", verdict: .changes,
        placement: Placement(
            verdict: .placed, guests: [Samples.twoCells],
            cells: [
                CellUsage(
                    id: 0, dedicatedCPUs: [], sharedCPUs: [0, 1, 2, 3], sharedVCPUs: 2, memoryUsed: 524_288,
                    pools: [CellUsage.PoolUsage(pageSize: large, guests: 64, others: 10)])
            ]),
        changes: [
            Change(
                subject: .guest("cirros2"), action: .update, disruption: .live,
                parts: [
                    ChangedPart(
                        .setting(.vcpuPin(0)), now: .text("0-1"), want: .text("0-3"), when: .live, drift: .live),
                    ChangedPart(
                        .setting(SettingKey(Memory.self)), now: nil, want: .number(1_048_576), when: .nextStart),
                ]),
            Change(subject: .guest("new"), action: .create, disruption: .none, parts: []),
            Change(
                subject: .pool(PoolID(cell: 0, pageSize: large)), action: .grow, disruption: .live,
                parts: [ChangedPart(.pages, now: .number(0), want: .number(74), when: .live)]),
        ], unchanged: ["web01"], restartPending: ["db01"])

    private static let interference = Interference(
        milliseconds: 10_000,
        guests: [
            .init(
                name: "cirros2", cpus: [4, 5],
                others: [
                    .init(
                        kind: .thread(812, process: 801), name: "chronyd\u{1B}[2J", cpus: [4, 5], count: 12,
                        ran: 3_140_000),
                    .init(kind: .interrupt(24), name: "nvme0q1", cpus: [4], count: 2_048),
                    .init(
                        kind: .thread(31, process: 31), name: "ksoftirqd/4", cpus: [4], count: 7, ran: 80_100,
                        isBound: true),
                    .init(
                        kind: .kernelInterrupt("LOC"), name: "Local timer interrupts", cpus: [4, 5], count: 5_000,
                        isBound: true),
                ], unseenRuns: 3, waited: 1_200_000),
            .init(name: "db01", cpus: [6], others: [], waited: 0),
        ], unknown: [])

    private static let verification = Verification(plan: plan, residences: residences, interference: interference)

    @Test("of a host, as text")
    func text() throws {
        try expectGolden(VerificationText(Self.verification).text(), "verify.txt")
        try expectGolden(VerificationText(Self.verification).text(width: 140), "verify-140.txt")
        let narrow = VerificationText(Self.verification).text().split(separator: "\n").dropLast()
        #expect(narrow.allSatisfy { $0.count <= 80 }, "\(narrow)")
        let fine = Plan(host: "hv01", site: "rack7", verdict: .noChanges, placement: Self.plan.placement)
        #expect(VerificationText(Verification(plan: fine)).text().hasSuffix("Verify: no differences.\n"))
        #expect(
            VerificationText(Verification(plan: fine, residences: [])).text().hasSuffix(
                "Verify: no differences, no guest of the site runs, so none was checked.\n"))
        let nobody = Interference(milliseconds: 500, guests: [])
        #expect(
            VerificationText(Verification(plan: fine, interference: nobody)).text().hasSuffix(
                "Verify: no differences.\n"), "nobody looked where guests are")
        #expect(
            VerificationText(Verification(plan: fine, residences: [], interference: nobody)).text().contains(
                "no running guest has dedicated CPUs"))
    }

    @Test("of a host, as JSON")
    func document() throws {
        try expectGolden(
            json(VerificationJSON(Self.verification, exit: ExitReport(code: 2, name: "differences"))), "verify.json")
    }

    private static let results = [
        CheckResult(name: "kvm", verdict: .fine), CheckResult(name: "swap", verdict: .unknown),
        CheckResult(
            name: "ksm", verdict: .found,
            findings: [
                Diagnostic(
                    .ksmOn, "KSM merges pages across cells", severity: .warning, notes: ["it matters"], hint: "echo 0")
            ]),
        CheckResult(
            name: "qemu_version", verdict: .found,
            findings: [Diagnostic(.qemuTooOld, "QEMU is too old", notes: ["it matters"], hint: "upgrade")]),
    ]

    @Test("by the doctor, as text and JSON")
    func doctor() throws {
        try expectGolden(DoctorText(host: "hv01", Self.results).text(), "doctor.txt")
        try expectGolden(
            json(DoctorJSON(host: "hv01", Self.results, exit: ExitReport(code: 2, name: "differences"))), "doctor.json")
    }

    @Test("by the doctor: the worst kinds in full, all others short, alike ones counted")
    func manyFindings() throws {
        let images = ["a", "b", "c"].map { name in
            Diagnostic(
                .fileMissing, "/\(name).img is missing", notes: ["\(name) cannot start"], hint: "ls -l /\(name).img")
        }
        let notes = [DiagnosticCode.zoneReclaimOn, .transparentHugePages].map { code in
            Diagnostic(code, "\(code.rawValue) is on", severity: .note, notes: ["a reason"], hint: "switch it off")
        }
        let results = [
            CheckResult(name: "zone_reclaim", verdict: .found, findings: notes),
            CheckResult(name: "guests", verdict: .found, findings: images),
        ]
        try expectGolden(DoctorText(host: "hv01", results + Self.results).text(), "doctor-many.txt")
    }

    @Test("for Prometheus")
    func metrics() throws {
        let metrics = HostMetrics(
            version: "0.1.0", siteSum: "ab12", facts: Samples.referenceHost, verification: Self.verification,
            lastApply: .init(time: 1_790_000_000, succeeded: true), openTransactions: 0)
        try expectGolden(MetricsText(metrics).text, "metrics.prom")
        var held = metrics
        let guest = try #require(metrics.verification.plan.placement.guests.first?.name)
        #expect(MetricsText(held).text.contains("numactl_plan_guest_startable{guest=\"\(guest)\"} 1"))
        held.verification.plan.withoutCPUs = [guest]
        #expect(MetricsText(held).text.contains("numactl_plan_guest_startable{guest=\"\(guest)\"} 0"))
        var odd = metrics
        odd.verification.plan.host = "a\"b\\c\nd"
        #expect(MetricsText(odd).text.contains(#"host="a\"b\\c\nd""#))
        odd.lastApply = nil
        odd.openTransactions = nil
        odd.verification.residences = nil
        for name in ["last_apply", "txn_open", "remote_bytes", "deviates"] {
            #expect(!MetricsText(odd).text.contains(name))
        }
    }
}
