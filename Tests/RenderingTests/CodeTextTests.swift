import Diagnostics
import Rendering
import Testing

@Suite("Codes as text")
struct CodeTextTests {
    @Test("begin with the code, and are few lines of at most 80 columns", arguments: DiagnosticCode.allCases)
    func shape(code: DiagnosticCode) {
        let lines = CodeText(code).text.split(separator: "\n")
        #expect(lines.first.map(String.init) == "\(code.rawValue): \(code.title)")
        #expect((3...14).contains(lines.count), "\(lines.count)")
        #expect(lines.allSatisfy { $0.count <= 80 })
        #expect(lines.dropFirst().allSatisfy { $0.hasPrefix("  ") && $0.last != " " })
    }
}
