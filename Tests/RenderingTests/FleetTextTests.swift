import Diagnostics
import Foundation
import HostModel
import Planning
import Rendering
import Testing

@Suite("A host of a fleet as text")
struct FleetTextTests {
    private let exit = ExitReport(code: 2, name: "differences")

    /// What Foundation's encoder makes of a host, as it stands in the document: indented, and without the lines of empty lists.
    private func encoded(_ host: JSONValue) throws -> String {
        try json(host).split(separator: "\n").map { "    \($0)" }.joined(separator: "\n")
    }

    @Test("is what the encoder makes of it", arguments: SamplePlan.allCases)
    func plans(sample: SamplePlan) throws {
        let facts = FactsOrigin(time: UTCTime(seconds: 0), now: UTCTime(seconds: 5))
        let entry = FleetEntry(host: "a", plan: sample.plan, facts: facts, exit: exit)
        let host = FleetJSON.host(entry, file: "a.json", plan: sample.plan)
        #expect(try FleetJSON.hostText(entry, file: "a.json", plan: sample.plan) == encoded(host))
    }

    @Test("escapes what the encoder escapes")
    func escapes() throws {
        let controls = String(String.UnicodeScalarView((0..<0xa0).compactMap(Unicode.Scalar.init)))
        let finding = Diagnostic(.factsOld, controls + "\u{2028}é/😀", severity: .warning)
        let entry = FleetEntry(host: "\"b\\", failure: [finding], exit: exit)
        let host = FleetJSON.host(entry, file: nil, plan: nil)
        #expect(try FleetJSON.hostText(entry, file: nil, plan: nil) == encoded(host))
    }
}
