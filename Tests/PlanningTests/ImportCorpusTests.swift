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
    /// Nine cells of 32 CPUs and 256 GiB, with 16 GiB in small and 64 GiB in large huge pages.
    private static let host = HostFacts(
        host: HostIdentity(name: "large"), onlineCPUs: CPUSet(numbers: 0..<288),
        cells: (0..<9).map { id in
            Cell(
                id: CellID(id), cpus: CPUSet(numbers: id * 32..<id * 32 + 32), memory: KiB(256 << 20),
                pools: [(2_048, 8_192), (1_048_576, 64)].map { size, count in
                    HugepagePool(pageSize: PageSize(size), total: count, free: count)
                })
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
        // What no key can say: automatic placement, several schedulers, page sizes and sharing by cell, memory devices, memory that is
        // never merged. No entry goes without all keys for it.
        #expect(entries.count == domains.count && whole.count >= 11)
        #expect(!reasons.contains { $0.contains(#"["all"]"#) })
    }

    @Test("makes of all domains of the cases from the field entries that say them whole, but for memory devices")
    func cases() throws {
        let folder = try #require(sharedFolder()).appending(path: "cases")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        var (count, entries, whole, reasons) = (0, 0, 0, [String]())
        for name in names {
            let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.appending(path: name).path)) ?? []
            for file in files.sorted() where file.hasPrefix("facts") && file.hasSuffix(".json") {
                let data = try Data(contentsOf: folder.appending(path: "\(name)/\(file)"))
                let host = try JSONDecoder().decode(HostFacts.self, from: data)
                guard !host.domains.isEmpty else { continue }
                let (imported, isEmpty) = try Self.imported(host)
                count += host.domains.count
                entries += isEmpty ? imported.guests.count : 0
                let partial = imported.diagnostics.filter { $0.message.contains("leaves out some settings") }
                whole += imported.guests.count - partial.count
                for finding in partial { reasons.append("\(name): \(finding.message); \(finding.notes)") }
                #expect(partial.allSatisfy { $0.notes == ["devices.memory"] }, "\(partial)")
            }
        }
        print("import: \(entries) of \(count) domains of the cases are entries with an empty plan, \(whole) fully said")
        for reason in reasons { print("  \(reason)") }
        #expect(count > 0 && entries == count && whole >= count - 1)
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
        // Pools of guests that do not run may have to grow, which import says.
        let own = result.plan.changes.filter { $0.address.hasPrefix("guest/") }.flatMap(\.parts).map(\.path)
        let rest = again.changes.filter { $0.address.hasPrefix("guest/") }
        return (
            imported,
            result.plan.verdict == .changes && own.allSatisfy { $0 == "metadata" } && rest.isEmpty
                && again.unchanged == imported.guests && (parts == own || !imported.diagnostics.isEmpty)
        )
    }
}
