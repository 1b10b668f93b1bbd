import Diagnostics
import Foundation
import DomainXML
import HostModel
import Placement
import Planning
import Rendering
import SiteFile
import Testing

@Suite("The plan's document")
struct PlanDocumentTests {
    /// The documented example; every field of it is a promise to programs.
    private static let example = """
        {"kind": "numactl-plan/plan", "format_version": "1.0",
         "host": {"name": "hv01"}, "verdict": "changes", "empty": false, "disruption": "live",
         "placement": {
           "guests": [{"name": "cirros2", "emulator_cpus": "0-5",
                       "cells": [{"id": 0, "host_cell": 0, "vcpus": "0-1", "memory_kib": 524288, "page_kib": 4,
                                  "pins": {"0": "0-3", "1": "0-3"}, "dedicated_vcpus": ""},
                                 {"id": 1, "host_cell": 1, "vcpus": "2-3", "memory_kib": 524288, "page_kib": 4,
                                  "pins": {"2": "4-5", "3": "4-5"}, "dedicated_vcpus": ""}]}],
           "cells": [{"id": 0, "dedicated_used": "", "shared_vcpus": 2, "memory_used_kib": 524288,
                      "pools": [{"page_kib": 2048, "wanted": 0, "guests": 0, "others": 0}]}]},
         "unplaced": [{"guest": "big", "code": "NP304",
                       "reasons": [{"host_cell": 0, "resource": "dedicated_cpus", "needed": 8, "free": 4,
                                    "held_by": ["db01"]}]}],
         "changes": [{"address": "guest/cirros2", "action": "create", "disruption": "none",
                      "parts": [{"path": "cputune.vcpupin[0]", "now": null, "want": "0-3", "when": "define"}]},
                     {"address": "pool/2MiB/cell/0", "action": "grow", "disruption": "live",
                      "parts": [{"path": "pages", "now": 0, "want": 512, "when": "live"}]}],
         "diagnostics": [{"code": "NP412", "severity": "warning", "message": "m", "hint": "h",
                          "source": {"file": "site.yaml", "line": 33, "column": 3}}],
         "exit": {"code": 2, "name": "differences"}}
        """

    private static let plan = Plan(
        host: "hv01", site: "rack7", verdict: .changes,
        placement: Placement(
            verdict: .placed, guests: [Samples.twoCells],
            unplaced: [
                UnplacedGuest(
                    name: "big", code: .doesNotFit, reasons: [Samples.short(0, .dedicatedCPUs, 8, 4, ["db01"])])
            ],
            cells: [
                CellUsage(
                    id: 0, dedicatedCPUs: [], sharedCPUs: [0, 1], sharedVCPUs: 2, memoryUsed: 524_288,
                    pools: [CellUsage.PoolUsage(pageSize: Samples.size(2_048), guests: 0, others: 0)])
            ]),
        changes: [
            Samples.creation(of: "cirros2", line: 1, [(.vcpuPin(0), .text("0-3"))]),
            Samples.pool(.grow, cell: 0, 2_048, 0, 512, .live),
        ],
        diagnostics: [
            Diagnostic(
                .poolBestEffort, "m", at: SourceMark(file: "site.yaml", line: 33, column: 3), severity: .warning,
                hint: "h")
        ])

    private func parsed(_ text: String) throws -> Any {
        try JSONSerialization.jsonObject(with: Data(text.utf8), options: [.fragmentsAllowed])
    }

    private func document(_ plan: Plan) throws -> [String: Any] {
        let text = try json(PlanJSON(plan, exit: ExitReport(code: 2, name: "differences")))
        return try #require(try parsed(text) as? [String: Any])
    }

    @Test("has every field of the documented example, with its value")
    func example() throws {
        let missing = differences(try parsed(Self.example), try document(Self.plan), at: "$")
        #expect(missing == [])
    }

    /// Where `actual` lacks or contradicts what `wanted` has; more fields are allowed.
    private func differences(_ wanted: Any, _ actual: Any?, at path: String) -> [String] {
        switch (wanted, actual) {
        case (let wanted as [String: Any], let actual as [String: Any]):
            wanted.sorted { $0.key < $1.key }.flatMap { differences($0.value, actual[$0.key], at: "\(path).\($0.key)") }
        case (let wanted as [Any], let actual as [Any]) where wanted.count == actual.count:
            zip(wanted, actual).enumerated().flatMap { differences($1.0, $1.1, at: "\(path)[\($0)]") }
        case (let wanted as NSObject, let actual as NSObject) where wanted == actual: []
        default: ["\(path): wanted \(wanted), is \(actual.map { "\($0)" } ?? "absent")"]
        }
    }

    @Test("names every resource, with the page size where there is one")
    func resources() throws {
        let document = try document(Samples.infeasible)
        let unplaced = try #require(document["unplaced"] as? [[String: Any]])
        let reasons = unplaced.flatMap { $0["reasons"] as? [[String: Any]] ?? [] }
        #expect(
            reasons.compactMap { $0["resource"] as? String } == [
                "dedicated_cpus", "whole_cores", "sibling_pairs", "memory_kib", "pages", "shared_cpus", "shared_vcpus",
                "page_size", "cells",
            ])
        #expect(reasons.compactMap { $0["page_kib"] as? Int } == [1_048_576, 64])
        #expect(reasons.map { $0["host_cell"] as? Int } == [0, 0, 1, 1, 1, 1, nil, 0, nil])
        #expect(reasons.allSatisfy { $0.keys.contains("host_cell") })
    }

    @Test("names the host device that is short")
    func device() throws {
        var plan = Samples.infeasible
        let address = try #require(PCIAddress("0000:3b:00.0"))
        plan.placement.unplaced = [
            UnplacedGuest(
                name: "g", code: .doesNotFit, reasons: [Samples.short(1, .device(address), 1, 0, [])],
                remedies: [.devicePolicy(.preferred)])
        ]
        let unplaced = try #require(try document(plan)["unplaced"] as? [[String: Any]]).first
        let reason = try #require((unplaced?["reasons"] as? [[String: Any]])?.first)
        #expect(reason["resource"] as? String == "host_device" && reason["device"] as? String == "0000:3b:00.0")
        #expect(reason["host_cell"] as? Int == 1)
    }

    @Test("a guest without cells has an empty list, its memory, and no emulator CPUs")
    func withoutCells() throws {
        let placement = try #require(try document(Samples.creation)["placement"] as? [String: Any])
        let guest = try #require((placement["guests"] as? [[String: Any]])?.first)
        #expect((guest["cells"] as? [Any])?.isEmpty == true)
        #expect(guest["memory_kib"] as? Int == 524_288)
        #expect(guest["emulator_cpus"] as? String == "")
    }

    @Test("writes what is absent as null, and flags and numbers as such")
    func values() throws {
        let changes = try #require(try document(Samples.update)["changes"] as? [[String: Any]])
        let parts = changes.flatMap { $0["parts"] as? [[String: Any]] ?? [] }
        #expect(parts.map { $0["now"] is NSNull } == [false, false, false, false, true])
        #expect(parts.map { $0["want"] is NSNull } == [false, false, true, false, false])
        #expect(changes.map { $0["source"] is NSNull } == [true, false])
        #expect(try json(JSONValue.flag(true)) == "true\n")
        #expect(try json(JSONValue.number(UInt64.max)) == "\(Int64.max)\n")
    }

    @Test("counts the changes of pools by page size")
    func summary() throws {
        let summary = try #require(try document(Samples.pools)["summary"] as? [String: Any])
        let pools = try #require(summary["pools"] as? [[String: Int]])
        #expect(
            pools == [
                ["page_kib": 2_048, "pages_delta": -512], ["page_kib": 1_048_576, "pages_delta": 12],
            ])
    }

    @Test("has the same fields whatever the plan", arguments: SamplePlan.allCases)
    func fields(sample: SamplePlan) throws {
        // How room is made is only said where that was asked.
        let asked = sample == .room ? ["make_room"] : []
        #expect(
            try document(sample.plan).keys.sorted() == [
                "changes", "diagnostics", "differing", "disruption", "empty", "exit", "format_version", "host", "kind",
            ] + asked + [
                "moves",
                "placement",
                "restart_pending", "site", "summary", "unchanged", "unplaced", "verdict",
            ])
    }
}
