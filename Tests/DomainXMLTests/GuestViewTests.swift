import DomainXML
import HostModel
import Testing
import XMLTree

@Suite("Distances and caches that a guest sees")
struct GuestViewTests {
    private static let usual = [GuestCell].two([0: 10, 1: 20], [0: 20, 1: 10])
    private static let far = [GuestCell].two([0: 10, 1: 31], [0: 31, 1: 10])

    private static func document(_ distances: String, cache: String = "", mode: String = "") throws -> XMLElement {
        try domain(
            """
            <cpu\(mode)>\(cache)<numa><cell id='0' cpus='0-1' memory='524288' unit='KiB'>\(distances)</cell>\
            <cell id='1' cpus='2-3' memory='524288' unit='KiB'/></numa></cpu>
            """)
    }

    private static let written = "<distances><sibling id='0' value='10'/><sibling id='1' value='31'/></distances>"

    @Test(
        "Distances that say nothing take away those that a definition has, and are none themselves",
        arguments: [true, false])
    func usual(isSaved: Bool) throws {
        var wanted = WantedSettings(vcpus: 4, memory: 1_048_576)
        wanted.guestCells = Self.usual
        if isSaved { wanted = try WantedSettings(fragment: wanted.fragment()) }
        let far = try Self.document(Self.written)
        let found = try FoundSettings(reading: far)
        #expect(
            text(wanted.differences(from: found)) == [
                "cpu.numa.cell[0].distances: 0:10 1:31 -> absent", "cpu.numa.cell[1].distances: 0:31 1:10 -> absent",
            ])
        for whole in [wanted, wanted.completed(over: found)] {
            let patched = DomainPatch.apply(whole, mark: nil, to: far)
            #expect(!XMLWriter.write(patched).contains("distances"))
            #expect(try wanted.differences(from: FoundSettings(reading: patched)).isEmpty)
        }
        #expect(try wanted.differences(from: FoundSettings(reading: Self.document(""))).isEmpty)
        let said = try FoundSettings(reading: Self.document(Self.written.replacing("31", with: "20")))
        #expect(wanted.differences(from: said).isEmpty)
        #expect(!wanted.settings.contains { $0.path.hasSuffix("distances") })
    }

    @Test("Distances are put in, and stay where nothing is said of them")
    func far() throws {
        var wanted = WantedSettings(vcpus: 4, memory: 1_048_576)
        wanted.guestCells = Self.far
        let patched = DomainPatch.apply(wanted, mark: nil, to: try Self.document(""))
        #expect(try FoundSettings(reading: patched).guestCells == Self.far)
        wanted.guestCells = [GuestCell].two([:], [:])
        #expect(try wanted.differences(from: FoundSettings(reading: patched)).isEmpty)
        #expect(try FoundSettings(reading: DomainPatch.apply(wanted, mark: nil, to: patched)).guestCells == Self.far)
    }

    @Test(
        "A cache is read and written",
        arguments: [
            ("<cache mode='passthrough'/>", CPUCache(.passthrough), "passthrough"),
            ("<cache level='3' mode='emulate'/>", CPUCache(.emulate, level: 3), "emulate 3"),
            ("<cache mode='disable'/>", CPUCache(.disable), "disable"),
        ] as [(String, CPUCache, String)])
    func cache(element: String, value: CPUCache, words: String) throws {
        let document = try Self.document("", cache: element, mode: " mode='maximum'")
        #expect(try FoundSettings(reading: document).cpuCache == value)
        #expect(try settings(document).contains("cpu.cache = \(words)"))
        var wanted = WantedSettings()
        wanted.cpuCache = value
        for before in ["", "<cache mode='disable'/>", element] {
            let patched = DomainPatch.apply(
                wanted, mark: nil, to: try Self.document("", cache: before, mode: " mode='maximum'"))
            #expect(XMLWriter.write(patched) == XMLWriter.write(document))
        }
        var whole = WantedSettings(vcpus: 4, memory: 1_048_576)
        whole.cpuCache = value
        #expect(try WantedSettings(fragment: whole.fragment()) == whole)
    }

    @Test(
        "A cache that is the host's goes with the mode that passes its CPU on",
        arguments: [("host-model", false), ("host-passthrough", true)])
    func mode(mode: String, stays: Bool) throws {
        var wanted = WantedSettings()
        wanted.cpuMode = mode
        let patched = DomainPatch.apply(
            wanted, mark: nil, to: try Self.document("", cache: "<cache mode='passthrough'/>", mode: " mode='maximum'"))
        #expect((try FoundSettings(reading: patched).cpuCache == .init(.passthrough)) == stays)
    }

    @Test(
        "A cache of an unknown kind is an error",
        arguments: ["<cache/>", "<cache mode='other'/>", "<cache level='9' mode='emulate'/>"])
    func unknown(element: String) throws {
        #expect(throws: DomainXMLError.self) { try FoundSettings(reading: Self.document("", cache: element)) }
    }
}

extension [GuestCell] {
    fileprivate static func two(_ first: [GuestCellID: Int], _ second: [GuestCellID: Int]) -> [GuestCell] {
        [
            GuestCell(id: 0, vcpus: [0, 1], memory: 524_288, distances: first),
            GuestCell(id: 1, vcpus: [2, 3], memory: 524_288, distances: second),
        ]
    }
}
