import Diagnostics
import TestSupport
import Testing
import YAMLTree

@Suite("YAML tree")
struct YAMLTreeTests {
    @Test("keeps keys in the order of the file, and every value")
    func tree() throws {
        let node = try #require(tree(of: "b: 1\na: [x, 'y', \"z\\n\"]\nc:\n  d: |\n    two\n    lines\n"))
        #expect(node.pairs?.map(\.name) == ["b", "a", "c"])
        #expect(node.node(at: [.key("a")])?.elements?.map(\.scalar?.text) == ["x", "y", "z\n"])
        #expect(node.node(at: [.key("a")])?.elements?.map(\.scalar?.style) == [.plain, .singleQuoted, .doubleQuoted])
    }

    @Test(
        "tells what a scalar means by the core schema",
        arguments: [
            ("~", .null), ("null", .null), ("", .null), ("true", .boolean(true)), ("FALSE", .boolean(false)),
            ("yes", .text), ("on", .text), ("'true'", .text), ("\"1\"", .text), ("1", .integer), ("-1", .integer),
            ("0x1F", .integer), ("0o17", .integer), ("0b1", .text), ("1_000", .text), ("1.5", .decimal),
            ("1e3", .decimal), (".inf", .decimal), ("-.5", .decimal), (".", .text), ("1e", .text), ("512MiB", .text),
            ("0-3", .text), ("!!str 5", .text), ("! 5", .text), ("!!int '5'", .integer), ("!!null x", .null),
        ] as [(String, YAMLScalar.Meaning)])
    func meaning(text: String, meaning: YAMLScalar.Meaning) throws {
        let node = try #require(tree(of: "[\(text)]" == "[]" ? "['x': ]" : "[\(text)]"))
        let scalar = node.elements?.first?.scalar ?? node.elements?.first?.pairs?.first?.value.scalar
        #expect(scalar?.meaning == meaning)
    }

    @Test(
        "says where a value stands, in scalars and lines that end with a line feed",
        arguments: [
            "a: ▶x", "a: 1\nb:\n  - ▶x", "é: ▶x", "😀: ▶x", "a: 1\r\nb: ▶x\r\n", "a: ['\u{2028}', ▶x]",
            "# c\n\n\n   a: ▶x",
            "&n a: ▶x", "a: [1, {b: ▶x}]", "a: >\n  1\n\nb: ▶x", "a: '1\n  2'\nb: ▶x",
        ])
    func marks(text: String) throws {
        let (text, mark) = marked(text)
        let node = try #require(tree(of: text))
        #expect(find("x", in: node)?.mark == mark)
        #expect(find("x", in: node)?.length == 1)
    }

    @Test("does not count a byte order mark")
    func byteOrderMark() throws {
        let node = try #require(tree(of: "\u{FEFF}a: x"))
        #expect(find("x", in: node)?.mark == SourceMark(file: "site.yaml", line: 1, column: 4))
    }

    @Test(
        "knows how much of its line a value takes",
        arguments: [
            ("a: {b: 1, c: [2]}  # comment", 14), ("a: [1,\n 2]", 3), ("a: 'x y'", 5), ("a:\n  b: 1\n  c: 2", 1),
            ("a: |\n  x", 1), ("a: x y z # c", 5), ("a: \"x\n  y\"", 2),
        ] as [(String, Int)])
    func lengths(text: String, length: Int) throws {
        let node = try #require(tree(of: text))
        #expect(node.node(at: [.key("a")])?.length == length)
    }

    @Test("replaces aliases, whose inside stays where it was written")
    func aliases() throws {
        let (text, inner) = marked("a: &x {b: ▶1}\nc: *x\n")
        let node = try #require(tree(of: text))
        let alias = try #require(node.node(at: [.key("c")]))
        #expect(alias.mark == SourceMark(file: "site.yaml", line: 2, column: 4))
        #expect(alias.length == 2)
        #expect(alias.node(at: [.key("b")])?.mark == inner)
    }

    @Test("lets a later anchor take an earlier one's place")
    func anchorsAgain() throws {
        let node = try #require(tree(of: "a: &x 1\nb: *x\nc: &x 2\nd: *x\n"))
        #expect(node.pairs?.map(\.value.scalar?.text) == ["1", "1", "2", "2"])
    }

    @Test("reads JSON and finds values by path")
    func json() throws {
        let (text, mark) = marked(
            "{\"cells\": [\n\t{\"id\":0,\"cpus\":\"0-3\"},\n\t{\"id\":1,\"cpus\":▶\"4-x\",\"n\":null,\"u\":\"\\u00e9\\/\"}\n]}"
        )
        let node = try #require(tree(of: text))
        #expect(node.node(at: [.key("cells"), .index(1), .key("cpus")])?.mark == mark)
        #expect(node.node(at: [.key("cells"), .index(1), .key("u")])?.scalar?.text == "é/")
        #expect(node.node(at: [.key("cells"), .index(2)]) == nil)
        #expect(node.node(at: [.key("cells"), .index(-1)]) == nil)
        #expect(node.node(at: [.key("cells"), .key("id")]) == nil)
        #expect(node.nearest(to: [.key("cells"), .index(0), .key("memory_kib")]).mark.line == 2)
    }

    @Test("takes the steps of a decoder's path")
    func codingPath() {
        #expect(YAMLNode.PathComponent(Step(stringValue: "cells")) == .key("cells"))
        #expect(YAMLNode.PathComponent(Step(intValue: 3)) == .index(3))
    }

    private struct Step: CodingKey {
        var stringValue: String
        var intValue: Int?
        init(stringValue: String) { self.stringValue = stringValue }
        init(intValue: Int) { (stringValue, self.intValue) = ("Index \(intValue)", intValue) }
    }

    private func tree(of text: String) -> YAMLNode? {
        YAMLReader.read(SourceText(name: "site.yaml", text: text)).value
    }

    private func find(_ text: String, in node: YAMLNode) -> YAMLNode? {
        switch node.content {
        case .scalar(let scalar): scalar.text == text ? node : nil
        case .sequence(let elements): elements.lazy.compactMap { find(text, in: $0) }.first
        case .mapping(let pairs): pairs.lazy.compactMap { find(text, in: $0.value) }.first
        }
    }
}
