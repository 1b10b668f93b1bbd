import Diagnostics
import HostModel
import SiteFile
import TestSupport
import Testing

@Suite("Whole site file")
struct WholeFileTests {
    /// A file with a mistake on nearly every line.
    static let bad = """
        site: rack7
        hosts:
          hv01:
            cpus: {dedicated: 2-7, shared: 0-2}
            cpu_allocation_ratio: none
            pools: {2MB: {cells: {0: 512}}}
          hv02:
        flavours: {}
        flavors:
          m1.tiny: {vcpus: 1, ram: 512}
          m1.numa: {vcpus: 4, ram: 1GiB, numa_nodes: 3}
          pinned:
            vcpus: 4
            ram: 1GiB
            cpu_polcy: dedicated
            cpu_thread_policy: isolate
            numa_cells:
              - {cpus: 0-1, ram: 512MiB}
              - {cpus: 1-4, ram: 256MiB}
        guests:
          web: {flavor: m1.tiny, host: hv01, autostart: yes}
          web/2: {flavor: m1.numa, host: hv1}
          db: {flavor: m1.nmua, host: hv01}
          free: {flavor: m1.numa}
          web: {vcpus: 1}
          naked: {host: hv02}
          rt: {flavor: pinned, host: hv02}

        """

    @Test("gives all its errors in one run, in the order of the file")
    func everything() {
        let result = read(Self.bad)
        #expect(result.value == nil)
        #expect(
            result.diagnostics.map { "\($0.mark?.line ?? 0) \($0.code.rawValue)" } == [
                "4 NP212", "5 NP215", "6 NP205", "8 NP201", "10 NP205", "11 NP230", "15 NP201", "17 NP235",
                "19 NP232", "19 NP233", "21 NP206", "22 NP211", "22 NP210", "23 NP209", "24 NP213", "25 NP103",
                "26 NP202",
            ])
    }

    @Test("shows them as a compiler does")
    func golden() throws {
        try expectGolden(rendered(read(Self.bad), Self.bad), "bad-site.txt")
    }

    @Test("says each thing in these words")
    func sentences() throws {
        let flavors =
            RefusedFlavors.cpus + RefusedFlavors.cells + RefusedFlavors.memory + RefusedFlavors.shape
            + RefusedFlavors.image
            + RefusedFlavors.wishes.map { ($0, .wishDropped) }
        let sites = RefusedSites.form + RefusedSites.references + RefusedSites.yaml
        let texts =
            sites.map(\.0) + flavors.map { "flavors: {f: {vcpus: 8, ram: 8GiB}}\nguests: {g: {flavor: f, \($0.0)}}\n" }
        let lines = texts.flatMap { text in
            read(marked(text).text).diagnostics.map { found in
                var words = found
                words.mark = nil
                words.message = found.message.replacing(String(repeating: "n", count: 199), with: "nnn…")
                words.notes = found.label.map { ["^ " + $0] } ?? []
                return DiagnosticText(width: 1_000).render(words)
            }
        }
        try expectGolden(Set(lines).sorted().joined(), "sentences.txt")
    }

    @Test("of good text is a value that knows its places")
    func places() throws {
        let (text, mark) = marked("hosts: {h: {cpus: {dedicated: ▶0-3}}}\n")
        #expect(try #require(read(text).value).hosts[0].dedicatedCPUs == Located([0, 1, 2, 3], at: mark))
    }

    @Test("with many guests is read in no time", .timeLimit(.minutes(1)))
    func large() throws {
        let guests = (0..<5_000).map { "  g\($0): {flavor: f, ram: 2GiB}\n" }.joined()
        let site = try #require(read("flavors: {f: {vcpus: 4, ram: 1GiB, numa_nodes: 2}}\nguests:\n" + guests).value)
        #expect(site.guests.count == 5_000 && site.guests.last?.demand.cells.count == 2)
    }

    @Test("of many hosts may have more guests than one host may", .timeLimit(.minutes(1)))
    func fleet() throws {
        func text(_ hosts: Int) -> String {
            let guests = (0..<12).map { "  g\($0): {vcpus: 1, ram: 1GiB, host: h\($0 % hosts), count: 1000}\n" }
                .joined()
            return "hosts: {h0: {}, h1: {}}\nguests:\n" + guests
        }
        #expect(try #require(read(text(2)).value).guests.count == 12_000)
        #expect(read(text(1)).diagnostics.map(\.message) == ["the site has more than 10000 guests on one host"])
    }

    @Test("that asks for too much is refused", .timeLimit(.minutes(1)))
    func hostile() {
        let counted = (0..<20).map { "  g\($0): {vcpus: 1, ram: 1GiB, count: 1000}\n" }.joined()
        #expect(read("guests:\n" + counted).diagnostics.map(\.code) == [.badNumber])
        let laughs =
            "guests: {a: &a [1,1,1,1,1,1,1,1,1], "
            + (1...8).map { level in
                "b\(level): &b\(level) ["
                    + Array(repeating: level == 1 ? "*a" : "*b\(level - 1)", count: 9).joined(separator: ",") + "]"
            }.joined(separator: ", ") + "}"
        #expect(read(laughs).diagnostics.map(\.code) == [.yamlAlias])
        let unknown = "guests: {a: {" + (0..<20_000).map { "ke\($0): 1" }.joined(separator: ", ") + "}}"
        #expect(read(unknown).diagnostics.count == 20_001)
        let misspelt = (0..<3_000).map { "  g\($0): {flavor: fx\($0)}\n" }.joined()
        let flavors = (0..<3_000).map { "  flavor\($0): {vcpus: 1, ram: 1GiB}\n" }.joined()
        #expect(read("flavors:\n\(flavors)guests:\n\(misspelt)").diagnostics.count == 3_000)
        let cells =
            "guests: {a: {vcpus: 1, ram: 1GiB, numa_cells: [" + String(repeating: "{ram: 1GiB},", count: 200) + "]}}"
        #expect(read(cells).diagnostics.map(\.code) == [.wrongType])
        #expect(
            read("guests: {a: {vcpus: 4096, ram: 4096TiB, cpu_max_sockets: 65536, cpu_threads: 4096}}").diagnostics
                == [])
    }

    @Test("of shuffled words is read or refused with a reason", arguments: 0..<40)
    func shuffled(seed: Int) throws {
        var generator = Shuffler(state: UInt64(seed))
        let sources = try (examples.map { try text(of: "examples/\($0)") } + [Self.bad])
        let source = try #require(sources.randomElement(using: &generator))
        var words = source.split(omittingEmptySubsequences: false) { " \n".contains($0) }
        let strange = [
            "0", "-1", "^", "{", "]", "~", "''", "99999999999999999999", "4PiB", "0-65535", "dedicated", "none", "*a",
            "&a", "::", "\n",
        ]
        for _ in 0..<10 {
            let index = Int.random(in: 0..<words.count, using: &generator)
            switch Int.random(in: 0..<3, using: &generator) {
            case 0: words.remove(at: index)
            case 1: words.swapAt(index, Int.random(in: 0..<words.count, using: &generator))
            default: words[index] = Substring(strange.randomElement(using: &generator) ?? "")
            }
            // Blanks in place of line breaks would leave one line, so both are tried.
            for separator in [" ", "\n"] {
                let result = read(words.joined(separator: separator))
                #expect((result.value == nil) == result.diagnostics.hasErrors)
            }
            var characters = Array(source)
            characters[Int.random(in: 0..<characters.count, using: &generator)] =
                "\0{}[]:,#\t\"'-9é".randomElement(using: &generator) ?? " "
            let result = read(String(characters))
            #expect((result.value == nil) == result.diagnostics.hasErrors)
        }
    }

    @Test("cut off anywhere, or with any line missing, is read or refused with a reason")
    func mutilated() {
        let lines = Self.bad.split(separator: "\n", omittingEmptySubsequences: false)
        for index in lines.indices {
            var rest = lines
            rest.remove(at: index)
            #expect(read(rest.joined(separator: "\n")).value == nil)
        }
        for end in 1..<Self.bad.utf8.count {
            let result = read(String(decoding: Self.bad.utf8.prefix(end), as: UTF8.self))
            #expect((result.value == nil) == result.diagnostics.hasErrors)
        }
    }
}

/// A small seeded generator, so that random tests repeat.
private struct Shuffler: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
