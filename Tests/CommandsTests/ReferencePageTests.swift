import Foundation
import TestSupport
import Testing

@Suite("The reference page's guests")
struct ReferencePageTests {
    @Test(
        "have exactly the definitions that the page describes",
        arguments: [
            ("reference.yaml", ["cirros1", "cirros2", "cirros3"]), ("virtual-host.yaml", ["numa-host"]),
        ] as [(String, [String])])
    func definitions(site: String, guests: [String]) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "np-render-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let run = CommandRun(["render", site, "--facts", "numa-host.json", "--out", folder.path])
        #expect(run.status == 0)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == guests.map { $0 + ".xml" })
        for guest in guests {
            let text = try String(contentsOf: folder.appending(path: "\(guest).xml"), encoding: .utf8)
            try expectGolden(text, "reference-\(guest).xml")
        }
    }

    @Test("plan as text, JSON and Markdown", arguments: ["text", "json", "markdown"])
    func plan(format: String) throws {
        let run = CommandRun(["plan", "reference.yaml", "--facts", "numa-host.json", "--format", format])
        #expect(run.status == 0)
        #expect(run.errors == "")
        try expectGolden(run.output, "reference-plan.\(format)")
    }
}

@Suite("Examples")
struct ExampleTests {
    static let sites = ((try? FileManager.default.contentsOfDirectory(atPath: examples.path)) ?? [])
        .filter { $0.hasSuffix(".yaml") }.sorted()

    @Test("there are examples")
    func some() { #expect(Self.sites.count >= 6) }

    @Test("each one validates without a finding", arguments: sites)
    func validate(site: String) {
        let run = CommandRun(["validate", site])
        #expect(run.status == 0)
        #expect(run.errors == "")
    }

    @Test("each one fits the host that it names", arguments: sites)
    func plan(site: String) throws {
        let text = try String(contentsOf: examples.appending(path: site), encoding: .utf8)
        let hosts = ["numa-host", "hv01", "hv02"].filter { text.contains("\n  \($0):") }
        #expect(!hosts.isEmpty)
        for host in hosts {
            let run = CommandRun(["plan", site, "--facts", "\(host).json", "--detailed-exitcode"])
            #expect(run.status == 2, "\(host): \(run.output)")
        }
    }
}
