import Diagnostics
import DomainXML
import Foundation
import HostModel
import LibvirtHost
import Planning
import SiteFile
import TestSupport
import Testing
import XMLTree

/// Domains as other projects have them, defined in a real libvirt, then written as a site file.
@Suite("Import of domains that libvirt holds", .enabled(if: EmbeddedDriver.isThere && sharedFolder() != nil))
struct ImportTests {
    @Test("says each domain exactly or says why not, and a plan for the file changes nothing but marks")
    func corpus() throws {
        let folder = try #require(sharedFolder()).appending(path: "domains")
        let connection = try EmbeddedDriver.connection.get()
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".xml") }
        var names: [String] = []
        for file in files.sorted() {
            let name = TestDriver.name("import")
            let text = try String(contentsOf: folder.appending(path: file), encoding: .utf8)
            guard let document = try? adapted(text, name: name), (try? connection.define(document)) != nil else {
                continue
            }
            names.append(name)
        }
        defer { for name in names { try? connection.undefine(name) } }
        try #require(names.count >= 8)
        var request = ImportRequest(host: Self.host, guests: names)
        request.host.domains = try connection.domains().filter { names.contains($0.name) }
        let imported = SiteImport.write(request)
        let site = try #require(SiteReader.read(SourceText(name: "imported", text: imported.text)).value)
        #expect(site.guests.map(\.name.value).sorted() == imported.guests)
        let plan = Planner.plan(
            PlanRequest(
                host: request.host, site: site.name.value, policy: try #require(site.hosts.first), guests: site.guests)
        ).plan
        #expect(plan.verdict == .changes)
        let (pools, guests) = (plan.changes.filter { $0.action == .grow }, plan.changes.filter { $0.action != .grow })
        #expect(guests.map(\.action) == imported.guests.map { _ in .adopt })
        #expect(guests.flatMap(\.parts).allSatisfy { $0.path == "metadata" })
        // The host has no pages: those of domains that are off are said to be missing.
        for pool in pools { #expect(imported.diagnostics.contains { $0.message.contains(pool.address) }) }
        let leftOut = imported.diagnostics.filter { $0.message.contains("left out") }
        #expect(leftOut.count + imported.guests.count == names.count)
        #expect(leftOut.allSatisfy { !$0.notes.isEmpty })
        #expect(!imported.guests.isEmpty)
    }

    /// Eight cells of 16 CPUs and 64 GiB, with pools.
    private static let host = HostFacts(
        host: HostIdentity(name: "large"), onlineCPUs: CPUSet(numbers: 0..<128),
        cells: (0..<8).map { id in
            Cell(
                id: CellID(id), cpus: CPUSet(numbers: id * 16..<id * 16 + 16), memory: KiB(64 << 20),
                pools: [2_048, 1_048_576].map { HugepagePool(pageSize: PageSize($0), total: 0, free: 0) })
        })

    /// The document under another name and for the QEMU that is here.
    private func adapted(_ text: String, name: String) throws -> String {
        var document = try XMLReader.read(text)
        document[attribute: "type"] = "qemu"
        document.children = document.children.compactMap { node in
            guard case .element(var element) = node else { return node }
            if element.name == "uuid" { return nil }
            if element.name == "name" { element.children = [.text(name)] }
            if element.name == "devices" {
                element.children = element.children.map { node in
                    guard case .element(var device) = node, device.name == "emulator" else { return node }
                    device.children = [.text("/usr/bin/qemu-system-x86_64")]
                    return .element(device)
                }
            }
            return .element(element)
        }
        return XMLWriter.write(document)
    }
}
