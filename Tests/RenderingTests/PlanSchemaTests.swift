import Foundation
import HostModel
import Placement
import Planning
import Rendering
import TestSupport
import Testing

/// The schemas of plans, judged by a validator of others.
@Suite("JSON Schema of a plan", .enabled(if: JSONSchemaCheck.isHere, "make setup installs check-jsonschema"))
struct PlanSchemaTests {
    private let exit = ExitReport(code: 2, name: "differences")

    @Test("takes every plan")
    func plans() throws {
        var files: [String: String] = [:]
        for sample in SamplePlan.allCases {
            let time = sample == .empty ? UTCTime(seconds: 0) : nil
            files["\(sample.rawValue).json"] = try json(PlanJSON(sample.plan, exit: exit, factsTime: time))
        }
        var bounded = Samples.update
        bounded.placement.moveBound = Placement.MoveBound(isOfRunning: false, atLeast: 0, found: 2)
        files["bounded.json"] = try json(PlanJSON(bounded, exit: exit))
        #expect(try JSONSchemaCheck(files, schema: json(PlanJSON.schema)).wrong == [:])
    }

    @Test("takes the plans of many hosts")
    func fleets() throws {
        let plan = Samples.update
        let facts = FactsOrigin(time: UTCTime(seconds: 0), now: UTCTime(seconds: 5))
        let entries = [
            FleetEntry(host: "a", plan: plan, facts: facts, exit: exit),
            FleetEntry(host: "b", failure: plan.diagnostics, exit: exit),
        ]
        let hosts = [
            FleetJSON.host(entries[0], file: "a.json", plan: plan), FleetJSON.host(entries[1], file: nil, plan: nil),
        ]
        let members =
            FleetJSON.head(site: "s", findings: plan.diagnostics) + [("hosts", .list(hosts))]
            + FleetJSON.tail(entries, exit: exit)
        let document = JSONValue.object(Dictionary(uniqueKeysWithValues: members.map { ($0.key, $0.value) }))
        let files = ["fleet.json": try json(document)]
        #expect(try JSONSchemaCheck(files, schema: json(FleetJSON.schema)).wrong == [:])
    }

    @Test("refuses what is no plan, at its place")
    func refusals() throws {
        let right = try json(PlanJSON(Samples.update, exit: exit))
        let cases = [
            ("\"verdict\" : \"changes\"", "\"verdict\" : \"maybe\"", "$.verdict"),
            ("\"format_version\" : \"1.0\"", "\"format_version\" : \"2.0\"", "$.format_version"),
            ("numactl-plan/plan", "numactl-plan/facts", "$.kind"),
            ("\"empty\" : false", "\"empty\" : 0", "$.empty"),
            ("\"when\" : \"next_start\"", "\"when\" : \"later\"", "$.changes[1].parts[3].when"),
            ("\"shared_vcpus\" : 1", "\"shared_vcpus\" : 1.5", "$.placement.cells[0].shared_vcpus"),
            ("\"unchanged\" : [", "\"other\" : [", "$"),
        ]
        var files: [String: String] = [:]
        for (index, (old, new, _)) in cases.enumerated() {
            let wrong = right.replacing(old, with: new)
            #expect(wrong != right)
            files["\(index).json"] = wrong
        }
        let found = try JSONSchemaCheck(files, schema: json(PlanJSON.schema)).wrong
        for (index, (_, _, place)) in cases.enumerated() { #expect(found["\(index).json"]?.contains(place) == true) }
    }
}
