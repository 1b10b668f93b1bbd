import Diagnostics
import DomainXML
import Foundation
import HostModel
import Planning
import SiteFile
import TestSupport
import Testing
import XMLTree

/// Domains as other projects have them, written as a site file.
@Suite("Import of other projects' domains", .enabled(if: sharedFolder() != nil))
struct ImportCorpusTests {
    /// Eight cells of 16 CPUs and 64 GiB, with pools.
    private static let host = HostFacts(
        host: HostIdentity(name: "large"), onlineCPUs: CPUSet(numbers: 0..<128),
        cells: (0..<8).map { id in
            Cell(
                id: CellID(id), cpus: CPUSet(numbers: id * 16..<id * 16 + 16), memory: KiB(64 << 20),
                pools: [2_048, 1_048_576].map { HugepagePool(pageSize: PageSize($0), total: 8_192, free: 8_192) })
        })

    /// By file: the domain under a name of its own; those of other managers are left out.
    private static func domains() throws -> [(file: String, domain: DomainFacts)] {
        let folder = try #require(sharedFolder()).appending(path: "domains")
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".xml") }
        return try files.sorted().enumerated().compactMap { number, file in
            var document = try XMLReader.read(
                String(contentsOf: folder.appending(path: file), encoding: .utf8))
            guard ForeignManager.detect(in: document) == nil else { return nil }
            document.children = document.children.map { node in
                guard case .element(var element) = node, element.name == "name" else { return node }
                element.children = [.text("guest\(number)")]
                return .element(element)
            }
            return (file, DomainFacts(name: "guest\(number)", state: .shutoff, xml: XMLWriter.write(document)))
        }
    }

    @Test("makes of nearly all an entry whose plan changes nothing, and says most of them whole")
    func rates() throws {
        let domains = try Self.domains()
        var (entries, whole, reasons): ([String], [String], [String]) = ([], [], [])
        for (file, domain) in domains {
            var host = Self.host
            host.domains = [domain]
            let (imported, isEmpty) = try Self.imported(host)
            if imported.guests == [domain.name], isEmpty { entries.append(file) }
            if imported.guests == [domain.name], isEmpty, imported.diagnostics.isEmpty { whole.append(file) }
            for finding in imported.diagnostics { reasons.append("\(file): \(finding.message); \(finding.notes)") }
        }
        print(
            "import: \(entries.count) of \(domains.count) domains are entries with an empty plan, \(whole.count) fully said"
        )
        print("not entries: \(domains.map(\.file).filter { !entries.contains($0) })")
        print("not fully said: \(entries.filter { !whole.contains($0) })")
        for reason in reasons { print("  \(reason)") }
        // What no key can say: automatic placement, several schedulers, distances, page sizes by cell, memory devices.
        #expect(entries.count == domains.count && whole.count * 5 >= domains.count)
    }

    @Test("of all on one host leaves none out because of another")
    func together() throws {
        let domains = try Self.domains()
        var host = Self.host
        host.domains = domains.map(\.domain)
        let (imported, isEmpty) = try Self.imported(host)
        #expect(isEmpty, "\(imported.text)")
        #expect(imported.guests.count * 10 >= domains.count * 9)
    }

    @Test("suggests keys that can be uncommented as they stand")
    func suggestions() throws {
        var tried = 0
        for (file, domain) in try Self.domains() {
            var host = Self.host
            host.domains = [domain]
            let text = SiteImport.write(ImportRequest(host: host)).text
            let more = text.replacing(#/    # (?=[a-z_]+: )/#, with: "    ")
            guard more != text else { continue }
            tried += 1
            let read = SiteReader.read(SourceText(name: "imported", text: more))
            let site = try #require(read.value, "\(file): \(read.diagnostics)\(more)")
            let plan = Planner.plan(
                PlanRequest(
                    host: host, site: site.name.value, policy: try #require(site.hosts.first), guests: site.guests)
            ).plan
            #expect(plan.verdict == .changes, "\(file): \(plan.diagnostics)\(more)")
        }
        print("import: suggestions for \(tried) domains")
        #expect(tried > 0)
    }

    /// What import writes, and whether a plan for it changes nothing but marks, now and again afterwards.
    private static func imported(_ host: HostFacts) throws -> (ImportedSite, Bool) {
        let imported = SiteImport.write(ImportRequest(host: host))
        let read = SiteReader.read(SourceText(name: "imported", text: imported.text))
        let site = try #require(read.value, "\(read.diagnostics)\(imported.text)")
        var request = PlanRequest(
            host: host, site: site.name.value, policy: try #require(site.hosts.first), guests: site.guests)
        let result = Planner.plan(request)
        let parts = result.plan.changes.flatMap(\.parts).map(\.path)
        guard !imported.guests.isEmpty else { return (imported, false) }
        for definition in result.definitions {
            guard let index = request.host.domains.firstIndex(where: { $0.name == definition.name }) else { continue }
            request.host.domains[index].xml = XMLWriter.write(definition.document)
        }
        let again = Planner.plan(request).plan
        return (
            imported,
            result.plan.verdict == .changes && parts.allSatisfy { $0 == "metadata" } && again.verdict == .noChanges
        )
    }
}
