import Diagnostics
import TestSupport
import Testing
import YAMLTree

@Suite("YAML that is refused")
struct YAMLRefusalTests {
    @Test(
        "says what is wrong and where",
        arguments: [
            ("a: 'x▶", .yamlSyntax), ("a: [1, 2▶", .yamlSyntax), ("a: b▶: c", .yamlSyntax), ("a: ▶@x", .yamlSyntax),
            ("a: 1\n▶- b", .yamlSyntax), ("a: ▶\u{1}", .yamlSyntax), ("ab\né: ▶\u{7}", .yamlSyntax),
            ("? ▶[a]\n: 1", .yamlSyntax), ("▶{a: 1}: 2", .yamlSyntax), ("a: ▶%x", .yamlSyntax),
            ("a:\n▶\tb: 1", .yamlTab), ("a:\n  b: 1\n▶\tc: 2", .yamlTab), ("a: |\n  x\n▶\ty", .yamlTab),
            ("a: 1\n▶a: 2", .yamlDuplicateKey), ("{a: {b: 1, ▶b: 2}}", .yamlDuplicateKey),
            ("'1': x\n▶1: y", .yamlDuplicateKey),
            ("a: 1\n▶---\nb: 2", .yamlSeveralDocuments), ("---\na: 1\n...\n▶---\n", .yamlSeveralDocuments),
            ("a: ▶*b", .yamlAlias), ("a: &x [1, ▶*x]", .yamlAlias), ("a: &x\n  b: {c: ▶*x}", .yamlAlias),
            ("a: &x 1\n▶<<: *x", .yamlMergeKey), ("a: ▶!size 5", .yamlTag), ("▶!!python/object {a: 1}", .yamlTag),
            ("a: ▶!!binary eA==", .yamlTag), ("▶", .yamlEmpty), ("▶# only a comment\n", .yamlEmpty),
            ("▶---\n", .yamlEmpty),
        ] as [(String, DiagnosticCode)])
    func refusing(text: String, code: DiagnosticCode) {
        let (text, mark) = marked(text)
        let result = YAMLReader.read(SourceText(name: "site.yaml", text: text))
        #expect(result.value == nil)
        #expect(result.diagnostics.map(\.code) == [code])
        #expect(result.diagnostics.first?.mark == mark)
    }

    @Test("names both places of a key that is given twice")
    func duplicate() throws {
        let result = YAMLReader.read(SourceText(name: "s", text: "a: 1\nb: 2\na: 3\nb: 4\n"))
        #expect(
            result.diagnostics.map(\.notes) == [["first: s:1:1", "again: s:3:1"], ["first: s:2:1", "again: s:4:1"]])
    }

    @Test("finds several mistakes in one run")
    func several() {
        let text = "a: !x 1\na: 2\nb: *c\nd: {<<: 1}\ne: 'f\n"
        let result = YAMLReader.read(SourceText(name: "s", text: text))
        #expect(
            result.diagnostics.map(\.code) == [.yamlTag, .yamlDuplicateKey, .yamlAlias, .yamlMergeKey, .yamlSyntax])
    }

    @Test("suggests the anchor that was probably meant")
    func anchor() {
        let result = YAMLReader.read(SourceText(name: "s", text: "a: &base 1\nb: *bsae\n"))
        #expect(result.diagnostics.first?.hint == "did you mean '*base'?")
    }

    @Test(
        "refuses bytes that are not UTF-8 and says where",
        arguments: [
            ([0x61, 0x0A, 0xC3, 0xA9, 0xFF], 2, 2), ([0xC0, 0x80], 1, 1), ([0xED, 0xA0, 0x80], 1, 1),
            ([0x61, 0xE2, 0x82], 1, 2), ([0xFF, 0xFE, 0x61, 0x00], 1, 1), ([0xFE, 0xFF, 0x00, 0x61], 1, 1),
        ] as [([UInt8], Int, Int)])
    func notUTF8(bytes: [UInt8], line: Int, column: Int) {
        let result = YAMLReader.read(bytes: bytes, name: "s")
        #expect(result.value == nil)
        #expect(result.diagnostics.map(\.code) == [.textNotUTF8])
        #expect(result.diagnostics.first?.mark == SourceMark(file: "s", line: line, column: column))
    }

    @Test("reads bytes that are UTF-8")
    func utf8() {
        #expect(YAMLReader.read(bytes: Array("é: 1".utf8), name: "s").value?.pairs?.first?.name == "é")
    }
}
