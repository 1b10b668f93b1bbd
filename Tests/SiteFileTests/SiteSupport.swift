import Diagnostics
import SiteFile
import TestSupport

/// Reads a site from text.
func read(_ text: String) -> Checked<Site> { SiteReader.read(SourceText(name: "site.yaml", text: text)) }

/// Reads a text in which one `▶` stands where the only finding is expected.
func readMarked(_ text: String) -> (result: Checked<Site>, mark: SourceMark) {
    let (text, mark) = marked(text)
    return (read(text), mark)
}

/// A site with one guest of 8 vCPUs and 8 GiB that has these further keys, in flow style.
func guest(_ keys: String, name: String = "g") -> String {
    "guests: {\(name): {vcpus: 8, ram: 8GiB\(keys.isEmpty ? "" : ", ")\(keys)}}\n"
}

/// The demand of the first guest of a text.
func demanded(_ text: String) -> GuestDemand? { read(text).value?.guests.first?.demand }

/// The findings as a compiler writes them.
func rendered(_ result: Checked<Site>, _ text: String) -> String {
    DiagnosticText(sources: [SourceText(name: "site.yaml", text: text)], width: 1_000).render(result.diagnostics)
}
