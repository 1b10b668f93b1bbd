import Diagnostics
import Testing

@Suite("What codes mean")
struct ExplanationTests {
    @Test("every code has a title without a full stop", arguments: DiagnosticCode.allCases)
    func title(code: DiagnosticCode) {
        #expect(!code.title.isEmpty)
        #expect(code.title.last != ".")
        #expect(code.title.count <= 60)
    }

    @Test("every code has paragraphs that end with a full stop", arguments: DiagnosticCode.allCases)
    func explanation(code: DiagnosticCode) {
        let paragraphs = code.explanation.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(paragraphs.count >= 2)
        for paragraph in paragraphs {
            #expect(paragraph.last == ".", "\(paragraph)")
            #expect(!paragraph.contains("  "), "\(paragraph)")
        }
    }

    @Test("no two codes mean the same")
    func distinct() {
        let codes = DiagnosticCode.allCases
        #expect(Set(codes.map(\.title)).count == codes.count)
        #expect(Set(codes.map(\.explanation)).count == codes.count)
    }
}
