import Foundation
import TestSupport
import Testing

@Suite("Capacity")
struct CapacityTests {
    private func run(_ more: String..., files: [String: String] = [:]) -> CommandRun {
        CommandRun(["capacity", "capacity.yaml", "--facts", "numa-host.json"] + more, files: files)
    }

    @Test("has four forms", arguments: ["text", "json", "markdown", "metrics"])
    func golden(format: String) throws {
        let result = run("--format", format)
        #expect(result.status == 0)
        #expect(result.errors.isEmpty)
        try expectGolden(result.output, "capacity.\(format)")
    }

    @Test("counts flavors and mixes that are named")
    func named() throws {
        let result = run("--flavor", "db", "--mix", "web=2,db=1")
        #expect(result.status == 0)
        #expect(result.output.contains("\ndb ") && result.output.contains("\nweb=2,db=1 "))
        #expect(!result.output.contains("\nweb  "))
        let unknown = run("--flavor", "wev")
        #expect(unknown.status == 64 && unknown.errors.contains("did you mean 'web'?"))
        #expect(run("--mix", "web").status == 64)
    }

    @Test("supposes another host")
    func supposed() throws {
        func more(_ arguments: String...) throws -> Int {
            let result = CommandRun(
                ["capacity", "capacity.yaml", "--format", "json", "--flavor", "web"] + arguments, files: [:])
            #expect(result.status == 0, "\(result.errors)")
            let document = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any]
            let fits = try #require(document?["fits"] as? [[String: Any]])
            #expect(fits.first?["exact"] as? Bool == true)
            return try #require(fits.first?["more"] as? Int)
        }
        let facts = ["--facts", "numa-host.json"]
        let usual = try more(facts[0], facts[1])
        #expect(try more(facts[0], facts[1], "--without-cell", "2") < usual)
        #expect(try more(facts[0], facts[1], "--add-memory", "1=64GiB", "--add-memory", "2=1GiB") > usual)
        #expect(try more("--on", "numa-host.json") == usual)
        #expect(run("--without-cell", "7").status == 64)
        #expect(run("--add-memory", "1=64").status == 64)
        #expect(run("--on", "hv01.json").status == 64)
    }

    @Test("is searched for with more effort, as a plan is", arguments: ["capacity", "plan"])
    func effort(command: String) {
        func status(_ effort: String) -> Int32 {
            CommandRun([command, "capacity.yaml", "--facts", "numa-host.json", "--effort", effort]).status
        }
        #expect(status("3") == 0)
        #expect(status("0") == 64 && status("1001") == 64 && status("much") == 64)
    }

    @Test("of a site that does not fit is said to be none, and ends with 10")
    func refused() {
        let site = """
            site: full
            flavors: {web: {vcpus: 2, ram: 1GiB, numa_nodes: 1}}
            guests: {big: {vcpus: 8, ram: 1GiB, numa_nodes: 1, cpu_policy: dedicated}}
            """
        for format in ["text", "json", "markdown", "metrics"] {
            let result = CommandRun(
                ["capacity", "site.yaml", "--facts", "numa-host.json", "--format", format], files: ["site.yaml": site])
            #expect(result.status == 10)
            #expect(format == "metrics" || result.output.contains("big"))
        }
    }
}
