import Diagnostics
import Foundation
import HostModel
import SiteFile
import Testing
import YAMLTree

@Suite("Example")
struct ExampleTests {
    @Test("reads without any finding", arguments: examples)
    func reading(name: String) throws {
        let text = try text(of: "examples/\(name)")
        let result = try readExample(name)
        #expect(
            result.diagnostics == [],
            "\(DiagnosticText(sources: [SourceText(name: name, text: text)]).render(result.diagnostics))")
        #expect(result.value?.guests.isEmpty == false)
    }

    @Test("names hosts that have facts, and base files that are there", arguments: examples)
    func files(name: String) throws {
        let site = try #require(try readExample(name).value)
        for host in site.hosts {
            let json = try Data(contentsOf: package.appending(path: "examples/\(host.name.value).json"))
            let facts = try JSONDecoder().decode(HostFacts.self, from: json)
            #expect(facts.host.name == host.name.value && facts.problems == [])
            let adopted = site.guests.filter { $0.machine.adopts?.value == true }.map(\.name.value)
            #expect(Set(adopted).isSubset(of: facts.domains.map(\.name)))
        }
        for base in site.guests.compactMap(\.machine.base) {
            #expect(try text(of: "examples/\(base.value)").contains("<domain"))
        }
    }

    @Test("shows every key, together with the others")
    func keys() throws {
        var shown: Set<String> = []
        for name in examples {
            let source = SourceText(name: name, text: try text(of: "examples/\(name)"))
            let root = try #require(YAMLReader.read(source).value)
            collect(root, .mapping(.site), &shown)
        }
        for key in SiteSchema.keys {
            let isOfFlavor = SiteSchema.keys(of: .flavor).contains { $0.name == key.name }
            let isEither = isOfFlavor && [.flavor, .guest].contains(key.place)
            let names = isEither ? ["flavor.\(key.name)", "guest.\(key.name)"] : ["\(key.place).\(key.name)"]
            #expect(!shown.isDisjoint(with: names), "no example shows \(names[0])")
        }
    }

    @Test("of the reference page is what the page describes")
    func reference() throws {
        let site = try #require(read(try text(of: "examples/reference.yaml")).value)
        #expect(site.name.value == "reference" && site.hosts.map(\.name.value) == ["numa-host"])
        #expect(site.guests.map(\.name.value) == ["cirros1", "cirros2", "cirros3"])
        #expect(site.guests.map(\.demand.vcpus) == [1, 4, 4])
        #expect(site.guests.map(\.demand.memory) == [KiB(524_288), KiB(1_048_576), KiB(1_048_576)])
        #expect(site.guests.map { $0.demand.cells.map(\.vcpus.description) } == [[], ["0-3"], ["0-1", "2-3"]])
        #expect(site.guests[2].demand.cells.map(\.memory) == [KiB(524_288), KiB(524_288)])
        #expect(site.guests[1].demand.cpuTopology == CPUTopology(sockets: 4, cores: 1, threads: 1))
        #expect(site.guests[0].demand.cpuTopology == nil)
        let host = try #require(read(try text(of: "examples/virtual-host.yaml")).value?.guests.first?.demand)
        #expect(host.cells.map(\.memory) == [KiB(4_096_000), KiB(2_048_000), KiB(2_048_000)])
        #expect(host.cells.map(\.vcpus.description) == ["0-3", "4-5", "6-7"])
        #expect(!host.isBound && host.cpuMode == "host-passthrough" && host.memory == KiB(8_192_000))
    }

    @Test("in the manual reads without an error")
    func manual() throws {
        let manual = try text(of: "manpages/numactl-plan-site.5")
        let blocks = manual.components(separatedBy: "\n.Bd -literal -offset indent\n").dropFirst()
            .compactMap { $0.components(separatedBy: "\n.Ed").first }
        #expect(blocks.count == 2)
        for block in blocks { #expect(read(block).diagnostics == [], "\(rendered(read(block), block))") }
    }

    /// Walks a tree along the tables and notes each key that it meets.
    private func collect(_ node: YAMLNode, _ kind: ValueKind, _ shown: inout Set<String>) {
        switch kind {
        case .mapping(let place), .textOrMapping(_, let place), .mappingOrWord(let place, _):
            collect(node, place, &shown)
        case .sequence(let element, _): for node in node.elements ?? [] { collect(node, element, &shown) }
        case .dictionary(_, let value, let beside):
            let keys = beside.map { SiteSchema.keys(of: $0).map(\.name) } ?? []
            if let beside { collect(node, beside, &shown) }
            for pair in node.pairs ?? [] where !keys.contains(pair.name) { collect(pair.value, value, &shown) }
        default: break
        }
    }

    private func collect(_ node: YAMLNode, _ place: SitePlace, _ shown: inout Set<String>) {
        for pair in node.pairs ?? [] {
            guard let key = SiteSchema.keys(of: place).first(where: { $0.name == pair.name }) else { continue }
            shown.insert("\(place).\(pair.name)")
            collect(pair.value, key.kind, &shown)
        }
    }
}

/// The site files of the folder of examples, ascending.
/// Reads an example with the files that it includes.
private func readExample(_ name: String) throws -> Checked<Site> {
    SiteReader.read(SourceText(name: name, text: try text(of: "examples/\(name)"))) { path in
        do {
            return Checked(SourceText(name: path.value, text: try text(of: "examples/\(path.value)")))
        } catch {
            return Checked(nil, [Diagnostic(.includeImpossible, "\(error)", at: path.mark)])
        }
    }
}

let examples: [String] =
    ((try? FileManager.default.contentsOfDirectory(atPath: package.appending(path: "examples").path)) ?? [])
    .filter { $0.hasSuffix(".yaml") }.sorted()
