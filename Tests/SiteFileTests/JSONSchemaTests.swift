import Diagnostics
import Foundation
import Rendering
import SiteFile
import TestSupport
import Testing
import YAMLTree

/// The JSON Schema beside the reader, judged by a validator of others.
@Suite("JSON Schema of the site file", .enabled(if: JSONSchemaCheck.isHere, "make setup installs check-jsonschema"))
struct JSONSchemaTests {
    /// Mistakes of single values that a schema cannot see: how a number is written, and what only a number in a text shows.
    static let unseen: Set<String> = [
        "guests: {a: {vcpus: 010, ram: 1GiB}}", "guests: {a: {vcpus: 0x4, ram: 1GiB}}",
        "guests: {a: {vcpus: 1, ram: 1025B}}", "guests: {a: {vcpus: 1, ram: 1KiB}}",
        "hosts: {h: {ram_allocation_ratio: 1.0001}}", "hosts: {h: {cpus: {shared: 3-1}}}",
        "hosts: {h: {cpus: {dedicated: 0-99999}}}", "hosts: {h: {pools: {1GiB: {cells: {0: 1000000000}}}}}",
        guest("count: 10", name: String(repeating: "n", count: 199)),
        guest("properties: {'hw:numa_nodes': 1, 'hw:numa_cpus.0': 3-1, 'hw:numa_mem.0': 8192}"),
        guest("properties: {'hw:mem_page_size': 99999999999PB}"),
        "hosts: {h: {actors: {a: {cpus: 1, pages: {}}}}}",
        "hosts: {h: {actors: {a: {cpus: 1, pages: {1GiB: 1, 2MiB: 1}}}}}",
        "hosts: {h: {actors: {a: {cpus: 1, pages: {1GiB: 1000000000}}}}}",
    ]

    /// Findings about one value alone, in contrast to rules that join several.
    static let ofValues: Set<DiagnosticCode> = [
        .wrongType, .unknownKey, .badNumber, .badSize, .badBoolean, .badChoice, .badCPUList, .badRatio, .badName,
        .yamlSyntax, .yamlTab, .yamlDuplicateKey, .yamlSeveralDocuments, .yamlAlias, .yamlEmpty, .yamlTag,
    ]

    @Test("takes every example, and the examples of the manual")
    func examples() throws {
        var files: [String: String] = [:]
        for name in SiteFileTests.examples { files[name] = try text(of: "examples/\(name)") }
        let manual = try text(of: "manpages/numactl-plan-site.5").components(
            separatedBy: "\n.Bd -literal -offset indent\n")
        for (number, block) in manual.dropFirst().enumerated() {
            files["manual-\(number).yaml"] = block.components(separatedBy: "\n.Ed").first
        }
        #expect(files.count > 8)
        #expect(try JSONSchemaCheck(files, schema: schema()).wrong == [:])
    }

    @Test("refuses what the reader refuses of single values, where the reader does")
    func refusals() throws {
        let flavors = RefusedFlavors.cpus + RefusedFlavors.cells + RefusedFlavors.memory + RefusedFlavors.shape
        let cases = RefusedSites.form + RefusedSites.references + RefusedSites.yaml + flavors.map { (guest($0), $1) }
        let checked = cases.filter { Self.ofValues.contains($1) }.enumerated().map { number, entry in
            (name: "case-\(number).yaml", text: entry.0, code: entry.1)
        }
        #expect(checked.count > 100)
        let files = Dictionary(uniqueKeysWithValues: checked.map { ($0.name, marked($0.text).text) })
        let wrong = try JSONSchemaCheck(files, schema: schema()).wrong
        var accepted: Set<String> = []
        for (name, text, _) in checked {
            let (plain, mark) = marked(text)
            guard let places = wrong[name] else {
                accepted.insert(plain)
                continue
            }
            guard let root = YAMLReader.read(SourceText(name: "site.yaml", text: plain)).value else { continue }
            let wanted = Self.places(of: mark, in: root)
            #expect(!places.isDisjoint(with: wanted), "\(text): \(places), not \(wanted)")
        }
        #expect(accepted == Self.unseen)
    }

    @Test("says of every key what the tables say")
    func keys() throws {
        let document = try JSONSerialization.jsonObject(with: Data(schema().utf8)) as? [String: Any]
        let definitions = try #require(document?["definitions"] as? [String: Any])
        for key in SiteSchema.keys where key.place != .pools {
            let place = key.place == .site ? document : definitions[key.place.rawValue] as? [String: Any]
            let property = (place?["properties"] as? [String: Any])?[key.name] as? [String: Any]
            let description = try #require(property?["description"] as? String, "\(key.place).\(key.name)")
            #expect(description.hasPrefix(key.summary))
            #expect(key.defaultValue.map { description.hasSuffix("Default: \($0)") } ?? true, "\(description)")
        }
    }

    private func schema() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(SiteJSONSchema.document), as: UTF8.self)
    }

    /// The paths of what stands at a mark: the value there or the value of the key there, and what each is in.
    private static func places(of mark: SourceMark, in root: YAMLNode) -> Set<String> {
        var found: Set<String> = []
        func walk(_ node: YAMLNode, _ path: String, _ parent: String) {
            if node.mark == mark { found.formUnion([path, parent]) }
            for (index, element) in (node.elements ?? []).enumerated() { walk(element, "\(path)[\(index)]", path) }
            for pair in node.pairs ?? [] {
                let isPlain = pair.name.wholeMatch(of: /[A-Za-z][A-Za-z0-9_]*/) != nil
                let inner = path + (isPlain ? ".\(pair.name)" : "['\(pair.name)']")
                if pair.mark == mark { found.formUnion([path, inner]) }
                walk(pair.value, inner, path)
            }
        }
        walk(root, "$", "$")
        return found
    }
}
