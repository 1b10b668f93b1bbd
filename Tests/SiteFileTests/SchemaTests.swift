import Diagnostics
import Foundation
import SiteFile
import Testing
import YAMLTree

@Suite("Table of keys")
struct SchemaTests {
    @Test("names no key of a place twice, and says something of each")
    func names() {
        for place in SitePlace.allCases {
            let keys = SiteSchema.keys(of: place)
            #expect(!keys.isEmpty)
            #expect(Set(keys.map(\.name)).count == keys.count)
            for key in keys { #expect(!key.summary.isEmpty && key.summary.last != ".", "\(key.name)") }
        }
        #expect(Set(SiteSchema.keys(of: .flavor).map(\.name)).isSubset(of: SiteSchema.keys(of: .guest).map(\.name)))
    }

    @Test("refuses a value of the wrong type at every key", arguments: SiteSchema.keys)
    func wrongTypes(key: SiteKey) throws {
        for value in wrongValues(for: key.kind) {
            let text = frame(of: key.place, with: "\(key.name): \(value)")
            let result = read(text)
            #expect(result.value == nil, "\(text)")
            let offset = try #require(text.range(of: "\(key.name): \(value)"))
            let column = text.distance(from: text.startIndex, to: offset.lowerBound) + 1
            let places = result.diagnostics.filter { ($0.mark?.column ?? 0) >= column }
            #expect(!places.isEmpty, "\(text)\n\(rendered(result, text))")
        }
    }

    @Test("is in the manual with bounds, words and defaults", arguments: SiteSchema.keys)
    func manual(key: SiteKey) throws {
        if key.place == .guest, SiteSchema.keys(of: .flavor).contains(where: { $0.name == key.name }) { return }
        let manual = try text(of: "manpages/numactl-plan-site.5")
        let section = try #require(
            manual.components(separatedBy: "\n.Ss Keys of \(key.place.phrase)\n").dropFirst().first?
                .components(separatedBy: "\n.Ss ").first?.components(separatedBy: "\n.Sh ").first)
        let items = section.components(separatedBy: "\n.It Ic ").dropFirst()
        let first = try #require(items.firstIndex { $0.hasPrefix("\(key.name) :") }, "\(key.name) is not in the manual")
        // Several keys may share one text, which stands at the last of them.
        let item = try #require(items[first...].first { $0.contains("\n") })
        let head = items[first]
        if let defaultValue = key.defaultValue {
            #expect((head + item).contains(defaultValue), "the default of \(key.name)")
        }
        if key.isRequired { #expect(item.contains("Required"), "\(key.name) is required") }
        for word in words(of: key.kind) { #expect((head + item).contains(word), "\(word) of \(key.name)") }
    }

    @Test("of properties is in the manual", arguments: SiteSchema.properties)
    func properties(property: SiteProperty) throws {
        let manual = try text(of: "manpages/numactl-plan-site.5")
        for name in [property.flavorName, property.imageName].compactMap({ $0 }) {
            #expect(manual.contains(property.isIndexed ? name + ".N" : name))
        }
        #expect(!property.kind.phrase.isEmpty)
    }

    @Test("covers every code that a site file can cause, in the manual too")
    func codes() throws {
        let manual = try text(of: "manpages/numactl-plan-site.5")
        let others: Set<DiagnosticCode> = [.jsonSyntax, .baseUnreadable, .baseInvalid, .badVersion, .factsInconsistent]
        for code in DiagnosticCode.allCases where code.rawValue < "NP3" && !others.contains(code) {
            #expect(manual.contains("\n.It \(code.rawValue)\n"), "\(code)")
        }
    }

    /// Values that no key of this kind takes.
    private func wrongValues(for kind: ValueKind) -> [String] {
        switch kind {
        case .mapping, .mappingOrWord, .dictionary, .properties: ["[1]", "x"]
        case .sequence: ["{a: 1}", "x"]
        case .boolean, .integer, .ratio, .size, .amount, .pageSize, .choice, .list, .listOrWord, .countOrList, .mask:
            ["[1]", "{a: 1}", "", "~", "\"wrong!\""]
        case .textOrMapping: ["[1]", "", "x"]
        case .text: ["[1]", "{a: 1}", "", "\"\"", "\"two\\nlines\""]
        }
    }

    private func words(of kind: ValueKind) -> [String] {
        switch kind {
        case .listOrWord(let word), .mappingOrWord(_, let word): [word]
        case .choice(let words), .pageSize(let words), .amount(let words): words
        case .integer(let range), .countOrList(let range): ["\(range.lowerBound)", "\(range.upperBound)"]
        case .dictionary(_, .integer(let range), _): ["\(range.lowerBound)", "\(range.upperBound)"]
        default: []
        }
    }

    /// A whole file in which the only thing of note is one entry at a place.
    private func frame(of place: SitePlace, with entry: String) -> String {
        let guest = "guests: {g: {vcpus: 1, ram: 1GiB, "
        return switch place {
        case .site: "{\(entry)}"
        case .host: "hosts: {h: {\(entry)}}"
        case .hostCPUs: "hosts: {h: {cpus: {\(entry)}}}"
        case .reserved: "hosts: {h: {reserved: {\(entry)}}}"
        case .reservedCell: "hosts: {h: {reserved: {cells: {0: {\(entry)}}}}}"
        case .pools: "hosts: {h: {pools: {\(entry)}}}"
        case .pool: "hosts: {h: {pools: {2MiB: {\(entry)}}}}"
        case .actor: "hosts: {h: {actors: {a: {\(entry)}}}}"
        case .flavor: "flavors: {f: {\(entry)}}"
        case .guest: "guests: {g: {\(entry)}}"
        case .numaCell: guest + "numa_cells: [{\(entry)}]}}"
        case .cpuTopology: guest + "cpu_topology: {\(entry)}}}"
        case .scheduler: guest + "scheduler: {\(entry)}}}"
        case .disk: guest + "disks: [{\(entry)}]}}"
        case .interface: guest + "interfaces: [{\(entry)}]}}"
        case .hostDevice: guest + "host_devices: [{\(entry)}]}}"
        }
    }
}

/// The package's folder.
let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

/// The text of a file of the package.
func text(of path: String) throws -> String { try String(contentsOf: package.appending(path: path), encoding: .utf8) }
