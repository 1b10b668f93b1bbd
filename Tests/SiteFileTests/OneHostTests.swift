import Diagnostics
import FullHosts
import SiteFile
import Testing

/// Reading for the sake of one host leaves out what only other hosts have, and finds all the same.
@Suite("A site that is read for one host")
struct OneHostTests {
    private static let flavors = """
        flavors:
          f: {vcpus: 1, ram: 1GiB}
          odd: {ram: 1GiB}
        hosts: {h1: {}, h2: {}, h3: {}}

        """

    /// Of three hosts' guests, with what rules look at now and then.
    private static func site(_ dice: inout SplitMix) -> String {
        var names = ["a", "a-1", "a-2", "a-1-1", "b", "b-1", "c", "d-10", "d"].shuffled(using: &dice)
        let entries = (0..<dice.number(1...6)).map { _ in
            var keys = [
                "flavor: \(dice.pick(["f", "f", "f", "f", "odd"]))",
                "host: \(dice.pick(["h1", "h2", "h2", "h3"] + (dice.chance(3) ? ["h4"] : [])))",
            ]
            if dice.chance(40) { keys.append("count: \(dice.pick([1, 2, 3, 12]))") }
            if dice.chance(10) { keys.append("disks: [{path: \(dice.pick(["/x", "/{name}", "/y"]))}]") }
            if dice.chance(10) {
                keys.append(
                    "interfaces: [{network: n, mac: '\(dice.pick(["52:54:00:00:00:01", "52:54:00:00:00:{index}"]))'}]")
            }
            if dice.chance(8) { keys.append("host_devices: ['0000:3b:00.1']") }
            if dice.chance(5) { keys.append("was: \(dice.pick(["a", "b", "z"]))") }
            if dice.chance(5) { keys.append("description: 'no {index}'") }
            if dice.chance(10) { keys.append("vcpus: 4") }
            if dice.chance(5) { keys.append("state: absent") }
            return "  \(names.removeLast()): {\(keys.joined(separator: ", "))}\n"
        }
        return flavors + "guests:\n" + entries.joined()
    }

    @Test("has the guests of that host, and the findings of the whole site")
    func same() {
        var (right, wrong, fewer) = (0, 0, 0)
        for seed in 0..<1_000 {
            var dice = SplitMix(seed: seed)
            let source = SourceText(name: "site.yaml", text: Self.site(&dice))
            let whole = SiteReader.read(source)
            for host in ["h1", "h2", "h4"] {
                let one = SiteReader.read(source, only: host)
                #expect(one.diagnostics == whole.diagnostics, "\(source.text)")
                func own(_ site: Site?) -> [GuestSpec]? { site?.guests.filter { $0.host?.value == host } }
                #expect(own(one.value) == own(whole.value), "\(source.text)")
                #expect(one.value?.flavors == whole.value?.flavors && one.value?.hosts == whole.value?.hosts)
                if (one.value?.guests.count ?? 0) < (whole.value?.guests.count ?? 0) { fewer += 1 }
            }
            if whole.value == nil { wrong += 1 } else { right += 1 }
        }
        #expect(right > 200 && wrong > 200 && fewer > 200, "\(right) \(wrong) \(fewer)")
    }

    @Test("names every mistake of guests of other hosts", arguments: RefusedSites.form + RefusedSites.references)
    func mistakes(text: String, code: DiagnosticCode) {
        let source = SourceText(name: "site.yaml", text: text.filter { $0 != "▶" })
        #expect(SiteReader.read(source, only: "other").diagnostics == SiteReader.read(source).diagnostics)
    }

    @Test("has too many guests where others have them")
    func limits() {
        let counts = (0..<12).map { "  g\($0): {flavor: f, host: h2, count: 1000}\n" }.joined()
        for text in [counts, "  \(String(repeating: "x", count: 250)): {flavor: f, host: h2, count: 10000}\n"] {
            let source = SourceText(name: "site.yaml", text: Self.flavors + "guests:\n" + text)
            let whole = SiteReader.read(source)
            #expect(SiteReader.read(source, only: "h1").diagnostics == whole.diagnostics)
        }
        #expect(SiteReader.read(SourceText(name: "site.yaml", text: Self.flavors + "guests:\n" + counts)).value == nil)
    }
}
