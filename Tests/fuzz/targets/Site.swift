internal import Diagnostics
internal import HostModel
internal import SiteFile
internal import YAMLTree

/// YAML → site. Whatever is refused is refused with an error, every finding has a place in the text, and the same text gives the same
/// site.
func readSite(_ bytes: [UInt8]) {
    let decoded = SourceText.decoding(bytes, name: "s.yaml")
    guard let source = decoded.value else {
        precondition(decoded.diagnostics.hasErrors, "refused without a word")
        return
    }
    let checked = SiteReader.read(source)
    precondition(checked.value != nil || checked.diagnostics.hasErrors, "refused without a word")
    let lines = source.text.unicodeScalars.count { $0 == "\n" } + 1
    for finding in checked.diagnostics {
        precondition(!finding.message.isEmpty, "a finding without words")
        guard let mark = finding.mark else { continue }
        precondition(
            mark.line >= 1 && mark.line <= lines + 1 && mark.column >= 1, "a finding outside of the text: \(mark)")
    }
    let shown = DiagnosticText(sources: [source]).render(checked.diagnostics)
    precondition(shown.isEmpty == checked.diagnostics.isEmpty, "findings that are not shown")
    let again = SiteReader.read(source)
    precondition(
        again.diagnostics == checked.diagnostics && again.value == checked.value, "another answer to the same text")
}
