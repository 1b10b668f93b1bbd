import Diagnostics
import SiteFile
import Testing

/// Site files that name further files.
@Suite("An included file")
struct IncludeTests {
    /// Reads `site.yaml` among files, in one of which a `▶` may stand.
    private func read(_ files: [String: String]) -> (site: Checked<Site>, mark: SourceMark?) {
        var mark: SourceMark?
        var sources: [String: SourceText] = [:]
        for (name, text) in files {
            var text = text
            if let place = text.firstIndex(of: "▶") {
                let before = text[..<place]
                let line = before.count { $0 == "\n" } + 1
                let column = before.count - (before.lastIndex(of: "\n").map { before[...$0].count } ?? 0) + 1
                mark = SourceMark(file: name, line: line, column: column)
                text.remove(at: place)
            }
            sources[name] = SourceText(name: name, text: text)
        }
        let site = SiteReader.read(sources["site.yaml"] ?? SourceText(name: "site.yaml", text: "")) { name in
            guard let source = sources[name.value] else {
                return Checked(nil, [Diagnostic(.includeImpossible, "cannot read \(name.value)", at: name.mark)])
            }
            return Checked(source)
        }
        return (site, mark)
    }

    private static let web = "flavors: {f: {vcpus: 1, ram: 1GiB}}\nguests: {web: {flavor: f, count: 2}}\n"

    @Test("has flavors and guests like the site file itself")
    func parts() throws {
        let site = read([
            "site.yaml":
                "include: [sub/web.yaml, ./db.yaml]\nflavors: {g: {vcpus: 2, ram: 2GiB}}\nguests: {a: {flavor: f}}\n",
            "sub/web.yaml": Self.web, "db.yaml": "guests: {db: {flavor: g}}\n",
        ]).site
        #expect(site.diagnostics.isEmpty, "\(site.diagnostics)")
        let guests = try #require(site.value).guests
        #expect(guests.map(\.name.value) == ["a", "web-1", "web-2", "db"])
        #expect(guests.map(\.demand.vcpus) == [1, 1, 1, 2])
        #expect(guests[1].name.mark.file == "sub/web.yaml")
    }

    @Test(
        "is refused where it is named, or where it says what it may not",
        arguments: [
            ("include: [▶/etc/web.yaml]\n", [:], .includeImpossible),
            ("include: [▶../web.yaml]\n", [:], .includeImpossible),
            ("include: [▶sub/../../web.yaml]\n", [:], .includeImpossible),
            ("include: [▶site.yaml]\n", [:], .includeImpossible),
            ("include: [web.yaml, ▶./web.yaml]\n", ["web.yaml": web], .includeImpossible),
            ("include: [▶none.yaml]\nguests: {a: {flavor: f}}\n", [:], .includeImpossible),
            ("include: [web.yaml]\n", ["web.yaml": "▶hosts: {h: {}}\n"], .unknownKey),
            ("include: [web.yaml]\n", ["web.yaml": "▶include: [more.yaml]\n"], .unknownKey),
            ("include: [web.yaml]\n", ["web.yaml": "▶flavor: {}\n"], .unknownKey),
            ("include: [web.yaml]\n", ["web.yaml": "guests: {a: {flavor: ▶g}}\n"], .unknownFlavor),
            ("include: [web.yaml]\n", ["web.yaml": "guests: {a: {vcpus: ▶x, ram: 1GiB}}\n"], .badNumber),
            (
                "include: [web.yaml]\nguests: {web-2: {vcpus: 1, ram: 1GiB}}\n",
                ["web.yaml": web.replacing("{web:", with: "{▶web:")], .duplicateGuest
            ),
            (
                "include: [web.yaml]\nflavors: {f: {vcpus: 1, ram: 1GiB}}\n",
                ["web.yaml": web.replacing("{f:", with: "{▶f:")], .duplicateFlavor
            ),
        ] as [(String, [String: String], DiagnosticCode)])
    func refused(site: String, files: [String: String], code: DiagnosticCode) {
        let (found, mark) = read(files.merging(["site.yaml": site]) { $1 })
        #expect(found.value == nil)
        #expect(found.diagnostics.map(\.code) == [code], "\(found.diagnostics)")
        #expect(found.diagnostics.first?.mark == mark)
    }
}
